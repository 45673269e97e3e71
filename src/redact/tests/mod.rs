use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use serde_json::json;

use super::*;

mod spellings;

const KEY: &str = "s3cr\"et/kéy+with=all&sorts<of>it";

fn knowing(secret: &str) -> Redactor {
    let redactor = Redactor::new();
    redactor.capture("test.api_key", secret);
    redactor
}

/// Writes every letter as `\uXXXX`, which JSON allows.
fn escaped(text: &str) -> String {
    text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect::<Vec<_>>().concat()
}

fn in_json(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    quoted[1..quoted.len() - 1].to_owned()
}

fn ascii_json(text: &str) -> String {
    in_json(text).chars().map(|c| if c.is_ascii() { c.to_string() } else { escaped(&c.to_string()) }).collect()
}

fn in_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

fn lower_case_escapes(percent: &str) -> String {
    let mut parts = percent.split('%');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| format!("{text}%{}{}", part[..2].to_lowercase(), &part[2..]))
}

/// Returns every spelling of a text that represents only that text.
fn written(secret: &str) -> Vec<(&'static str, String)> {
    const SOME: &AsciiSet = &CONTROLS.add(b' ').add(b'/').add(b'"').add(b'%');
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let entities = secret.chars().map(|c| format!("&#x{:x};", u32::from(c))).collect::<Vec<_>>().concat();
    vec![
        ("raw", secret.to_owned()),
        ("Base64", STANDARD.encode(secret)),
        ("Base64 without padding", STANDARD_NO_PAD.encode(secret)),
        ("URL-safe Base64", URL_SAFE.encode(secret)),
        ("URL-safe Base64 without padding", URL_SAFE_NO_PAD.encode(secret)),
        ("hex", hex::encode(secret)),
        ("upper-case hex", hex::encode_upper(secret)),
        ("percent, lower case", lower_case_escapes(&percent)),
        ("percent", percent.clone()),
        ("percent, in part", utf8_percent_encode(secret, SOME).to_string()),
        ("percent twice", percent.replace('%', "%25")),
        ("form", form),
        ("JSON", in_json(secret)),
        ("JSON with escaped slashes", in_json(secret).replace('/', "\\/")),
        ("JSON in ASCII", ascii_json(secret)),
        ("JSON in escapes alone", escaped(secret)),
        ("JSON in JSON", in_json(&in_json(secret))),
        ("HTML", in_html(secret)),
        ("entities alone", entities),
        ("JSON in HTML", in_html(&in_json(secret))),
        ("percent-encoded Base64", utf8_percent_encode(&STANDARD.encode(secret), NON_ALPHANUMERIC).to_string()),
        ("Base64 in JSON with escaped slashes", STANDARD.encode(secret).replace('/', "\\/")),
    ]
}

#[test]
fn a_secret_does_not_print() {
    let secret: Secret = serde_json::from_str("\"tell nobody\"").unwrap();
    assert_eq!(format!("{secret:?}"), "<secret>");
    assert_eq!(secret.expose(), "tell nobody");
    assert!(!secret.is_empty() && Secret::new("").is_empty());
}

#[test]
fn labels_are_stable_and_tell_values_apart() {
    let redactor = Redactor::new();
    assert_eq!(redactor.capture("access_token", "value-one"), "<access_token>");
    assert_eq!(redactor.capture("access_token", "value-two"), "<access_token#2>");
    assert_eq!(redactor.capture("another name", "value-one"), "<access_token>");
    assert_eq!(redactor.capture("another name", "value-three"), "<another_name>");
    assert_eq!(redactor.clone().text("value-two value-one"), "<access_token#2> <access_token>");
}

#[test]
fn short_values_have_labels_but_are_not_searched_for() {
    let redactor = Redactor::new();
    assert_eq!(redactor.capture("token", "abc"), "<token>");
    assert_eq!(redactor.label_of("abc").as_deref(), Some("<token>"));
    assert_eq!(redactor.text("abc YWJj 616263"), "abc YWJj 616263");
    assert_eq!((redactor.capture("none", ""), redactor.label_of("")), ("<none>".into(), None));
}

#[test]
fn the_longest_secret_wins_where_one_is_part_of_another() {
    let redactor = Redactor::new();
    redactor.capture("short", "abcdefgh");
    redactor.capture("long", "xx-abcdefgh-yy");
    assert_eq!(redactor.text("a xx-abcdefgh-yy b abcdefgh c"), "a <long> b <short> c");
}

#[test]
fn every_usual_encoding_is_replaced_as_a_whole() {
    let redactor = knowing(KEY);
    for (encoding, text) in written(KEY) {
        let around = format!("before {text} after");
        assert_eq!(redactor.text(&around), "before <test.api_key> after", "{encoding}: {text}");
    }
}

#[test]
fn what_a_base64_secret_decodes_to_is_a_secret_too() {
    let bytes: Vec<u8> = (0u8..24).map(|n| n.wrapping_mul(83).wrapping_add(190)).collect();
    let redactor = knowing(&STANDARD.encode(&bytes));
    for text in [hex::encode(&bytes), hex::encode_upper(&bytes), URL_SAFE.encode(&bytes)] {
        assert_eq!(redactor.text(&format!("key={text};")), "key=<test.api_key>;");
    }
    let redactor = knowing(&STANDARD.encode("readable text"));
    assert_eq!(redactor.text("say readable text!"), "say <test.api_key>!");
}

#[test]
fn json_is_searched_in_names_strings_and_numbers() {
    let redactor = Redactor::new();
    redactor.capture("pin", "12345678");
    redactor.capture("key", KEY);
    let value = json!({ KEY: [12_345_678, true, null, 1.5], "text": format!("Bearer {KEY}") });
    assert_eq!(redactor.json(&value), json!({ "<key>": ["<pin>", true, null, 1.5], "text": "Bearer <key>" }));
    let headers = redactor.headers([("X-Api-Key", KEY), ("Accept", "*/*")]);
    assert_eq!(headers, [("x-api-key".into(), "<key>".into()), ("accept".into(), "*/*".to_owned())]);
}

#[test]
fn sealing_names_what_it_found_and_leaves_a_well_formed_output() {
    let redactor = knowing(KEY);
    redactor.capture("odd", "nabc&lt;x\\");
    let json = serde_json::to_vec_pretty(&json!({ "a": KEY, "b": "\nabc&lt;x\\\"", "c": "\nabc&lt;x\n" })).unwrap();
    let sealed = redactor.seal(json);
    assert_eq!(sealed.hits, ["odd", "test.api_key"]);
    let value: Value = serde_json::from_slice(&sealed.bytes).unwrap();
    assert_eq!(value["a"], "[redacted test.api_key]");
    assert_eq!(redactor.seal(b"nothing here".to_vec()), Sealed { bytes: b"nothing here".to_vec(), hits: vec![] });
}

#[test]
fn an_output_that_is_no_text_is_sealed_too() {
    let redactor = knowing("plain-secret");
    let sealed = redactor.seal(b"\xff\xfeplain-secret\xff".to_vec());
    assert_eq!(sealed.bytes, b"\xff\xfe[redacted test.api_key]\xff");
}

#[test]
fn secrets_learned_one_by_one_are_all_found() {
    let redactor = Redactor::new();
    for number in 0..300 {
        redactor.capture("token", &format!("token-number-{number:05}"));
        let text = redactor.text(&format!("token-number-{number:05} token-number-00000"));
        assert!(!text.contains("number"), "{text}");
    }
    assert_eq!(redactor.text("token-number-00299"), "<token#300>");
}

#[test]
fn long_secrets_that_end_alike_are_told_apart() {
    let redactor = Redactor::new();
    let secret = |first: char| format!("{first}{}", "the same for all of them".repeat(4));
    redactor.capture("a", &secret('a'));
    redactor.capture("b", &secret('b'));
    assert_eq!(
        redactor.text(&format!("{} {} {}", secret('b'), secret('a'), secret('c'))),
        format!("<b> <a> {}", secret('c'))
    );
}

/// Secrets of at least 8 bytes with all characters that encodings change.
fn secrets() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z0-9+/=\"'\\\\&<>%é€😀 _~.-]{8,40}", "[a-zA-Z0-9+/]{10,43}=", "[A-Za-z0-9_-]{24,64}"]
        .prop_filter("white space at the ends, or too uniform to be told apart", |text| {
            let letters: std::collections::HashSet<_> = text.chars().collect();
            text.trim() == text && text.len() >= 8 && letters.len() > 5
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_encoding_leaves_a_trace(secret in secrets(), before in " {0,5}", after in " {0,5}") {
        let redactor = knowing(&secret);
        for (encoding, text) in written(&secret) {
            let redacted = redactor.text(&format!("{before}{text}{after}"));
            prop_assert_eq!(redacted, format!("{}<test.api_key>{}", before, after), "{}", encoding);
        }
    }

    #[test]
    fn base64_of_a_larger_text_leaves_no_trace(secret in secrets(), before in "[ -~]{0,9}", after in "[ -~]{0,9}") {
        let redactor = knowing(&secret);
        let larger = format!("{before}{secret}{after}");
        for text in [STANDARD.encode(&larger), URL_SAFE_NO_PAD.encode(&larger)] {
            let redacted = redactor.text(&text);
            let (head, tail) = redacted.split_once("<test.api_key>").expect("it was found");
            // Only characters without any bit of the secret may remain.
            let free = before.len() * 8 / 6;
            prop_assert!(head.len() <= free && tail.len() <= after.len() * 8 / 6 + 3, "{redacted}");
            prop_assert!(text.starts_with(head) && text.ends_with(tail));
            let first = URL_SAFE_NO_PAD.decode(head.replace('+', "-").replace('/', "_").get(..head.len() / 4 * 4).unwrap()).unwrap();
            prop_assert!(before.as_bytes().starts_with(&first));
        }
    }

    #[test]
    fn text_without_secrets_is_unchanged(secret in "[a-z]{12,30}", text in "[A-Z0-9 %\\\\&;+\"u]{0,80}") {
        let redactor = knowing(&secret);
        prop_assert_eq!(redactor.text(&text), text.clone());
        prop_assert_eq!(redactor.seal(text.clone().into_bytes()).bytes, text.into_bytes());
    }

    #[test]
    fn a_sealed_json_still_parses(secret in secrets(), noise in ".{0,20}") {
        let redactor = knowing(&secret);
        let value = json!({ "a": format!("{noise}{secret}{noise}"), "b": noise });
        let sealed = redactor.seal(serde_json::to_vec(&value).unwrap());
        prop_assert!(serde_json::from_slice::<Value>(&sealed.bytes).is_ok(), "{}", String::from_utf8_lossy(&sealed.bytes));
        prop_assert_eq!(sealed.hits, ["test.api_key"]);
    }

    #[test]
    fn any_bytes_can_be_sealed(secret in ".{4,12}", output in proptest::collection::vec(any::<u8>(), 0..200)) {
        let redactor = knowing(&secret);
        let sealed = redactor.seal(output.clone());
        prop_assert_eq!(sealed.hits.is_empty(), sealed.bytes == output);
        redactor.text(&String::from_utf8_lossy(&output));
    }
}

#[test]
fn of_an_issued_url_only_what_gives_access_is_secret() {
    let redactor = Redactor::new();
    let back = "https%3A%2F%2Facme.example%2Fdone%3Fcase%3D1";
    let issued = format!("https://pages.example/all?token=0123456789abcdef&returnUrl={back}");
    redactor.learn_issued("r.url", &issued);
    assert_eq!(redactor.text(&issued), format!("https://pages.example/all?token=<r.url>&returnUrl={back}"));
    assert_eq!(redactor.text("https://acme.example/done?case=1"), "https://acme.example/done?case=1");
}
