//! A sample partner while it runs: what it is described as, what it was told, what it remembers.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;

use super::memory::Memory;
use crate::pack::sample_partner::SamplePartner;
use crate::pack::scheme::Webhooks;

/// What is played, as a file says it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// The partner.
    pub partner: SamplePartner,
    /// How the provider signs.
    pub webhooks: Option<Webhooks>,
    /// The pack's named facts.
    #[serde(default)]
    pub facts: BTreeMap<String, Value>,
    /// Whether it does nothing but say that it is there.
    #[serde(default)]
    pub silent: bool,
    /// Whether it can be asked to act, as a deployment that the public reaches cannot.
    #[serde(default)]
    pub doors: bool,
    /// The address of its handler, where that is not the one it listens at.
    pub url: Option<String>,
    /// The file in which it keeps what it must know after a restart.
    pub memory: PathBuf,
}

/// What it is told by its surroundings: where the provider is, and what proves who it is.
#[derive(Clone, Default)]
pub struct Surroundings {
    /// The port; 0: any that is free.
    pub port: u16,
    /// The base URL of each API.
    pub apis: BTreeMap<String, String>,
    /// The key.
    pub key: String,
    /// The secret of its subscription.
    pub secret: String,
    /// Further credentials, by name.
    pub credentials: BTreeMap<String, String>,
    /// Whether it ends when its standard input does.
    pub ends_with_input: bool,
}

/// Why it cannot be played.
#[derive(Debug)]
pub enum SampleError {
    /// A variable is not what it must be.
    Variable(&'static str, String),
    /// The description cannot be read.
    Description(PathBuf, String),
    /// The HTTP client cannot be made.
    Http(reqwest::Error),
    /// Listening, or telling the address, failed.
    Io(std::io::Error),
}

impl fmt::Display for SampleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SampleError::Variable(name, why) => write!(f, "the variable {name}: {why}"),
            SampleError::Description(path, why) => write!(f, "{}: {why}", path.display()),
            SampleError::Http(error) => write!(f, "the HTTP client cannot be made: {error}"),
            SampleError::Io(error) => write!(f, "the sample partner cannot listen: {error}"),
        }
    }
}

impl std::error::Error for SampleError {}

impl Surroundings {
    /// Reads the variables `PORT`, `SAMPLE_APIS` and `SAMPLE_CREDENTIALS` (JSON), `SAMPLE_KEY`, `SAMPLE_SECRET`, and
    /// `PARTNER_STOP_ON_EOF`.
    ///
    /// # Errors
    ///
    /// A port that is no number, and a map that is no JSON.
    pub fn from_env() -> Result<Self, SampleError> {
        let text = |name: &str| std::env::var(name).unwrap_or_default();
        let map = |name: &'static str| {
            let text = Some(text(name)).filter(|text| !text.is_empty()).unwrap_or_else(|| "{}".into());
            serde_json::from_str(&text).map_err(|error| SampleError::Variable(name, error.to_string()))
        };
        let port = Some(text("PORT")).filter(|text| !text.is_empty()).unwrap_or_else(|| "0".into());
        Ok(Surroundings {
            port: port.parse().map_err(|_| SampleError::Variable("PORT", format!("`{port}` is no port")))?,
            apis: map("SAMPLE_APIS")?,
            key: text("SAMPLE_KEY"),
            secret: text("SAMPLE_SECRET"),
            credentials: map("SAMPLE_CREDENTIALS")?,
            ends_with_input: text("PARTNER_STOP_ON_EOF") == "1",
        })
    }
}

/// A partner that is being played.
pub(super) struct Playing {
    pub(super) described: Description,
    pub(super) around: Surroundings,
    pub(super) url: String,
    pub(super) memory: Memory,
    pub(super) http: reqwest::Client,
}

impl Playing {
    pub(super) fn new(described: Description, around: Surroundings, at: SocketAddr) -> Result<Self, SampleError> {
        // One of TLS's cryptographic back ends has to be chosen for the process; if it already is, that one is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        let url = described.url.clone().unwrap_or_else(|| format!("http://{at}/webhook"));
        let memory = Memory::open(&described.memory, described.partner.forgets);
        Ok(Playing { described, around, url, memory, http: http.map_err(SampleError::Http)? })
    }
}

/// The answer to whoever met what the description does not foresee.
pub(super) fn failed(why: &str) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("partner.yaml: {why}")).into_response()
}
