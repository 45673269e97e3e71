//! Secrets in all the ways in which they can be written, made by code of the test's own.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The spellings in which handlers hand a secret back.
pub(crate) fn spellings(secret: &str) -> Vec<(&'static str, String)> {
    let every = |write: fn(u8) -> String| secret.bytes().map(write).collect::<String>();
    vec![
        ("raw", secret.to_owned()),
        ("base64", STANDARD.encode(secret)),
        ("base64-within", STANDARD_NO_PAD.encode(format!("user:{secret}:x"))),
        ("base64url", URL_SAFE_NO_PAD.encode(secret)),
        ("percent", utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string()),
        ("percent-all", every(|byte| format!("%{byte:02X}"))),
        ("hex", every(|byte| format!("{byte:02x}"))),
        ("hex-upper", every(|byte| format!("{byte:02X}"))),
        ("json-escaped", every(|byte| format!("\\u{byte:04x}"))),
        ("html-escaped", every(|byte| format!("&#{byte};"))),
        ("html-named", secret.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")),
    ]
}

/// Panics where a secret is in a text in any spelling, or appears once the text's own escapes are undone.
pub(crate) fn absent(secrets: &[&str], name: &str, text: &str) {
    let unescaped = quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), Into::into);
    let percent = percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let plain = text.replace('\\', "");
    for secret in secrets {
        for (spelling, written) in spellings(secret) {
            // What stands before a secret moves the letters of its Base64; those in the middle remain.
            let written = if spelling == "base64-within" { &written[8..written.len() - 4] } else { &written };
            for (view, text) in [("", text), (" unescaped", &unescaped), (" decoded", &percent), (" bare", &plain)] {
                assert!(!text.contains(written), "{name}{view} holds a secret as {spelling}: {written}");
            }
        }
    }
}
