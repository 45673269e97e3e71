//! Generates ids, numbers, tokens and secrets.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::redact::issued;

/// Generates new values. `secret` is the secret of a new subscription.
pub(super) fn fresh(number: u64, secret: &str) -> Value {
    json!({
        "id": uuid::Uuid::new_v4(), "link": uuid::Uuid::new_v4(), "number": number,
        "token": token(), "secret": secret
    })
}

/// Generates a random text in the format of a signed JSON Web Token.
fn token() -> String {
    let claims = json!({ "jti": uuid::Uuid::new_v4() }).to_string();
    let parts = [r#"{"alg":"HS256","typ":"JWT"}"#.as_bytes(), claims.as_bytes(), &issued::bytes()];
    parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
}
