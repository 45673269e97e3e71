//! Cases: their contents, and the reference that they keep.

use futures_util::FutureExt;
use preflight::reference_partner::Defect::{
    AmountAsText, CurrencyName, DateInFuture, DuplicateLooped, DuplicateNewReference, IsTestLeftOn,
    LostAnswerNewReference, MissingCity, ReferencePerClient, UsStateDropped,
};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{
    provider::{Reply, duplicate},
    scene::{Row, Scene, hold, invoice, invoice_to},
};

/// Returns the body of a case, with words in place of values that differ in every run.
async fn body(scene: Scene, invoice: impl Fn(&Value) -> Value) -> String {
    let client = scene.client("a@example.com").await;
    let told = scene.partner.post("/test/cases", &invoice(&client)).await.1;
    let mut body = scene.provider.calls_of("POST /cases")[0].body.clone();
    if body["date"] == OffsetDateTime::now_utc().date().to_string() {
        body["date"] = json!("today");
    } else if body["date"].is_string() {
        body["date"] = json!("another day");
    }
    assert_eq!(body["creditorReference"].take(), told["reference"]);
    body.to_string()
}

async fn told(scene: Scene, numbers: &[&str]) -> String {
    let client = scene.client("a@example.com").await;
    let mut told = Vec::new();
    for number in numbers {
        told.push(scene.submit(&client, number).await);
    }
    let references = scene.different("POST /cases", "creditorReference");
    format!("{}, {references} references", scene.and(&told.join(", ")))
}

pub(crate) const ROWS: &[Row] = &[
    Row {
        what: "a case",
        act: |scene| body(scene, |client| invoice(client, "1")).boxed(),
        correct: r#"{"currencyCode":"EUR","date":"today","amountToRecover":120.5,"creditorReference":null,"debtor":{"type":"Private","name":"Example Debtor","address":"Example Street 1","city":"Example City","countryAlpha2":"DK","zipCode":"1000"}}"#,
        with: &[
            (
                MissingCity,
                r#"{"currencyCode":"EUR","date":"today","amountToRecover":120.5,"creditorReference":null,"debtor":{"type":"Private","name":"Example Debtor","address":"Example Street 1","zipCode":"1000","countryAlpha2":"DK"}}"#,
            ),
            (
                DateInFuture,
                r#"{"currencyCode":"EUR","date":"another day","amountToRecover":120.5,"creditorReference":null,"debtor":{"type":"Private","name":"Example Debtor","address":"Example Street 1","city":"Example City","countryAlpha2":"DK","zipCode":"1000"}}"#,
            ),
            (
                CurrencyName,
                r#"{"currencyCode":"Euro","date":"today","amountToRecover":120.5,"creditorReference":null,"debtor":{"type":"Private","name":"Example Debtor","address":"Example Street 1","city":"Example City","countryAlpha2":"DK","zipCode":"1000"}}"#,
            ),
            (
                AmountAsText,
                r#"{"currencyCode":"EUR","date":"today","amountToRecover":"120.5","creditorReference":null,"debtor":{"type":"Private","name":"Example Debtor","address":"Example Street 1","city":"Example City","countryAlpha2":"DK","zipCode":"1000"}}"#,
            ),
        ],
    },
    Row {
        what: "a debtor in the US",
        act: |scene| {
            async move {
                let client = scene.client("a@example.com").await;
                scene.submit_with(&invoice_to(&client, "us", "CA")).await;
                let (preview, case) =
                    (scene.provider.calls_of("POST /cases/preview"), scene.provider.calls_of("POST /cases"));
                format!("{} {}", preview[0].body["debtor"], case[0].body["debtor"]["stateAlpha2"])
            }
            .boxed()
        },
        correct: r#"{"type":"Private","countryAlpha2":"US","stateAlpha2":"CA"} "CA""#,
        with: &[(UsStateDropped, r#"{"type":"Private","countryAlpha2":"US","stateAlpha2":"CA"} null"#)],
    },
    Row {
        what: "an answer that is lost",
        act: |scene| {
            scene.provider.next("POST /cases", [Reply::Lost]);
            told(scene, &["1"]).boxed()
        },
        correct: "mint, preview, case x2, look-up -> submitted, 1 references",
        with: &[
            (LostAnswerNewReference, "mint, preview, case x2 -> submitted, 2 references"),
            (DuplicateNewReference, "mint, preview, case x3 -> submitted, 2 references"),
            (DuplicateLooped, "mint, preview, case x7, look-up -> already_submitted, 1 references"),
        ],
    },
    Row {
        what: "answers that are lost, and a user who tries again",
        act: |scene| {
            scene.provider.next("POST /cases", [Reply::Lost, Reply::Lost, Reply::Lost]);
            told(scene, &["1", "1"]).boxed()
        },
        correct: "mint, preview, case x3, preview, case, look-up -> try_later, already_submitted, 1 references",
        with: &[
            (
                LostAnswerNewReference,
                "mint, preview, case x3, preview, case, look-up -> try_later, already_submitted, 3 references",
            ),
            (DuplicateNewReference, "mint, preview, case x3, preview, case x2 -> try_later, submitted, 2 references"),
            (
                DuplicateLooped,
                "mint, preview, case x3, preview, case x6, look-up -> try_later, already_submitted, 1 references",
            ),
        ],
    },
    Row {
        what: "a duplicate that nobody finds",
        act: |scene| {
            scene.provider.always("POST /cases", duplicate());
            told(scene, &["1"]).boxed()
        },
        correct: "mint, preview, case, look-up -> refused, 1 references",
        with: &[
            (DuplicateNewReference, "mint, preview, case x2, look-up -> refused, 2 references"),
            (DuplicateLooped, "mint, preview, case x6, look-up -> refused, 1 references"),
        ],
    },
    Row {
        what: "two invoices of one client",
        act: |scene| told(scene, &["1", "2"]).boxed(),
        correct: "mint, preview, case, preview, case -> submitted, submitted, 2 references",
        with: &[(
            ReferencePerClient,
            "mint, preview, case, preview, case, look-up -> submitted, already_submitted, 1 references",
        )],
    },
    Row {
        what: "one invoice twice",
        act: |scene| told(scene, &["1", "1"]).boxed(),
        correct: "mint, preview, case -> submitted, already_submitted, 1 references",
        with: &[],
    },
];

/// The case that a build in production mode sends.
pub(crate) const IN_PRODUCTION: &[Row] = &[Row {
    what: "isTest in production",
    act: |scene| {
        async move {
            let client = scene.client("a@example.com").await;
            scene.submit(&client, "1").await;
            scene.provider.calls_of("POST /cases")[0].body["isTest"].to_string()
        }
        .boxed()
    },
    correct: "null",
    with: &[(IsTestLeftOn, "true")],
}];

#[tokio::test]
async fn a_case_holds_what_it_must_and_keeps_its_reference() {
    hold(ROWS, &[]).await;
}

#[tokio::test]
async fn a_production_build_sends_real_cases() {
    hold(IN_PRODUCTION, &[("APP_MODE", "production"), ("OPEN_TEST_ENDPOINTS", "1")]).await;
}

#[tokio::test]
async fn an_invoice_that_cannot_be_a_case_is_refused_without_a_call() {
    let scene = Scene::start(None, &[]).await;
    let client = scene.client("a@example.com").await;
    let with_amount = |amount: Value| {
        let mut invoice = invoice(&client, "1");
        invoice["amount"] = amount;
        invoice
    };
    let wrong = [json!(0), json!(-1), json!("much"), json!(null), json!("")];
    for invoice in wrong.map(with_amount).into_iter().chain([invoice_to(&client, "US", "")]) {
        assert_eq!(scene.submit_with(&invoice).await, "refused", "{invoice}");
    }
    assert_eq!(scene.submit(&json!("nobody"), "1").await, "refused");
    assert_eq!(scene.provider.trace(), "");
}
