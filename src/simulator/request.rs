//! A received request, and the properties that derive from it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::expressions::moment;
use super::script::Script;
use super::store::Store;
use super::values::text;
use crate::body;
use crate::pack::simulator::{CorrelateBy, Kind};
use crate::pack::types::Route;

/// A request as the simulator received it.
#[derive(Clone, Debug, Default)]
pub(super) struct Received {
    /// The API on whose listener it arrived.
    pub(super) api: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    /// Headers with lower-case names.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Whether the body exceeded the limit, so that it was not read.
    pub(super) too_large: bool,
}

impl Received {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Returns the bearer token, if there is one.
    pub(super) fn bearer(&self) -> Option<&str> {
        self.authorization("bearer")
    }

    /// Returns the name and the password of Basic authentication, if there are any.
    pub(super) fn basic(&self) -> Option<(String, String)> {
        let text = String::from_utf8(STANDARD.decode(self.authorization("basic")?).ok()?).ok()?;
        text.split_once(':').map(|(name, password)| (name.to_owned(), password.to_owned()))
    }

    fn authorization(&self, wanted: &str) -> Option<&str> {
        let (scheme, credential) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case(wanted).then(|| credential.trim())
    }

    /// Returns the fields of a form, whose values are all strings; `None` for another media type.
    pub(super) fn form(&self) -> Option<Map<String, Value>> {
        self.header("content-type").filter(|media| body::is_form(media)).map(|_| body::form(&self.body))
    }

    /// Returns the body as a value; `None` if it is neither JSON nor a form.
    pub(super) fn parsed(&self) -> Option<Value> {
        body::value(self.header("content-type"), &self.body)
    }
}

/// Finds the identifiers of the client that a request is about, in the order of the pack's `correlate_by`.
pub(super) fn about(script: &Script, store: &Store, request: &Received, body: Option<&Value>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for way in &script.spec.correlate_by {
        let more: Vec<String> = match way {
            CorrelateBy::Bearer => {
                let token = request.bearer().and_then(|token| store.token(token));
                token.and_then(|token| token.client.clone()).into_iter().collect()
            }
            CorrelateBy::Segment(path) => {
                let route = Route { method: request.method.clone(), path: path.clone() };
                route.captures(&request.path).unwrap_or_default().into_iter().map(|(_, value)| value).collect()
            }
            CorrelateBy::Body(path) => {
                let values = body.map(|body| path.select(body)).unwrap_or_default();
                values.into_iter().filter(|value| value.is_string() || value.is_number()).map(text).collect()
            }
        };
        for one in more {
            if !found.contains(&one) {
                found.push(one);
            }
        }
    }
    found
}

/// Whether a value has a declared type.
pub(super) fn kind_of(kind: Kind, value: &Value) -> bool {
    let text = value.as_str();
    match kind {
        Kind::Text => text.is_some(),
        Kind::Number => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::Object => value.is_object(),
        Kind::List => value.is_array(),
        Kind::Uuid => text.is_some_and(|text| uuid::Uuid::try_parse(text).is_ok()),
        Kind::Date => text.is_some_and(|text| moment(text).is_some()),
    }
}
