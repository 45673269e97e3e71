//! The expectation `shown: return_url`: exactly one return URL, well joined, allowed, and added to the received URL.

use serde_json::{Value, json};

use super::evidence::Is::{self, Failed, Held, Unknown};
use super::evidence::{Play, Thing, action, answered, call};

const BACK: &str = "https%3A%2F%2Facme.example%2Fdone%3Ffrom%3Dx%26step%3D2";

fn things(received: &str, presented: &str) -> Vec<Thing> {
    let answer = json!({ "url": received });
    vec![
        call(10, 20, "POST /clients", 409).reply(answer),
        action(0, 30, answered(200, json!({}))).presents(&[presented]),
    ]
}

fn judgement(received: &str, presented: &str, expected: Is) {
    let presented = presented.replace("BACK", BACK);
    let play = Play::new(&["client"], &[], &["{ shown: return_url }"], things(received, &presented));
    play.is(&format!("{received} -> {presented}"), expected);
}

#[test]
fn it_is_joined_to_what_was_received() {
    let (plain, with) = ("https://pages.example/sign/<r.url>", "https://pages.example/approve?token=<r.url#2>&n=a%20b");
    judgement(plain, &format!("{plain}?back=BACK"), Held);
    judgement(with, &format!("{with}&back=BACK"), Held);
    judgement(with, "https://pages.example/approve?back=BACK&token=<r.url#2>&n=a+b", Held);
    judgement(with, &format!("{with}&lang=da&back=BACK"), Held);
    judgement(with, &format!("{with}&back=BACK&lang=da"), Held);
    judgement(&format!("{plain}#top"), &format!("{plain}?back=BACK#top"), Held);
    // A return URL without a query of its own needs no encoding.
    judgement(plain, &format!("{plain}?back=https://acme.example/done"), Held);
}

#[test]
fn every_fault_is_named() {
    let (plain, with) = ("https://pages.example/sign/<r.url>", "https://pages.example/approve?token=<r.url#2>&n=1");
    for (received, presented, expected) in [
        (plain, "{r}", Failed("`back` is missing")),
        (with, "{r}?back=BACK", Failed("a second `?`: `back` became part of the value of `n`")),
        (plain, "{r}&back=BACK", Failed("became part of the path")),
        (plain, "{r}%3Fback=BACK", Failed("became part of the path")),
        (with, "{r}&back=BACK&back=BACK", Failed("exactly one `back`")),
        (with, "{r}&Back=BACK", Failed("named `Back` instead of `back`")),
        (with, "{r}&amp;back=BACK", Failed("is named `amp;back` instead of `back`")),
        (with, "https://pages.example/approve?back=BACK", Failed("`token` of the received URL is missing")),
        (
            with,
            "https://pages.example/approve?n=1&token=<r.url#2>&back=BACK",
            Failed("`n` of the received URL is in a different place"),
        ),
        (with, "{r}#back=BACK", Failed("comes after the `#`")),
        (plain, "{r}?back=https://acme.example/done#a", Failed("a `#` is not encoded")),
        (
            plain,
            "{r}?back=https://acme.example/done?from=x&step=2",
            Failed("not encoded, so `step=2` is not part of it"),
        ),
        (plain, "{r}?back=https%3A%2F%2Facme.example%2Fdone%3Ffrom=x&step=2", Failed("`step=2`")),
        (plain, "{r}?back=https%253A%252F%252Facme.example%252Fdone", Failed("starts with https://acme.example/done")),
        (plain, "{r}?back=https%3A%2F%2Fevil.example%2Fdone", Failed("`back` of")),
        (plain, "{r}?back=", Failed("starts with")),
    ] {
        judgement(received, &presented.replace("{r}", received), expected);
    }
    let lost = "https://pages.example/sign/<r.url>?back=BACK";
    judgement("https://pages.example/sign/<r.url>#top", lost, Failed("after the `#` of the received URL"));
}

#[test]
fn it_may_have_been_in_what_was_received() {
    let received = format!("https://pages.example/all?token=<r.url>&back={BACK}");
    judgement(&received, &received, Held);
    judgement(&received, &format!("{received}&back=BACK"), Failed("exactly one `back`"));
    judgement(&received, &format!("{received}?back=BACK"), Failed("was there already"));
    let dropped = "https://pages.example/all?token=<r.url>";
    judgement(&received, dropped, Failed("`back` is missing"));
}

#[test]
fn every_legal_encoding_is_one_value() {
    let received = "https://pages.example/sign/<r.url>";
    let profile = json!({ "return_url": "https://acme.example/done (1)" });
    for value in [
        "https%3A%2F%2Facme.example%2Fdone%20(1)",
        "https://acme.example/done%20%281%29",
        "https://acme.example/done+%281%29",
    ] {
        let presented = format!("{received}?back={value}");
        let play = Play::new(&["client"], &[], &["{ shown: return_url }"], things(received, &presented));
        play.profile(profile.clone()).is(value, Held);
    }
}

#[test]
fn equal_addresses_are_one_however_the_partner_writes_them() {
    let received = "https://pages.example/sign/<r.url>";
    for (allowed, theirs, expected) in [
        (json!("https://acme.example"), "https://acme.example/", Held),
        (json!("https://acme.example/"), "https://acme.example", Held),
        (json!("https://acme.example"), "HTTPS://ACME.Example:443", Held),
        (json!("https://acme.example"), "https://acme.example.", Held),
        (json!("https://bücher.example/done"), "https://xn--bcher-kva.example/done", Held),
        (json!("https://acme.example/a%2Fb"), "https://acme.example/a%2fb", Held),
        (json!("https://acme.example/~me"), "https://acme.example/%7Eme", Held),
        (json!({ "one_of": ["https://other.example", "https://acme.example"] }), "https://acme.example/", Held),
        (json!({ "starts_with": "https://acme.example" }), "https://ACME.example/done", Held),
        (json!({ "starts_with": "https://ACME.example/done" }), "https://acme.example/done?x=1", Held),
        (json!({ "matches": "^https://acme\\.example$" }), "https://acme.example/", Held),
        (json!({ "matches": "^https://acme\\.example/$" }), "https://acme.example", Held),
        (json!({ "matches": "^https://acme\\.example\\?case=" }), "https://acme.example/?case=1", Held),
        (json!("https://acme.example"), "http://acme.example/", Failed("is https://acme.example")),
        (json!("https://acme.example/done"), "https://acme.example/done/", Failed("is https://acme.example/done")),
        (json!("https://acme.example/done"), "https://acme.example/Done", Failed("is https://acme.example/done")),
        (json!("https://acme.example/a/b"), "https://acme.example/a%2Fb", Failed("is https://acme.example/a/b")),
    ] {
        let encoded: String = url::form_urlencoded::byte_serialize(theirs.as_bytes()).collect();
        let things = things(received, &format!("{received}?back={encoded}"));
        let play = Play::new(&["client"], &[], &["{ shown: return_url }"], things);
        play.profile(json!({ "return_url": allowed })).is(&format!("{allowed} and {theirs}"), expected);
    }
}

#[test]
fn what_the_profile_does_not_say_is_asked_for() {
    let received = "https://pages.example/sign/<r.url>";
    let presented = format!("{received}?back={BACK}");
    let without = |profile: Value, expected| {
        let play = Play::new(&["client"], &[], &["{ shown: return_url }"], things(received, &presented));
        play.profile(profile).is("a profile without it", expected);
    };
    without(json!({}), Unknown("add `return_url` to profile.yaml"));
    without(json!({ "return_url": { "matches": "^https://acme" } }), Held);
    judgement(received, "https://acme.example/elsewhere", Unknown("is shown"));
}
