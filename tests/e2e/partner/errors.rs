//! Responses to a new case other than the case: 422, 429 and 5xx, and what the client is shown then.

use futures_util::FutureExt;
use preflight::reference_partner::Defect::{
    BlindRepeatOfContract, BlockedAsSuccess, BlockedRepeated, ContractUrlSwallowed, FirstErrorOnly, KycUrlSwallowed,
    NeverAfterSigning, NoPartnerAsSuccess, NoPartnerRepeated, PendingSwitchedOn, PoaUrlSwallowed, RateLimitFinal,
    RateLimitFloor, RateLimitIgnored, ServerErrorHammered, SolutionUrlWithoutReturn,
};
use serde_json::{Value, json};

use super::{
    provider::{Reply, broken, errors, limited},
    scene::{Row, Scene, hold},
};

const CONTRACT: (&str, Option<&str>) = ("MissingDebtCollectionContract", Some("sign"));
const POA: (&str, Option<&str>) = ("MissingPowerOfAttorney", Some("poa?id=2"));
const KYC: (&str, Option<&str>) = ("MissingKycVerification", Some("kyc"));

fn refusal(problems: &[(&str, Option<&str>)]) -> Reply {
    Reply::Json(422, errors(problems))
}

fn with_one_page(problems: &[(&str, Option<&str>)]) -> Reply {
    let mut body = errors(problems);
    body["signingHandoff"] = json!({ "combinedSigningUrl": "https://ui.example/all" });
    Reply::Json(422, body)
}

/// Submits invoices whose cases get these responses; the last one is repeated if `always`. Returns what happened.
async fn answered(scene: Scene, replies: &[Reply], always: bool, tries: usize) -> String {
    let client = scene.client("a@example.com").await;
    scene.provider.next("POST /cases", replies.to_vec());
    if let Some(last) = replies.last().filter(|_| always) {
        scene.provider.always("POST /cases", last.clone());
    }
    let mut told = Vec::new();
    for _ in 0..tries {
        told.push(scene.submit(&client, "1").await);
    }
    let same = scene.different("POST /cases", "creditorReference") == 1;
    format!("{}{}", scene.and(&told.join(", ")), if same { "" } else { ", several references" })
}

/// Returns the pauses between the cases, from a response to the start of the next call, in seconds.
fn pauses(scene: &Scene) -> Vec<f64> {
    let calls = scene.provider.calls_of("POST /cases");
    calls.windows(2).map(|pair| pair[1].began.duration_since(pair[0].ended).as_secs_f64()).collect()
}

pub(crate) const ROWS: &[Row] = &[
    Row {
        what: "a missing contract",
        act: |scene| async move { answered(scene, &[refusal(&[CONTRACT])], true, 1).await }.boxed(),
        correct: "mint, preview, case -> needs_signing sign?R",
        with: &[
            (ContractUrlSwallowed, "mint, preview, case -> refused"),
            (BlindRepeatOfContract, "mint, preview, case x3 -> needs_signing sign?R"),
            (SolutionUrlWithoutReturn, "mint, preview, case -> needs_signing sign"),
        ],
    },
    Row {
        what: "a missing contract, with one page for everything",
        act: |scene| async move { answered(scene, &[with_one_page(&[CONTRACT])], true, 1).await }.boxed(),
        correct: "mint, preview, case -> needs_signing all?R",
        with: &[
            (ContractUrlSwallowed, "mint, preview, case -> refused"),
            (BlindRepeatOfContract, "mint, preview, case x3 -> needs_signing all?R"),
            (SolutionUrlWithoutReturn, "mint, preview, case -> needs_signing all"),
        ],
    },
    Row {
        what: "a contract that was signed meanwhile",
        act: |scene| async move { answered(scene, &[refusal(&[CONTRACT])], false, 2).await }.boxed(),
        correct: "mint, preview, case, preview, case -> needs_signing sign?R, submitted",
        with: &[
            (ContractUrlSwallowed, "mint, preview, case, preview, case -> refused, submitted"),
            (BlindRepeatOfContract, "mint, preview, case x2 -> submitted, already_submitted"),
            (SolutionUrlWithoutReturn, "mint, preview, case, preview, case -> needs_signing sign, submitted"),
            (NeverAfterSigning, "mint, preview, case -> needs_signing sign?R, refused"),
        ],
    },
    Row {
        what: "a missing power of attorney",
        act: |scene| async move { answered(scene, &[refusal(&[POA])], true, 1).await }.boxed(),
        correct: "mint, preview, case -> needs_signing poa?id=2&R",
        with: &[
            (PoaUrlSwallowed, "mint, preview, case -> refused"),
            (SolutionUrlWithoutReturn, "mint, preview, case -> needs_signing poa?id=2"),
        ],
    },
    Row {
        what: "a missing verification",
        act: |scene| async move { answered(scene, &[refusal(&[KYC])], true, 1).await }.boxed(),
        correct: "mint, preview, case -> needs_kyc kyc?R",
        with: &[
            (KycUrlSwallowed, "mint, preview, case -> refused"),
            (PendingSwitchedOn, "mint, preview, case x2 -> needs_kyc kyc?R"),
            (SolutionUrlWithoutReturn, "mint, preview, case -> needs_kyc kyc"),
        ],
    },
    Row {
        what: "several at once",
        act: |scene| {
            async { answered(scene, &[refusal(&[POA, KYC, ("Other", Some("help")), POA])], true, 1).await }.boxed()
        },
        correct: "mint, preview, case -> needs_signing poa?id=2&R kyc?R",
        with: &[
            (FirstErrorOnly, "mint, preview, case -> needs_signing poa?id=2&R"),
            (PendingSwitchedOn, "mint, preview, case x2 -> needs_signing poa?id=2&R kyc?R"),
            (SolutionUrlWithoutReturn, "mint, preview, case -> needs_signing poa?id=2 kyc"),
        ],
    },
    Row {
        what: "several at once, with one page for everything",
        act: |scene| async move { answered(scene, &[with_one_page(&[CONTRACT, POA])], true, 1).await }.boxed(),
        correct: "mint, preview, case -> needs_signing all?R",
        with: &[
            (FirstErrorOnly, "mint, preview, case -> needs_signing sign?R"),
            (BlindRepeatOfContract, "mint, preview, case x3 -> needs_signing all?R"),
            (SolutionUrlWithoutReturn, "mint, preview, case -> needs_signing all"),
        ],
    },
    Row {
        what: "nobody who collects there",
        act: |scene| {
            async { answered(scene, &[refusal(&[("NoPartnerAvailable", Some("help"))])], true, 1).await }.boxed()
        },
        correct: "mint, preview, case -> refused",
        with: &[
            (NoPartnerRepeated, "mint, preview, case x3 -> refused"),
            (NoPartnerAsSuccess, "mint, preview, case -> submitted"),
        ],
    },
    Row {
        what: "a blocked creditor",
        act: |scene| async move { answered(scene, &[refusal(&[("CreditorBlocked", None)])], true, 1).await }.boxed(),
        correct: "mint, preview, case -> refused",
        with: &[
            (BlockedRepeated, "mint, preview, case x3 -> refused"),
            (BlockedAsSuccess, "mint, preview, case -> submitted"),
        ],
    },
    Row {
        what: "an error that nobody knows, and a mistake in the request",
        act: |scene| {
            let replies =
                [refusal(&[("SomethingNew", Some("help"))]), Reply::Json(400, json!({ "Debtor.City": ["Required"] }))];
            async move { answered(scene, &replies, false, 2).await }.boxed()
        },
        correct: "mint, preview, case, preview, case -> refused, refused",
        with: &[],
    },
    Row {
        what: "a short rate limit",
        act: |scene| {
            async move {
                let client = scene.client("a@example.com").await;
                scene.provider.next("POST /cases", [limited(0.9)]);
                let told = scene.submit(&client, "1").await;
                let waited = pauses(&scene).first().is_some_and(|pause| *pause >= 0.9);
                format!("{}, waited: {waited}", scene.and(&told))
            }
            .boxed()
        },
        correct: "mint, preview, case x2 -> submitted, waited: true",
        with: &[
            (RateLimitIgnored, "mint, preview, case x2 -> submitted, waited: false"),
            (RateLimitFloor, "mint, preview, case x2 -> submitted, waited: false"),
            (RateLimitFinal, "mint, preview, case -> refused, waited: false"),
        ],
    },
    Row {
        what: "a long rate limit, and a user who does not wait",
        act: |scene| async move { answered(scene, &[limited(42.5)], false, 2).await }.boxed(),
        correct: "mint, preview, case -> try_later, try_later",
        with: &[
            (RateLimitIgnored, "mint, preview, case x2 -> submitted, already_submitted"),
            (RateLimitFinal, "mint, preview, case -> refused, refused"),
        ],
    },
    Row {
        what: "a rate limit that goes on, without a time",
        act: |scene| {
            let endless = Reply::Json(429, Value::Null);
            async move { answered(scene, &[endless], true, 1).await }.boxed()
        },
        correct: "mint, preview, case x2 -> try_later",
        with: &[(RateLimitFinal, "mint, preview, case -> refused")],
    },
    Row {
        what: "a server in trouble",
        act: |scene| async move { answered(scene, &[broken()], true, 1).await }.boxed(),
        correct: "mint, preview, case x3 -> try_later",
        with: &[(ServerErrorHammered, "mint, preview, case x31 -> try_later")],
    },
    Row {
        what: "a server that recovers, and one that goes silent",
        act: |scene| async move { answered(scene, &[broken(), Reply::Lost], false, 1).await }.boxed(),
        correct: "mint, preview, case x3, look-up -> submitted",
        with: &[],
    },
];

#[tokio::test]
async fn every_error_is_shown_to_whom_it_concerns_and_repeated_only_where_that_helps() {
    hold(ROWS, &[]).await;
}

#[tokio::test]
async fn the_pauses_grow_while_the_server_is_in_trouble() {
    let scene = Scene::start(None, &[("RETRY_BACKOFF", "40")]).await;
    let client = scene.client("a@example.com").await;
    scene.provider.always("POST /cases", broken());
    assert_eq!(scene.submit(&client, "1").await, "try_later");
    let pauses = pauses(&scene);
    assert!(pauses.len() == 2 && pauses[0] >= 0.04 && pauses[1] >= 0.08, "{pauses:?}");
}

#[tokio::test]
async fn the_user_is_told_when_to_come_back_and_may_then() {
    let scene = Scene::start(None, &[]).await;
    let client = scene.client("a@example.com").await;
    scene.provider.next("POST /cases", [limited(0.05), limited(0.2)]);
    let invoice = super::scene::invoice(&client, "1");
    let (status, answer) = scene.partner.post("/test/cases", &invoice).await;
    assert_eq!((status.as_u16(), &answer["status"]), (503, &json!("try_later")));
    let wait = answer["retryAfter"].as_f64().unwrap();
    assert!((wait - 0.2).abs() < 0.001, "{answer}");
    tokio::time::sleep(std::time::Duration::from_secs_f64(wait)).await;
    assert_eq!(scene.submit(&client, "1").await, "submitted");
    assert_eq!(scene.different("POST /cases", "creditorReference"), 1);
}

#[tokio::test]
async fn a_pending_case_is_only_asked_for_by_mistake() {
    for (defect, asked) in [(None, json!(null)), (Some(PendingSwitchedOn), json!(true))] {
        let scene = Scene::start(defect, &[]).await;
        answered_by(&scene, refusal(&[KYC])).await;
        let last = scene.provider.calls_of("POST /cases").pop().unwrap();
        assert_eq!(last.body["allowPendingContracts"], asked, "{defect:?}");
    }
}

async fn answered_by(scene: &Scene, reply: Reply) {
    let client = scene.client("a@example.com").await;
    scene.provider.always("POST /cases", reply);
    scene.submit(&client, "1").await;
}
