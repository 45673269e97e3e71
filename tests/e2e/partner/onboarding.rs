//! Bringing clients to the provider, and what the clients are shown on the way.

use std::time::Duration;

use futures_util::FutureExt;
use preflight::reference_partner::Defect::{
    self, ApprovalUrlSwallowed, CompletionNeverNoticed, CrashesOnUnknownConflict, ExpiredLinkNewTenant,
    ExpiredLinkOldUrl, InvalidClientTypeRepeated, LinkedElsewhereAsSuccess, OnboardingUrlSwallowed, OneLiteralOnly,
    Refuses201, RepostsOnConflict, ResignedTermsIgnored, ReturnUrlDropsQuery, ReturnUrlMissing, ReturnUrlNotEncoded,
    ReturnUrlSecondQuestionMark, ReturnUrlTwice, SubmitsBeforeCompletion, TenantIdInMemory,
};
use serde_json::{Value, json};

use super::{
    provider::{Reply, broken, errors, limited},
    running::{RETURN_URL, Running, options},
    scene::{Row, Scene, hold, invoice, told},
};

fn links(page: &str) -> Value {
    json!({ "onboardingLinks": { "url": format!("https://ui.example/{page}") } })
}

fn unsigned(page: &str) -> Reply {
    Reply::Json(202, links(page))
}

fn to_approve(page: &str) -> Reply {
    Reply::Json(409, json!({ "type": "ClientExistsNeedsLinking", "message": "text", "data": links(page) }))
}

fn conflict(kind: &str) -> Reply {
    Reply::Json(409, json!({ "type": kind, "message": "text" }))
}

/// Onboards a client with a provider that always answers this. Returns the calls and what the client is told.
async fn answered(scene: Scene, reply: Reply) -> String {
    scene.provider.always("POST /clients", reply);
    let told = told(&scene.onboard("a@example.com").await);
    scene.and(&told)
}

/// Creates a client with unsigned terms. Returns its id.
async fn unready(scene: &Scene) -> Value {
    scene.provider.always("POST /clients", unsigned("sign"));
    let (_, told) = scene.onboard("a@example.com").await;
    told["id"].clone()
}

async fn submitted(scene: Scene, client: Value) -> String {
    let told = scene.submit(&client, "1").await;
    scene.and(&told)
}

/// Onboards a client that was ready and must sign new terms. Returns what happened.
async fn signed_again(scene: Scene) -> String {
    scene.onboard("a@example.com").await;
    answered(scene, unsigned("again")).await
}

/// Lets a link expire. Returns what the client is shown at last, under how many ids it was created, and whether the
/// partner renewed the link by itself.
async fn expired(scene: Scene) -> String {
    scene.provider.next("POST /clients", [to_approve("Approve?token=old")]);
    scene.provider.always("POST /clients", to_approve("Approve?token=new"));
    let (_, first) = scene.onboard("a@example.com").await;
    scene.hear("client.link_expired", &first["id"]).await;
    let renewed = scene.provider.heard("POST /clients", 2, Duration::from_secs(3)).await;
    let shown = told(&scene.onboard("a@example.com").await);
    let ids = scene.different("POST /clients", "externalTenantId");
    format!("{shown}, {ids} ids, renewed by itself: {renewed}")
}

pub(crate) const ROWS: &[Row] = &[
    Row {
        what: "a client that is ready at once",
        act: |scene| answered(scene, Reply::Json(201, json!({ "onboardingDone": true }))).boxed(),
        correct: "client -> ready",
        with: &[(Refuses201, "client -> refused")],
    },
    Row {
        what: "terms to sign",
        act: |scene| answered(scene, unsigned("companydetails/1")).boxed(),
        correct: "client -> needs_signing companydetails/1?R",
        with: &[(OnboardingUrlSwallowed, "client -> needs_signing")],
    },
    Row {
        what: "a link to approve",
        act: |scene| answered(scene, to_approve("Approve?token=a%2Fb")).boxed(),
        correct: "client -> needs_approval Approve?token=a%2Fb&R",
        with: &[
            (ApprovalUrlSwallowed, "client -> needs_approval"),
            (RepostsOnConflict, "client x3 -> needs_approval Approve?token=a%2Fb&R"),
        ],
    },
    Row {
        what: "a client of another partner",
        act: |scene| answered(scene, conflict("ClientAlreadyLinkedToAnotherPartner")).boxed(),
        correct: "client -> refused",
        with: &[(LinkedElsewhereAsSuccess, "client -> ready")],
    },
    Row {
        what: "a client of another partner, in the other spelling",
        act: |scene| answered(scene, conflict("AlreadyLinkedToAnotherPartner")).boxed(),
        correct: "client -> refused",
        with: &[(LinkedElsewhereAsSuccess, "client -> ready"), (OneLiteralOnly, "client x3 -> refused")],
    },
    Row {
        what: "an account of the wrong type",
        act: |scene| answered(scene, conflict("InvalidClientType")).boxed(),
        correct: "client -> refused",
        with: &[(InvalidClientTypeRepeated, "client x3 -> refused")],
    },
    Row {
        what: "an account of the wrong type, told as a 422",
        act: |scene| answered(scene, Reply::Json(422, errors(&[("InvalidClientType", None)]))).boxed(),
        correct: "client -> refused",
        with: &[],
    },
    Row {
        what: "an unknown conflict",
        act: |scene| answered(scene, conflict("SomethingNew")).boxed(),
        correct: "client -> refused",
        with: &[(CrashesOnUnknownConflict, "client -> 500")],
    },
    Row {
        what: "a mistake in the request",
        act: |scene| answered(scene, Reply::Json(400, json!({ "Users": ["At least one"] }))).boxed(),
        correct: "client -> refused",
        with: &[],
    },
    Row {
        what: "a provider in trouble",
        act: |scene| answered(scene, broken()).boxed(),
        correct: "client x3 -> try_later",
        with: &[],
    },
    Row {
        what: "a provider that is silent",
        act: |scene| answered(scene, Reply::Lost).boxed(),
        correct: "client x3 -> try_later",
        with: &[],
    },
    Row {
        what: "too many requests",
        act: |scene| answered(scene, limited(42.0)).boxed(),
        correct: "client -> try_later",
        with: &[],
    },
    Row {
        what: "an invoice before the terms are signed",
        act: |scene| {
            async move {
                let client = unready(&scene).await;
                submitted(scene, client).await
            }
            .boxed()
        },
        correct: "client, poll -> not_ready sign?R",
        with: &[
            (SubmitsBeforeCompletion, "client, mint, preview, case -> submitted"),
            (OnboardingUrlSwallowed, "client, poll -> not_ready"),
        ],
    },
    Row {
        what: "an invoice after a webhook said that the terms are signed",
        act: |scene| {
            async move {
                let client = unready(&scene).await;
                scene.hear("client.onboarding.contract_signed", &client).await;
                submitted(scene, client).await
            }
            .boxed()
        },
        correct: "client, mint, preview, case -> submitted",
        with: &[(CompletionNeverNoticed, "client, poll -> not_ready sign?R")],
    },
    Row {
        what: "an invoice after the terms are signed, without a webhook",
        act: |scene| {
            async move {
                let client = unready(&scene).await;
                scene.provider.always("GET /clients", Reply::Json(200, json!({ "onboardingDone": true })));
                submitted(scene, client).await
            }
            .boxed()
        },
        correct: "client, poll, mint, preview, case -> submitted",
        with: &[
            (CompletionNeverNoticed, "client, poll -> not_ready sign?R"),
            (SubmitsBeforeCompletion, "client, mint, preview, case -> submitted"),
        ],
    },
    Row {
        what: "terms that have to be signed again",
        act: |scene| signed_again(scene).boxed(),
        correct: "client x2 -> needs_signing again?R",
        with: &[
            (ResignedTermsIgnored, "client x2 -> ready"),
            (OnboardingUrlSwallowed, "client x2 -> needs_signing again?R"),
            (Refuses201, "client x2 -> needs_signing again?R"),
        ],
    },
    Row {
        what: "a link that expires",
        act: |scene| expired(scene).boxed(),
        correct: "needs_approval Approve?token=new&R, 1 ids, renewed by itself: true",
        with: &[
            (ApprovalUrlSwallowed, "needs_approval, 1 ids, renewed by itself: true"),
            (ExpiredLinkNewTenant, "needs_approval Approve?token=new&R, 2 ids, renewed by itself: true"),
            (ExpiredLinkOldUrl, "needs_approval Approve?token=old&R, 1 ids, renewed by itself: false"),
        ],
    },
];

const UNENCODED: &str = "returnUrl=https://app.acme.example/done?case=a&x=1";

pub(crate) const WAYS_BACK: &[Row] = &[
    Row {
        what: "a URL without a query",
        act: |scene| answered(scene, unsigned("sign")).boxed(),
        correct: "client -> needs_signing sign?R",
        with: &[
            (ReturnUrlMissing, "client -> needs_signing sign"),
            (ReturnUrlNotEncoded, "client -> needs_signing sign?returnUrl=https://app.acme.example/done?case=a&x=1"),
            (ReturnUrlTwice, "client -> needs_signing sign?R&R"),
        ],
    },
    Row {
        what: "a URL with a query",
        act: |scene| answered(scene, to_approve("Approve?token=a%2Fb")).boxed(),
        correct: "client -> needs_approval Approve?token=a%2Fb&R",
        with: &[
            (ReturnUrlMissing, "client -> needs_approval Approve?token=a%2Fb"),
            (ReturnUrlSecondQuestionMark, "client -> needs_approval Approve?token=a%2Fb?R"),
            (
                ReturnUrlNotEncoded,
                "client -> needs_approval Approve?token=a%2Fb&returnUrl=https://app.acme.example/done?case=a&x=1",
            ),
            (ReturnUrlDropsQuery, "client -> needs_approval Approve?R"),
            (ReturnUrlTwice, "client -> needs_approval Approve?token=a%2Fb&R&R"),
        ],
    },
    Row {
        what: "a URL of an error",
        act: |scene| {
            async move {
                let client = scene.client("a@example.com").await;
                let poa = errors(&[("MissingPowerOfAttorney", Some("poa?id=2"))]);
                scene.provider.always("POST /cases", Reply::Json(422, poa));
                submitted(scene, client).await
            }
            .boxed()
        },
        correct: "mint, preview, case -> needs_signing poa?id=2&R",
        with: &[],
    },
];

/// Tested below, because this needs two processes, one after the other.
pub(crate) const AFTER_A_RESTART: [Defect; 1] = [TenantIdInMemory];

#[tokio::test]
async fn every_answer_to_a_client_is_told_in_its_own_way() {
    hold(ROWS, &[]).await;
}

#[tokio::test]
async fn every_url_is_shown_with_the_way_back() {
    assert!(UNENCODED.ends_with(RETURN_URL), "what is written above");
    hold(WAYS_BACK, &[]).await;
}

#[tokio::test]
async fn a_client_keeps_its_tenant_id_through_a_restart() {
    for (defect, ids) in [(None, 1), (Some(TenantIdInMemory), 2)] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("partner.db").display().to_string();
        let Scene { provider, partner } = Scene::start(defect, &[("DATABASE", &file)]).await;
        let (_, told) = partner.post("/test/clients", &json!({ "name": "A", "email": "a@example.com" })).await;
        partner.post("/test/cases", &invoice(&told["id"], "1")).await;
        partner.stop().await;

        let apis = [("DEBITURA_REFERRAL_API", provider.base.as_str()), ("DEBITURA_CUSTOMER_API", &provider.base)];
        let changes = [apis[0], apis[1], ("DATABASE", &file)];
        let partner = Running::start(options(&changes).with_defect(defect)).await;
        partner.post("/test/cases", &invoice(&told["id"], "2")).await;
        partner.post("/test/clients", &json!({ "name": "A", "email": "a@example.com" })).await;
        let scene = Scene { provider, partner };
        assert_eq!(scene.different("POST /clients", "externalTenantId"), ids, "{defect:?}");
        assert_eq!(scene.different("POST /oauth/token", "externalTenantId"), ids, "{defect:?}");
        scene.partner.stop().await;
    }
}

#[tokio::test]
async fn an_unreachable_provider_is_told_as_try_later() {
    let partner = Running::start(options(&[])).await;
    let (status, answer) = partner.post("/test/clients", &json!({ "name": "A", "email": "a@example.com" })).await;
    assert_eq!((status.as_u16(), &answer["status"]), (503, &json!("try_later")));
}

#[tokio::test]
async fn the_request_has_the_documented_members_and_our_own_tenant_id() {
    let scene = Scene::start(None, &[]).await;
    let new = json!({ "name": "Example ApS", "email": "owner@example.com", "country": "SE" });
    let (_, answer) = scene.partner.post("/test/clients", &new).await;
    let call = scene.provider.calls_of("POST /clients").remove(0);
    let expected = json!({
        "externalTenantId": answer["id"],
        "client": { "name": "Example ApS", "country": "SE", "supportEmail": "owner@example.com" },
        "users": [{ "name": "Example ApS", "email": "owner@example.com", "isOnboardingUser": true }],
    });
    assert_eq!((call.body, call.key.as_deref(), call.bearer), (expected, Some("key-1"), None));
    assert!(answer["id"].as_str().is_some_and(|id| id.len() > 10), "{answer}");
    let (_, other) = scene.onboard("b@example.com").await;
    assert_ne!(answer["id"], other["id"]);
}
