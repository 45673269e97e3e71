//! A sample partner while it runs: its description, its environment and its storage.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;

use super::error::ActError;
use super::memory::Memory;
use crate::pack::sample_partner::SamplePartner;
use crate::pack::scheme::Webhooks;

/// The file that describes a sample partner to run.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// The partner to run.
    pub partner: SamplePartner,
    /// How the provider signs.
    pub webhooks: Option<Webhooks>,
    /// The pack's named facts.
    #[serde(default)]
    pub facts: BTreeMap<String, Value>,
    /// Whether it only reports that it is ready.
    #[serde(default)]
    pub silent: bool,
    /// Whether it has test endpoints for actions, unlike a public deployment.
    #[serde(default)]
    pub test_endpoints: bool,
    /// The URL of its handler, if it differs from the address that it listens on.
    pub url: Option<String>,
    /// The file for data that must survive a restart.
    pub memory: PathBuf,
}

/// The environment of a sample partner: the provider's URLs and the credentials.
#[derive(Clone, Default)]
pub struct Surroundings {
    /// The port; 0 for any free one.
    pub port: u16,
    /// The base URL of each API.
    pub apis: BTreeMap<String, String>,
    /// The key for calls to the provider.
    pub key: String,
    /// The secret of its subscription.
    pub secret: String,
    /// Further credentials, by name.
    pub credentials: BTreeMap<String, String>,
    /// Whether it ends when its standard input closes.
    pub ends_with_input: bool,
}

/// Why a sample partner cannot run.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// A variable has an invalid value.
    #[error("the variable {0}: {1}")]
    Variable(&'static str, String),
    /// The description cannot be read.
    #[error("{path}: {1}", path = .0.display())]
    Description(PathBuf, String),
    /// The HTTP client cannot be created.
    #[error("the HTTP client cannot be created: {0}")]
    Http(reqwest::Error),
    /// Listening, or printing the address, failed.
    #[error("the sample partner cannot listen: {0}")]
    Io(std::io::Error),
}

impl Surroundings {
    /// Reads the variables `PORT`, `SAMPLE_APIS` and `SAMPLE_CREDENTIALS` (JSON), `SAMPLE_KEY`, `SAMPLE_SECRET`, and
    /// `PARTNER_STOP_ON_EOF`.
    ///
    /// # Errors
    ///
    /// A port that is not a number, or a map that is not JSON.
    pub fn from_env() -> Result<Self, SampleError> {
        let text = |name: &str| std::env::var(name).unwrap_or_default();
        let map = |name: &'static str| {
            let text = Some(text(name)).filter(|text| !text.is_empty()).unwrap_or_else(|| "{}".into());
            serde_json::from_str(&text).map_err(|error| SampleError::Variable(name, error.to_string()))
        };
        let port = Some(text("PORT")).filter(|text| !text.is_empty()).unwrap_or_else(|| "0".into());
        Ok(Surroundings {
            port: port.parse().map_err(|_| SampleError::Variable("PORT", format!("`{port}` is not a port")))?,
            apis: map("SAMPLE_APIS")?,
            key: text("SAMPLE_KEY"),
            secret: text("SAMPLE_SECRET"),
            credentials: map("SAMPLE_CREDENTIALS")?,
            ends_with_input: text("PARTNER_STOP_ON_EOF") == "1",
        })
    }
}

/// A running sample partner.
pub(super) struct Playing {
    pub(super) described: Description,
    pub(super) around: Surroundings,
    pub(super) url: String,
    pub(super) memory: Memory,
    pub(super) http: reqwest::Client,
}

impl Playing {
    pub(super) fn new(described: Description, around: Surroundings, at: SocketAddr) -> Result<Self, SampleError> {
        // rustls needs one cryptographic provider per process; an installed one is kept.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        let url = described.url.clone().unwrap_or_else(|| format!("http://{at}/webhook"));
        let memory = Memory::open(&described.memory, described.partner.volatile);
        Ok(Playing { described, around, url, memory, http: http.map_err(SampleError::Http)? })
    }
}

/// Returns the response to a request that fails because of the description.
pub(super) fn failed(why: &ActError) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("partner.yaml: {why}")).into_response()
}
