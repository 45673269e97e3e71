use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::webhook::{DeliverySpec, SignedRequest, compose};

const SECRET: &str = "dGhpc2lzYWJhc2U2NGVuY29kZWRzZWNyZXQ=";
const URL: &str = "https://acme.example/hook";
const NOW: i64 = 1_769_873_025;

fn signed() -> Webhooks {
    serde_json::from_value(json!({
        "headers": { "X-Event": "{{ event }}", "X-Signature": "t={{ t }},v1={{ mac }}" },
        "mac": { "algorithm": "hmac-sha256", "key": "base64", "signed_content": "{{ t }}.{{ body }}", "encoding": "hex" },
        "timestamp": { "tolerance": "300s" },
        "success": { "status": "2xx" }, "retries": ["0s"], "disable": { "after_failures": 1 },
        "id": "$.id", "name": "$.event", "events": {}
    }))
    .unwrap()
}

fn token() -> Webhooks {
    serde_json::from_value(json!({
        "headers": { "X-Token": "{{ secret }}", "X-Name": "{{ event }}" },
        "success": { "status": 200 }, "retries": ["0s"], "disable": { "after_failures": 4 },
        "id": "header.X-Id", "events": {}
    }))
    .unwrap()
}

fn sent(scheme: &Webhooks, alteration: &Value) -> SignedRequest {
    let alteration: Alteration = serde_json::from_value(alteration.clone()).unwrap();
    let body = json!({ "id": "", "event": "" });
    compose(&DeliverySpec {
        scheme,
        event: "thing.made",
        body: &body,
        id: "one",
        secrets: &[SECRET],
        url: URL,
        sent_at: NOW,
        happened_at: NOW,
        alteration: &alteration,
    })
    .unwrap()
}

fn verification(scheme: &Webhooks, secrets: &[&str], parcel: &SignedRequest) -> Verification {
    examine(
        scheme,
        secrets,
        &ReceivedDelivery { method: "POST", url: URL, headers: &parcel.headers, body: &parcel.body },
        NOW,
    )
}

#[test]
fn a_genuine_delivery_says_what_it_is_and_is_believed() {
    for (scheme, age) in [(signed(), Some(0)), (token(), None)] {
        let read = verification(&scheme, &["bm9uZQ==", SECRET], &sent(&scheme, &json!({})));
        let (event, id) = (Some("thing.made".to_owned()), Some("one".to_owned()));
        assert_eq!(read, Verification { event, id, sent_at_age_s: age, verified: true, stale: false, why: None });
    }
}

#[test]
fn what_is_not_to_be_believed_says_why() {
    for (scheme, alteration, why) in [
        (
            signed(),
            json!({ "key": "other" }),
            "the signature in `X-Signature` was made with another secret or over other bytes",
        ),
        (
            signed(),
            json!({ "key": "undecoded" }),
            "the signature in `X-Signature` was made with another secret or over other bytes",
        ),
        (
            signed(),
            json!({ "body": "changed" }),
            "the signature in `X-Signature` was made with another secret or over other bytes",
        ),
        (
            signed(),
            json!({ "signature": "empty" }),
            "the signature in `X-Signature` was made with another secret or over other bytes",
        ),
        (signed(), json!({ "without_header": "x-signature" }), "the header `X-Signature` is missing"),
        (
            signed(),
            json!({ "headers": { "X-Signature": "v1={{ mac }}" } }),
            "the header `X-Signature` does not have the form `t={{ t }},v1={{ mac }}`",
        ),
        (token(), json!({ "key": "other" }), "`X-Token` does not contain the secret"),
        (token(), json!({ "headers": { "X-Token": "{{ secret | upper }}" } }), "`X-Token` does not contain the secret"),
        (token(), json!({ "without_header": "X-Token" }), "the header `X-Token` is missing"),
    ] {
        let read = verification(&scheme, &[SECRET], &sent(&scheme, &alteration));
        assert_eq!((read.verified, read.why.as_deref()), (false, Some(why)), "{alteration}");
        assert_eq!(read.id.as_deref(), Some("one"), "{alteration}");
    }
}

#[test]
fn what_is_too_old_or_too_far_ahead_is_stale_and_no_forgery() {
    for (age, why) in [
        ("300s", None),
        ("301s", Some("it is 301 s old; at most 300 s are allowed")),
        ("-301s", Some("its timestamp is 301 s ahead; at most 300 s are allowed")),
    ] {
        let read = verification(&signed(), &[SECRET], &sent(&signed(), &json!({ "age": age })));
        assert_eq!((read.verified, read.stale, read.why.as_deref()), (true, why.is_some(), why), "{age}");
    }
}

#[test]
fn without_a_secret_nothing_is_proven() {
    let read = verification(&token(), &[], &sent(&token(), &json!({})));
    assert_eq!((read.verified, read.why.as_deref()), (false, Some("there is no secret to verify it with")));
    let read = verification(&signed(), &["no Base64"], &sent(&signed(), &json!({})));
    assert_eq!(read.why.as_deref(), Some("the secret is not Base64, as this provider's scheme requires"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Nothing without the secret is trusted, and unreadable deliveries are reported as such.
    #[test]
    fn anything_at_all_can_arrive(
        name in prop::sample::select(vec!["X-Signature", "x-signature", "X-Token", "X-Id", "X-Event", "other"]),
        value in "(t=)?-?[0-9]{0,25}(,v1=)?\\PC{0,70}",
        body in prop::collection::vec(any::<u8>(), 0..200),
        now in any::<i64>(),
    ) {
        for scheme in [signed(), token()] {
            let headers = [(name.to_owned(), value.clone()), (name.to_owned(), String::new())];
            let received = ReceivedDelivery { method: "POST", url: URL, headers: &headers, body: &body };
            let read = examine(&scheme, &[SECRET], &received, now);
            prop_assert!(!read.verified && read.why.is_some(), "{read:?}");
        }
    }

    /// A genuine delivery with one changed byte is a forgery.
    #[test]
    fn one_byte_is_enough(at in any::<prop::sample::Index>(), by in 1_u8..) {
        let mut parcel = sent(&signed(), &json!({}));
        let at = at.index(parcel.body.len());
        parcel.body[at] ^= by;
        prop_assert!(!verification(&signed(), &[SECRET], &parcel).verified);
    }
}
