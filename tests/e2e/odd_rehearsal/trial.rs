//! The trials: a correct partner fails nothing, and everything that can be observed from outside passes.

use std::collections::BTreeSet;

use preflight::report::model::{CheckResult, Report, TimelineRow, VerdictLabel};

use crate::support::driven::{BUILT_IN, planned, told};
use crate::support::free_port;

/// The lookups of a partner that answers its actions before it carries them out.
const LOOK: &str = r#"
    shown: { request: "GET http://127.0.0.1:${PORT}/told?customer={{ client.number }}" }
    user_message: { request: "GET http://127.0.0.1:${PORT}/told?customer={{ client.number }}&number={{ invoice | default('') }}" }
"#;

/// The action that is missing for a partner that asks for the preview itself when it files a claim.
const PREVIEW: &str =
    "    preview_case:\n      request: \"POST http://127.0.0.1:${PORT}/estimates\"\n      json: *claim\n";

/// Rehearses a partner. `adds` is appended to its profile.
async fn rehearsed(odd: &str, adds: &str, only: &[&str]) -> Report {
    let own = std::env::current_exe().unwrap().display().to_string();
    let port = free_port().to_string();
    let whole = include_str!("profile.yaml");
    assert!(whole.contains(PREVIEW), "the profile has changed");
    let actions = if odd == "sequential" { whole.replace(PREVIEW, "") } else { whole.to_owned() };
    let profile = format!("{actions}{adds}");
    // A partner with a queue reacts later.
    let reacts = if odd == "queue" { "1s" } else { "400ms" };
    let variables = [("OWN", own.as_str()), ("ODD", odd), ("PORT", &port), ("REACTS", reacts)];
    planned(&BUILT_IN, &profile, only, &variables).report().await
}

/// Asserts that a partner passes every check of the rehearsal, so that its policy leaves nothing inconclusive.
async fn passes(odd: &str, adds: &str) {
    let report = rehearsed(odd, adds, &["*@rehearsal"]).await;
    let mut sections = BTreeSet::new();
    for row in report.checks.iter().filter(|row| row.stage == "rehearsal") {
        assert_eq!(row.verdict, VerdictLabel::Pass, "{}\n\nall that is open:\n{}", row.full_id(), open(&report));
        sections.extend(row.id.split('.').next());
    }
    let tried = ["auth", "cases", "e2e", "errors", "kyc", "onboarding", "readiness", "webhooks"];
    assert_eq!(sections, BTreeSet::from(tried));
}

/// Returns every check that did not pass, with what happened.
fn open(report: &Report) -> String {
    let open = report.checks.iter().filter(|row| !matches!(row.verdict, VerdictLabel::Pass | VerdictLabel::Skipped));
    let shown = |row: &CheckResult| {
        let line =
            |line: &TimelineRow| format!("\n    {:8.0} {} {} {}", line.at_ms, line.kind, line.what, line.outcome);
        told(row) + &row.evidence.iter().map(line).collect::<String>()
    };
    open.map(shown).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_partner_with_a_circuit_breaker_passes() {
    passes("breaker", "").await;
}

#[tokio::test]
async fn a_partner_that_lets_one_rate_limit_pause_all_its_calls_passes() {
    passes("pause", "").await;
}

#[tokio::test]
async fn a_partner_that_answers_at_once_and_works_through_a_queue_passes() {
    passes("queue", LOOK).await;
}

#[tokio::test]
async fn a_partner_of_four_processes_that_keep_their_own_tokens_passes() {
    passes("workers", "  workers: 4\n").await;
}

#[tokio::test]
async fn a_partner_that_handles_one_request_at_a_time_and_previews_within_its_submission_passes() {
    passes("sequential", "  concurrency: 1\n").await;
}

#[tokio::test]
async fn a_partner_that_was_too_busy_to_take_a_client_in_is_tried_again_alone() {
    let report =
        rehearsed("busy", "", &["auth.token-cached", "cases.required-fields", "cases.us-state", "errors.missing-*"])
            .await;
    assert_eq!(open(&report), "");
    let alone =
        report.checks.iter().filter(|row| row.remarks.iter().any(|remark| remark.contains("retried in isolation")));
    assert!(alone.count() > 0, "nobody was turned away, so nothing was shown");
}
