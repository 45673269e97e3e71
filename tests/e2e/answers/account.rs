//! Checks of the account: what `GET /me` may answer.

use preflight::evidence::Responsible;
use preflight::report::model::VerdictLabel::{Fail, Inconclusive, Pass};
use serde_json::{Value, json};

use super::provider::{World, assert_told, json_answer, me, status};

#[tokio::test]
async fn a_key_is_proved_by_an_answer_and_by_nothing_else() {
    let setup = World::new().await;
    let html = status(200).set_body_raw("<html>Please log in</html>", "text/html");
    let cases = [
        ("the account", json_answer(&me(&setup, &json!({}))), Pass, "", None),
        ("401", status(401), Fail, "401", Some(Responsible::Partner)),
        ("403", status(403).set_body_json(json!({ "message": "No" })), Fail, "403 (No)", Some(Responsible::Partner)),
        ("404", status(404), Fail, "404", Some(Responsible::Partner)),
        ("429", status(429), Inconclusive, "try again later", Some(Responsible::Provider)),
        ("500", status(500), Inconclusive, "try again later", Some(Responsible::Provider)),
        ("503 in HTML", status(503).set_body_raw("<p>", "text/html"), Inconclusive, "503", Some(Responsible::Provider)),
        ("a page", html, Inconclusive, "is not JSON", Some(Responsible::Provider)),
        ("nothing", status(200), Inconclusive, "is not JSON", Some(Responsible::Provider)),
        ("an error", json_answer(&json!({ "error": "x" })), Inconclusive, "isActive", Some(Responsible::Provider)),
        ("an empty map", json_answer(&json!({})), Inconclusive, "isActive", Some(Responsible::Provider)),
        (
            "a list",
            json_answer(&json!([])),
            Inconclusive,
            "does not match the schema of this call",
            Some(Responsible::Provider),
        ),
        (
            "a list of it",
            json_answer(&json!([me(&setup, &json!({}))])),
            Inconclusive,
            "schema of this call",
            Some(Responsible::Provider),
        ),
        ("a text", json_answer(&json!("ok")), Inconclusive, "", Some(Responsible::Provider)),
        (
            "no word of activity",
            json_answer(&me(&setup, &json!({ "isActive": null }))),
            Inconclusive,
            "isActive",
            Some(Responsible::Provider),
        ),
        (
            "a word for it",
            json_answer(&me(&setup, &json!({ "isActive": "yes" }))),
            Inconclusive,
            "isActive",
            Some(Responsible::Provider),
        ),
        ("all else left out", json_answer(&json!({ "isActive": true })), Pass, "", None),
    ];
    for (case, answer, wanted, words, responsible) in cases {
        setup.reset().await;
        setup.both("GET /me", answer).await;
        let report = setup.report(&["prerequisites.credentials"]).await;
        for stage in ["test", "production"] {
            let row = assert_told(&report, &format!("prerequisites.credentials@{stage}"), wanted, words, case);
            assert_eq!(row.responsible, responsible, "{case}");
        }
    }
}

#[tokio::test]
async fn an_account_in_production_says_that_it_is_active() {
    let setup = World::new().await;
    let cases: [(Value, _); 9] = [
        (json!({}), Pass),
        (json!({ "isActive": false }), Fail),
        (json!({ "isActive": null }), Inconclusive),
        (json!({ "isPublicDemo": true }), Fail),
        (json!({ "isPublicDemo": null }), Inconclusive),
        (json!({ "aMemberOfTomorrow": [1, { "x": null }] }), Pass),
        (json!({ "IsActive": false, "isActive": false }), Fail),
        (json!({ "isActive": "no idea" }), Inconclusive),
        (json!({ "companyName": "Ærø — <b>&amp;</b> \u{202e}" }), Pass),
    ];
    for (changes, wanted) in cases {
        setup.reset().await;
        setup.both("GET /me", json_answer(&me(&setup, &changes))).await;
        let report = setup.report(&["readiness.production-key"]).await;
        assert_told(&report, "readiness.production-key@production", wanted, "", &changes.to_string());
    }
    setup.reset().await;
    setup.both("GET /me", json_answer(&json!({ "Id": "1", "IsActive": false }))).await;
    let report = setup.report(&["readiness.production-key"]).await;
    assert_told(&report, "readiness.production-key@production", Fail, "isActive", "members with capitals");
    setup.reset().await;
    setup.both("GET /me", status(401)).await;
    let report = setup.report(&["readiness.production-key", "prerequisites.credentials"]).await;
    assert_told(&report, "readiness.production-key@production", Inconclusive, "401", "one cause, one red");
}

#[tokio::test]
async fn colours_are_judged_as_colours_and_what_is_none_is_inconclusive() {
    let setup = World::new().await;
    let cases = [
        (json!({}), Pass, "contrast"),
        (json!({ "fontColor": "white" }), Pass, "contrast"),
        (json!({ "fontColor": "WHITE" }), Pass, "contrast"),
        (json!({ "fontColor": "#fff" }), Pass, "contrast"),
        (json!({ "fontColor": "#6FA0FF" }), Fail, "at least 4.5"),
        (json!({ "fontColor": "navy" }), Fail, "at least 4.5"),
        (json!({ "fontColor": null }), Inconclusive, "nothing and #0B5FFF"),
        (json!({ "fontColor": "rebeccablue" }), Inconclusive, "rebeccablue and #0B5FFF"),
        (json!({ "fontColor": 7 }), Inconclusive, "#0B5FFF"),
        (json!({ "backgroundColorCode": null }), Inconclusive, ""),
    ];
    for (changes, wanted, words) in cases {
        setup.reset().await;
        setup.both("GET /me", json_answer(&me(&setup, &changes))).await;
        let report = setup.report(&["prerequisites.branding-legible", "prerequisites.credentials"]).await;
        let unit = "prerequisites.branding-legible@test";
        assert_told(&report, unit, wanted, words, &changes.to_string());
    }
}
