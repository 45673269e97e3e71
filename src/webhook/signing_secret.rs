//! Subscription secrets: generates them and derives the key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::error::ComposeError;
use crate::pack::scheme::{KeyForm, Webhooks};
use crate::redact::issued;

/// Length of secrets that are not encoded bytes, in characters.
const CHARACTERS: usize = 32;

/// The characters of such a secret, by kind.
const KINDS: [&[u8]; 3] = [b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz", b"0123456789"];

/// Generates a secret as the provider issues them: with its prefix, in its encoding, within its maximum length.
pub fn issue(scheme: Option<&Webhooks>) -> String {
    written(scheme, &rand::random())
}

/// Generates a different secret of the same kind, derived deterministically so that a run can be repeated.
pub(super) fn other(scheme: &Webhooks, secret: &str) -> String {
    let made = |number: u32| written(Some(scheme), &Sha256::digest(format!("not {secret}{number}")).into());
    // Short secrets may coincide by chance; if the length leaves no choice, a longer one is used.
    (0..100).map(made).find(|made| made != secret).unwrap_or_else(|| format!("{secret}x"))
}

fn written(scheme: Option<&Webhooks>, bytes: &[u8; 32]) -> String {
    let prefix = scheme.map_or("", |scheme| &scheme.secret.prefix);
    let room =
        scheme.and_then(|scheme| scheme.secret.at_most).map_or(usize::MAX, |most| most.saturating_sub(prefix.len()));
    let form = scheme.map_or(KeyForm::Base64, |scheme| scheme.mac.as_ref().map_or(KeyForm::Text, |mac| mac.key));
    let first = |most: usize| &bytes[..most.min(bytes.len())];
    let text = match form {
        // A length that is a multiple of three bytes would produce no `=` padding.
        KeyForm::Base64 => {
            STANDARD.encode(&issued::telling(*bytes)[..(room / 4 * 3).saturating_sub(1).min(bytes.len())])
        }
        KeyForm::Hex => hex::encode(first(room / 2)),
        KeyForm::Text => first(room.min(CHARACTERS)).iter().enumerate().map(letter).collect(),
    };
    format!("{prefix}{text}")
}

/// Maps a byte to a letter, using every kind of character in turn, so that a secret in another case always differs.
fn letter((at, byte): (usize, &u8)) -> char {
    let kind = KINDS[at % KINDS.len()];
    char::from(kind[usize::from(*byte) % kind.len()])
}

/// Decodes the key that a secret's text represents.
pub(super) fn key(scheme: &Webhooks, form: KeyForm, secret: &str) -> Result<Vec<u8>, ComposeError> {
    let text = secret.strip_prefix(&scheme.secret.prefix).unwrap_or(secret);
    match form {
        KeyForm::Base64 => STANDARD.decode(text).map_err(|_| ComposeError::Secret("Base64")),
        KeyForm::Hex => hex::decode(text).map_err(|_| ComposeError::Secret("hexadecimal")),
        KeyForm::Text => Ok(text.as_bytes().to_vec()),
    }
}
