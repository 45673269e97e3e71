//! Generates the key and the credentials that the simulated provider issues.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::redact::issued;

/// Generates a key for the simulator to issue: random bytes in Base64.
pub fn issue() -> String {
    STANDARD.encode(issued::bytes())
}

/// Generates a credential for the simulator to issue, without characters that are special anywhere.
pub(in crate::run) fn credential() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}
