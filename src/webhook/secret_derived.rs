//! Headers derived from a secret that contain neither the whole secret, which redaction recognises, nor a signature.

use std::collections::BTreeSet;

use crate::pack::alteration::Alteration;
use crate::pack::scheme::Webhooks;

/// The text that replaces such a value in a record.
pub const CHANGED: &str = "<webhook_secret, changed>";

/// Returns the lower-case names of headers whose template transforms the secret instead of inserting it. Even a single
/// letter would disclose the secret piece by piece, and is too short to be recognised.
pub fn secret_derived(scheme: &Webhooks, alteration: &Alteration) -> BTreeSet<String> {
    let headers = scheme.headers.iter().chain(&alteration.headers);
    headers.filter(|(_, text)| is_taken_apart(text)).map(|(name, _)| name.to_lowercase()).collect()
}

fn is_taken_apart(text: &str) -> bool {
    let expressions = text.split("{{").skip(1).map(|part| part.split("}}").next().unwrap_or(part));
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let reads = |expression: &str| expression.split(|letter| !is_word(letter)).any(|word| word == "secret");
    let plain = |expression: &str| {
        let words: Vec<&str> = expression.split_whitespace().collect();
        matches!(words[..], ["secret"] | ["secret", "|", "base64"])
    };
    expressions.filter(|expression| reads(expression)).any(|expression| !plain(expression))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_of_a_secret_is_told_from_the_secret() {
        for (text, apart) in [
            ("{{ secret }}", false),
            ("Basic {{ secret | base64 }}", false),
            ("t={{ t }},v1={{ mac }}", false),
            ("{{ secret[:1] }}", true),
            ("{{ t }} {{ secret | reverse }}", true),
            ("{{ ('x' ~ secret) | base64 }}", true),
        ] {
            assert_eq!(is_taken_apart(text), apart, "{text}");
        }
    }
}
