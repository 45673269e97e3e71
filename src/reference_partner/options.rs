//! The configuration, read once from environment variables.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use url::Url;

use super::defects::{ActiveDefect, Defect};

/// The configuration of the reference partner.
#[derive(Debug, Clone)]
pub struct Options {
    /// The address to listen on (`BIND`).
    pub bind: IpAddr,
    /// The port to listen on, 0 for any free one (`PORT`).
    pub port: u16,
    /// Where clients, cases and events are stored (`DATABASE`).
    pub database: Database,
    /// Whether the integration with Debitura is configured, not only the one with Debitsuccess.
    pub debitura: bool,
    /// What protects the notifications of Debitsuccess, if they are configured (`DEBITSUCCESS_TOKEN`, or
    /// `DEBITSUCCESS_ALLOW_LIST=1`).
    pub notices: Option<Guard>,
    /// The base URL of the Referral Partner API (`DEBITURA_REFERRAL_API`).
    pub referral_api: Url,
    /// The base URL of the Customer API (`DEBITURA_CUSTOMER_API`).
    pub customer_api: Url,
    /// The partner key (`DEBITURA_KEY`).
    pub key: Hidden,
    /// The webhook secret as Debitura showed it, in Base64 (`DEBITURA_SECRET`).
    pub secret: Hidden,
    /// The environment of this process (`APP_MODE`).
    pub mode: Mode,
    /// Where Debitura sends a client back to after signing (`RETURN_URL`).
    pub return_url: Url,
    /// Pause before the first retry of a call that Debitura could not answer (`RETRY_BACKOFF`, in milliseconds).
    pub retry_backoff: Duration,
    /// Whether the test endpoints are enabled in every mode (`OPEN_TEST_ENDPOINTS=1`). Only the rehearsal of a
    /// production build sets it; a real deployment does not.
    pub open_test_endpoints: bool,
    /// Whether to end when standard input closes (`PARTNER_STOP_ON_EOF=1`).
    pub stop_on_eof: bool,
    /// The defect to show, if any.
    pub defects: ActiveDefect,
}

impl Options {
    /// Reads the environment of this process. The error names every missing or invalid variable at once.
    pub fn from_env() -> Result<Self, OptionsError> {
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads the options from the variables that `look_up` finds.
    pub fn read(look_up: impl Fn(&str) -> Option<String>) -> Result<Self, OptionsError> {
        let (notices, debitura) = (guard(&look_up), OF_DEBITURA.iter().any(|(name, _)| look_up(name).is_some()));
        // Without Debitura these values are unused.
        let fallback = |name: &str| OF_DEBITURA.iter().find(|(of, _)| *of == name).map(|(_, text)| (*text).to_owned());
        let debitura = debitura || notices.is_none();
        let look_up = |name: &str| look_up(name).or_else(|| fallback(name).filter(|_| !debitura));
        let mut reader = Reader { look_up, problems: Vec::new() };
        let bind = reader.optional("BIND", "an IP address, such as `127.0.0.1`");
        let port = reader.required("PORT", "a port number, or 0 for any free one");
        let database = reader.required("DATABASE", "a file path, or `:memory:`");
        let referral_api = reader.required("DEBITURA_REFERRAL_API", BASE_URL);
        let customer_api = reader.required("DEBITURA_CUSTOMER_API", BASE_URL);
        let key = reader.required("DEBITURA_KEY", "the partner key");
        let secret = reader.required::<Secret>("DEBITURA_SECRET", "the webhook secret, in Base64 as it was shown");
        let mode = reader.required("APP_MODE", "one of `rehearsal`, `staging`, `production`");
        let return_url = reader.required("RETURN_URL", "the absolute URL clients come back to after signing");
        let milliseconds = reader.optional("RETRY_BACKOFF", "a number of milliseconds up to 60000, such as `500`");
        let open_test_endpoints = reader.text("OPEN_TEST_ENDPOINTS").is_some_and(|text| text == "1");
        let stop_on_eof = reader.text("PARTNER_STOP_ON_EOF").is_some_and(|text| text == "1");
        let (Some(port), Some(database), Some(mode)) = (port, database, mode) else { return reader.refuse() };
        let (Some(key), Some(Secret(secret))) = (key, secret) else { return reader.refuse() };
        let (Some(WebUrl(referral_api)), Some(WebUrl(customer_api)), Some(WebUrl(return_url))) =
            (referral_api, customer_api, return_url)
        else {
            return reader.refuse();
        };
        if !reader.problems.is_empty() {
            return reader.refuse();
        }
        Ok(Self {
            bind: bind.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            port,
            database,
            debitura,
            notices,
            referral_api,
            customer_api,
            key,
            secret,
            mode,
            return_url,
            retry_backoff: milliseconds.map_or(BACKOFF, |Milliseconds(number)| Duration::from_millis(number)),
            open_test_endpoints,
            stop_on_eof,
            defects: ActiveDefect::default(),
        })
    }

    /// Returns the same options with one defect, or none.
    #[must_use]
    pub fn with_defect(self, defect: Option<Defect>) -> Self {
        Self { defects: defect.into(), ..self }
    }

    /// Whether the test endpoints are enabled in this process.
    pub(super) fn test_endpoints_open(&self) -> bool {
        self.open_test_endpoints || self.mode == Mode::Rehearsal || self.defects.has(Defect::TestEndpointsOpen)
    }

    /// Whether the lookups are enabled in this process.
    pub(super) fn look_ups_open(&self) -> bool {
        self.open_test_endpoints || self.mode != Mode::Production || self.defects.has(Defect::TestEndpointsOpen)
    }
}

/// Variables that only the integration with Debitura needs, with the values that they get without it.
const OF_DEBITURA: [(&str, &str); 5] = [
    ("DEBITURA_REFERRAL_API", "http://127.0.0.1:9"),
    ("DEBITURA_CUSTOMER_API", "http://127.0.0.1:9"),
    ("DEBITURA_KEY", "none"),
    ("DEBITURA_SECRET", "bm9uZQ=="),
    ("RETURN_URL", "http://127.0.0.1:9"),
];

/// Returns what protects the notifications of Debitsuccess, if they are configured.
fn guard(look_up: impl Fn(&str) -> Option<String>) -> Option<Guard> {
    let text = |name| look_up(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let token = text("DEBITSUCCESS_TOKEN").map(|token| Guard::Token(Hidden::from(token.as_str())));
    token.or_else(|| text("DEBITSUCCESS_ALLOW_LIST").filter(|word| word == "1").map(|_| Guard::AllowList))
}

/// Default pause before the first retry.
const BACKOFF: Duration = Duration::from_millis(500);

const BASE_URL: &str = "the base URL of the API, starting with http:// or https://";

/// The environment of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Against a simulated provider: test endpoints and lookups are enabled.
    Rehearsal,
    /// Against the provider's test environment: lookups are enabled.
    Staging,
    /// Against the provider's production environment: neither is enabled.
    Production,
}

impl FromStr for Mode {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "rehearsal" => Ok(Self::Rehearsal),
            "staging" => Ok(Self::Staging),
            "production" => Ok(Self::Production),
            _ => Err(()),
        }
    }
}

/// Where the data is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// In this process, until it ends.
    Memory,
    /// In a file, created if missing.
    File(PathBuf),
}

impl FromStr for Database {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(if text == ":memory:" { Self::Memory } else { Self::File(PathBuf::from(text)) })
    }
}

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(String);

impl Hidden {
    /// Returns the text, for code that sends it or computes with it.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Hidden {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl FromStr for Hidden {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(Self::from(text))
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<hidden>")
    }
}

/// Missing and invalid environment variables.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the reference partner cannot start; set these environment variables:{}",
    .problems.iter().map(|problem| format!("\n  {problem}")).collect::<String>()
)]
pub struct OptionsError {
    /// One line per variable, without its value.
    pub problems: Vec<String>,
}

/// A secret that is valid Base64.
struct Secret(Hidden);

impl FromStr for Secret {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        BASE64_STANDARD.decode(text).map_err(|_| ())?;
        Ok(Self(Hidden::from(text)))
    }
}

/// An absolute `http` or `https` URL.
struct WebUrl(Url);

impl FromStr for WebUrl {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let url = Url::parse(text).map_err(|_| ())?;
        if matches!(url.scheme(), "http" | "https") { Ok(Self(url)) } else { Err(()) }
    }
}

/// A pause of at most a minute, which a user can wait for.
struct Milliseconds(u64);

impl FromStr for Milliseconds {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.parse().ok().filter(|number| *number <= 60_000).map(Self).ok_or(())
    }
}

struct Reader<F> {
    look_up: F,
    problems: Vec<String>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    fn refuse<T>(self) -> Result<T, OptionsError> {
        Err(OptionsError { problems: self.problems })
    }

    fn text(&self, name: &str) -> Option<String> {
        (self.look_up)(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn required<T: FromStr>(&mut self, name: &str, wanted: &str) -> Option<T> {
        if self.text(name).is_none() {
            self.problems.push(format!("{name} is missing: {wanted}"));
        }
        self.optional(name, wanted)
    }

    fn optional<T: FromStr>(&mut self, name: &str, wanted: &str) -> Option<T> {
        let parsed = self.text(name)?.parse().ok();
        if parsed.is_none() {
            self.problems.push(format!("{name} is invalid: expected {wanted}"));
        }
        parsed
    }
}

/// What protects `POST /hooks/debitsuccess` from strangers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// The token that was agreed at subscription (`DEBITSUCCESS_TOKEN`).
    Token(Hidden),
    /// The firewall in front, which admits nobody else (`DEBITSUCCESS_ALLOW_LIST=1`).
    AllowList,
}
