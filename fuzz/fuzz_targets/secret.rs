//! Any text around and instead of a secret: what is sealed is never longer than its labels explain, and a secret that was
//! put into it is gone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use preflight::redact::Redactor;

fuzz_target!(|input: (&str, &str, &str)| {
    let (secret, before, after) = input;
    let redactor = Redactor::new();
    redactor.capture("key", secret);
    let text = format!("{before}{secret}{after}");
    let redacted = redactor.text(&text);
    if secret.len() >= 8 && !"<key>".contains(secret) {
        assert!(!redacted.contains(secret), "{secret:?} in {redacted:?}");
        assert!(!redactor.seal(text.into_bytes()).hits.is_empty());
    }
});
