//! Notifications with a static token: what a correct partner does, and how each defect changes exactly its own
//! behaviour.

use std::collections::BTreeMap;
use std::time::Duration;

use preflight::reference_partner::{Defect, Options};
use serde_json::json;

use super::running::{Running, fresh_id, json_of, options};

const TOKEN: &str = "a-Token-of-Test";
const ADDED: &str = "Customer.Schedule.Suspension.Added";

/// What a correct partner does, by behaviour.
const CORRECT: [(&str, &str); 16] = [
    ("takes a genuine notification", "200, 1 effect"),
    ("takes the spelling of the list", "200, 1 effect"),
    ("takes a payment", "200, 1 effect"),
    ("refuses another token", "401, 0 effect"),
    ("refuses a missing token", "401, 0 effect"),
    ("refuses an empty token", "401, 0 effect"),
    ("refuses the beginning of the token", "401, 0 effect"),
    ("refuses the token in capitals", "401, 0 effect"),
    ("refuses the token with more around it", "401, 0 effect"),
    ("acknowledges an unknown event", "200, 0 effect"),
    ("knows its headers in small letters", "200, 1 effect"),
    ("two at once have one effect", "1 effect"),
    ("repeats have one effect", "1 effect"),
    ("a forged twin does not count", "1 effect"),
    ("stores notifications in staging", "200, 1 effect"),
    ("refuses what has no trace id", "400"),
];

/// Returns what a defect changes, by behaviour.
fn instead(defect: Defect) -> Vec<(&'static str, &'static str)> {
    match defect {
        Defect::Answers202 => vec![
            ("takes a genuine notification", "202, 1 effect"),
            ("takes the spelling of the list", "202, 1 effect"),
            ("takes a payment", "202, 1 effect"),
            ("acknowledges an unknown event", "202, 0 effect"),
            ("knows its headers in small letters", "202, 1 effect"),
            ("stores notifications in staging", "202, 1 effect"),
        ],
        Defect::PaymentsRefused => vec![("takes a payment", "403, 0 effect")],
        Defect::TokenUnchecked => vec![
            ("refuses another token", "200, 1 effect"),
            ("refuses a missing token", "200, 1 effect"),
            ("refuses an empty token", "200, 1 effect"),
            ("refuses the beginning of the token", "200, 1 effect"),
            ("refuses the token in capitals", "200, 1 effect"),
            ("refuses the token with more around it", "200, 1 effect"),
        ],
        Defect::TokenUncheckedWhenMissing => vec![("refuses a missing token", "200, 1 effect")],
        Defect::TokenAnyCase => vec![("refuses the token in capitals", "200, 1 effect")],
        Defect::TokenPrefixOnly => vec![("refuses the beginning of the token", "200, 1 effect")],
        Defect::TokenSomewhere => vec![("refuses the token with more around it", "200, 1 effect")],
        Defect::CaseSensitiveEventNames => vec![("takes the spelling of the list", "200, 0 effect")],
        Defect::NoDedupOfTraces => {
            vec![("repeats have one effect", "2 effect"), ("two at once have one effect", "2 effect")]
        }
        Defect::RepeatsKnownByTime => vec![("repeats have one effect", "2 effect")],
        Defect::TwinNoticesBothCount => vec![("two at once have one effect", "2 effect")],
        Defect::TokenNameAsDocumented => vec![("knows its headers in small letters", "401, 0 effect")],
        Defect::UnknownNoticeRejected => vec![("acknowledges an unknown event", "400, 0 effect")],
        Defect::TraceRememberedTooSoon => vec![("a forged twin does not count", "0 effect")],
        Defect::NoticesDropped => vec![("stores notifications in staging", "200, 0 effect")],
        other => panic!("{other:?} is no mistake about notifications"),
    }
}

/// The defects that are tested here.
pub(super) const HERE: [Defect; 15] = [
    Defect::Answers202,
    Defect::PaymentsRefused,
    Defect::TokenUnchecked,
    Defect::TokenUncheckedWhenMissing,
    Defect::TokenAnyCase,
    Defect::TokenPrefixOnly,
    Defect::TokenSomewhere,
    Defect::CaseSensitiveEventNames,
    Defect::NoDedupOfTraces,
    Defect::RepeatsKnownByTime,
    Defect::TwinNoticesBothCount,
    Defect::TokenNameAsDocumented,
    Defect::UnknownNoticeRejected,
    Defect::TraceRememberedTooSoon,
    Defect::NoticesDropped,
];

/// Returns the options of a partner that knows nothing of the other provider.
fn alone(mode: &str, guard: (&str, &str)) -> Options {
    let variables = BTreeMap::from([("PORT", "0"), ("DATABASE", ":memory:"), ("APP_MODE", mode), guard]);
    Options::read(|name| variables.get(name).map(ToString::to_string)).unwrap()
}

async fn notify(partner: &Running, event: &str, trace: &str, token: Option<&str>) -> u16 {
    let mut headers = vec![("x-eventname", event), ("x-traceid", trace)];
    headers.extend(token.map(|token| ("x-token", token)));
    partner.post_with("/hooks/debitsuccess", &headers, json!({ "FacilityNo": "F1" })).await
}

async fn outcome(partner: &Running, event: &str, token: Option<&str>) -> String {
    let trace = fresh_id();
    let status = notify(partner, event, &trace, token).await;
    format!("{status}, {} effect", partner.effects(&trace).await)
}

/// Returns every behaviour of a partner, with a defect or without one.
async fn observed(defect: Option<Defect>) -> BTreeMap<&'static str, String> {
    let guard = ("DEBITSUCCESS_TOKEN", TOKEN);
    let partner = Running::start(alone("rehearsal", guard).with_defect(defect)).await;
    let staging = Running::start(alone("staging", guard).with_defect(defect)).await;
    let (capitals, around) = (TOKEN.to_uppercase(), format!("_{TOKEN}_"));
    let mut seen = BTreeMap::new();
    for (name, event, token) in [
        ("takes a genuine notification", ADDED, Some(TOKEN)),
        ("takes the spelling of the list", "customer.Schedule.Suspension.Added", Some(TOKEN)),
        ("takes a payment", "Realtime.Account.Payment.Declined", Some(TOKEN)),
        ("refuses another token", ADDED, Some("another")),
        ("refuses a missing token", ADDED, None),
        ("refuses an empty token", ADDED, Some("")),
        ("refuses the beginning of the token", ADDED, Some("a-Tok")),
        ("refuses the token in capitals", ADDED, Some(&*capitals)),
        ("refuses the token with more around it", ADDED, Some(&*around)),
        ("acknowledges an unknown event", "Customer.Account.Renamed", Some(TOKEN)),
    ] {
        seen.insert(name, outcome(&partner, event, token).await);
    }
    seen.insert("stores notifications in staging", outcome(&staging, ADDED, Some(TOKEN)).await);
    let trace = fresh_id();
    let headers = [("x-eventname", ADDED), ("x-traceid", &trace), ("x-token", TOKEN)];
    let status = partner.post_small("/hooks/debitsuccess", &headers, r#"{ "FacilityNo": "F1" }"#).await;
    seen.insert("knows its headers in small letters", format!("{status}, {} effect", partner.effects(&trace).await));
    let trace = fresh_id();
    let twin = || notify(&partner, ADDED, &trace, Some(TOKEN));
    tokio::join!(twin(), twin());
    seen.insert("two at once have one effect", format!("{} effect", partner.effects(&trace).await));
    let trace = fresh_id();
    notify(&partner, ADDED, &trace, Some(TOKEN)).await;
    // The provider repeats a notification in a later second.
    tokio::time::sleep(Duration::from_millis(1010)).await;
    notify(&partner, ADDED, &trace, Some(TOKEN)).await;
    seen.insert("repeats have one effect", format!("{} effect", partner.effects(&trace).await));
    let trace = fresh_id();
    for token in ["forged", TOKEN] {
        // If the token is not checked, the first of the two counts.
        notify(&partner, ADDED, &trace, Some(token)).await;
    }
    seen.insert("a forged twin does not count", format!("{} effect", partner.effects(&trace).await));
    seen.insert("refuses what has no trace id", notify(&partner, ADDED, "", Some(TOKEN)).await.to_string());
    partner.stop().await;
    staging.stop().await;
    seen
}

#[tokio::test]
async fn each_mistake_changes_exactly_its_own_behaviour() {
    let all: Vec<_> = std::iter::once(None).chain(HERE.map(Some)).collect();
    let seen = futures_util::future::join_all(all.iter().copied().map(observed)).await;
    for (defect, seen) in all.into_iter().zip(seen) {
        let mut expected: BTreeMap<&str, &str> = CORRECT.into_iter().collect();
        expected.extend(defect.map(instead).unwrap_or_default());
        let seen: BTreeMap<&str, &str> = seen.iter().map(|(name, outcome)| (*name, outcome.as_str())).collect();
        assert_eq!(seen, expected, "{defect:?}");
    }
}

#[tokio::test]
async fn behind_an_allow_list_no_token_is_asked_for() {
    let partner = Running::start(alone("rehearsal", ("DEBITSUCCESS_ALLOW_LIST", "1"))).await;
    for token in [None, Some("anything")] {
        assert_eq!(outcome(&partner, ADDED, token).await, "200, 1 effect");
    }
    partner.stop().await;
}

#[tokio::test]
async fn each_side_is_there_only_where_it_is_configured() {
    let both = [("DEBITSUCCESS_TOKEN", TOKEN)];
    for (what, options, wanted) in [
        ("this one alone", alone("rehearsal", both[0]), (404, 401)),
        ("the other alone", options(&[]), (401, 404)),
        ("both", options(&both), (401, 401)),
    ] {
        let partner = Running::start(options).await;
        let other = partner.post_with("/hooks/debitura", &[], json!({})).await;
        let own = partner.post_with("/hooks/debitsuccess", &[], json!({})).await;
        assert_eq!((other, own), wanted, "{what}");
        assert_eq!(json_of(partner.get("/ops/events/none").await).await["count"], 0);
        partner.stop().await;
    }
}

#[test]
fn only_what_all_need_is_missed_where_this_side_alone_is_configured() {
    let problems = Options::read(|name| (name == "DEBITSUCCESS_TOKEN").then(|| TOKEN.to_owned())).unwrap_err().problems;
    let names: Vec<&str> = problems.iter().filter_map(|problem| problem.split(' ').next()).collect();
    assert_eq!(names, ["PORT", "DATABASE", "APP_MODE"]);
}
