//! The simulator over real sockets: routes, records, overrides, and what hostile callers send.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::calls::{KEY, call, case, client, customer, http, play, play_with, ready, referral};
use preflight::evidence::Body;
use preflight::pack::simulator::Mode;
use preflight::pack::types::Route;
use preflight::simulator::{Effect, Options, Override, Seed};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use url::Url;

#[tokio::test]
async fn both_apis_answer_on_their_own_listeners() {
    let simulator = play(Mode::Rehearsal).await;
    let token = ready(&simulator, "t1").await;
    let (status, me) = referral(&simulator, "GET /me", Value::Null).await;
    assert_eq!((status, &me["isPublicDemo"]), (200, &json!(false)));
    let (status, me) = customer(&simulator, "GET /me", &token, Value::Null).await;
    assert_eq!((status, &me["companyName"]), (200, &json!("Example Ltd")));
    assert_eq!(customer(&simulator, "POST /clients", &token, json!({})).await.0, 404);
    assert!(simulator.base("other").is_none());
}

#[tokio::test]
async fn what_cannot_happen_says_what_can() {
    let simulator = play(Mode::Rehearsal).await;
    assert!(simulator.happen("nobody", "client.linked").unwrap_err().to_string().contains("nobody"));
    ready(&simulator, "t1").await;
    let error = simulator.happen("t1", "case.closed").unwrap_err().to_string();
    assert!(error.contains("`ready`") && error.contains("client.linked"), "{error}");
}

#[tokio::test]
async fn calls_are_recorded_before_they_are_answered_with_whom_they_are_about() {
    let simulator = play(Mode::Rehearsal).await;
    let journal = simulator.journal();
    referral(&simulator, "POST /clients?x=1", client("t1")).await;
    let entries = journal.since(0);
    let recorded = &entries[0].what;
    assert_eq!(
        (&*recorded.api, &*recorded.request.method, &*recorded.request.url),
        ("referral", "POST", "/clients?x=1")
    );
    assert_eq!(recorded.route.as_deref(), Some("POST /clients"));
    assert_eq!(recorded.about, ["t1", "kim@t1.example", "t1@acme.example"]);
    assert_eq!(recorded.answer.status, 202);
    assert_eq!(recorded.request.body.json().unwrap()["externalTenantId"], "t1");
    assert!(entries[0].from <= entries[0].to);
    let waiting = tokio::spawn({
        let journal = journal.clone();
        async move { journal.changed(1).await }
    });
    call(&simulator, "referral", "GET /nowhere", ("XApiKey", KEY), Value::Null).await;
    waiting.await.unwrap();
    assert_eq!((journal.since(1)[0].what.answer.status, &journal.since(1)[0].what.route), (404, &None));
}

#[tokio::test]
async fn what_is_not_played_is_recorded_as_such_about_its_client() {
    let simulator = play(Mode::Rehearsal).await;
    simulator.prepare("t1@acme.example", "new");
    let token = ready(&simulator, "t1").await;
    let mark = simulator.journal().len();
    for (line, status, not_played) in [
        ("GET /cases/1/files", 501, true),
        ("POST /divisions/7:archive", 501, true),
        ("GET /cases/1/pictures", 404, false),
        ("PUT /cases", 405, false),
        ("GET /divisions", 200, false),
    ] {
        assert_eq!(customer(&simulator, line, &token, Value::Null).await.0, status, "{line}");
        let last = simulator.journal().since(mark).pop().unwrap();
        assert_eq!((last.what.not_played, last.what.answer.status), (not_played, status), "{line}");
        assert_eq!(last.what.client.as_deref(), Some("t1@acme.example"), "{line}");
    }
}

#[tokio::test]
async fn secrets_are_told_before_anybody_can_see_them() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let hear = {
        let told = Arc::clone(&told);
        move |label: &str, value: &str| told.lock().unwrap().push((label.to_owned(), value.to_owned()))
    };
    let options = Options::rehearsal(KEY, Url::parse("http://pages.example/").unwrap(), http());
    let secret = "GfbdOMutetuNEZjgCUjQqWkQ3Z3ByTBN3jqPZExu9zE=".to_owned();
    let simulator =
        play_with(Options { issued: Arc::new(hear), webhook_secret: Some(secret.clone()), ..options }).await;
    let token = ready(&simulator, "t1").await;
    let asked = json!({ "url": "https://acme.example/", "events": ["client.linked"] });
    assert_eq!(referral(&simulator, "POST /v1/Webhooks", asked).await.1["secret"], json!(secret));
    let told = told.lock().unwrap();
    assert!(
        told.contains(&("access_token".to_owned(), token)) && told.contains(&("webhook_secret".to_owned(), secret))
    );
}

#[tokio::test]
async fn the_seed_is_there_from_the_beginning() {
    let records =
        json!([{ "id": "s1", "url": "https://acme.example/", "events": ["client.linked"], "isActive": false }]);
    let seed = Seed {
        records: BTreeMap::from([("subscriptions".to_owned(), serde_json::from_value(records).unwrap())]),
        held: json!({ "me": { "isActive": false, "logoUrl": null } }).as_object().cloned().unwrap(),
    };
    let options = Options::rehearsal(KEY, Url::parse("http://pages.example").unwrap(), http());
    let simulator = play_with(Options { seed, mode: Mode::Production, ..options }).await;
    let (_, me) = referral(&simulator, "GET /me", Value::Null).await;
    assert_eq!((&me["isActive"], &me["logoUrl"], &me["fontFamily"]), (&json!(false), &Value::Null, &json!("Inter")));
    let (_, list) = referral(&simulator, "GET /v1/Webhooks", Value::Null).await;
    assert_eq!(list[0]["url"], "https://acme.example/");
}

#[tokio::test]
async fn an_answer_can_be_lost_after_the_case_was_created() {
    let simulator = play(Mode::Rehearsal).await;
    let token = ready(&simulator, "t1").await;
    for (after_processing, cases) in [(false, 0), (true, 1)] {
        let change = Override {
            about: vec!["t1".into()],
            on: Route::parse("POST /cases"),
            nth: Some(1),
            effect: Effect::Dropped { after_processing },
        };
        let id = simulator.change(change).unwrap();
        let url = simulator.base("customer").unwrap().join("/cases").unwrap();
        let sent = http().post(url).bearer_auth(&token).body(case("r1").to_string()).send().await;
        assert!(sent.is_err(), "the connection ends without an answer");
        assert_eq!(simulator.snapshot()["cases"].as_array().map_or(0, Vec::len), cases);
        let last = simulator.journal().since(0).pop().unwrap();
        assert_eq!((last.what.answer.status, &last.what.answer.body), (0, &Body::Empty));
        simulator.restore(id);
    }
    assert_eq!(customer(&simulator, "GET /cases/by-creditor-reference/r1", &token, Value::Null).await.0, 200);
    let unknown = Effect::Reply { name: "no-such-reply".into(), with: Map::new() };
    assert_eq!(simulator.change(Override { about: vec![], on: None, nth: None, effect: unknown }), None);
}

#[tokio::test]
async fn a_late_reply_is_recorded_even_if_the_caller_hangs_up() {
    let simulator = play(Mode::Rehearsal).await;
    let effect = Effect::Late(Duration::from_secs(2));
    simulator.change(Override { about: vec![], on: Route::parse("GET /me"), nth: None, effect }).unwrap();
    let url = simulator.base("referral").unwrap().join("/me").unwrap();
    // Late enough for the request to arrive before its caller gives up, even on a busy machine.
    let hasty = http().get(url).header("XApiKey", KEY).timeout(Duration::from_millis(700)).send().await;
    assert!(hasty.unwrap_err().is_timeout());
    simulator.journal().changed(0).await;
    let entry = simulator.journal().since(0).remove(0);
    assert!(entry.to - entry.from >= Duration::from_secs(2));
}

#[tokio::test]
async fn hostile_bodies_are_answered_and_never_end_the_play() {
    let simulator = play(Mode::Rehearsal).await;
    let token = ready(&simulator, "t1").await;
    let deep = "[".repeat(100_000);
    let bodies: Vec<(Vec<u8>, u16)> = vec![
        (b"{".to_vec(), 400),
        (b"[]".to_vec(), 400),
        (b"null".to_vec(), 400),
        (Vec::new(), 400),
        (b"{\"client\": \xff\xfe}".to_vec(), 400),
        (deep.into_bytes(), 400),
        (br#"{"amountToRecover": 1e999}"#.to_vec(), 400),
        (br#"{"debtor": [], "users": {}, "events": 1, "externalTenantId": []}"#.to_vec(), 400),
        (br#"{"externalTenantId": "{{ 1/0 }}", "currencyCode": "{{ facts }}", "eventType": "{% x %}"}"#.to_vec(), 400),
        (vec![b' '; (1 << 20) + 1], 413),
    ];
    for (body, expected) in bodies {
        for (api, path) in [
            ("referral", "/clients"),
            ("referral", "/cases/preview"),
            ("referral", "/v1/Webhooks"),
            ("referral", "/v1/Webhooks/test"),
            ("customer", "/cases"),
            ("customer", "/cases/preview"),
        ] {
            let url = simulator.base(api).unwrap().join(path).unwrap();
            let request = http().post(url).header("XApiKey", KEY).bearer_auth(&token).body(body.clone());
            let status = request.send().await.unwrap().status();
            assert_eq!(status, expected, "{path}: {}", String::from_utf8_lossy(&body[..body.len().min(60)]));
        }
    }
    assert_eq!(referral(&simulator, "GET /me", Value::Null).await.0, 200);
    let recorded: usize =
        simulator.journal().since(0).iter().map(|entry| format!("{:?}", entry.what).len()).max().unwrap();
    assert!(recorded < 200_000, "what is recorded of one call is bounded: {recorded}");
}

#[tokio::test]
async fn what_is_not_http_is_no_trouble() {
    let simulator = play(Mode::Rehearsal).await;
    let address = simulator.base("referral").unwrap().socket_addrs(|| None).unwrap()[0];
    for raw in [
        &b"\x16\x03\x01 nonsense\r\n\r\n"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /clients HTTP/1.1\r\nContent-Length: 99\r\n\r\n{",
    ] {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(raw).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        // Any answer is fine, and so is none.
        drop(stream.read_to_end(&mut answer).await);
    }
    assert_eq!(referral(&simulator, "GET /me", Value::Null).await.0, 200);
}

#[tokio::test]
async fn it_stops_when_it_is_dropped() {
    let simulator = play(Mode::Rehearsal).await;
    let address = simulator.base("referral").unwrap().socket_addrs(|| None).unwrap()[0];
    drop(simulator);
    for _ in 0..200 {
        if tokio::net::TcpStream::connect(address).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("somebody still listens at {address}");
}

#[tokio::test]
async fn clients_onboarded_at_the_same_time_stay_apart() {
    let simulator = Arc::new(play(Mode::Rehearsal).await);
    let runs = (0..20).map(|n| {
        let simulator = Arc::clone(&simulator);
        tokio::spawn(async move {
            let token = ready(&simulator, &format!("t{n}")).await;
            customer(&simulator, "POST /cases", &token, case("same-reference")).await.0
        })
    });
    for run in runs.collect::<Vec<_>>() {
        assert_eq!(run.await.unwrap(), 200);
    }
    assert_eq!(simulator.snapshot()["cases"].as_array().map(Vec::len), Some(20));
}
