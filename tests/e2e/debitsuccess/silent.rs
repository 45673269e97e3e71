//! A partner about which nothing is known: every check is inconclusive and says what would change that.

use preflight::judge::Readiness;
use preflight::report::model::VerdictLabel;

use crate::support::driven::{BUILT_IN, planned, row, run, told};

const SILENT: &str = "partner: Silent\nprovider: debitsuccess\n";

/// What each check asks for.
const ASKS: [(&str, &str); 19] = [
    ("webhooks.subscription-request@static", "environments.test.settings.facilities"),
    ("webhooks.subscribed@test", "preflight email --profile FILE"),
    ("webhooks.subscribed@production", "a person must attest"),
    ("webhooks.environments-separate@static", "environments.production.webhook.secret"),
    ("webhooks.accepts-genuine@rehearsal", "rehearsal.webhook.url"),
    ("webhooks.answers-exactly-200@rehearsal", "rehearsal.webhook.url"),
    ("webhooks.rejects-wrong-token@rehearsal", "rehearsal.webhook.secret"),
    ("webhooks.event-names-any-case@rehearsal", "events"),
    ("webhooks.repeats-tolerated@rehearsal", "events"),
    ("webhooks.unknown-event@rehearsal", "events"),
    ("webhooks.verifies-before-remembering@rehearsal", "rehearsal.webhook.url"),
    ("webhooks.header-names-any-case@rehearsal", "events"),
    ("webhooks.twins-at-once@rehearsal", "events"),
    ("webhooks.https@test", "environments.test.webhook.url"),
    ("webhooks.https@production", "environments.production.webhook.url"),
    ("webhooks.source-allowed@test", "a person must attest"),
    ("webhooks.source-allowed@production", "a person must attest"),
    ("webhooks.test-received@test", "environments.test.settings.received"),
    ("webhooks.failure-mailbox@static", "a person must attest"),
];

#[tokio::test]
async fn a_profile_of_two_lines_leaves_every_unit_inconclusive_and_says_what_would_change_that() {
    let report = run(&BUILT_IN, SILENT, &[]).await;
    assert_eq!(report.readiness, Readiness::Inconclusive);
    assert_eq!(report.checks.len(), ASKS.len());
    for (unit, asks) in ASKS {
        let row = row(&report, unit);
        assert_eq!(row.verdict, VerdictLabel::Inconclusive, "{}", told(row));
        assert!(told(row).contains(asks), "{asks}: {}", told(row));
        assert!(row.responsible.is_some(), "{}", told(row));
    }
}

#[tokio::test]
async fn a_variable_that_is_not_set_is_named_with_its_line() {
    let profile = "partner: Silent\nprovider: debitsuccess\nenvironments:\n  test:\n    webhook:\n      secret: \
                   ${TEST_TOKEN}\n    settings:\n      received: ${TRACE}\n      facilities: [\"${FACILITY}\"]\n";
    let report = planned(&BUILT_IN, profile, &[], &[]).report().await;
    for (unit, words) in [
        ("webhooks.environments-separate@static", "set TEST_TOKEN, profile.yaml:6"),
        ("webhooks.test-received@test", "set TRACE, profile.yaml:8"),
    ] {
        assert!(row(&report, unit).reason.contains(words), "{}", told(row(&report, unit)));
    }
}

#[tokio::test]
async fn a_closed_port_is_inconclusive_and_not_a_fault_of_the_handler() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    drop(listener);
    let profile = format!(
        "{SILENT}events: [customer.Schedule.Suspension.Added]\nrehearsal: {{ webhook: {{ url: \"http://{at}/hooks\", secret: \
         a-token }}, timing: {{ reacts_within: 30ms }} }}\n"
    );
    let report = run(&BUILT_IN, &profile, &["*@rehearsal"]).await;
    let here = report.checks.iter().filter(|row| row.stage == "rehearsal");
    for row in here {
        assert_eq!(row.verdict, VerdictLabel::Inconclusive, "{}", told(row));
    }
}
