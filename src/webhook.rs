//! Composes one delivery of a webhook: its body, what is signed, its headers; genuine, or varied on purpose.
//!
//! Pure: the caller says which time the delivery claims and which id it carries, and sends the parcel itself.

mod body;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac as _};
use indexmap::IndexMap;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::catalog::scheme::{
    Algorithm, BodyType, Encoding, KeyForm, KeyVariation, Mac, SignatureVariation, Variation, Webhooks,
};
use crate::catalog::words::Where;
use crate::template::{self, TemplateError};

/// What is to be delivered.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// How the provider writes and signs a delivery.
    pub scheme: &'a Webhooks,
    /// The event's name.
    pub event: &'a str,
    /// The event's body, before id, name and times are set.
    pub body: &'a Value,
    /// The event's id.
    pub id: &'a str,
    /// The secret's text, as it was given to the subscriber.
    pub secret: &'a str,
    /// The time that the delivery claims, in seconds since 1970: now minus its age.
    pub sent_at: i64,
    /// The time that the body says: when the event happened, which a repeat does not change.
    pub happened_at: i64,
    /// In what it differs from a genuine delivery. Its `age` is the caller's, who sets `sent_at` by it.
    pub variation: &'a Variation,
}

/// A delivery, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// The name it goes by.
    pub event: String,
    /// The id it goes by.
    pub id: String,
    /// The headers, `content-type` first.
    pub headers: Vec<(String, String)>,
    /// The exact bytes to send.
    pub body: Vec<u8>,
}

/// Why no delivery can be composed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComposeError {
    /// The secret is not what the scheme says it is.
    Secret,
    /// The claimed time is beyond what a date can say.
    Time(i64),
    /// The body has no place for this.
    Place(String),
    /// A template of the scheme or of the variation does not work.
    Template(TemplateError),
    /// The variation changes something that deliveries of this provider do not have.
    Pointless(&'static str),
    /// The body cannot be written.
    Body(String),
}

impl fmt::Display for ComposeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ComposeError::Secret => f.write_str("the secret is not valid Base64, which this provider's secrets are"),
            ComposeError::Time(seconds) => write!(f, "{seconds} is not a time that a date can express"),
            ComposeError::Place(path) => write!(f, "the event's body has no `{path}` to be set"),
            ComposeError::Template(error) => write!(f, "a delivery cannot be written: {error}"),
            ComposeError::Pointless(what) => {
                write!(f, "the variation changes {what}, which this provider's deliveries do not have")
            }
            ComposeError::Body(why) => write!(f, "the event's body cannot be written: {why}"),
        }
    }
}

impl std::error::Error for ComposeError {}

impl From<TemplateError> for ComposeError {
    fn from(error: TemplateError) -> Self {
        ComposeError::Template(error)
    }
}

/// Composes a delivery.
///
/// # Errors
///
/// A secret, a body or a template that does not fit the scheme, or a variation that changes nothing in it.
pub fn compose(order: &Order) -> Result<Parcel, ComposeError> {
    let event = order.variation.event.as_deref().unwrap_or(order.event);
    let filled = fill(order, event)?;
    let written = body::write(&filled, order.variation.body, &reserved(order.scheme))?;
    let secret = match order.variation.key {
        Some(KeyVariation::Other) => other_secret(order.secret),
        Some(KeyVariation::Undecoded | KeyVariation::Rotated) | None => order.secret.to_owned(),
    };
    let mut scope = json!({ "event": event, "id": order.id, "t": order.sent_at, "secret": secret });
    match &order.scheme.mac {
        Some(mac) => scope["mac"] = Value::String(sign(mac, order.variation, &scope, &written.signed)?),
        None => has_no_mac(order.variation)?,
    }
    let headers = headers(order, &scope)?;
    Ok(Parcel { event: event.to_owned(), id: order.id.to_owned(), headers, body: written.sent })
}

/// The body with the id, the name and every time of this delivery.
fn fill(order: &Order, event: &str) -> Result<Value, ComposeError> {
    let mut filled = order.body.clone();
    body::set(&mut filled, &order.scheme.id, order.id, true)?;
    if let Some(place) = &order.scheme.name {
        body::set(&mut filled, place, event, true)?;
    }
    let time = rfc3339(order.happened_at)?;
    for place in &order.scheme.time {
        // Not every event has every time, so one that is not there is left out.
        body::set(&mut filled, place, &time, false)?;
    }
    Ok(filled)
}

/// The places whose values mean something to every receiver.
fn reserved(scheme: &Webhooks) -> Vec<&Where> {
    scheme.time.iter().chain(&scheme.name).chain([&scheme.id]).collect()
}

/// Whole seconds, in UTC: `2026-01-31T15:23:45Z`.
fn rfc3339(seconds: i64) -> Result<String, ComposeError> {
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .ok_or(ComposeError::Time(seconds))
}

/// A secret of the same kind that nobody knows, the same one for each secret so that a run can be repeated.
fn other_secret(secret: &str) -> String {
    STANDARD.encode(Sha256::digest(format!("not {secret}")))
}

/// Without a code, a variation of it would be a genuine delivery in disguise.
fn has_no_mac(variation: &Variation) -> Result<(), ComposeError> {
    let touches_mac =
        variation.key == Some(KeyVariation::Undecoded) || variation.message.is_some() || variation.signature.is_some();
    if touches_mac { Err(ComposeError::Pointless("a signature")) } else { Ok(()) }
}

fn sign(mac: &Mac, variation: &Variation, scope: &Value, body: &[u8]) -> Result<String, ComposeError> {
    let secret = scope["secret"].as_str().unwrap_or_default();
    let key = match (mac.key, variation.key) {
        (KeyForm::Hex, _) => hex::decode(secret).map_err(|_| ComposeError::Secret)?,
        (KeyForm::Base64, None | Some(KeyVariation::Other | KeyVariation::Rotated)) => {
            STANDARD.decode(secret).map_err(|_| ComposeError::Secret)?
        }
        (KeyForm::Base64, Some(KeyVariation::Undecoded))
        | (KeyForm::Text, None | Some(KeyVariation::Other | KeyVariation::Rotated)) => secret.as_bytes().to_vec(),
        (KeyForm::Text, Some(KeyVariation::Undecoded)) => return Err(ComposeError::Pointless("an encoded secret")),
    };
    let message = message(variation.message.as_ref().unwrap_or(&mac.message), scope, body)?;
    let code = match mac.algorithm {
        Algorithm::HmacSha256 | Algorithm::HmacSha512 | Algorithm::HmacSha1 => hmac_sha256(&key, message.as_bytes())?,
    };
    Ok(encode(&code, mac.encoding, variation.signature))
}

fn message(text: &str, scope: &Value, body: &[u8]) -> Result<String, ComposeError> {
    let mut scope = scope.clone();
    scope["body"] = Value::String(String::from_utf8_lossy(body).into_owned());
    Ok(template::render_text(text, &scope)?)
}

fn hmac_sha256(key: &[u8], message: &[u8]) -> Result<Vec<u8>, ComposeError> {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| ComposeError::Secret)?;
    hmac.update(message);
    Ok(hmac.finalize().into_bytes().to_vec())
}

fn encode(code: &[u8], encoding: Encoding, damage: Option<SignatureVariation>) -> String {
    let encoding = match (damage, encoding) {
        (Some(SignatureVariation::OtherEncoding), Encoding::Hex) => Encoding::Base64,
        (Some(SignatureVariation::OtherEncoding), Encoding::Base64) => Encoding::Hex,
        (_, as_it_is) => as_it_is,
    };
    let text = match encoding {
        Encoding::Hex => hex::encode(code),
        Encoding::Base64 => STANDARD.encode(code),
    };
    match damage {
        Some(SignatureVariation::Truncated) => text[..text.len() / 2].to_owned(),
        Some(SignatureVariation::Empty) => String::new(),
        Some(SignatureVariation::UpperCase) => text.to_uppercase(),
        Some(SignatureVariation::OtherEncoding) | None => text,
    }
}

/// The media type of a scheme's bodies.
fn media_type(scheme: &Webhooks) -> &str {
    scheme.content_type.as_deref().unwrap_or(match scheme.body {
        BodyType::Json => "application/json",
        BodyType::Form => "application/x-www-form-urlencoded",
    })
}

fn headers(order: &Order, scope: &Value) -> Result<Vec<(String, String)>, ComposeError> {
    let mut templates: IndexMap<&str, &str> = IndexMap::from([("content-type", media_type(order.scheme))]);
    let own = order.scheme.headers.iter().map(|(name, text)| (&**name, &**text));
    let fixed =
        [(&order.scheme.id, "{{ id }}")].into_iter().chain(order.scheme.name.as_ref().map(|w| (w, "{{ event }}")));
    let placed = fixed.filter_map(|(place, text)| match place {
        Where::Header(name) => Some((&**name, text)),
        Where::Body(_) => None,
    });
    let varied = order.variation.headers.iter().map(|(name, text)| (&**name, &**text));
    for (name, text) in placed.chain(own).chain(varied) {
        let known = templates.keys().copied().find(|k| k.eq_ignore_ascii_case(name)).unwrap_or(name);
        templates.insert(known, text);
    }
    let left_out = order.variation.without_header.as_deref();
    let kept = templates.into_iter().filter(|(name, _)| !left_out.is_some_and(|n| n.eq_ignore_ascii_case(name)));
    kept.map(|(name, text)| Ok((name.to_owned(), template::render_text(text, scope)?))).collect()
}

#[cfg(test)]
mod tests;
