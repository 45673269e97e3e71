//! Tokens: one for each client, kept until it is rejected, and replaced once.

use futures_util::FutureExt;
use preflight::reference_partner::Defect::{
    KeyBesideToken, MintEveryCall, NoRemint, RemintForever, RemintWithoutRepeat, Second401AsSuccess, SharedToken,
};
use serde_json::{Value, json};

use super::{
    provider::Reply,
    scene::{Row, Scene, hold},
};

const EXPIRED: Reply = Reply::Json(401, Value::Null);

/// Returns whose tokens the cases of two clients carried, and how many tokens were minted.
async fn two_clients(scene: Scene) -> String {
    let (a, b) = (scene.client("a@example.com").await, scene.client("b@example.com").await);
    for (client, number) in [(&a, "1"), (&b, "1"), (&a, "2"), (&b, "2")] {
        assert_eq!(scene.submit(client, number).await, "submitted");
    }
    let owner = |bearer: &str| if bearer.ends_with(a.as_str().unwrap()) { "a" } else { "b" };
    let cases = scene.provider.calls_of("POST /cases");
    let owners: Vec<_> = cases.iter().map(|call| owner(call.bearer.as_ref().unwrap())).collect();
    format!("{}, {} mints", owners.join(" "), scene.provider.calls_of("POST /oauth/token").len())
}

async fn one_invoice(scene: Scene) -> String {
    let client = scene.client("a@example.com").await;
    let told = scene.submit(&client, "1").await;
    scene.and(&told)
}

async fn credentials(scene: Scene) -> String {
    let client = scene.client("a@example.com").await;
    scene.submit(&client, "1").await;
    let call = scene.provider.calls_of("POST /cases").remove(0);
    format!("token: {}, key: {}", call.bearer.is_some(), call.key.is_some())
}

pub(crate) const ROWS: &[Row] = &[
    Row {
        what: "two clients, in turn",
        act: |scene| two_clients(scene).boxed(),
        correct: "a b a b, 2 mints",
        with: &[(SharedToken, "a a a a, 1 mints"), (MintEveryCall, "a b a b, 4 mints")],
    },
    Row {
        what: "a token that has expired",
        act: |scene| {
            scene.provider.next("POST /cases", [EXPIRED]);
            one_invoice(scene).boxed()
        },
        correct: "mint, preview, case, mint, case -> submitted",
        with: &[
            (NoRemint, "mint, preview, case -> refused"),
            (RemintWithoutRepeat, "mint, preview, case, mint -> refused"),
        ],
    },
    Row {
        what: "a token that has expired before the preview",
        act: |scene| {
            scene.provider.next("POST /cases/preview", [EXPIRED]);
            one_invoice(scene).boxed()
        },
        correct: "mint, preview, mint, preview, case -> submitted",
        with: &[(NoRemint, "mint, preview -> refused"), (RemintWithoutRepeat, "mint, preview, mint -> refused")],
    },
    Row {
        what: "every token refused",
        act: |scene| {
            scene.provider.always("POST /cases", EXPIRED);
            one_invoice(scene).boxed()
        },
        correct: "mint, preview, case, mint, case -> refused",
        with: &[
            (NoRemint, "mint, preview, case -> refused"),
            (RemintWithoutRepeat, "mint, preview, case, mint -> refused"),
            (
                RemintForever,
                "mint, preview, case, mint, case, mint, case, mint, case, mint, case, mint, case, mint, case -> refused",
            ),
            (Second401AsSuccess, "mint, preview, case, mint, case -> submitted"),
        ],
    },
    Row {
        what: "no token to be had",
        act: |scene| {
            scene.provider.always("POST /oauth/token", Reply::Json(404, json!({})));
            one_invoice(scene).boxed()
        },
        correct: "mint -> refused",
        with: &[(Second401AsSuccess, "mint -> submitted")],
    },
    Row {
        what: "what a case carries",
        act: |scene| credentials(scene).boxed(),
        correct: "token: true, key: false",
        with: &[(KeyBesideToken, "token: true, key: true")],
    },
];

#[tokio::test]
async fn a_token_is_for_one_client_and_replaced_once() {
    hold(ROWS, &[]).await;
}

#[tokio::test]
async fn a_refused_client_is_told_that_the_link_is_no_longer_valid() {
    let scene = Scene::start(None, &[]).await;
    let client = scene.client("a@example.com").await;
    scene.provider.always("POST /cases/preview", EXPIRED);
    let (status, answer) = scene.partner.post("/test/cases", &super::scene::invoice(&client, "1")).await;
    assert_eq!((status.as_u16(), &answer["status"]), (409, &json!("refused")));
    assert!(answer["message"].as_str().unwrap().starts_with("The link to Debitura is no longer valid"), "{answer}");
}
