//! The key and the credentials that a run makes up for the simulated provider to issue.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::redact::issued;

/// A key that the simulator issues: 32 random bytes in Base64.
pub fn issue() -> String {
    STANDARD.encode(issued::bytes())
}

/// A credential that the simulator issues, without characters that are special anywhere.
pub(in crate::run) fn credential() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}
