//! Alterations and secrets, scheme by scheme.

use preflight::pack::scheme::Alteration;
use preflight::pack::scheme::{KeyForm, Webhooks};
use preflight::webhook::{
    ComposeError, DeliverySpec, ReceivedDelivery, SignedRequest, Verification, compose, examine, is_telling, issue,
};
use serde_json::{Value, json};

use super::packs::scheme;

const URL: &str = "https://acme.example/hook?from=acme";
const NOW: i64 = 1_780_000_000;

fn deliver(scheme: &Webhooks, secret: &str, alteration: &Value) -> Result<SignedRequest, ComposeError> {
    let alteration: Alteration = serde_json::from_value(alteration.clone()).unwrap();
    let body = json!({ "id": "", "type": "", "trigger_id": "", "command": "", "event": "", "thing": "one of them" });
    let (secrets, id) = (&[secret][..], "e7f1");
    compose(&DeliverySpec {
        scheme,
        event: "thing.made",
        body: &body,
        id,
        secrets,
        url: URL,
        sent_at: NOW,
        happened_at: NOW,
        alteration: &alteration,
    })
}

fn examined(scheme: &Webhooks, secret: &str, parcel: &SignedRequest) -> Verification {
    let arrived = ReceivedDelivery { method: parcel.method, url: URL, headers: &parcel.headers, body: &parcel.body };
    examine(scheme, &[secret], &arrived, NOW)
}

const ALL: [&str; 9] = [
    "github",
    "standard-webhooks",
    "slack",
    "one-header",
    "base64-header",
    "method-and-url",
    "debitura",
    "token",
    "basic",
];

#[test]
fn a_secret_that_is_issued_fits_the_scheme_and_is_never_the_same_in_another_case() {
    for name in ALL {
        let scheme = scheme(name);
        for _ in 0..50 {
            let secret = issue(Some(&scheme));
            assert!(secret.starts_with(&scheme.secret.prefix), "{name}: {secret}");
            assert!(scheme.secret.at_most.is_none_or(|most| secret.len() <= most), "{name}: {secret}");
            assert!(secret != secret.to_uppercase() && secret != secret.to_lowercase(), "{name}: {secret}");
            if scheme.mac.as_ref().is_some_and(|mac| mac.key == KeyForm::Base64) {
                assert!(secret.contains('+') && secret.contains('/') && secret.ends_with('='), "{name}: {secret}");
            }
            let parcel = deliver(&scheme, &secret, &json!({})).unwrap();
            let read = examined(&scheme, &secret, &parcel);
            assert!(read.verified && !read.stale, "{name}: {read:?}");
            assert_eq!(
                (read.event.as_deref().unwrap_or("thing.made"), read.id.as_deref()),
                ("thing.made", Some("e7f1"))
            );
        }
    }
}

#[test]
fn a_forgery_is_refused_under_every_scheme() {
    for name in ALL {
        let scheme = scheme(name);
        let secret = issue(Some(&scheme));
        let forged = deliver(&scheme, &secret, &json!({ "key": "other" })).unwrap();
        let read = examined(&scheme, &secret, &forged);
        assert!(!read.verified && read.why.is_some(), "{name}");
        assert_ne!(forged, deliver(&scheme, &secret, &json!({})).unwrap(), "{name}");
    }
}

#[test]
fn after_a_rotation_either_secret_proves_a_delivery() {
    for name in ["standard-webhooks", "one-header"] {
        let scheme = scheme(name);
        let secret = issue(Some(&scheme));
        let both = deliver(&scheme, &secret, &json!({ "key": "rotated" })).unwrap();
        assert!(examined(&scheme, &secret, &both).verified, "{name}");
        assert!(!examined(&scheme, &issue(Some(&scheme)), &both).verified, "{name}");
        let before = issue(Some(&scheme));
        let alteration = Alteration::default();
        let body = json!({ "id": "", "type": "" });
        let secrets = [secret.as_str(), before.as_str()];
        let order = DeliverySpec {
            scheme: &scheme,
            event: "thing.made",
            body: &body,
            id: "1",
            secrets: &secrets,
            url: URL,
            sent_at: NOW,
            happened_at: NOW,
            alteration: &alteration,
        };
        let parcel = compose(&order).unwrap();
        assert!(secrets.iter().all(|secret| examined(&scheme, secret, &parcel).verified), "{name}");
    }
}

/// Returns the signatures in a delivery's header, in their order.
fn signatures<'p>(name: &str, parcel: &'p SignedRequest) -> Vec<&'p str> {
    let (header, between) = if name == "one-header" { ("Stripe-Signature", ",") } else { ("webhook-signature", " ") };
    let (_, text) = parcel.headers.iter().find(|(known, _)| known == header).unwrap();
    text.split(between).filter(|part| part.starts_with("v1")).collect()
}

#[test]
fn a_reader_of_one_signature_among_several_meets_the_wrong_one() {
    for name in ["standard-webhooks", "one-header"] {
        let (scheme, secret) = (scheme(name), issue(Some(&scheme(name))));
        let rotated: Alteration = serde_json::from_value(json!({ "key": "rotated" })).unwrap();
        let body = json!({ "id": "", "type": "" });
        let (mut first, mut last, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        for (_, alteration) in rotated.arranged() {
            let order = DeliverySpec {
                scheme: &scheme,
                event: "thing.made",
                body: &body,
                id: "1",
                secrets: &[&secret],
                url: URL,
                sent_at: NOW,
                happened_at: NOW,
                alteration: &alteration,
            };
            let genuine = compose(&DeliverySpec { alteration: &Alteration::default(), ..order }).unwrap();
            let right = signatures(name, &genuine)[0].to_owned();
            let parcel = compose(&order).unwrap();
            assert!(examined(&scheme, &secret, &parcel).verified, "{name}");
            let all = signatures(name, &parcel);
            assert_eq!(all.iter().filter(|one| **one == right).count(), 1, "{name}: {all:?}");
            first.push(all[0] == right);
            last.push(*all.last().unwrap() == right);
            numbers.push(all.len());
        }
        assert_eq!(
            (first, last, numbers),
            (vec![false, true, false], vec![true, false, false], vec![2, 2, 3]),
            "{name}"
        );
    }
}

#[test]
fn a_code_tells_who_loses_some_of_it_where_it_is_base64() {
    for (name, header) in [("standard-webhooks", "webhook-signature"), ("github", "X-Hub-Signature-256")] {
        let scheme = scheme(name);
        let secret = issue(Some(&scheme));
        let body = json!({ "id": "", "type": "" });
        let mut seen = [false, false];
        for number in 0..200 {
            let id = format!("event-{number}");
            let alteration = Alteration::default();
            let order = DeliverySpec {
                scheme: &scheme,
                event: "thing.made",
                body: &body,
                id: &id,
                secrets: &[&secret],
                url: URL,
                sent_at: NOW,
                happened_at: NOW,
                alteration: &alteration,
            };
            let parcel = compose(&order).unwrap();
            let (_, code) = parcel.headers.iter().find(|(known, _)| known == header).unwrap();
            let both = code.contains('+') && code.contains('/');
            assert_eq!(is_telling(&order), both || name == "github", "{name}: {code}");
            seen[usize::from(is_telling(&order))] = true;
        }
        assert_eq!(seen, [name != "github", true], "{name}");
    }
}

#[test]
fn a_wrong_secret_is_never_the_right_one_however_short_it_is() {
    let mut short = scheme("token");
    for most in 1..4 {
        short.secret.at_most = Some(most);
        for _ in 0..300 {
            let secret = issue(Some(&short));
            assert!(deliver(&short, &secret, &json!({ "key": "other" })).is_ok(), "{secret}");
        }
    }
}

#[test]
fn a_genuine_delivery_in_disguise_is_none() {
    let capitals = "ONLY-CAPITALS-1";
    for (name, secret, alteration) in [
        ("token", capitals, json!({ "headers": { "X-Token": "{{ secret | upper }}" } })),
        ("token", capitals, json!({ "key": "rotated" })),
        ("token", capitals, json!({ "key": "undecoded" })),
        ("token", capitals, json!({ "signature": "empty" })),
        ("token", capitals, json!({ "age": "1d" })),
        ("token", capitals, json!({ "without_header": "X-Tokn" })),
        ("token", capitals, json!({ "event": "thing.made" })),
        ("github", capitals, json!({ "key": "undecoded" })),
        ("github", capitals, json!({ "signature": "other_encoding", "headers": { "X-Hub-Signature-256": "x" } })),
        ("slack", capitals, json!({ "body": "spaced" })),
        ("slack", capitals, json!({ "body": "signed_indented" })),
    ] {
        let scheme = scheme(name);
        let composed = deliver(&scheme, secret, &alteration);
        let other = alteration.get("headers").is_some() && name == "github";
        assert_eq!(composed.is_err_and(|error| error == ComposeError::Pointless), !other, "{name} {alteration}");
    }
    let mixed = deliver(&scheme("token"), "Mixed-1", &json!({ "headers": { "X-Token": "{{ secret | upper }}" } }));
    assert!(!examined(&scheme("token"), "Mixed-1", &mixed.unwrap()).verified);
    assert!(deliver(&scheme("token"), capitals, &json!({ "age": "0s" })).is_ok());
}

#[test]
fn a_form_is_signed_as_it_is_sent_however_it_is_written() {
    let (scheme, secret) = (scheme("slack"), "a-secret");
    let genuine = deliver(&scheme, secret, &json!({})).unwrap();
    assert_eq!(genuine.headers[0].1, "application/x-www-form-urlencoded");
    assert!(String::from_utf8(genuine.body.clone()).unwrap().contains("thing=one+of+them"));
    for word in ["escaped", "reordered", "non_ascii", "unknown_member"] {
        let parcel = deliver(&scheme, secret, &json!({ "body": word })).unwrap();
        let read = examined(&scheme, secret, &parcel);
        assert_ne!(parcel.body, genuine.body, "{word}");
        assert!(read.verified, "{word}: {read:?}");
        assert_eq!((read.event.as_deref(), read.id.as_deref()), (Some("thing.made"), Some("e7f1")), "{word}");
    }
    let changed = deliver(&scheme, secret, &json!({ "body": "changed" })).unwrap();
    assert!(!examined(&scheme, secret, &changed).verified);
}

#[test]
fn ages_are_read_in_every_unit() {
    for (name, age) in [("method-and-url", "290s"), ("one-header", "290s"), ("slack", "-290s")] {
        let (scheme, secret) = (scheme(name), "a-secret");
        let read = examined(&scheme, secret, &deliver(&scheme, secret, &json!({ "age": age })).unwrap());
        assert_eq!((read.sent_at_age_s.map(i64::abs), read.verified, read.stale), (Some(290), true, false), "{name}");
        let read = examined(&scheme, secret, &deliver(&scheme, secret, &json!({ "age": "315s" })).unwrap());
        assert_eq!((read.verified, read.stale), (true, true), "{name}");
    }
    let mut dated = scheme("method-and-url");
    dated.timestamp.unit = preflight::pack::scheme::TimeUnit::Rfc3339;
    let parcel = deliver(&dated, "s", &json!({ "age": "10s" })).unwrap();
    assert!(
        parcel.headers.contains(&("X-HubSpot-Request-Timestamp".into(), "2026-05-28T20:26:30Z".into())),
        "{:?}",
        parcel.headers
    );
    assert_eq!(examined(&dated, "s", &parcel).sent_at_age_s, Some(10));
}
