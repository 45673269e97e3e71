//! Partners of which nothing useful can be observed.

use axum::Router;
use axum::http::StatusCode;
use preflight::judge::Readiness;
use preflight::report::model::{Report, VerdictLabel};
use tokio::net::TcpListener;

use crate::support::driven::{BUILT_IN, checks, pack_with, planned, row, run, told};

/// Returns a profile that gives the address of a handler and nothing else.
fn with_handler(address: std::net::SocketAddr, more: &str) -> String {
    format!(
        "partner: Silent\nprovider: debitura\n{more}\nevents: [client.linked]\nrehearsal:\n  webhook: {{ url: \"http://{address}/hooks\", secret: \
         \"dGhpc2lzYWJhc2U2NGVuY29kZWRzZWNyZXQ=\" }}\n  timing: {{ reacts_within: 50ms }}\n"
    )
}

fn nothing_passes(report: &Report) {
    assert_eq!(checks(report, VerdictLabel::Pass), Vec::<String>::new());
}

#[tokio::test]
async fn a_profile_of_two_lines_leaves_every_unit_inconclusive_and_says_what_would_change_that() {
    let report = run(&BUILT_IN, "partner: Silent\nprovider: debitura\n", &[]).await;
    assert_eq!(report.readiness, Readiness::Inconclusive);
    assert_eq!(report.summary.planned, report.summary.inconclusive + report.summary.inconclusive_recommended);
    for row in &report.checks {
        assert_eq!(row.verdict, VerdictLabel::Inconclusive, "{}", told(row));
        let reason = format!("{} {}", row.reason, row.observed.clone().unwrap_or_default());
        let helps = ["profile.yaml", "a person must attest"].iter().any(|words| reason.contains(words));
        assert!(helps, "{}", told(row));
        assert!(row.responsible.is_some(), "nobody must act: {}", told(row));
    }
}

#[tokio::test]
async fn a_variable_that_is_not_set_is_named_with_its_line() {
    let profile = "partner: Silent\nprovider: debitura\nenvironments:\n  test:\n    api_key: ${ACME_TEST_KEY}\n  production:\n    api_key: ${ACME_PROD_KEY}\n";
    let report = planned(&BUILT_IN, profile, &[], &[("ACME_PROD_KEY", "")]).report().await;
    for (unit, words) in [
        ("prerequisites.credentials@test", "set ACME_TEST_KEY, profile.yaml:5"),
        ("prerequisites.credentials@production", "set ACME_PROD_KEY, profile.yaml:7"),
    ] {
        assert!(row(&report, unit).reason.contains(words), "{}", told(row(&report, unit)));
    }
    nothing_passes(&report);
}

#[tokio::test]
async fn a_closed_port_is_inconclusive_and_not_a_fault_of_the_handler() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let profile = with_handler(listener.local_addr().unwrap(), "");
    drop(listener);
    let report = run(&BUILT_IN, &profile, &["*@rehearsal"]).await;
    assert_eq!(checks(&report, VerdictLabel::Fail), Vec::<String>::new());
    nothing_passes(&report);
    let first = row(&report, "webhooks.accepts-genuine@rehearsal");
    assert!(first.reason.contains("could not be reached") && first.reason.contains("profile"), "{}", told(first));
}

/// The pack's time limit is shortened, so that the test notices sooner that the handler never answers.
#[tokio::test]
async fn a_handler_that_never_answers_fails_once_and_proves_nothing_else() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    let quick = pack_with(&[("provider.yaml", "status: 2xx, within: 10s", "status: 2xx, within: 20ms")]);
    let only = ["webhooks.accepts-genuine", "webhooks.never-410", "webhooks.rejects-stale", "webhooks.answers-in-time"];
    let report = run(&quick.catalog, &with_handler(address, &quick.trust), &only).await;
    nothing_passes(&report);
    assert_eq!(checks(&report, VerdictLabel::Fail), ["webhooks.accepts-genuine@rehearsal"]);
    let others = report.checks.iter().filter(|row| row.verdict == VerdictLabel::Inconclusive);
    for row in others {
        assert_eq!(row.blocked_by.as_deref(), Some("webhooks.accepts-genuine@rehearsal"), "{}", told(row));
    }
    // Where nothing answers, neither known defects nor blocked checks are tried, because the run would take for ever.
    let deliveries = report.checks.iter().flat_map(|row| &row.evidence).filter(|line| line.kind == "delivery").count();
    assert_eq!(deliveries, 1);
}

#[tokio::test]
async fn a_handler_that_refuses_everything_passes_no_check_of_forged_deliveries() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let profile = with_handler(listener.local_addr().unwrap(), "");
    let app = Router::new().fallback(|| async { StatusCode::UNAUTHORIZED });
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let report = run(&BUILT_IN, &profile, &["webhooks.*@rehearsal"]).await;
    nothing_passes(&report);
    assert_eq!(checks(&report, VerdictLabel::Fail), ["webhooks.accepts-genuine@rehearsal"]);
    for unit in
        ["webhooks.rejects-forged@rehearsal", "webhooks.rejects-stale@rehearsal", "webhooks.never-410@rehearsal"]
    {
        let row = row(&report, unit);
        assert_eq!(row.verdict, VerdictLabel::Inconclusive, "{}", told(row));
        assert_eq!(row.blocked_by.as_deref(), Some("webhooks.accepts-genuine@rehearsal"), "{}", told(row));
    }
}
