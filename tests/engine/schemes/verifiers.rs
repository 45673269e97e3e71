//! Independent handlers accept Preflight's deliveries, and Preflight accepts what they sign.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use preflight::pack::scheme::Alteration;
use preflight::webhook::{DeliverySpec, ReceivedDelivery, compose, examine, issue};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::packs::scheme;
use crate::support::python::environment;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engine/schemes");
const URL: &str = "https://acme.example/hook?from=acme";

/// Returns a Python interpreter with the packages that the script needs.
fn python() -> PathBuf {
    environment("schemes", &Path::new(HERE).join("requirements.txt"))
}

/// Returns what the script answers to some deliveries.
fn asked(what: &str, deliveries: &[Value]) -> Vec<Value> {
    let mut command = Command::new(python());
    command.arg(Path::new(HERE).join("verify.py")).arg(what).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(json!(deliveries).to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{what} ended with {}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn independent_handlers_accept_what_is_genuine_and_refuse_what_is_not() {
    // Set up before the deliveries are made, because their timestamps age.
    python();
    let (mut deliveries, mut wanted) = (Vec::new(), Vec::new());
    let signed = ["one-header", "standard-webhooks", "base64-header", "method-and-url"];
    let timed = ["one-header", "standard-webhooks", "method-and-url"];
    let several = ["one-header", "standard-webhooks"];
    for name in ["one-header", "standard-webhooks", "base64-header", "method-and-url", "token", "basic"] {
        let scheme = scheme(name);
        let secret = issue(Some(&scheme));
        let mut cases = vec![(json!({}), true), (json!({ "key": "other" }), false)];
        if signed.contains(&name) {
            cases.extend([(json!({ "body": "spaced" }), true), (json!({ "body": "non_ascii" }), true)]);
            cases.extend([(json!({ "body": "changed" }), false), (json!({ "signature": "truncated" }), false)]);
        }
        if timed.contains(&name) {
            cases.extend([(json!({ "age": "240s" }), true), (json!({ "age": "315s" }), false)]);
        }
        if several.contains(&name) {
            cases.push((json!({ "key": "rotated" }), true));
        }
        let of = |alteration: &Value| serde_json::from_value::<Alteration>(alteration.clone()).unwrap();
        let arranged = cases.into_iter().flat_map(|(alteration, accepted)| {
            of(&alteration).arranged().into_iter().map(move |(_, altered)| (alteration.clone(), altered, accepted))
        });
        for (alteration, altered, accepted) in arranged {
            let sent_at = OffsetDateTime::now_utc().unix_timestamp();
            let body = json!({ "id": "", "type": "", "thing": "one", "created_at": "" });
            let parcel = compose(&DeliverySpec {
                scheme: &scheme,
                event: "thing.made",
                body: &body,
                id: "msg_1",
                secrets: &[&secret],
                url: URL,
                sent_at,
                happened_at: sent_at,
                alteration: &altered,
            });
            let parcel = parcel.unwrap();
            let headers: serde_json::Map<String, Value> =
                parcel.headers.into_iter().map(|(name, value)| (name, value.into())).collect();
            deliveries.push(json!({
                "scheme": name, "secret": secret, "method": parcel.method, "url": URL, "headers": headers,
                "body": String::from_utf8(parcel.body).unwrap()
            }));
            wanted.push((name, alteration, accepted));
        }
    }
    let said = asked("verify", &deliveries);
    assert_eq!(said.len(), wanted.len());
    for (said, (name, alteration, accepted)) in said.into_iter().zip(wanted) {
        assert_eq!(said, json!(accepted), "{name} {alteration}");
    }
}

#[test]
fn what_the_providers_own_libraries_sign_is_believed() {
    let (t, body) = (1_780_000_000, r#"{"type": "thing.made", "id": "msg_1",  "thing": "æ"}"#);
    for (name, header) in [("one-header", "Stripe-Signature"), ("standard-webhooks", "webhook-signature")] {
        let scheme = scheme(name);
        let secret = issue(Some(&scheme));
        let code = asked("sign", &[json!({ "scheme": name, "secret": secret, "id": "msg_1", "t": t, "body": body })]);
        let headers =
            [("Webhook-Id", "msg_1"), ("Webhook-Timestamp", "1780000000"), (header, code[0].as_str().unwrap())];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let arrived = ReceivedDelivery { method: "POST", url: URL, headers: &headers, body: body.as_bytes() };
        let read = examine(&scheme, &[&secret], &arrived, t + 60);
        assert!(read.verified && !read.stale, "{name}: {read:?}");
        assert_eq!((read.event.as_deref(), read.id.as_deref()), (Some("thing.made"), Some("msg_1")), "{name}");
        assert!(!examine(&scheme, &[&issue(Some(&scheme))], &arrived, t).verified, "{name}");
    }
}
