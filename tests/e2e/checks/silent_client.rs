//! Partners that can be asked to act, but do nothing useful.

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use preflight::judge::Readiness;
use preflight::report::model::VerdictLabel;
use tokio::net::TcpListener;

use crate::support::driven::{BUILT_IN, checks, run, told};

/// What a partner answers that does nothing.
type Answers = fn() -> Response;

async fn partner(answer: Answers) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let app = Router::new().fallback(move || async move { answer() });
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    format!(
        "partner: Silent\nprovider: debitura\nreturn_url: {{ starts_with: https://app.silent.example/ }}\nrehearsal:\n  \
         timing: {{ reacts_within: 30ms, retries_within: 60ms }}\n  actions:\n    \
         onboard_client: {{ request: POST http://{at}/clients, json: {{ email: \"{{{{ client.email }}}}\" }} }}\n    \
         submit_case: {{ request: POST http://{at}/cases, json: {{ invoice: \"{{{{ invoice }}}}\" }} }}\n    \
         preview_case: {{ request: POST http://{at}/previews }}\n    restart: {{ request: POST http://{at}/restart }}\n"
    )
}

/// The checks of the partner's client side.
const CLIENT_SIDE: [&str; 8] = [
    "auth.*",
    "onboarding.*",
    "cases.*",
    "errors.*",
    "kyc.*",
    "e2e.*@rehearsal",
    "readiness.no-*",
    "readiness.white-*",
];

#[tokio::test]
async fn a_partner_that_is_asked_and_never_calls_is_inconclusive_everywhere() {
    let answers: [(&str, Answers); 5] = [
        ("nothing", || StatusCode::NO_CONTENT.into_response()),
        ("done", || "Everything was submitted: https://referral.debitura.com/companydetails/1".into_response()),
        ("accepted", || StatusCode::ACCEPTED.into_response()),
        ("elsewhere", || Redirect::to("https://referral.debitura.com/companydetails/1").into_response()),
        ("a crash", || StatusCode::INTERNAL_SERVER_ERROR.into_response()),
    ];
    for (what, answer) in answers {
        let report = run(&BUILT_IN, &partner(answer).await, &CLIENT_SIDE).await;
        assert_eq!(report.readiness, Readiness::SelectionInconclusive, "{what}");
        let decided = report
            .checks
            .iter()
            .filter(|row| !matches!(row.verdict, VerdictLabel::Inconclusive | VerdictLabel::Skipped));
        assert_eq!(decided.map(told).collect::<Vec<_>>(), Vec::<String>::new(), "{what}");
        let open = checks(&report, VerdictLabel::Inconclusive);
        assert!(open.len() > 35, "{what}: only {} units were tried", open.len());
        for row in report.checks.iter().filter(|row| row.verdict == VerdictLabel::Inconclusive) {
            assert!(!row.reason.is_empty() && row.responsible.is_some(), "{what}: {}", told(row));
        }
    }
}
