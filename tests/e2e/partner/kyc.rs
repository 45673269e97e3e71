//! The preview: the partner asks for it before each case, and follows it.

use futures_util::FutureExt;
use preflight::reference_partner::Defect::{KycAskedAfterwards, KycWithoutToken, NoPreview, SubmitsIneligible};
use serde_json::{Value, json};

use super::{
    provider::{Reply, broken, limited},
    scene::{Row, Scene, hold, invoice, invoice_to, told},
};

fn result(result: &Value) -> Reply {
    Reply::Json(200, json!({ "result": result }))
}

fn ineligible() -> Reply {
    result(&json!({ "isEligible": false, "ineligibilityReason": "Nobody collects there." }))
}

fn needs_kyc(on_file: bool) -> Reply {
    let action =
        json!({ "type": "MissingKycVerification", "message": "text", "solutionUrl": "https://ui.example/kyc" });
    result(&json!({
        "isEligible": true, "requiresKycVerification": true, "hasKycOnFile": on_file, "requiredActions": [action],
    }))
}

async fn previewed(scene: Scene, reply: Reply) -> String {
    let client = scene.client("a@example.com").await;
    scene.provider.always("POST /cases/preview", reply);
    let told = scene.submit(&client, "1").await;
    scene.and(&told)
}

async fn credentials(scene: Scene) -> String {
    let client = scene.client("a@example.com").await;
    for country in ["DK", "GB"] {
        let mut invoice = invoice_to(&client, country, "");
        invoice["invoice"] = json!(country);
        scene.submit_with(&invoice).await;
    }
    let cases = scene.provider.calls_of("POST /cases");
    let carried = |bearer: &Option<String>| if bearer.is_some() { "token" } else { "key" };
    cases.iter().map(|call| carried(&call.bearer)).collect::<Vec<_>>().join(" ")
}

pub(crate) const ROWS: &[Row] = &[
    Row {
        what: "nothing in the way",
        act: |scene| previewed(scene, result(&json!({ "isEligible": true }))).boxed(),
        correct: "mint, preview, case -> submitted",
        with: &[(NoPreview, "mint, case -> submitted")],
    },
    Row {
        what: "a case that would not be taken",
        act: |scene| previewed(scene, ineligible()).boxed(),
        correct: "mint, preview -> refused",
        with: &[(NoPreview, "mint, case -> submitted"), (SubmitsIneligible, "mint, preview, case -> submitted")],
    },
    Row {
        what: "a verification that is missing",
        act: |scene| previewed(scene, needs_kyc(false)).boxed(),
        correct: "mint, preview -> needs_kyc kyc?R",
        with: &[(NoPreview, "mint, case -> submitted"), (KycAskedAfterwards, "mint, preview, case -> submitted")],
    },
    Row {
        what: "a verification that is there",
        act: |scene| previewed(scene, needs_kyc(true)).boxed(),
        correct: "mint, preview, case -> submitted",
        with: &[(NoPreview, "mint, case -> submitted")],
    },
    Row {
        what: "a preview in trouble",
        act: |scene| previewed(scene, broken()).boxed(),
        correct: "mint, preview x3, case -> submitted",
        with: &[(NoPreview, "mint, case -> submitted")],
    },
    Row {
        what: "a preview that is limited for long",
        act: |scene| previewed(scene, limited(42.0)).boxed(),
        correct: "mint, preview, case -> submitted",
        with: &[(NoPreview, "mint, case -> submitted")],
    },
    Row {
        what: "a preview that is refused",
        act: |scene| previewed(scene, Reply::Json(400, json!({}))).boxed(),
        correct: "mint, preview, case -> submitted",
        with: &[(NoPreview, "mint, case -> submitted")],
    },
    Row {
        what: "what the cases of a country carry",
        act: |scene| credentials(scene).boxed(),
        correct: "token token",
        with: &[(KycWithoutToken, "token key")],
    },
];

#[tokio::test]
async fn a_preview_is_asked_for_and_heeded() {
    hold(ROWS, &[]).await;
}

#[tokio::test]
async fn a_preview_alone_says_what_would_come_of_a_case() {
    let cases = [
        (result(&json!({ "isEligible": true })), 200, "eligible"),
        (ineligible(), 200, "not_eligible"),
        (needs_kyc(false), 200, "needs_kyc kyc?R"),
        (needs_kyc(true), 200, "eligible"),
        (Reply::Json(400, json!({})), 409, "refused"),
        (Reply::Json(401, json!({})), 409, "refused"),
        (broken(), 503, "try_later"),
    ];
    for (reply, status, expected) in cases {
        let scene = Scene::start(None, &[]).await;
        let client = scene.client("a@example.com").await;
        scene.provider.always("POST /cases/preview", reply.clone());
        let answer = scene.partner.post("/test/previews", &invoice(&client, "1")).await;
        assert_eq!((answer.0.as_u16(), told(&answer).as_str()), (status, expected), "{reply:?}");
        assert!(scene.provider.calls_of("POST /cases").is_empty());
    }
}
