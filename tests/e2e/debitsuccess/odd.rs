//! Handlers that already run, with only an address and a token in the profile. Correct ones pass however they work, and
//! each defect fails its own check.

use preflight::report::model::{Report, VerdictLabel};

use super::handler::{Compares, Repeats, TOKEN, Way, start};
use crate::support::driven::{BUILT_IN, checks, planned, row, run, told};

const ALL_EVENTS: &str = "[customer.Schedule.Suspension.Added, Realtime.Account.Payment.Authorized]";

/// Rehearses a handler. `more` contains further lines of the profile.
async fn rehearsed(way: Way, token: &str, events: &str, more: &str) -> Report {
    let at = start(way).await;
    let profile = format!(
        "partner: Odd\nprovider: debitsuccess\nevents: {events}\n{more}\nrehearsal:\n  webhook: {{ url: \"http://{at}/hooks\", \
         secret: \"{token}\" }}\n  verification: {}\n  timing: {{ reacts_within: 60ms }}\n  lookups: {{ processed: {{ request: \
         \"GET http://{at}/effects/{{{{ event_id }}}}\", count: $.count }} }}\n",
        if way.later { "deferred" } else { "immediate" }
    );
    run(&BUILT_IN, &profile, &["*@rehearsal"]).await
}

/// Asserts that every check of the rehearsal passes, except for those that are skipped.
fn all_pass_but(what: &str, report: &Report, skipped: &[&str]) {
    let here: Vec<_> = report.checks.iter().filter(|row| row.stage == "rehearsal").collect();
    assert_eq!(here.len(), 9);
    for row in here {
        let wanted = if skipped.contains(&row.id.as_str()) { VerdictLabel::Skipped } else { VerdictLabel::Pass };
        assert_eq!(row.verdict, wanted, "{what}: {}", told(row));
    }
}

#[tokio::test]
async fn correct_handlers_of_every_kind_pass() {
    let ways = [
        ("the usual one", Way::default()),
        ("a firewall in front that answers 403", Way { refuses_with: 403, ..Way::default() }),
        ("a firewall in front that answers 404", Way { refuses_with: 404, ..Way::default() }),
        ("204 to a wrong token", Way { refuses_with: 204, ..Way::default() }),
        ("repeats known by their body", Way { repeats: Repeats::ByBody, ..Way::default() }),
        ("everything acknowledged, and compared later", Way { later: true, ..Way::default() }),
        ("later, and by the body", Way { later: true, repeats: Repeats::ByBody, ..Way::default() }),
    ];
    for (what, way) in ways {
        all_pass_but(what, &rehearsed(way, TOKEN, ALL_EVENTS, "").await, &[]);
    }
}

#[tokio::test]
async fn each_loose_comparison_of_the_token_is_a_fault_of_its_own() {
    let ways: [(&str, Compares); 6] = [
        ("something before the token", |given, token| given.ends_with(token)),
        ("something behind the token", |given, token| given.starts_with(token)),
        ("the token anywhere", |given, token| given.contains(token)),
        ("a beginning of the token", |given, token| !given.is_empty() && token.starts_with(given)),
        ("an end of the token", |given, token| !given.is_empty() && token.ends_with(given)),
        ("the token in any case", |given, token| given.eq_ignore_ascii_case(token)),
    ];
    for (what, compares) in ways {
        let report = rehearsed(Way { compares, ..Way::default() }, TOKEN, ALL_EVENTS, "").await;
        let failed = checks(&report, VerdictLabel::Fail);
        assert_eq!(failed, ["webhooks.rejects-wrong-token@rehearsal"], "{what}");
    }
}

#[tokio::test]
async fn a_handler_of_one_facility_hears_of_that_facility() {
    let way = Way { facility: Some("FAC777"), ..Way::default() };
    let more = "environments: { test: { settings: { facilities: [FAC777, FAC778] } } }";
    all_pass_but("one facility", &rehearsed(way, TOKEN, ALL_EVENTS, more).await, &[]);
}

#[tokio::test]
async fn the_token_is_asked_for_where_one_environment_has_one() {
    let way = Way { token: None, ..Way::default() };
    for (test, production) in [("token", "allow_list"), ("allow_list", "token")] {
        let more = format!(
            "environments: {{ test: {{ settings: {{ protected_by: {test} }} }}, production: {{ settings: {{ protected_by: {production} }} }} }}"
        );
        let report = rehearsed(way, TOKEN, ALL_EVENTS, &more).await;
        assert_eq!(row(&report, "webhooks.rejects-wrong-token@rehearsal").verdict, VerdictLabel::Fail, "{more}");
    }
}

#[tokio::test]
async fn tokens_of_every_kind_have_wrong_ones_beside_them() {
    let longest: &str = Box::leak("aB3.".repeat(64).into_boxed_str());
    for token in ["1234567890", "ALL-UPPER", "all-lower", "1", longest] {
        let report = rehearsed(Way { token: Some(token), ..Way::default() }, token, ALL_EVENTS, "").await;
        all_pass_but(token, &report, &[]);
    }
}

#[tokio::test]
async fn a_partner_of_payments_alone_is_asked_nothing_about_suspensions() {
    let way = Way { wants: |event| event.starts_with("Realtime."), ..Way::default() };
    let report = rehearsed(way, TOKEN, "[Realtime.Account.Payment.Authorized]", "").await;
    all_pass_but("payments", &report, &["webhooks.event-names-any-case"]);
    let reason = &row(&report, "webhooks.event-names-any-case@rehearsal").reason;
    assert!(reason.contains("not applicable: the profile names no event"), "{reason}");
}

#[tokio::test]
async fn where_an_allow_list_protects_the_handler_no_token_is_asked_for() {
    let more = "environments: { production: { settings: { protected_by: allow_list } } }";
    let way = Way { token: None, ..Way::default() };
    let report = rehearsed(way, "none", ALL_EVENTS, more).await;
    all_pass_but("an allow-list", &report, &["webhooks.rejects-wrong-token", "webhooks.verifies-before-remembering"]);
    let without = rehearsed(way, "none", ALL_EVENTS, "").await;
    assert_eq!(checks(&without, VerdictLabel::Fail), ["webhooks.rejects-wrong-token@rehearsal"]);
}

#[tokio::test]
async fn every_other_success_fails_one_check_and_no_other() {
    for (what, answers) in [("201", (|_| 201) as fn(&str) -> u16), ("202", |_| 202), ("204", |_| 204)] {
        let report = rehearsed(Way { answers, ..Way::default() }, TOKEN, ALL_EVENTS, "").await;
        assert_eq!(checks(&report, VerdictLabel::Fail), ["webhooks.answers-exactly-200@rehearsal"], "{what}");
        let failed = row(&report, "webhooks.answers-exactly-200@rehearsal");
        assert!(failed.expected.as_ref().is_some_and(|words| words.contains("accepted (200)")), "{}", told(failed));
        assert!(failed.observed.as_ref().is_some_and(|words| words.contains(what)), "{}", told(failed));
    }
    let one = Way { answers: |event| if event.starts_with("Realtime.") { 204 } else { 200 }, ..Way::default() };
    let report = rehearsed(one, TOKEN, ALL_EVENTS, "").await;
    assert_eq!(checks(&report, VerdictLabel::Fail), ["webhooks.answers-exactly-200@rehearsal"]);
}

#[tokio::test]
async fn a_handler_that_refuses_everything_fails_once_and_proves_nothing_else() {
    for status in [401, 403] {
        let way = Way { token: Some("another"), refuses_with: status, ..Way::default() };
        let report = rehearsed(way, TOKEN, ALL_EVENTS, "").await;
        assert_eq!(checks(&report, VerdictLabel::Fail), ["webhooks.accepts-genuine@rehearsal"], "{status}");
        assert_eq!(checks(&report, VerdictLabel::Pass), Vec::<String>::new(), "{status}");
    }
}

#[tokio::test]
async fn members_that_nobody_documented_make_no_failure() {
    let picky = Way { answers: |_| 400, ..Way::default() };
    let report = rehearsed(picky, TOKEN, ALL_EVENTS, "").await;
    assert_eq!(checks(&report, VerdictLabel::Fail), Vec::<String>::new());
    let open = row(&report, "webhooks.accepts-genuine@rehearsal");
    assert_eq!(open.verdict, VerdictLabel::Inconclusive, "{}", told(open));
    assert!(open.reason.contains("rehearsal.bodies"), "{}", told(open));
}

#[tokio::test]
async fn a_body_that_was_captured_must_be_taken() {
    let at = start(Way { answers: |_| 400, ..Way::default() }).await;
    let captured = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(captured.path(), r#"{ "Amount": 1, "Number": 123456789012345678901234567890 }"#).unwrap();
    let file = captured.path().display();
    let profile = format!(
        "partner: Odd\nprovider: debitsuccess\nevents: [Realtime.Account.Payment.Declined]\nrehearsal:\n  webhook: {{ url: \
         \"http://{at}/hooks\", secret: \"{TOKEN}\" }}\n  bodies: {{ Realtime.Account.Payment.Declined: \"{file}\" }}\n"
    );
    let planned = planned(&BUILT_IN, &profile, &["webhooks.accepts-genuine"], &[]);
    let report = planned.report().await;
    assert_eq!(checks(&report, VerdictLabel::Fail), ["webhooks.accepts-genuine@rehearsal"]);
}

#[tokio::test]
async fn notifications_that_are_acknowledged_and_dropped_do_not_pass() {
    let deaf = Way { wants: |_| false, ..Way::default() };
    let report = rehearsed(deaf, TOKEN, ALL_EVENTS, "").await;
    let first = row(&report, "webhooks.accepts-genuine@rehearsal");
    assert_eq!(first.verdict, VerdictLabel::Inconclusive, "{}", told(first));
    assert!(first.reason.contains("no effect") && first.fix.contains("Store the event before"), "{}", told(first));
    // Checks of effects lack a control that had an effect, and the other checks are not affected.
    for (unit, wanted) in [
        ("webhooks.verifies-before-remembering@rehearsal", VerdictLabel::Inconclusive),
        ("webhooks.repeats-tolerated@rehearsal", VerdictLabel::Inconclusive),
        ("webhooks.event-names-any-case@rehearsal", VerdictLabel::Inconclusive),
        ("webhooks.rejects-wrong-token@rehearsal", VerdictLabel::Pass),
        ("webhooks.unknown-event@rehearsal", VerdictLabel::Pass),
    ] {
        assert_eq!(row(&report, unit).verdict, wanted, "{}", told(row(&report, unit)));
    }
    assert_eq!(checks(&report, VerdictLabel::Fail), Vec::<String>::new());
}

#[tokio::test]
async fn a_crash_or_a_redirect_fails_although_nobody_documented_the_body() {
    for (status, words) in [(500, "500"), (503, "503"), (302, "302, a redirect"), (308, "308, a redirect")] {
        let answers: fn(&str) -> u16 = match status {
            500 => |_| 500,
            503 => |_| 503,
            302 => |_| 302,
            _ => |_| 308,
        };
        let report = rehearsed(Way { answers, ..Way::default() }, TOKEN, ALL_EVENTS, "").await;
        assert_eq!(checks(&report, VerdictLabel::Fail), ["webhooks.accepts-genuine@rehearsal"], "{status}");
        let first = row(&report, "webhooks.accepts-genuine@rehearsal");
        assert!(told(first).contains(words) && !first.fix.contains("X-Token"), "{}", told(first));
    }
}

#[tokio::test]
async fn without_any_memory_of_repeats_the_advice_fails_and_nothing_required() {
    for repeats in [Repeats::Unknown, Repeats::BySecond] {
        let report = rehearsed(Way { repeats, ..Way::default() }, TOKEN, ALL_EVENTS, "").await;
        assert_eq!(checks(&report, VerdictLabel::Fail), ["webhooks.repeats-tolerated@rehearsal"]);
        let failed = row(&report, "webhooks.repeats-tolerated@rehearsal");
        assert!(failed.observed.as_ref().is_some_and(|words| words.contains("4 times")), "{}", told(failed));
    }
}

#[tokio::test]
async fn one_spelling_alone_fails_the_check_of_names() {
    for (what, wants) in [
        ("as the headers write it", (|event| event.starts_with("Customer.S")) as fn(&str) -> bool),
        ("as the list writes it", |event| event.starts_with("customer.S")),
    ] {
        let way = Way { wants, ..Way::default() };
        let report = rehearsed(way, TOKEN, "[customer.Schedule.Suspension.Added]", "").await;
        let failed = checks(&report, VerdictLabel::Fail);
        assert!(failed.contains(&"webhooks.event-names-any-case@rehearsal".to_owned()), "{what}: {failed:?}");
    }
}
