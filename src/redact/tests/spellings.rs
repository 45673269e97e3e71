//! The spellings in which programs pass a text on, and the values tried in each.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::*;

const VALUES: [&str; 4] = [
    "S3cr3tQ7w8E9r0ZxLm2",
    "dGVzdC1zZWNy+XQtb2Yt/zItYnl0ZXM=",
    "p\u{e4}ss \"W\u{f6}rd\" & <more>/100%='x'",
    "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n-----END KEY-----",
];

type Spelling = (&'static str, fn(&str) -> String);

fn percent(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn each(text: &str, write: impl Fn(u8) -> String) -> String {
    text.bytes().map(write).collect()
}

fn joined(text: &str, between: &str, write: impl Fn(u8) -> String) -> String {
    text.bytes().map(write).collect::<Vec<_>>().join(between)
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

fn json(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    quoted[1..quoted.len() - 1].to_owned()
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

fn named(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
        .replace('+', "&plus;")
        .replace('=', "&equals;")
        .replace('/', "&sol;")
}

/// A text in lines of a fixed length.
fn wrapped(text: &str, width: usize, end: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(width).map(|line| line.iter().collect::<String>()).collect::<Vec<_>>().join(end)
}

fn quoted(text: &str) -> String {
    each(text, |b| if b.is_ascii_graphic() && b != b'=' { char::from(b).to_string() } else { format!("={b:02X}") })
}

const SPELLINGS: &[Spelling] = &[
    ("itself", str::to_owned),
    ("lower case", str::to_lowercase),
    ("upper case", str::to_uppercase),
    ("Base64", |t| STANDARD.encode(t)),
    ("Base64 without padding", |t| STANDARD_NO_PAD.encode(t)),
    ("URL-safe Base64", |t| URL_SAFE.encode(t)),
    ("URL-safe Base64 without padding", |t| URL_SAFE_NO_PAD.encode(t)),
    ("Base64 of a pair", |t| STANDARD.encode(format!("user:{t}"))),
    ("Base64 within more", |t| STANDARD.encode(format!("{{\"password\":\"{t}\"}}"))),
    ("Base64 of hex", |t| STANDARD.encode(hex::encode(t))),
    ("Base64 of upper-case hex", |t| STANDARD.encode(hex::encode_upper(t))),
    ("Base64 of UTF-16", |t| STANDARD.encode(utf16(t, u16::to_le_bytes))),
    ("Base64 of big-endian UTF-16", |t| STANDARD.encode(utf16(t, u16::to_be_bytes))),
    ("Base64 of Base64", |t| STANDARD.encode(STANDARD.encode(t))),
    ("Base64 of URL-safe Base64", |t| STANDARD.encode(URL_SAFE.encode(t))),
    ("URL-safe Base64 of Base64", |t| URL_SAFE_NO_PAD.encode(STANDARD.encode(t))),
    ("Base64 of unpadded Base64", |t| STANDARD.encode(STANDARD_NO_PAD.encode(t))),
    ("Base64 in lines of 64", |t| wrapped(&STANDARD.encode(format!("{t}{t}{t}")), 64, "\n")),
    ("Base64 in lines of 76", |t| wrapped(&STANDARD.encode(format!("{t}{t}{t}")), 76, "\r\n")),
    ("Base64 in short lines", |t| wrapped(&STANDARD.encode(t), 10, "\n")),
    ("Base64 in lines in JSON", |t| json(&wrapped(&STANDARD.encode(t), 10, "\n"))),
    ("percent-encoded Base64", |t| percent(&STANDARD.encode(t))),
    ("Base64 with escaped slashes", |t| STANDARD.encode(t).replace('/', "\\/")),
    ("hex", |t| hex::encode(t)),
    ("upper-case hex", |t| hex::encode_upper(t)),
    ("mixed-case hex", |t| {
        hex::encode(t).char_indices().map(|(n, c)| if n % 2 == 0 { c.to_ascii_uppercase() } else { c }).collect()
    }),
    ("hex with a prefix", |t| format!("0x{}", hex::encode(t))),
    ("hex with colons", |t| joined(t, ":", |b| format!("{b:02x}"))),
    ("upper-case hex with colons", |t| joined(t, ":", |b| format!("{b:02X}"))),
    ("hex with blanks", |t| joined(t, " ", |b| format!("{b:02x}"))),
    ("hex with dashes", |t| joined(t, "-", |b| format!("{b:02X}"))),
    ("hex as numbers", |t| joined(t, ", ", |b| format!("0x{b:02x}"))),
    ("hex in lines", |t| wrapped(&joined(t, " ", |b| format!("{b:02x}")), 24, "\n")),
    ("hex of two bytes each", |t| wrapped(&hex::encode(t), 4, " ")),
    ("\\x", |t| each(t, |b| format!("\\x{b:02x}"))),
    ("upper-case \\x", |t| each(t, |b| format!("\\x{b:02X}"))),
    ("\\x in JSON", |t| json(&each(t, |b| format!("\\x{b:02x}")))),
    ("percent", percent),
    ("percent in small letters", |t| {
        each(t, |b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02x}") })
    }),
    ("percent for every byte", |t| each(t, |b| format!("%{b:02X}"))),
    ("percent twice", |t| percent(&percent(t))),
    ("percent three times", |t| percent(&percent(&percent(t)))),
    ("percent for every byte, twice", |t| each(&each(t, |b| format!("%{b:02X}")), |b| format!("%{b:02X}"))),
    ("a form", |t| url::form_urlencoded::byte_serialize(t.as_bytes()).collect()),
    ("a form in JSON", |t| json(&url::form_urlencoded::byte_serialize(t.as_bytes()).collect::<String>())),
    ("percent in JSON", |t| json(&percent(t))),
    ("percent over lines", |t| wrapped(&percent(t), 13, "\n")),
    ("JSON", json),
    ("JSON with escaped slashes", |t| json(t).replace('/', "\\/")),
    ("JSON in escapes alone", |t| t.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect()),
    ("JSON in upper-case escapes", |t| t.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect()),
    ("JSON in JSON", |t| json(&json(t))),
    ("JSON three times", |t| json(&json(&json(t)))),
    ("escapes alone in JSON", |t| json(&t.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<String>())),
    ("HTML", html),
    ("HTML by names", named),
    ("HTML in numbers", |t| t.chars().map(|c| format!("&#{};", u32::from(c))).collect()),
    ("HTML in hex", |t| t.chars().map(|c| format!("&#x{:X};", u32::from(c))).collect()),
    ("HTML with zeros", |t| t.chars().map(|c| format!("&#{:07};", u32::from(c))).collect()),
    ("HTML twice", |t| html(&html(t))),
    ("HTML in numbers, twice", |t| html(&t.chars().map(|c| format!("&#{};", u32::from(c))).collect::<String>())),
    ("JSON in HTML", |t| html(&json(t))),
    ("HTML in JSON", |t| json(&html(t))),
    ("percent in HTML", |t| html(&percent(t))),
    ("HTML in percent", |t| percent(&html(t))),
    ("quoted-printable", quoted),
    ("quoted-printable for every byte", |t| each(t, |b| format!("={b:02X}"))),
    ("quoted-printable in small letters", |t| each(t, |b| format!("={b:02x}"))),
    ("quoted-printable over lines", |t| wrapped(&quoted(t), 11, "=\n")),
    ("quoted-printable over mail's lines", |t| wrapped(&quoted(t), 11, "=\r\n")),
    ("quoted-printable in JSON", |t| json(&wrapped(&quoted(t), 11, "=\r\n"))),
    ("over lines", |t| wrapped(t, 7, "\n")),
    ("over lines of a log", |t| wrapped(t, 9, "\r\n")),
    ("over indented lines", |t| wrapped(t, 9, "\n      ")),
    ("over lines that go on", |t| wrapped(t, 9, "\\\n  ")),
    ("over lines in JSON", |t| json(&wrapped(t, 9, "\n"))),
    ("over lines in HTML", |t| html(&wrapped(t, 9, "\n"))),
    ("UTF-16", |t| String::from_utf8_lossy(&utf16(t, u16::to_le_bytes)).into_owned()),
    ("upper case in JSON", |t| json(&t.to_uppercase())),
    ("percent of lower case", |t| percent(&t.to_lowercase())),
];

/// Returns the pieces of a value that must not remain: any twelve consecutive characters, in the spelling.
fn pieces(written: &str) -> Vec<&str> {
    let ends: Vec<usize> = written.char_indices().map(|(at, _)| at).chain([written.len()]).collect();
    ends.windows(13).map(|window| &written[window[0]..window[12]]).collect()
}

#[test]
fn no_usual_spelling_is_shown() {
    let mut shown = Vec::new();
    for value in VALUES {
        let redactor = knowing(value);
        for (name, spell) in SPELLINGS {
            // Non-ASCII text has no single place in UTF-16 that reads as UTF-8.
            if *name == "UTF-16" && !value.is_ascii() {
                continue;
            }
            let written = spell(value);
            let around = format!("The value is here: {written} ; and that is all.");
            let redacted = redactor.text(&around);
            let whole = redacted.starts_with("The value is here: ") && redacted.ends_with(" ; and that is all.");
            let left = &redacted[19.min(redacted.len())..redacted.len().saturating_sub(19)];
            let leaks = pieces(&written).into_iter().filter(|piece| left.contains(piece)).count();
            if !redacted.contains("<test.api_key>")
                || !whole
                || leaks > 0 && !name.contains("lines of") && !name.contains("within")
            {
                shown.push(format!("{name} of {value:.12}: {left}"));
            }
            let sealed = redactor.seal(around.into_bytes());
            if sealed.hits.is_empty() {
                shown.push(format!("{name} of {value:.12} is not sealed"));
            }
        }
    }
    let tried = VALUES.len() * SPELLINGS.len() - 1;
    assert!(shown.is_empty(), "{} of {tried} are shown:\n{}", shown.len(), shown.join("\n"));
}

#[test]
fn a_short_secret_hides_a_whole_field_or_nothing() {
    let redactor = knowing("p4ss9");
    for (text, redacted) in [
        ("p4ss9", "<test.api_key>"),
        ("PIN=p4ss9", "PIN=<test.api_key>"),
        ("a: p4ss9\nb: x", "a: <test.api_key>\nb: x"),
        ("{\"a\":\"p4ss9\",\"b\":1}", "{\"a\":\"<test.api_key>\",\"b\":1}"),
        ("{'a': 'p4ss9'}", "{'a': '<test.api_key>'}"),
        ("a=p4ss9&b=p4ss9;", "a=<test.api_key>&b=<test.api_key>;"),
        ("Bearer p4ss9", "Bearer <test.api_key>"),
        (
            "xp4ss9y p4ss9-dir p4ss9.txt /p4ss9/ p4ss90 a p4ss9 b",
            "xp4ss9y p4ss9-dir p4ss9.txt /p4ss9/ p4ss90 a p4ss9 b",
        ),
        ("P4SS9 cDRzczk= 7034737339", "P4SS9 cDRzczk= 7034737339"),
    ] {
        assert_eq!(redactor.text(text), redacted);
    }
    assert_eq!(
        redactor.json(&json!({ "p4ss9": ["p4ss9", "x p4ss9"] })),
        json!({ "<test.api_key>": ["<test.api_key>", "x p4ss9"] })
    );
    assert_eq!(redactor.seal(b"a=p4ss9".to_vec()).hits, Vec::<String>::new());
}

#[test]
fn what_only_resembles_a_secret_stays_as_it_is() {
    let redactor = knowing("swordfishes");
    redactor.capture("other", "S3cr3tQ7w8E9r0Zx");
    for text in [
        "sword fishes, swordfish es, sword\u{a0}fishes",
        "19:25:25 2026-11-27 00:1a:2b:3c:4d:5e 550e8400-e29b-41d4-a716-446655440000",
        "a=1&b=%20c&amp;d \\n \\x41 &#65; =3D\nnext line\r\n  and another",
        "de ad be ef ca fe ba be 01 02",
        "{\"a\": [1, 2, 3], \"b\": \"c\\u00e9\"}",
    ] {
        assert_eq!(redactor.text(text), text);
    }
}

#[test]
fn a_text_full_of_escapes_is_searched_in_time() {
    let redactor = knowing("S3cr3tQ7w8E9r0Zx");
    let began = std::time::Instant::now();
    for mark in ["%25", "\\\\", "&amp;", "=3D", "\n", "%5C", "&#92;", "41 ", "0x4", "\\x25", "=\n", "\\u0026"] {
        let text = mark.repeat((1 << 20) / mark.len());
        assert!(redactor.seal(text.into_bytes()).hits.is_empty(), "{mark}");
    }
    // Not a benchmark: quadratic time would take hours.
    assert!(began.elapsed().as_secs() < 300);
}
