//! Correct partners, which fail nothing.

use std::time::Duration;

use preflight::report::model::{Report, VerdictLabel};

use super::handler::{AgeFrom, Repeats, SECRET, Verifies, Way, start};
use crate::support::driven::{BUILT_IN, checks, row, run, told};

/// What a profile says besides the address of the handler.
#[derive(Clone, Copy, Default)]
pub(crate) struct Says {
    pub(crate) no_look_up: bool,
    pub(crate) no_clients: bool,
    pub(crate) more: &'static str,
}

/// Rehearses the webhook checks against a handler that works in some way.
pub(crate) async fn rehearsed(way: Way, says: Says) -> Report {
    run(&BUILT_IN, &profile(start(way).await, says), &["webhooks.*@rehearsal"]).await
}

pub(crate) fn profile(at: std::net::SocketAddr, says: Says) -> String {
    let mut lines = vec![
        "partner: Odd\nprovider: debitura\nrehearsal:".to_owned(),
        format!("  webhook: {{ url: \"http://{at}/hooks\", secret: \"{SECRET}\" }}"),
        "  timing: { reacts_within: 150ms }".to_owned(),
    ];
    if !says.no_look_up {
        lines.push(format!(
            "  lookups: {{ processed: {{ request: \"GET http://{at}/effects/{{{{ event_id }}}}\", count: $.count }} }}"
        ));
    }
    if !says.no_clients {
        lines.push(format!("  actions:\n    onboard_client:\n      request: POST http://{at}/clients"));
        lines.push("      json: { email: \"{{ client.email }}\" }\n      capture: { tenant: $.id }".to_owned());
    }
    lines.push(says.more.to_owned());
    lines.join("\n")
}

/// Returns every check that did not pass, with everything that the report says about it.
pub(crate) fn open(report: &Report) -> String {
    let open = report.checks.iter().filter(|row| !matches!(row.verdict, VerdictLabel::Pass | VerdictLabel::Skipped));
    open.map(told).collect::<Vec<_>>().join("\n")
}

const ALL: [&str; 11] = [
    "webhooks.raw-body",
    "webhooks.accepts-genuine",
    "webhooks.rejects-forged",
    "webhooks.rejects-stale",
    "webhooks.answers-in-time",
    "webhooks.deduplicates",
    "webhooks.verifies-before-remembering",
    "webhooks.unknown-event",
    "webhooks.never-410",
    "webhooks.header-names-any-case",
    "webhooks.twins-at-once",
];

/// Asserts which checks are inconclusive, and that all others pass.
fn assert_inconclusive(report: &Report, inconclusive: &[&str]) {
    for id in ALL {
        let row = row(report, &format!("{id}@rehearsal"));
        let wanted = if inconclusive.contains(&id) { VerdictLabel::Inconclusive } else { VerdictLabel::Pass };
        assert_eq!(row.verdict, wanted, "{}\n\nall that is open:\n{}", told(row), open(report));
    }
    assert_eq!(checks(report, VerdictLabel::Fail), Vec::<String>::new());
}

/// Returns a handler that processes only one delivery of an event at a time.
fn busy(status: u16) -> Way {
    Way { twin: Some(status), works: |_| Duration::from_millis(40), ..Way::default() }
}

#[tokio::test]
async fn correct_partners_of_every_kind_pass() {
    let ways = [
        ("the usual one", Way::default()),
        ("a firewall in front that answers 403", Way { refuses_with: 403, ..Way::default() }),
        ("a firewall in front that answers 404", Way { refuses_with: 404, ..Way::default() }),
        ("400 to forged deliveries", Way { refuses_with: 400, ..Way::default() }),
        ("a redirect to a login for forged deliveries", Way { refuses_with: 302, ..Way::default() }),
        ("204", Way { accepts_with: (204, ""), ..Way::default() }),
        ("202 with a body", Way { accepts_with: (202, r#"{"queued": true}"#), ..Way::default() }),
        ("one request at a time", Way { one_at_a_time: true, works: |_| Duration::from_millis(3), ..Way::default() }),
        ("effects after a while", Way { effect_after: Duration::from_millis(60), ..Way::default() }),
        ("repeats known by the body", Way { repeats: Repeats::ByBody, ..Way::default() }),
        ("events about its clients only", Way { wants_known_clients: true, ..Way::default() }),
        ("the oldest delivery just as allowed", Way { oldest: 310, ..Way::default() }),
        ("409 to the second of two at once", busy(409)),
        ("429 to the second of two at once", busy(429)),
        ("503 to the second of two at once", busy(503)),
    ];
    let reports = futures_util::future::join_all(ways.map(|(_, way)| rehearsed(way, Says::default()))).await;
    for ((name, _), report) in ways.iter().zip(&reports) {
        assert_eq!(checks(report, VerdictLabel::Pass).len(), ALL.len(), "{name}:\n{}", open(report));
    }
}

#[tokio::test]
async fn a_repeat_is_the_same_bytes_in_a_later_second() {
    let way = Way { repeats: Repeats::ByBody, works: |_| Duration::from_millis(1100), ..Way::default() };
    let says = Says { more: "events: [client.linked]", ..Says::default() };
    let at = start(way).await;
    let only = ["webhooks.deduplicates", "webhooks.accepts-genuine"];
    let report = run(&BUILT_IN, &profile(at, says), &only).await;
    assert_eq!(checks(&report, VerdictLabel::Pass).len(), 2, "{}", open(&report));
}

#[tokio::test]
async fn without_a_look_up_effects_are_inconclusive_and_the_rest_is_decided() {
    let report = rehearsed(Way::default(), Says { no_look_up: true, ..Says::default() }).await;
    let blind = ["webhooks.deduplicates", "webhooks.verifies-before-remembering"];
    assert_inconclusive(&report, &[&blind[..], &["webhooks.twins-at-once"]].concat());
    // If only a line of the profile is missing, a retry would only take time.
    assert!(report.phases.iter().all(|phase| phase.phase != "retried in isolation"), "{:?}", report.phases);
    for id in blind {
        let row = row(&report, &format!("{id}@rehearsal"));
        assert!(row.reason.contains("add `rehearsal.lookups.processed` to profile.yaml"), "{}", told(row));
    }
}

const LATER: Way = Way {
    verification: Verifies::Later,
    decodes: true,
    oldest: 300,
    age_from: AgeFrom::Signed,
    twin: None,
    accepts_with: (202, ""),
    refuses_with: 401,
    repeats: Repeats::ById,
    effect_after: Duration::from_millis(100),
    works: |_| Duration::ZERO,
    one_at_a_time: false,
    wants_known_clients: false,
    answers: |_| None,
    slow: |_| Duration::ZERO,
    notes: |_| true,
};

#[tokio::test]
async fn a_handler_that_acknowledges_first_and_verifies_later_passes_by_its_effects() {
    let report = rehearsed(LATER, Says { more: "  verification: deferred", ..Says::default() }).await;
    assert_inconclusive(&report, &[]);
    let forged = row(&report, "webhooks.rejects-forged@rehearsal");
    assert!(forged.remarks.iter().any(|remark| remark.contains("acknowledged but had no effect")), "{}", told(forged));
}

#[tokio::test]
async fn a_handler_that_verifies_later_without_a_look_up_is_inconclusive_and_does_not_fail() {
    let says = Says { no_look_up: true, more: "  verification: deferred", ..Says::default() };
    let report = rehearsed(LATER, says).await;
    assert_eq!(checks(&report, VerdictLabel::Fail), Vec::<String>::new(), "{}", open(&report));
    for id in ["webhooks.accepts-genuine", "webhooks.raw-body", "webhooks.rejects-forged", "webhooks.rejects-stale"] {
        let row = row(&report, &format!("{id}@rehearsal"));
        assert_eq!(row.verdict, VerdictLabel::Inconclusive, "{}", told(row));
        assert!(told(row).contains("rehearsal.lookups.processed"), "{}", told(row));
    }
}

#[tokio::test]
async fn an_unknown_client_leaves_events_inconclusive_and_says_how_to_make_it_known() {
    let way = Way { wants_known_clients: true, ..Way::default() };
    let report = rehearsed(way, Says { no_clients: true, ..Says::default() }).await;
    assert_eq!(checks(&report, VerdictLabel::Fail), Vec::<String>::new(), "{}", open(&report));
    assert_eq!(checks(&report, VerdictLabel::Pass), Vec::<String>::new());
    let first = row(&report, "webhooks.accepts-genuine@rehearsal");
    assert!(
        first.reason.contains("404") && first.reason.contains("rehearsal.actions.onboard_client"),
        "{}",
        told(first)
    );
}

#[tokio::test]
async fn a_handler_that_asks_for_members_nobody_documented_is_inconclusive() {
    let way = Way { answers: |event| (event == "client.link_requested").then_some(422), ..Way::default() };
    let report = rehearsed(way, Says::default()).await;
    assert_eq!(checks(&report, VerdictLabel::Fail), Vec::<String>::new(), "{}", open(&report));
    let first = row(&report, "webhooks.accepts-genuine@rehearsal");
    assert_eq!(first.verdict, VerdictLabel::Inconclusive);
    for words in ["client.link_requested", "422 not this one", "rehearsal.bodies"] {
        assert!(first.reason.contains(words), "{words}: {}", told(first));
    }
    // One doubtful event casts no doubt on the others, which have controls of their own.
    assert_inconclusive(&report, &["webhooks.accepts-genuine"]);
}

#[tokio::test]
async fn a_forged_delivery_that_crashes_the_handler_is_refused_with_a_remark() {
    let report = rehearsed(Way { refuses_with: 500, ..Way::default() }, Says::default()).await;
    assert_inconclusive(&report, &[]);
    let forged = row(&report, "webhooks.rejects-forged@rehearsal");
    assert!(
        forged.remarks.iter().any(|remark| remark.contains("by a crash") && remark.contains("500 no")),
        "{}",
        told(forged)
    );
}

#[tokio::test]
async fn an_event_of_which_software_takes_no_notice_is_in_doubt_until_the_profile_says_so() {
    let way = Way { notes: |event| event != "case.updated", ..Way::default() };
    let report = rehearsed(way, Says::default()).await;
    assert_inconclusive(&report, &["webhooks.accepts-genuine"]);
    let first = row(&report, "webhooks.accepts-genuine@rehearsal");
    assert!(
        first.reason.contains("case.updated") && first.reason.contains("rehearsal.lookups.processed.events"),
        "{}",
        told(first)
    );
    let effective = "client.onboarding.contract_signed, client.linked, client.link_requested, client.link_expired, case.created, \
                     case.closed";
    let profile = profile(start(way).await, Says::default())
        .replace("count: $.count }", &format!("count: $.count, events: [{effective}] }}"));
    let report = run(&BUILT_IN, &profile, &["webhooks.*@rehearsal"]).await;
    assert_inconclusive(&report, &[]);
    let first = row(&report, "webhooks.accepts-genuine@rehearsal");
    assert!(
        first.remarks.iter().any(|remark| remark.contains("case.updated: 200, effect not looked up")),
        "{}",
        told(first)
    );
}
