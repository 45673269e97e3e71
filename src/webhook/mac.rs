//! Computes, encodes and alters signatures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit};
use serde_json::Value;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::error::ComposeError;
use super::signing_secret;
use crate::pack::alteration::{Alteration, KeyAlteration, SignatureAlteration};
use crate::pack::scheme::{Algorithm, Encoding, Mac, Webhooks};
use crate::template;

/// How a delivery is signed: by the scheme, with the changes of an alteration.
#[derive(Clone, Copy)]
pub(super) struct Signing<'a> {
    pub(super) scheme: &'a Webhooks,
    pub(super) mac: &'a Mac,
    pub(super) alteration: &'a Alteration,
}

impl Signing<'_> {
    /// Computes the encoded signature of a body. The signed content is a template over the body and the values in
    /// `scope`.
    pub(super) fn code(&self, secret: &str, scope: &Value, body: &[u8]) -> Result<String, ComposeError> {
        let key = match self.alteration.key {
            Some(KeyAlteration::Undecoded) => secret.as_bytes().to_vec(),
            Some(KeyAlteration::Other | KeyAlteration::Rotated) | None => {
                signing_secret::key(self.scheme, self.mac.key, secret)?
            }
        };
        let message = self.alteration.signed_content.as_ref().unwrap_or(&self.mac.signed_content);
        let message = message_of(message, scope, body)?;
        let code = computed(self.mac.algorithm, &key, message.as_bytes())?;
        Ok(written(&code, self.mac.encoding, self.alteration.signature))
    }
}

fn message_of(text: &str, scope: &Value, body: &[u8]) -> Result<String, ComposeError> {
    let mut scope = scope.clone();
    let body = std::str::from_utf8(body).map_err(|error| ComposeError::Body(error.to_string()))?;
    scope["body"] = Value::String(body.to_owned());
    Ok(template::render_text(text, &scope)?)
}

/// Computes the bytes of a signature.
pub(super) fn computed(algorithm: Algorithm, key: &[u8], message: &[u8]) -> Result<Vec<u8>, ComposeError> {
    match algorithm {
        Algorithm::HmacSha1 => finished(Hmac::<Sha1>::new_from_slice(key), message),
        Algorithm::HmacSha256 => finished(Hmac::<Sha256>::new_from_slice(key), message),
        Algorithm::HmacSha512 => finished(Hmac::<Sha512>::new_from_slice(key), message),
    }
}

fn finished<M: hmac::Mac, E>(keyed: Result<M, E>, message: &[u8]) -> Result<Vec<u8>, ComposeError> {
    let mut code = keyed.map_err(|_| ComposeError::Secret("a key"))?;
    code.update(message);
    Ok(code.finalize().into_bytes().to_vec())
}

fn written(code: &[u8], encoding: Encoding, damage: Option<SignatureAlteration>) -> String {
    let encoding = match (damage, encoding) {
        (Some(SignatureAlteration::OtherEncoding), Encoding::Hex) => Encoding::Base64,
        (Some(SignatureAlteration::OtherEncoding), Encoding::Base64) => Encoding::Hex,
        (_, as_it_is) => as_it_is,
    };
    let text = match encoding {
        Encoding::Hex => hex::encode(code),
        Encoding::Base64 => STANDARD.encode(code),
    };
    match damage {
        Some(SignatureAlteration::Truncated) => text[..text.len() / 2].to_owned(),
        Some(SignatureAlteration::Empty) => String::new(),
        Some(SignatureAlteration::UpperCase) => text.to_uppercase(),
        Some(SignatureAlteration::OtherEncoding) | None => text,
    }
}
