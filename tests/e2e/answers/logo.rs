//! Checks of the logo: its URL, and what answers there.

use preflight::report::model::VerdictLabel::{Fail, Inconclusive, Pass};
use serde_json::json;
use wiremock::ResponseTemplate;

use super::provider::{World, assert_told, json_answer, me, on, status};

const UNIT: &str = "prerequisites.branding@test";
const ONLY: [&str; 2] = ["prerequisites.branding", "prerequisites.credentials"];

fn image(bytes: &[u8]) -> ResponseTemplate {
    status(200).set_body_raw(bytes, "image/svg+xml")
}

#[tokio::test]
async fn a_logo_is_an_image_that_answers() {
    let setup = World::new().await;
    let redirect = |to: &str| status(302).insert_header("location", to);
    let cases = [
        ("an SVG", image(b"<svg/>"), Pass, ""),
        ("a redirect to it", redirect("/real.svg"), Pass, ""),
        ("a redirect to nowhere", redirect("/gone.svg"), Fail, "404"),
        ("a redirect to itself", redirect("/logo.svg"), Inconclusive, "redirects"),
        ("404", status(404), Fail, "404"),
        ("500", status(500), Fail, "500"),
        ("a page", status(200).set_body_raw("<html>", "text/html"), Fail, "content-type"),
        ("no type at all", status(200).set_body_bytes(b"<svg/>".to_vec()), Fail, "content-type"),
        ("large", image(&vec![b'x'; (1 << 20) + 1]), Pass, ""),
        ("a large page", status(200).set_body_raw(vec![b'x'; (1 << 20) + 1], "text/html"), Fail, "text/html"),
        ("a type in capitals", status(200).set_body_raw("<svg/>", "Image/SVG+XML; charset=utf-8"), Pass, ""),
        ("a type that is nearly one", status(200).set_body_raw("x", "imagery/png"), Fail, "imagery/png"),
    ];
    for (case, answer, wanted, words) in cases {
        setup.reset().await;
        setup.both("GET /me", json_answer(&me(&setup, &json!({})))).await;
        on(&setup.pages, "GET /logo.svg", answer).await;
        on(&setup.pages, "GET /real.svg", image(b"<svg/>")).await;
        assert_told(&setup.report(&ONLY).await, UNIT, wanted, words, case);
    }
}

#[tokio::test]
async fn branding_is_held_against_the_profile() {
    let setup = World::new().await;
    let capitals = setup.logo_url().replace("http://", "HTTP://");
    let copy = format!("{}/cdn/acme.svg", setup.pages.uri());
    let cases = [
        (json!({ "logoUrl": capitals }), Pass, String::new()),
        (json!({ "backgroundColorCode": "#0b5fff" }), Pass, String::new()),
        (json!({ "backgroundColorCode": "#222222" }), Fail, "#222222".into()),
        (json!({ "backgroundColorCode": "blue" }), Fail, "blue".into()),
        (json!({ "backgroundColorCode": null }), Fail, "absent".into()),
        (json!({ "logoUrl": null }), Fail, "logoUrl is absent".into()),
        (json!({ "logoUrl": "" }), Fail, "logoUrl".into()),
        (json!({ "logoUrl": 7 }), Inconclusive, "at `/logoUrl`, 7".into()),
        (json!({ "logoUrl": copy }), Inconclusive, copy.clone()),
        (json!({ "logoUrl": copy }), Inconclusive, setup.logo_url()),
        (json!({ "logoUrl": copy }), Inconclusive, "compare both".into()),
    ];
    setup.both("GET /me", json_answer(&json!({ "isActive": true, "backgroundColorCode": "#0B5FFF" }))).await;
    assert_told(&setup.report(&ONLY).await, UNIT, Fail, "logoUrl is absent", "a logo that is left out");
    for (changes, wanted, words) in cases {
        setup.reset().await;
        setup.both("GET /me", json_answer(&me(&setup, &changes))).await;
        on(&setup.pages, "GET /logo.svg", image(b"<svg/>")).await;
        on(&setup.pages, "GET /cdn/acme.svg", image(b"<svg/>")).await;
        assert_told(&setup.report(&ONLY).await, UNIT, wanted, &words, &changes.to_string());
    }
}
