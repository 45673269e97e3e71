//! Renders the calls to the partner that a profile describes.

use indexmap::IndexMap;
use serde_json::Value;

use super::context::scope::Scope;
use super::step_error::StepError;
use crate::evidence::{TransportError, TransportErrorKind};
use crate::template;

/// Makes the transport error of a call that was not sent at all.
pub(crate) fn not_sent(why: impl Into<String>) -> TransportError {
    TransportError { kind: TransportErrorKind::Refused, detail: why.into() }
}

/// The method, URL, headers and body of a call that a profile describes.
pub(super) type CallParts = (String, String, Vec<(String, String)>, Vec<u8>);

pub(super) fn call_out(
    line: &str,
    headers: &IndexMap<String, String>,
    json: Option<&Value>,
    scope: &Scope,
) -> Result<CallParts, StepError> {
    let line = template::render_text(line, scope)?;
    let (method, url) = line.split_once(' ').ok_or_else(|| StepError::NotARequest { line: line.clone() })?;
    let mut sent = Vec::new();
    for (name, text) in headers {
        sent.push((name.clone(), template::render_text(text, scope)?));
    }
    let mut body = Vec::new();
    if let Some(json) = json {
        let json = template::render_json(json, scope)?;
        sent.push(("content-type".into(), "application/json".into()));
        body = json.to_string().into_bytes();
    }
    Ok((method.to_owned(), url.trim().to_owned(), sent, body))
}
