use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::*;
use crate::pack::scheme::Algorithm;
use crate::webhook::mac;

const VECTOR: &str = r#"{"id":"550e8400-e29b-41d4-a716-446655440000","specVersion":"1.0","event":"client.linked","timestamp":"2026-01-31T15:23:45Z","data":{"externalTenantId":"partner-client-123"}}"#;
const SECRET: &str = "dGhpc2lzYWJhc2U2NGVuY29kZWRzZWNyZXQ=";

fn signed_scheme() -> Webhooks {
    serde_json::from_value(json!({
        "headers": { "X-Event": "{{ event }}", "X-Time": "{{ t }}", "X-Signature": "t={{ t }},v1={{ mac }}" },
        "mac": { "algorithm": "hmac-sha256", "key": "base64", "signed_content": "{{ t }}.{{ body }}", "encoding": "hex" },
        "success": { "status": "2xx", "within": "10s" },
        "retries": ["0s"], "disable": { "after_failures": 1 },
        "id": "$.id", "name": "$.event", "time": ["$.timestamp", "$.data.signedAt"], "events": {}
    }))
    .unwrap()
}

fn token_scheme() -> Webhooks {
    serde_json::from_value(json!({
        "headers": { "X-Token": "{{ secret }}", "X-EventName": "{{ event }}" },
        "success": { "status": 200 }, "retries": ["0s"], "disable": { "after_failures": 4 },
        "id": "header.X-TraceId", "events": {}
    }))
    .unwrap()
}

fn altered(alteration: Value) -> Alteration {
    serde_json::from_value(alteration).unwrap()
}

/// Composes the delivery of the first vector, from a body without id, name and times.
fn deliver(scheme: &Webhooks, alteration: &Alteration) -> Result<SignedRequest, ComposeError> {
    let body = json!({ "id": "", "specVersion": "1.0", "event": "", "timestamp": "", "data": { "externalTenantId": "partner-client-123" } });
    compose(&DeliverySpec {
        scheme,
        event: "client.linked",
        body: &body,
        id: "550e8400-e29b-41d4-a716-446655440000",
        secrets: &[SECRET],
        url: "https://acme.example/hook",
        sent_at: 1_769_873_025,
        happened_at: 1_769_873_025,
        alteration,
    })
}

fn header<'p>(parcel: &'p SignedRequest, name: &str) -> Option<&'p str> {
    parcel.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
}

#[test]
fn a_genuine_delivery_is_the_documented_one_to_the_byte() {
    let parcel = deliver(&signed_scheme(), &Alteration::default()).unwrap();
    assert_eq!(String::from_utf8(parcel.body.clone()).unwrap(), VECTOR);
    assert_eq!(
        header(&parcel, "X-Signature"),
        Some("t=1769873025,v1=c5136a348f39a598fb605e096205dd98f72b7c08903967db4fcbf04448385859")
    );
    assert_eq!(header(&parcel, "X-Time"), Some("1769873025"));
    assert_eq!(header(&parcel, "X-Event"), Some("client.linked"));
    assert_eq!(header(&parcel, "Content-Type"), Some("application/json"));
}

#[test]
fn every_known_mistake_gives_the_documented_wrong_code() {
    for (alteration, wrong) in [
        (json!({ "key": "undecoded" }), "b39daddca8629d6dcddb007d91368388c7c3ec83d2a3a3d30f836a232773c9ff"),
        (json!({ "body": "signed_indented" }), "051542513c36098b49d6f2a7d6f64ba98b703233f60fc7e256771f32352336ed"),
        (json!({ "body": "signed_sorted" }), "96787307e092a175dc55dec91be6222001fcf18fbe2fa7a636096a4f20890ebc"),
        (json!({ "signed_content": "{{ body }}" }), "660d02b649deff85e9a3cb8e9526be70e4e0c244100e46e20073e63911608d54"),
        (json!({ "signature": "other_encoding" }), "xRNqNI85pZj7YF4JYgXdmPcrfAiQOWfbT8vwREg4WFk="),
    ] {
        let parcel = deliver(&signed_scheme(), &altered(alteration.clone())).unwrap();
        assert_eq!(header(&parcel, "X-Signature"), Some(&*format!("t=1769873025,v1={wrong}")), "{alteration}");
        assert_eq!(parcel.body, VECTOR.as_bytes(), "{alteration}");
    }
}

#[test]
fn a_body_beyond_ascii_is_signed_as_its_bytes() {
    let mut scheme = signed_scheme();
    (scheme.id, scheme.name) = (Where::Header("X-Id".into()), None);
    let body = json!({ "event": "case.created", "data": { "debtorName": "Søren Ærø ApS" } });
    let secret = "GfbdOMutetuNEZjgCUjQqWkQ3Z3ByTBN3jqPZExu9zE=";
    let alteration = Alteration::default();
    let parcel = compose(&DeliverySpec {
        scheme: &scheme,
        event: "case.created",
        body: &body,
        id: "1",
        secrets: &[secret],
        url: "https://acme.example/hook",
        sent_at: 1_700_000_000,
        happened_at: 1_700_000_000,
        alteration: &alteration,
    })
    .unwrap();
    assert_eq!(parcel.body.len(), 65);
    assert_eq!(
        header(&parcel, "X-Signature"),
        Some("t=1700000000,v1=c97b57068df95931a5ee1568c25fe02cf3790b3a1b1deaa81309508d03158ad6")
    );
    assert_eq!(header(&parcel, "X-Id"), Some("1"));
}

#[test]
fn a_body_that_is_written_otherwise_is_signed_as_it_is_sent() {
    let key = STANDARD.decode(SECRET).unwrap();
    let genuine: Value = serde_json::from_str(VECTOR).unwrap();
    for word in ["spaced", "reordered", "escaped", "non_ascii", "unknown_member"] {
        let parcel = deliver(&signed_scheme(), &altered(json!({ "body": word }))).unwrap();
        let message = [b"1769873025.", &*parcel.body].concat();
        let expected =
            format!("t=1769873025,v1={}", hex::encode(mac::computed(Algorithm::HmacSha256, &key, &message).unwrap()));
        assert_eq!(header(&parcel, "X-Signature"), Some(&*expected), "{word}");
        assert_ne!(parcel.body, VECTOR.as_bytes(), "{word}");
        let read: Value = serde_json::from_slice(&parcel.body).unwrap();
        for (name, value) in genuine.as_object().unwrap() {
            assert_eq!(read.get(name), Some(value), "{word}: {name}");
        }
    }
}

#[test]
fn a_changed_body_keeps_its_signature_its_id_and_its_name() {
    let parcel = deliver(&signed_scheme(), &altered(json!({ "body": "changed" }))).unwrap();
    let genuine = deliver(&signed_scheme(), &Alteration::default()).unwrap();
    assert_eq!(parcel.headers, genuine.headers);
    let (sent, original): (Value, Value) =
        (serde_json::from_slice(&parcel.body).unwrap(), serde_json::from_str(VECTOR).unwrap());
    assert_ne!(sent, original);
    for kept in ["id", "event", "timestamp"] {
        assert_eq!(sent[kept], original[kept]);
    }
}

#[test]
fn a_body_signed_without_its_white_space_is_sent_with_some() {
    let parcel = deliver(&signed_scheme(), &altered(json!({ "body": "signed_compact" }))).unwrap();
    let genuine = deliver(&signed_scheme(), &Alteration::default()).unwrap();
    assert_eq!(parcel.headers, genuine.headers);
    assert_ne!(parcel.body, genuine.body);
}

#[test]
fn headers_can_be_left_out_written_otherwise_or_damaged() {
    let scheme = signed_scheme();
    let without = deliver(&scheme, &altered(json!({ "without_header": "x-signature" }))).unwrap();
    assert_eq!(header(&without, "X-Signature"), None);
    let other = deliver(&scheme, &altered(json!({ "headers": { "x-time": "{{ t - 1 }}" } }))).unwrap();
    assert_eq!(header(&other, "X-Time"), Some("1769873024"));
    for (damage, length) in [("truncated", 32), ("empty", 0), ("upper_case", 64)] {
        let parcel = deliver(&scheme, &altered(json!({ "signature": damage }))).unwrap();
        let code = header(&parcel, "X-Signature").unwrap().split_once("v1=").unwrap().1;
        assert_eq!(code.len(), length, "{damage}");
        assert_eq!(code, code.to_uppercase().get(..length).filter(|_| damage == "upper_case").unwrap_or(code));
    }
    let forged = deliver(&scheme, &altered(json!({ "key": "other" }))).unwrap();
    assert_ne!(
        header(&forged, "X-Signature"),
        header(&deliver(&scheme, &Alteration::default()).unwrap(), "X-Signature")
    );
}

/// Returns the times of the three clocks: next to the signature, in the other header, and in the body.
fn clocks(alteration: Value) -> (i64, i64, String) {
    let body = json!({ "id": "", "event": "", "timestamp": "" });
    let order = DeliverySpec {
        scheme: &signed_scheme(),
        event: "e",
        body: &body,
        id: "1",
        secrets: &[SECRET],
        url: "https://acme.example/hook",
        sent_at: 7200,
        happened_at: 7200,
        alteration: &altered(alteration),
    };
    let parcel = compose(&order).unwrap();
    let signed = header(&parcel, "X-Signature").unwrap().strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    let key = STANDARD.decode(SECRET).unwrap();
    let message = [signed.0.as_bytes(), b".", &*parcel.body].concat();
    let code = hex::encode(mac::computed(Algorithm::HmacSha256, &key, &message).unwrap());
    assert_eq!(signed.1, code, "what is signed is what stands beside the code");
    let body: Value = serde_json::from_slice(&parcel.body).unwrap();
    let said = body["timestamp"].as_str().unwrap().to_owned();
    (signed.0.parse().unwrap(), header(&parcel, "X-Time").unwrap().parse().unwrap(), said)
}

#[test]
fn each_clock_can_be_old_by_itself() {
    let (old, new) = ("1970-01-01T01:00:00Z", "1970-01-01T02:00:00Z");
    for (alteration, expected) in [
        (json!({}), (7200, 7200, new)),
        (json!({ "age": "1h" }), (3600, 3600, old)),
        (json!({ "age": "1h", "clocks": ["body"] }), (7200, 7200, old)),
        (json!({ "age": "1h", "clocks": ["signed"] }), (3600, 7200, new)),
        (json!({ "age": "1h", "clocks": ["unsigned"] }), (7200, 3600, new)),
        (json!({ "age": "1h", "clocks": ["signed", "body"] }), (3600, 7200, old)),
        (json!({ "age": "1h", "clocks": ["signed", "unsigned"] }), (3600, 3600, new)),
    ] {
        let (signed, beside, body) = clocks(alteration.clone());
        assert_eq!((signed, beside, &*body), expected, "{alteration}");
    }
}

#[test]
fn names_of_headers_are_spelled_as_they_are_documented_and_small_where_that_is_asked_for() {
    let names = |alteration: Value| -> Vec<String> {
        let parcel = deliver(&signed_scheme(), &altered(alteration)).unwrap();
        parcel.headers.into_iter().map(|(name, _)| name).collect()
    };
    assert_eq!(names(json!({})), ["Content-Type", "X-Event", "X-Time", "X-Signature"]);
    assert_eq!(names(json!({ "headers": { "x-event": "y" } })), ["Content-Type", "X-Event", "X-Time", "X-Signature"]);
    let small = json!({ "header_names": "lower_case" });
    assert_eq!(names(small.clone()), ["content-type", "x-event", "x-time", "x-signature"]);
    let genuine = deliver(&signed_scheme(), &Alteration::default()).unwrap();
    let parcel = deliver(&signed_scheme(), &altered(small)).unwrap();
    let values = |parcel: &SignedRequest| parcel.headers.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>();
    assert_eq!(values(&parcel), values(&genuine));
}

#[test]
fn another_event_name_is_written_wherever_names_are() {
    let parcel = deliver(&signed_scheme(), &altered(json!({ "event": "client.renamed" }))).unwrap();
    assert_eq!(parcel.event, "client.renamed");
    assert_eq!(header(&parcel, "X-Event"), Some("client.renamed"));
    assert_eq!(serde_json::from_slice::<Value>(&parcel.body).unwrap()["event"], "client.renamed");
}

#[test]
fn a_static_token_needs_no_signature() {
    let scheme = token_scheme();
    let genuine = deliver(&scheme, &Alteration::default()).unwrap();
    assert_eq!(header(&genuine, "X-Token"), Some(SECRET));
    assert_eq!(header(&genuine, "X-TraceId"), Some("550e8400-e29b-41d4-a716-446655440000"));
    let forged = deliver(&scheme, &altered(json!({ "key": "other" }))).unwrap();
    assert_ne!(header(&forged, "X-Token"), Some(SECRET));
    let cut = deliver(&scheme, &altered(json!({ "headers": { "X-Token": "{{ secret[:5] }}" } }))).unwrap();
    assert_eq!(header(&cut, "X-Token"), Some("dGhpc"));
}

#[test]
fn what_cannot_be_composed_says_why() {
    let pointless = altered(json!({ "signature": "empty" }));
    assert_eq!(deliver(&token_scheme(), &pointless), Err(ComposeError::Pointless));
    let alteration = Alteration::default();
    let scheme = signed_scheme();
    let body = json!({ "id": "" });
    let order = DeliverySpec {
        scheme: &scheme,
        event: "e",
        body: &body,
        id: "1",
        secrets: &["###"],
        url: "https://acme.example/hook",
        sent_at: 0,
        happened_at: 0,
        alteration: &alteration,
    };
    assert_eq!(compose(&order), Err(ComposeError::Secret("Base64")));
    assert_eq!(compose(&DeliverySpec { happened_at: i64::MAX, ..order }), Err(ComposeError::Time(i64::MAX)));
    assert_eq!(compose(&DeliverySpec { body: &json!([]), ..order }), Err(ComposeError::Place("$.id".into())));
}

#[test]
fn a_repeat_has_the_same_bytes_under_a_new_time() {
    let (scheme, alteration) = (signed_scheme(), Alteration::default());
    let body = json!({ "id": "", "event": "", "timestamp": "" });
    let order = DeliverySpec {
        scheme: &scheme,
        event: "e",
        body: &body,
        id: "1",
        secrets: &[SECRET],
        url: "https://acme.example/hook",
        sent_at: 1_769_873_025,
        happened_at: 1_769_873_025,
        alteration: &alteration,
    };
    let (first, second) =
        (compose(&order).unwrap(), compose(&DeliverySpec { sent_at: 1_769_873_085, ..order }).unwrap());
    assert_eq!(first.body, second.body);
    assert_ne!(first.headers, second.headers);
}
