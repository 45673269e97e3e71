//! A provider that answers as a case asks for, and a partner that knows its addresses.

use std::net::TcpListener;

use preflight::report::model::{CheckResult, Report, VerdictLabel};
use serde_json::{Value, json};
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::driven::{Copied, Planned, pack_with, planned, row, run, told};

/// The URL of the partner's production handler, and its keys.
pub(crate) const LIVE_HANDLER: &str = "https://acme.example/hooks/debitura";
pub(crate) const TEST_KEY: &str = "the-key-of-test";
pub(crate) const LIVE_KEY: &str = "the-key-of-production";

/// Both environments of the provider, a host for pages, and the pack that names them. Their hosts must differ, so each
/// has a loopback address of its own.
pub(crate) struct World {
    pub(crate) test: MockServer,
    pub(crate) production: MockServer,
    pub(crate) pages: MockServer,
    pub(crate) copied: Copied,
}

async fn server(address: &str) -> MockServer {
    MockServer::builder().listener(TcpListener::bind((address, 0)).unwrap()).start().await
}

impl World {
    pub(crate) async fn new() -> Self {
        let (test, production, pages) =
            (server("127.0.0.1").await, server("127.0.0.3").await, server("127.0.0.2").await);
        let (at_test, live) = (format!("{}/", test.uri()), format!("{}/", production.uri()));
        let copied = pack_with(&[
            ("provider.yaml", "https://testreferral-api.debitura.com/", &at_test),
            ("provider.yaml", "https://testcustomer-api.debitura.com/", &at_test),
            ("provider.yaml", "https://referral-api.debitura.com/", &live),
            ("provider.yaml", "https://customer-api.debitura.com/", &live),
            // The pages here have no certificate, because these tests are about what they answer.
            ("prerequisites/branding.yaml", "{ url: { scheme: https } }", "{ url: { scheme: http } }"),
        ]);
        World { test, production, pages, copied }
    }

    /// Lets both environments answer a call in the same way.
    pub(crate) async fn both(&self, call: &str, answer: ResponseTemplate) {
        on(&self.test, call, answer.clone()).await;
        on(&self.production, call, answer).await;
    }

    pub(crate) fn logo_url(&self) -> String {
        format!("{}/logo.svg", self.pages.uri())
    }

    /// Forgets all answers.
    pub(crate) async fn reset(&self) {
        for server in [&self.test, &self.production, &self.pages] {
            server.reset().await;
        }
    }

    fn profile(&self) -> String {
        format!(
            "partner: Acme\nprovider: debitura\n{}\nbranding: {{ logo_url: \"{}\", background_color: \"#0B5FFF\" }}\n\
             environments:\n  test:\n    api_key: {TEST_KEY}\n    webhook: {{ url: \"{}/hooks\" }}\n  production:\n    \
             api_key: {LIVE_KEY}\n    webhook: {{ url: \"{LIVE_HANDLER}\" }}\n",
            self.copied.trust,
            self.logo_url(),
            self.pages.uri(),
        )
    }

    pub(crate) fn planned(&self, only: &[&str]) -> Planned {
        planned(&self.copied.catalog, &self.profile(), only, &[])
    }

    pub(crate) async fn report(&self, only: &[&str]) -> Report {
        run(&self.copied.catalog, &self.profile(), only).await
    }
}

/// Lets a server answer a call such as `GET /me`.
pub(crate) async fn on(server: &MockServer, call: &str, answer: ResponseTemplate) {
    let (verb, at) = call.split_once(' ').unwrap();
    Mock::given(any()).and(method(verb)).and(path(at)).respond_with(answer).mount(server).await;
}

pub(crate) fn json_answer(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

pub(crate) fn status(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status)
}

/// Returns the account as it should be, with some members changed.
pub(crate) fn me(setup: &World, changes: &Value) -> Value {
    let mut me = json!({
        "id": "7d1b2f0e-5a52-4a7e-9a0b-2f3f2a6f7c01", "companyName": "Acme", "isActive": true, "isPublicDemo": false,
        "logoUrl": setup.logo_url(), "backgroundColorCode": "#0B5FFF", "fontColor": "#FFFFFF",
    });
    me.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    me
}

/// Asserts the verdict of a check, and some words that its row in the report contains.
pub(crate) fn assert_told<'r>(
    report: &'r Report,
    unit: &str,
    wanted: VerdictLabel,
    words: &str,
    case: &str,
) -> &'r CheckResult {
    let row = row(report, unit);
    assert!(row.verdict == wanted && told(row).contains(words), "{case}: wanted {wanted:?} {words}\n{}", told(row));
    row
}
