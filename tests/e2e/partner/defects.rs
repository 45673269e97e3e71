//! Webhooks, hosts and test endpoints: each defect changes exactly its own behaviour.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use preflight::reference_partner::{Defect, Options};
use serde_json::json;
use tokio::task::JoinSet;

use super::{
    cases, errors, kyc, notices, onboarding, process,
    provider::{Provider, Reply},
    running::{
        Delivery, Running, SECRET, event, event_of, fresh_id, genuine, key, linked, mac, options, seconds_ago, signed,
    },
    scene::shown,
    tokens,
};

/// What a correct partner does, by behaviour.
const CORRECT: [(&str, &str); 26] = [
    ("accepts a genuine delivery", "200, 1 effect"),
    ("accepts a compact body in another order", "200, 1 effect"),
    ("accepts unusual whitespace", "200, 1 effect"),
    ("accepts a delivery 290 s old", "200, 1 effect"),
    ("refuses one 600 s old", "401, 0 effect"),
    ("refuses one a day old", "401, 0 effect"),
    ("refuses one 330 s ahead", "401, 0 effect"),
    ("refuses another key", "401, 0 effect"),
    ("refuses an undecoded key", "401, 0 effect"),
    ("refuses a missing header", "401, 0 effect"),
    ("refuses a changed body", "401, 0 effect"),
    ("refuses an unsigned timestamp", "401, 0 effect"),
    ("refuses a truncated signature", "401, 0 effect"),
    ("refuses an empty signature", "401, 0 effect"),
    ("refuses a forged case.closed", "401, 0 effect"),
    ("refuses an old one under a fresh header", "401, 0 effect"),
    ("accepts an old event sent now", "200, 1 effect"),
    ("knows its headers in small letters", "200, 1 effect"),
    ("two at once have one effect", "1 effect"),
    ("repeats have one effect", "1 effect"),
    ("a forged twin does not count", "1 effect"),
    ("acknowledges an unknown event", "200, 0 effect"),
    ("accepts case.closed", "200, 1 effect"),
    ("stores events in staging", "200, 1 effect"),
    ("has no test endpoints in production", "404 404 404"),
    ("shows the received host", "https://sign.example:8443/x/1"),
];

/// The defects that are tested here.
const HERE: [Defect; 24] = [
    Defect::SecretNotDecoded,
    Defect::ReserialisedBody,
    Defect::SignatureUnchecked,
    Defect::CaseEventsUnverified,
    Defect::KeyUncheckedWhenHeaderMissing,
    Defect::TimestampNotSigned,
    Defect::ShortSignatureAccepted,
    Defect::NoTimestampCheck,
    Defect::TimestampWindowAnHour,
    Defect::FutureTimestampsAccepted,
    Defect::AgeFromUnsignedHeader,
    Defect::AgeFromBody,
    Defect::RepeatsKnownBySignature,
    Defect::TwinsBothCount,
    Defect::SignatureNameAsDocumented,
    Defect::SlowHandler,
    Defect::NoDedup,
    Defect::RemembersBeforeVerifying,
    Defect::UnknownEventRejected,
    Defect::GoneOnBadSignature,
    Defect::RejectsOneEvent,
    Defect::TestEndpointsOpen,
    Defect::DropsEventsSilently,
    Defect::WhiteLabelHost,
];

/// Returns what a defect changes, by behaviour.
fn instead(defect: Defect) -> Vec<(&'static str, &'static str)> {
    let accepted = "200, 1 effect";
    match defect {
        Defect::SecretNotDecoded => {
            let genuine =
                ["accepts a genuine delivery", "accepts a compact body in another order", "accepts unusual whitespace"];
            let others = [
                "accepts a delivery 290 s old",
                "accepts case.closed",
                "stores events in staging",
                "accepts an old event sent now",
                "knows its headers in small letters",
            ];
            let mut changed: Vec<_> = genuine.into_iter().chain(others).map(|name| (name, "401, 0 effect")).collect();
            let none = ["repeats have one effect", "two at once have one effect", "a forged twin does not count"];
            changed.extend(none.map(|name| (name, "0 effect")));
            changed
                .extend([("acknowledges an unknown event", "401, 0 effect"), ("refuses an undecoded key", accepted)]);
            changed
        }
        Defect::ReserialisedBody => vec![("accepts unusual whitespace", "401, 0 effect")],
        Defect::SignatureUnchecked => {
            let aged = [
                "refuses a missing header",
                "refuses one 600 s old",
                "refuses one a day old",
                "refuses one 330 s ahead",
                "refuses an old one under a fresh header",
            ];
            let forged = CORRECT.iter().filter(|(name, outcome)| outcome.starts_with("401") && !aged.contains(name));
            forged.map(|(name, _)| (*name, accepted)).collect()
        }
        Defect::CaseEventsUnverified => {
            vec![("refuses a forged case.closed", accepted)]
        }
        Defect::KeyUncheckedWhenHeaderMissing => vec![("refuses a missing header", accepted)],
        Defect::TimestampNotSigned => vec![("refuses an unsigned timestamp", accepted)],
        Defect::ShortSignatureAccepted => {
            vec![("refuses a truncated signature", accepted), ("refuses an empty signature", accepted)]
        }
        Defect::NoTimestampCheck => vec![
            ("refuses one 600 s old", accepted),
            ("refuses one a day old", accepted),
            ("refuses one 330 s ahead", accepted),
            ("refuses an old one under a fresh header", accepted),
        ],
        Defect::AgeFromUnsignedHeader => vec![("refuses an old one under a fresh header", accepted)],
        Defect::AgeFromBody => vec![
            ("refuses one 600 s old", accepted),
            ("refuses one a day old", accepted),
            ("refuses one 330 s ahead", accepted),
            ("refuses an old one under a fresh header", accepted),
            ("accepts an old event sent now", "401, 0 effect"),
        ],
        Defect::RepeatsKnownBySignature => vec![("repeats have one effect", "3 effect")],
        Defect::TwinsBothCount => vec![("two at once have one effect", "2 effect")],
        Defect::SignatureNameAsDocumented => vec![("knows its headers in small letters", "401, 0 effect")],
        Defect::TimestampWindowAnHour => vec![("refuses one 600 s old", accepted)],
        Defect::FutureTimestampsAccepted => vec![("refuses one 330 s ahead", accepted)],
        // This defect has a test of its own. With one delivery at a time, nothing changes.
        Defect::SlowHandler => vec![],
        Defect::NoDedup => vec![("repeats have one effect", "3 effect"), ("two at once have one effect", "2 effect")],
        Defect::RemembersBeforeVerifying => vec![("a forged twin does not count", "0 effect")],
        Defect::UnknownEventRejected => vec![("acknowledges an unknown event", "400, 0 effect")],
        Defect::GoneOnBadSignature => {
            let default_replies = CORRECT.iter().filter(|(_, outcome)| outcome.starts_with("401"));
            default_replies.map(|(name, _)| (*name, "410, 0 effect")).collect()
        }
        Defect::RejectsOneEvent => vec![("accepts case.closed", "403, 0 effect")],
        Defect::TestEndpointsOpen => vec![("has no test endpoints in production", "200 200 415")],
        Defect::DropsEventsSilently => vec![("stores events in staging", "200, 0 effect")],
        Defect::WhiteLabelHost => vec![("shows the received host", "https://app.debitura.com:8443/x/1")],
        other => panic!("{other:?} has a table of its own"),
    }
}

fn in_mode(defect: Option<Defect>, mode: &str, api: &str) -> Options {
    let changes = [("APP_MODE", mode), ("DEBITURA_REFERRAL_API", api)];
    options(&changes).with_defect(defect)
}

/// Returns the status of the response to a delivery, and how often the delivery took effect.
async fn outcome(partner: &Running, id: &str, delivery: &Delivery) -> String {
    let status = partner.deliver(delivery).await;
    format!("{status}, {} effect", partner.effects(id).await)
}

fn with_v1(body: &str, v1: impl FnOnce(i64) -> String) -> Delivery {
    let t = seconds_ago(0);
    Delivery { body: body.to_owned(), signature: Some(format!("t={t},v1={}", v1(t))) }
}

/// Returns deliveries that are sent once, each with a body of its own.
fn single_deliveries() -> Vec<(&'static str, String, Delivery)> {
    let whole = |body: &str, t: i64| mac(&key(), &format!("{t}.{body}"));
    let of = |name: &'static str, make: &dyn Fn(&str) -> Delivery| {
        let id = fresh_id();
        let delivery = make(&linked(&id));
        (name, id, delivery)
    };
    let mut unknown = of("acknowledges an unknown event", &genuine);
    unknown.2 = genuine(&event(&unknown.1, "case.invented", &json!({})));
    let mut closed = of("accepts case.closed", &genuine);
    closed.2 = genuine(&event(&closed.1, "case.closed", &json!({ "caseId": "c1" })));
    let mut forged = of("refuses a forged case.closed", &genuine);
    forged.2 = signed(&event(&forged.1, "case.closed", &json!({ "caseId": "c2" })), b"another key", 0);
    let mut late = of("accepts an old event sent now", &genuine);
    late.2 = genuine(&event_of(&late.1, "client.linked", &json!({}), 7200));
    let mut ordered = of("accepts a compact body in another order", &genuine);
    ordered.2 = genuine(&format!(r#"{{"event":"client.linked","data":{{"z":1,"a":"Æ"}},"id":"{}"}}"#, ordered.1));
    vec![
        unknown,
        closed,
        forged,
        late,
        ordered,
        of("accepts a genuine delivery", &genuine),
        of("accepts unusual whitespace", &|body| genuine(&body.replace(':', " : "))),
        of("accepts a delivery 290 s old", &|body| signed(body, &key(), 290)),
        of("refuses one 600 s old", &|body| signed(body, &key(), 600)),
        of("refuses one a day old", &|body| signed(body, &key(), 86_400)),
        of("refuses one 330 s ahead", &|body| signed(body, &key(), -330)),
        of("refuses another key", &|body| signed(body, b"another key", 0)),
        of("refuses an undecoded key", &|body| signed(body, SECRET.as_bytes(), 0)),
        of("refuses a missing header", &|body| Delivery { body: body.to_owned(), signature: None }),
        of("refuses a changed body", &|body| Delivery { body: body.replace("123", "124"), ..genuine(body) }),
        of("refuses an unsigned timestamp", &|body| with_v1(body, |_| mac(&key(), body))),
        of("refuses a truncated signature", &|body| with_v1(body, |t| whole(body, t)[..32].to_owned())),
        of("refuses an empty signature", &|body| with_v1(body, |_| String::new())),
    ]
}

/// Returns everything that a partner with this defect does.
async fn behaviour(defect: Option<Defect>, api: String) -> BTreeMap<&'static str, String> {
    let partner = Running::start(in_mode(defect, "rehearsal", &api)).await;
    let mut seen = BTreeMap::new();
    for (name, id, delivery) in single_deliveries() {
        seen.insert(name, outcome(&partner, &id, &delivery).await);
    }
    let id = fresh_id();
    let under = signed(&linked(&id), &key(), 7200);
    let (now, signature) = (seconds_ago(0).to_string(), under.signature.unwrap());
    let headers = [("x-debitura-signature", &*signature), ("x-debitura-timestamp", &*now)];
    let status = partner.post_with("/hooks/debitura", &headers, serde_json::from_str(&under.body).unwrap()).await;
    seen.insert("refuses an old one under a fresh header", format!("{status}, {} effect", partner.effects(&id).await));
    let id = fresh_id();
    let small = genuine(&linked(&id));
    let headers = [("x-debitura-signature", &*small.signature.unwrap())];
    let status = partner.post_small("/hooks/debitura", &headers, &small.body).await;
    seen.insert("knows its headers in small letters", format!("{status}, {} effect", partner.effects(&id).await));
    let id = fresh_id();
    let twin = genuine(&linked(&id));
    tokio::join!(partner.deliver(&twin), partner.deliver(&twin));
    seen.insert("two at once have one effect", format!("{} effect", partner.effects(&id).await));
    let id = fresh_id();
    let body = linked(&id);
    for age in 0..3 {
        partner.deliver(&signed(&body, &key(), age)).await;
    }
    seen.insert("repeats have one effect", format!("{} effect", partner.effects(&id).await));
    let id = fresh_id();
    partner.deliver(&signed(&linked(&id), b"another key", 0)).await;
    partner.deliver(&genuine(&linked(&id))).await;
    seen.insert("a forged twin does not count", format!("{} effect", partner.effects(&id).await));
    let (_, told) = partner.post("/test/clients", &json!({ "name": "A", "email": "a@example.com" })).await;
    let shown = told["url"].as_str().unwrap_or("nothing").split('?').next().unwrap_or_default().to_owned();
    seen.insert("shows the received host", shown);

    let staging = Running::start(in_mode(defect, "staging", &api)).await;
    let id = fresh_id();
    seen.insert("stores events in staging", outcome(&staging, &id, &genuine(&linked(&id))).await);

    let production = Running::start(in_mode(defect, "production", &api)).await;
    let mut answers = Vec::new();
    for path in ["/ops/events/x", "/ops/events?type=case.closed"] {
        answers.push(production.get(path).await.status().as_u16().to_string());
    }
    answers.push(production.post_text("/test/clients").await.as_u16().to_string());
    seen.insert("has no test endpoints in production", answers.join(" "));
    seen
}

#[tokio::test]
async fn each_defect_changes_exactly_its_own_behaviour() {
    let provider = Provider::start().await;
    let unsigned = json!({ "onboardingLinks": { "url": "https://sign.example:8443/x/1" } });
    provider.always("POST /clients", Reply::Json(202, unsigned));
    // Only a few at a time: with all of them, a busy machine would miss the limits of a few seconds.
    let partners = HERE.into_iter().map(Some).chain([None]).map(|defect| {
        let api = provider.base.clone();
        async move { (defect, behaviour(defect, api).await) }
    });
    let partners: Vec<_> = futures_util::stream::iter(partners).buffer_unordered(6).collect().await;
    for (defect, seen) in partners {
        let mut expected: BTreeMap<_, _> = CORRECT.into_iter().collect();
        expected.extend(defect.map(instead).unwrap_or_default());
        let seen: BTreeMap<_, _> = seen.iter().map(|(name, outcome)| (*name, outcome.as_str())).collect();
        assert_eq!(seen, expected, "{defect:?}");
    }
}

#[test]
fn every_defect_is_shown_somewhere() {
    let tables = [
        tokens::ROWS,
        onboarding::ROWS,
        onboarding::WAYS_BACK,
        cases::ROWS,
        cases::IN_PRODUCTION,
        errors::ROWS,
        kyc::ROWS,
    ];
    let in_tables = tables.iter().flat_map(|rows| shown(rows));
    let shown: Vec<_> = in_tables
        .chain(HERE)
        .chain(notices::HERE)
        .chain(onboarding::AFTER_A_RESTART)
        .chain([process::IN_A_PROCESS])
        .collect();
    let missing: Vec<_> = Defect::all().iter().filter(|defect| !shown.contains(defect)).collect();
    assert!(missing.is_empty(), "nothing shows what these do: {missing:?}");
}

async fn burst(defect: Option<Defect>, size: usize) -> Duration {
    let partner = Arc::new(Running::start(in_mode(defect, "rehearsal", "http://127.0.0.1:9")).await);
    let start = Instant::now();
    let mut deliveries = JoinSet::new();
    for _ in 0..size {
        let partner = Arc::clone(&partner);
        deliveries.spawn(async move { partner.deliver(&genuine(&linked(&fresh_id()))).await });
    }
    assert_eq!(deliveries.join_all().await, vec![200; size]);
    start.elapsed()
}

#[tokio::test]
async fn the_slow_handler_works_on_one_delivery_at_a_time() {
    let slow = burst(Some(Defect::SlowHandler), 4).await;
    assert!(slow > Duration::from_millis(2800), "four deliveries took only {slow:?}");
    let alone = burst(Some(Defect::SlowHandler), 1).await;
    assert!(alone < Duration::from_secs(2), "one delivery took {alone:?}");
    let correct = burst(None, 4).await;
    assert!(correct < Duration::from_secs(2), "a correct partner took {correct:?}");
}
