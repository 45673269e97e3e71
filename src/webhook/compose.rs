//! Composes a delivery by the provider's webhook scheme: body, signed content and headers, genuine or altered.
//!
//! Pure: the caller supplies the claimed time and the id, and sends the request itself.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::error::ComposeError;
use super::mac::Signing;
use super::{body, signing_secret, timestamp};
use crate::pack::alteration::{Alteration, Arrangement, Clock, HeaderNames, KeyAlteration};
use crate::pack::scheme::{BodyType, Encoding, Mac, Webhooks};
use crate::pack::types::{Age, Where};
use crate::template;

/// The specification of a delivery.
#[derive(Clone, Copy, Debug)]
pub struct DeliverySpec<'a> {
    /// The provider's webhook scheme.
    pub scheme: &'a Webhooks,
    /// The event's name, unless the alteration sends another.
    pub event: &'a str,
    /// The event's body, before id, name and times are set.
    pub body: &'a Value,
    /// The event's id.
    pub id: &'a str,
    /// The secrets as given to the subscriber: the current one first, then earlier ones that are still valid.
    pub secrets: &'a [&'a str],
    /// The target URL.
    pub url: &'a str,
    /// The sending time, in seconds since 1970. The claimed time is this minus the age.
    pub sent_at: i64,
    /// The time of the event, unchanged by a retry. The time in the body is this minus the age.
    pub happened_at: i64,
    /// The alteration, compared with a genuine delivery.
    pub alteration: &'a Alteration,
}

/// A signed request, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedRequest {
    /// The HTTP method, in upper case.
    pub method: &'static str,
    /// The event name that it carries.
    pub event: String,
    /// The event id that it carries.
    pub id: String,
    /// The headers, Content-Type first.
    pub headers: Vec<(String, String)>,
    /// The exact bytes to send.
    pub body: Vec<u8>,
}

/// Composes a delivery.
///
/// # Errors
///
/// Fails for a secret, body or template that does not fit the scheme, and for an alteration that changes nothing.
pub fn compose(order: &DeliverySpec) -> Result<SignedRequest, ComposeError> {
    let signed = written(order)?;
    if order.alteration.only_ages() && matches!(order.alteration.age, None | Some(Age(0))) {
        return Ok(signed);
    }
    let twin = written(&DeliverySpec { alteration: &Alteration::default(), ..*order })?;
    if signed == twin { Err(ComposeError::Pointless) } else { Ok(signed) }
}

/// Whether the signature would expose careless readers: if it is Base64, a header contains both `+` and `/`, which some
/// lose or spell differently.
pub fn is_telling(order: &DeliverySpec) -> bool {
    let in_base64 = order.scheme.mac.as_ref().is_some_and(|mac| mac.encoding == Encoding::Base64);
    !in_base64
        || compose(order).is_ok_and(|signed| signed.headers.iter().any(|(_, v)| v.contains('+') && v.contains('/')))
}

fn written(order: &DeliverySpec) -> Result<SignedRequest, ComposeError> {
    let scheme = order.scheme;
    let event = order.alteration.event.as_deref().unwrap_or(order.event);
    let filled = fill(order, event)?;
    let written = body::write(&filled, scheme.body, order.alteration.body, &reserved(scheme))?;
    let headers = seal(order, &written.signed)?;
    let (event, id) = (event.to_owned(), order.id.to_owned());
    Ok(SignedRequest { method: scheme.method.word(), event, id, headers, body: written.sent })
}

/// Returns the headers of a delivery with a given body.
///
/// # Errors
///
/// Fails for a secret or template that does not fit the scheme.
pub fn seal(order: &DeliverySpec, body: &[u8]) -> Result<Vec<(String, String)>, ComposeError> {
    let DeliverySpec { scheme, alteration, .. } = *order;
    let secret = order.secrets.first().copied().unwrap_or_default();
    let unknown = signing_secret::other(scheme, secret);
    let another = signing_secret::other(scheme, &unknown);
    let (known, unknown) = (order.secrets, &[&*unknown][..]);
    let all = match (alteration.key, alteration.arrangement) {
        (None | Some(KeyAlteration::Undecoded), _) => known.to_vec(),
        (Some(KeyAlteration::Other), _) => unknown.to_vec(),
        (Some(KeyAlteration::Rotated), Arrangement::Last) => [unknown, known].concat(),
        (Some(KeyAlteration::Rotated), Arrangement::First) => [known, unknown].concat(),
        (Some(KeyAlteration::Rotated), Arrangement::Between) => [unknown, known, &[&*another]].concat(),
    };
    let secret = if alteration.key == Some(KeyAlteration::Other) { unknown.concat() } else { secret.to_owned() };
    let said =
        |clock| timestamp::written(scheme.timestamp.unit, order.sent_at.saturating_sub(alteration.age_by(clock)));
    let mut scope = json!({
        "event": alteration.event.as_deref().unwrap_or(order.event), "id": order.id, "url": order.url,
        "t": said(Clock::Signed)?, "secret": secret, "method": scheme.method.word()
    });
    if let Some(mac) = &scheme.mac {
        sign(Signing { scheme, mac, alteration }, mac, &mut scope, &all, body)?;
    }
    let mut unsigned = scope.clone();
    unsigned["t"] = said(Clock::Unsigned)?;
    headers(order, &scope, &unsigned)
}

/// Adds the signature of the secret, and the joined signatures of all secrets, to the scope of header templates.
fn sign(signing: Signing, mac: &Mac, scope: &mut Value, all: &[&str], body: &[u8]) -> Result<(), ComposeError> {
    if let Some(several) = &mac.signatures {
        let each = all.iter().map(|secret| {
            let mut scope = scope.clone();
            scope["mac"] = signing.code(secret, &scope, body)?.into();
            Ok(template::render_text(&several.format, &scope)?)
        });
        scope["signatures"] = each.collect::<Result<Vec<_>, ComposeError>>()?.join(&several.joined_by).into();
    }
    let secret = scope["secret"].as_str().unwrap_or_default();
    scope["mac"] = signing.code(secret, scope, body)?.into();
    Ok(())
}

/// Returns the body with the id, the name and every time of this delivery.
fn fill(order: &DeliverySpec, event: &str) -> Result<Value, ComposeError> {
    let mut filled = order.body.clone();
    body::set(&mut filled, &order.scheme.id, order.id, true)?;
    if let Some(place) = &order.scheme.name {
        body::set(&mut filled, place, event, true)?;
    }
    let time = timestamp::rfc3339(order.happened_at.saturating_sub(order.alteration.age_by(Clock::Body)))?;
    for place in &order.scheme.time {
        // Not every event has every time; an absent one is skipped.
        body::set(&mut filled, place, &time, false)?;
    }
    Ok(filled)
}

/// Returns the body fields whose values every receiver interprets.
fn reserved(scheme: &Webhooks) -> Vec<&Where> {
    scheme.time.iter().chain(&scheme.name).chain([&scheme.id]).collect()
}

/// Returns the media type of a scheme's bodies.
fn media_type(scheme: &Webhooks) -> &str {
    scheme.content_type.as_deref().unwrap_or(match scheme.body {
        BodyType::Json => "application/json",
        BodyType::Form => "application/x-www-form-urlencoded",
    })
}

/// Renders the headers. Those with a time outside the signature have a scope of their own.
fn headers(order: &DeliverySpec, scope: &Value, unsigned: &Value) -> Result<Vec<(String, String)>, ComposeError> {
    let mut templates: IndexMap<&str, &str> = IndexMap::from([("Content-Type", media_type(order.scheme))]);
    let own = order.scheme.headers.iter().map(|(name, text)| (&**name, &**text));
    let fixed =
        [(&order.scheme.id, "{{ id }}")].into_iter().chain(order.scheme.name.as_ref().map(|w| (w, "{{ event }}")));
    let placed = fixed.filter_map(|(place, text)| match place {
        Where::Header(name) => Some((&**name, text)),
        Where::Body(_) => None,
    });
    let altered = order.alteration.headers.iter().map(|(name, text)| (&**name, &**text));
    for (name, text) in placed.chain(own).chain(altered) {
        let known = templates.keys().copied().find(|k| k.eq_ignore_ascii_case(name)).unwrap_or(name);
        templates.insert(known, text);
    }
    let left_out = order.alteration.without_header.as_deref();
    let kept = templates.into_iter().filter(|(name, _)| !left_out.is_some_and(|n| n.eq_ignore_ascii_case(name)));
    let written = |name: &str| match order.alteration.header_names {
        Some(HeaderNames::LowerCase) => name.to_lowercase(),
        None => name.to_owned(),
    };
    let scope_of = |text| if order.scheme.signs_time_of(text) { scope } else { unsigned };
    kept.map(|(name, text)| Ok((written(name), template::render_text(text, scope_of(text))?))).collect()
}

#[cfg(test)]
#[path = "compose_tests.rs"]
mod tests;
