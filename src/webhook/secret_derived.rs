//! Headers that hold something made of a secret: neither the secret, which is recognised wherever it stands, nor a code.

use std::collections::BTreeSet;

use crate::pack::alteration::Variation;
use crate::pack::scheme::Webhooks;

/// What stands in a record in the place of such a value.
pub const CHANGED: &str = "<webhook_secret, changed>";

/// The headers of a delivery, in small letters, for which a template does more with the secret than to write it down.
/// A letter of it is enough to know it letter by letter, and too short to be recognised.
pub fn taken_apart(scheme: &Webhooks, variation: &Variation) -> BTreeSet<String> {
    let headers = scheme.headers.iter().chain(&variation.headers);
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
