//! Decodes bytes that may not be UTF-8, so that a search still finds secrets in them.

/// Decodes bytes; invalid UTF-8 becomes Latin-1, as in headers and in output of older programs. A replacement character
/// would hide a secret from the search and leave the rest of it readable.
pub(crate) fn letters(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| letter(*byte)));
    }
    text
}

/// Reads a byte as a letter of Latin-1. Control characters are replaced, because some would control a terminal.
fn letter(byte: u8) -> char {
    if (0x80..0xa0).contains(&byte) { char::REPLACEMENT_CHARACTER } else { char::from(byte) }
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn what_is_no_utf8_is_latin_1_and_never_steers_a_terminal() {
        let table: [(&[u8], &str); 5] = [
            (b"plain", "plain"),
            ("p\u{e4}ss \u{20ac}".as_bytes(), "p\u{e4}ss \u{20ac}"),
            (b"p\xe4ssw\xf6rd", "p\u{e4}ssw\u{f6}rd"),
            (b"\xc3\xa4 and \xe4", "\u{e4} and \u{e4}"),
            (b"\x9b2J", "\u{fffd}2J"),
        ];
        for (bytes, text) in table {
            assert_eq!(letters(bytes), text);
        }
    }
}
