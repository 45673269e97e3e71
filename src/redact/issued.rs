//! Secrets generated for a run. Nothing is left to luck: each contains every character that careless readers lose.

/// Generates random bytes for a key, shaped by [`telling`].
pub(crate) fn bytes() -> [u8; 32] {
    telling(rand::random())
}

/// Changes the bytes so that each known way of misreading them shows. Their Base64 begins with a letter in each case, a
/// `+` and a `/` (in URLs a `-` and a `_`), which careless decoders lose or replace; if their number is not a multiple
/// of three, it ends with `=`. One byte is 0, which ends strings in some languages.
pub(crate) fn telling(mut bytes: [u8; 32]) -> [u8; 32] {
    let [upper, lower, order, ..] = bytes;
    let (upper, lower, plus, slash) = (upper % 26, 26 + lower % 26, 62, 63);
    let letters = if order & 1 == 0 { [upper, lower] } else { [lower, upper] };
    let signs = if order & 2 == 0 { [plus, slash] } else { [slash, plus] };
    let word = [letters[0], signs[0], letters[1], signs[1]].iter().fold(0, |word, six| (word << 6) | u32::from(*six));
    let [_, first, second, third] = word.to_be_bytes();
    [bytes[0], bytes[1], bytes[2], bytes[3]] = [first, second, third, 0];
    bytes
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_a_decoder_loses_is_there(seed: [u8; 32]) {
            let bytes = telling(seed);
            let (text, in_url) = (STANDARD.encode(bytes), URL_SAFE_NO_PAD.encode(bytes));
            prop_assert!(text.contains('+') && text.contains('/') && text.ends_with('='), "{}", text);
            prop_assert!(in_url.contains('-') && in_url.contains('_'), "{}", in_url);
            prop_assert!(text.contains(|c: char| c.is_ascii_uppercase()) && text.contains(|c: char| c.is_ascii_lowercase()));
            prop_assert!(bytes.contains(&0));
            // A careless reader obtains no key, or a different one.
            prop_assert!(URL_SAFE.decode(&text).is_err());
            for wrong in [text.trim_end_matches('=').to_owned(), text.replace('+', " "), text.to_lowercase()] {
                prop_assert_ne!(STANDARD.decode(&wrong).ok(), Some(bytes.to_vec()), "{}", wrong);
            }
        }
    }

    #[test]
    fn the_rest_is_random() {
        assert_ne!(bytes(), bytes());
        assert_eq!(telling([7; 32])[4..], [7; 28]);
    }
}
