//! Verifies a delivery as a correct handler does: which event it is, and whether it is authentic.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

use super::error::ComposeError;
use super::mac::Signing;
use super::pattern::Pattern;
use super::timestamp;
use crate::body;
use crate::pack::alteration::Alteration;
use crate::pack::scheme::{BodyType, Mac, Signatures, Webhooks};
use crate::pack::types::Where;
use crate::template;

/// A received delivery.
#[derive(Clone, Copy, Debug)]
pub struct ReceivedDelivery<'a> {
    /// The HTTP method; a signature may cover it.
    pub method: &'a str,
    /// The whole URL that it was sent to.
    pub url: &'a str,
    /// Header names, in any case, and values.
    pub headers: &'a [(String, String)],
    /// The raw body, byte for byte, as a signature covers it.
    pub body: &'a [u8],
}

/// The content of a delivery and the result of its verification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// The event's name.
    pub event: Option<String>,
    /// The event's id.
    pub id: Option<String>,
    /// The claimed age in seconds; negative if the claimed time lies ahead.
    pub sent_at_age_s: Option<i64>,
    /// Whether its token or signature is valid for one of the secrets.
    pub verified: bool,
    /// Whether the scheme limits the age, and the claimed time is unreadable or too far from now in either direction.
    pub stale: bool,
    /// Why it is not trustworthy; `None` if it is.
    pub why: Option<String>,
}

/// Why a delivery is not proven to come from the provider.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
enum VerifyError {
    #[error("the header `{0}` is missing")]
    NoHeader(String),
    #[error("the header `{header}` does not have the form `{template}`")]
    Form { header: String, template: String },
    #[error("there is no secret to verify it with")]
    NoSecret,
    #[error("the signature in `{header}` was made with another secret or over other bytes")]
    Signature { header: String },
    #[error("`{header}` does not contain the secret")]
    Token { header: String },
    #[error(transparent)]
    Compose(#[from] ComposeError),
}

/// Verifies a delivery. `now` is in seconds since 1970.
pub fn examine(scheme: &Webhooks, secrets: &[&str], received: &ReceivedDelivery, now: i64) -> Verification {
    let reading = ParsedDelivery::read_from(scheme, received);
    let age = reading
        .text_of("t")
        .and_then(|t| timestamp::read(scheme.timestamp.unit, t))
        .map(|sent| now.saturating_sub(sent));
    let limit = scheme.timestamp.tolerance.map(|span| i64::try_from(span.0.as_secs()).unwrap_or(i64::MAX));
    let stale = limit.and_then(|limit| match age {
        Some(age) if age.saturating_abs() <= limit => None,
        Some(age) if age < 0 => {
            Some(format!("its timestamp is {} s ahead; at most {limit} s are allowed", age.unsigned_abs()))
        }
        Some(age) => Some(format!("it is {age} s old; at most {limit} s are allowed")),
        None => Some("it has no readable sending time".to_owned()),
    });
    let unproven = reading.prove(secrets).err();
    Verification {
        event: reading.text_of("event").map(str::to_owned),
        id: reading.text_of("id").map(str::to_owned),
        sent_at_age_s: age,
        verified: unproven.is_none(),
        stale: stale.is_some(),
        why: unproven.map(|why| why.to_string()).or(stale),
    }
}

/// An expression of a header that proves authenticity, and the text in its place.
struct Proof<'a> {
    header: &'a str,
    expression: &'a str,
    text: &'a str,
}

/// The parsed content of a delivery.
struct ParsedDelivery<'a> {
    scheme: &'a Webhooks,
    received: &'a ReceivedDelivery<'a>,
    said: BTreeMap<&'a str, String>,
    proofs: Vec<Proof<'a>>,
    /// Why a header with a proof is unusable.
    missing: Option<VerifyError>,
}

impl<'a> ParsedDelivery<'a> {
    fn read_from(scheme: &'a Webhooks, received: &'a ReceivedDelivery<'a>) -> Self {
        let mut reading = ParsedDelivery { scheme, received, said: BTreeMap::new(), proofs: Vec::new(), missing: None };
        for (name, template) in &scheme.headers {
            reading.header(name, template);
        }
        let body = reading.body();
        for (word, place) in [("id", Some(&scheme.id)), ("event", scheme.name.as_ref())] {
            let found = place.and_then(|place| match place {
                Where::Header(name) => reading.value(name).map(str::to_owned),
                Where::Body(path) => path.first(body.as_ref()?).map(super::body::text),
            });
            if let Some(found) = found {
                reading.said.entry(word).or_insert(found);
            }
        }
        reading
    }

    /// Parses one header by its template.
    fn header(&mut self, name: &'a str, template: &'a str) {
        let proves = is_proof(template);
        let value = self.value(name);
        let read = value.and_then(|value| Pattern::parse(template)?.read(value));
        let Some(read) = read else {
            if proves {
                let why = value.map_or_else(
                    || VerifyError::NoHeader(name.to_owned()),
                    |_| VerifyError::Form { header: name.to_owned(), template: template.to_owned() },
                );
                self.missing.get_or_insert(why);
            }
            return;
        };
        for (expression, text) in read {
            if is_proof(&format!("{{{{ {expression} }}}}")) {
                self.proofs.push(Proof { header: name, expression, text });
                self.each(expression, text);
            } else if ["event", "id", "t"].contains(&expression) && (proves || !self.said.contains_key(expression)) {
                // A value next to a signature is the signed one.
                self.said.insert(expression, text.to_owned());
            }
        }
    }

    /// Reads the sending time from the joined signatures, if they contain one.
    fn each(&mut self, expression: &str, text: &str) {
        let Some(several) = self.several().filter(|_| expression == "signatures") else { return };
        let times = parts(several, text).filter_map(|part| Pattern::parse(&several.format)?.read(part));
        let time = times.flatten().find(|(expression, _)| *expression == "t").map(|(_, time)| time.to_owned());
        if let Some(time) = time {
            self.said.insert("t", time);
        }
    }

    fn several(&self) -> Option<&'a Signatures> {
        self.scheme.mac.as_ref()?.signatures.as_ref()
    }

    fn value(&self, name: &str) -> Option<&'a str> {
        self.received.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }

    fn text_of(&self, name: &str) -> Option<&str> {
        self.said.get(name).map(String::as_str)
    }

    /// Returns the body as JSON; form fields are strings.
    fn body(&self) -> Option<Value> {
        match self.scheme.body {
            BodyType::Json => body::json(self.received.body),
            BodyType::Form => Some(body::form(self.received.body).into()),
        }
    }

    /// Checks that every proof is valid for one of the secrets.
    fn prove(&self, secrets: &[&str]) -> Result<(), VerifyError> {
        if let Some(why) = &self.missing {
            return Err(why.clone());
        }
        if secrets.is_empty() && !self.proofs.is_empty() {
            return Err(VerifyError::NoSecret);
        }
        let mut why = Ok(());
        for secret in secrets {
            why = self.prove_by(secret);
            if why.is_ok() {
                break;
            }
        }
        why
    }

    fn prove_by(&self, secret: &str) -> Result<(), VerifyError> {
        let scope = self.scope(secret)?;
        for Proof { header, expression, text } in &self.proofs {
            let right = self.expected(expression, text, &scope)?;
            if !right {
                return Err(match &self.scheme.mac {
                    Some(_) => VerifyError::Signature { header: (*header).to_owned() },
                    None => VerifyError::Token { header: (*header).to_owned() },
                });
            }
        }
        Ok(())
    }

    /// Returns the values for header templates, assuming this secret.
    fn scope(&self, secret: &str) -> Result<Value, ComposeError> {
        let mut scope: Map<String, Value> =
            self.said.iter().map(|(name, text)| ((*name).into(), (&**text).into())).collect();
        scope.insert("url".into(), self.received.url.into());
        scope.insert("method".into(), self.received.method.into());
        scope.insert("secret".into(), secret.into());
        let mut scope = Value::Object(scope);
        if let Some(mac) = &self.scheme.mac {
            scope["mac"] = self.code(mac, secret, &scope)?.into();
        }
        Ok(scope)
    }

    fn code(&self, mac: &Mac, secret: &str, scope: &Value) -> Result<String, ComposeError> {
        let genuine = Alteration::default();
        Signing { scheme: self.scheme, mac, alteration: &genuine }.code(secret, scope, self.received.body)
    }

    /// Whether a text equals the value of an expression; for several signatures, whether one does.
    fn expected(&self, expression: &str, text: &str, scope: &Value) -> Result<bool, ComposeError> {
        let Some(several) = self.several().filter(|_| expression == "signatures") else {
            return Ok(same(&template::render_text(&format!("{{{{ {expression} }}}}"), scope)?, text));
        };
        let wanted = template::render_text(&several.format, scope)?;
        Ok(parts(several, text).any(|part| same(&wanted, part)))
    }
}

/// Whether a template reads a value that only holders of the secret know.
fn is_proof(template: &str) -> bool {
    let names = template::names(template).unwrap_or_default();
    names.iter().any(|name| matches!(&**name, "secret" | "mac" | "signatures"))
}

/// Splits several signatures.
fn parts<'t>(several: &'t Signatures, text: &'t str) -> impl Iterator<Item = &'t str> {
    let (whole, split) = match &*several.joined_by {
        "" => (Some(text), None),
        between => (None, Some(text.split(between))),
    };
    whole.into_iter().chain(split.into_iter().flatten())
}

/// Compares two texts in constant time.
fn same(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
