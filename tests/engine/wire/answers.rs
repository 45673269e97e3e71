use std::sync::atomic::{AtomicUsize, Ordering};

use preflight::evidence::Body;
use serde_json::json;

use super::*;

#[tokio::test]
async fn an_answer_is_recorded_with_its_address_and_time() {
    let address = once(ok(br#"{"name": "x"}"#)).await;
    let sent = look(address).await;
    assert_eq!((answer(&sent).status, &answer(&sent).body), (200, &Body::Json(json!({ "name": "x" }))));
    assert_eq!(sent.raw.as_deref(), Some(br#"{"name": "x"}"#.as_slice()));
    assert_eq!(sent.address, Some(address.ip()));
    assert!(sent.latency > Duration::ZERO && sent.latency < PATIENCE);
    assert_eq!((sent.request.method.as_str(), sent.request.url), ("GET", format!("http://{address}/")));
    let agent = format!("preflight/{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(sent.request.headers, [("user-agent".to_owned(), agent)]);
}

#[tokio::test]
async fn bodies_that_are_no_json_are_text_or_binary() {
    let table = [
        (ok("{\"a\": "), Body::Text("{\"a\": ".into())),
        (ok("<p>é</p>"), Body::Text("<p>é</p>".into())),
        (ok(b"\xff\xfe\xfd"), Body::Binary(3)),
        (ok(""), Body::Empty),
        (ok(b"\xef\xbb\xbf[1]"), Body::Json(json!([1]))),
        (ok("[".repeat(100_000)), Body::Text("[".repeat(64 * 1024))),
    ];
    for (bytes, body) in table {
        assert_eq!(answer(&look(once(bytes).await).await).body, body);
    }
}

#[tokio::test]
async fn secrets_are_replaced_on_the_way_out_and_in() {
    let address = once(
        b"HTTP/1.1 200 OK\r\nX-Echo: k3y%2Dsecret\r\nSet-Cookie: a=b\r\nContent-Length: 14\r\n\r\n\"k3y\\u002dsecret"
            .as_slice(),
    )
    .await;
    let redactor = Redactor::new();
    redactor.capture("key", "k3y-secret");
    let wire = Sender::new(gate(), &SimulatedEnvironments::default(), redactor);
    let mut call = partner(format!("http://{address}/k3y-secret"));
    call.method = "POST".into();
    call.headers = vec![("X-Key".into(), "k3y-secret".into())];
    call.body = br#"{"k3y-secret": "k3y-secret"}"#.to_vec();
    let sent = send(&wire, call, Limits::within(PATIENCE)).await;
    assert_eq!(sent.request.url, format!("http://{address}/<key>"));
    assert_eq!(sent.request.headers[0], ("x-key".into(), "<key>".into()));
    assert_eq!(sent.request.body, Body::Json(json!({ "<key>": "<key>" })));
    assert_eq!((answer(&sent).header("x-echo"), answer(&sent).header("set-cookie")), (Some("<key>"), Some("<cookie>")));
    assert!(!format!("{:?}", sent.outcome).contains("secret"));
}

#[tokio::test]
async fn what_is_sent_is_what_was_drafted() {
    let address = serve(|mut stream| async move {
        let head = head(&mut stream).await.unwrap();
        let mut body = [0; 5];
        stream.read_exact(&mut body).await.unwrap();
        let echo = format!("{head}{}", String::from_utf8_lossy(&body));
        stream.write_all(&ok(echo)).await.unwrap();
    })
    .await;
    let mut call = partner(format!("http://{address}/a%20b?x=%2F"));
    call.method = "post".into();
    call.headers =
        vec![("X-One".into(), "1".into()), ("X-One".into(), "2".into()), ("User-Agent".into(), "own".into())];
    call.body = b"{ } \n".to_vec();
    let sent = send(&wire(), call, Limits::within(PATIENCE)).await;
    let echo = String::from_utf8(sent.raw.unwrap()).unwrap();
    let expected =
        ["POST /a%20b?x=%2F HTTP/1.1\r\n", "x-one: 1\r\nx-one: 2\r\n", "user-agent: own\r\n", "content-length: 5\r\n"];
    for part in expected {
        assert!(echo.contains(part), "{part} in {echo}");
    }
    assert!(echo.ends_with("\r\n\r\n{ } \n") && !echo.contains("preflight/"), "{echo}");
}

#[tokio::test]
async fn each_call_has_a_connection_of_its_own_and_says_so() {
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    let address = serve(move |mut stream| {
        counter.fetch_add(1, Ordering::SeqCst);
        async move {
            // This server keeps the connection open for as long as the client does.
            while let Some(head) = head(&mut stream).await {
                let announced = head.to_lowercase().contains("connection: close");
                stream.write_all(&ok(announced.to_string())).await.unwrap();
            }
        }
    })
    .await;
    let wire = wire();
    for calls in 1..=5 {
        let sent = send(&wire, partner(format!("http://{address}/")), Limits::within(PATIENCE)).await;
        assert_eq!((answer(&sent).status, &answer(&sent).body), (200, &Body::Json(json!(true))));
        assert_eq!(connections.load(Ordering::SeqCst), calls);
    }
}

#[tokio::test]
async fn a_played_provider_delivers_each_event_on_a_connection_of_its_own() {
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    let address = serve(move |mut stream| {
        counter.fetch_add(1, Ordering::SeqCst);
        async move {
            while head(&mut stream).await.is_some() {
                stream.write_all(&ok("{}")).await.unwrap();
            }
        }
    })
    .await;
    let client = preflight::net::client::player(&SimulatedEnvironments::default()).unwrap();
    for calls in 1..=3 {
        assert_eq!(client.post(format!("http://{address}/")).send().await.unwrap().status(), 200);
        assert_eq!(connections.load(Ordering::SeqCst), calls);
    }
}

/// Servers that end a connection in ways that would harm a client that keeps connections or retries.
#[tokio::test]
async fn servers_that_close_without_a_word_lose_nothing_and_get_nothing_twice() {
    let table: [(&str, &str, bool); 5] = [
        ("HTTP/1.0, which ends the body with the connection", "HTTP/1.0 200 OK\r\n\r\n{}", true),
        ("closed at once, and not announced", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", true),
        (
            "said to be kept, and closed",
            "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=60\r\nContent-Length: 2\r\n\r\n{}",
            true,
        ),
        ("no length, and closed", "HTTP/1.1 200 OK\r\n\r\n{}", true),
        ("closed without an answer", "", false),
    ];
    for (what, bytes, answers) in table {
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        let address = serve(move |mut stream| {
            let counter = Arc::clone(&counter);
            async move {
                let head = head(&mut stream).await;
                let mut body = [0; 2];
                stream.read_exact(&mut body).await.unwrap();
                counter.fetch_add(usize::from(head.is_some()), Ordering::SeqCst);
                stream.write_all(bytes.as_bytes()).await.unwrap();
            }
        })
        .await;
        let wire = wire();
        for calls in 1..=4 {
            let mut call = partner(format!("http://{address}/"));
            (call.method, call.body) = ("POST".into(), b"{}".to_vec());
            let sent = send(&wire, call, Limits::within(PATIENCE)).await;
            assert_eq!(sent.outcome.answer().is_some(), answers, "{what}: {:?}", sent.outcome);
            assert_eq!(requests.load(Ordering::SeqCst), calls, "{what}");
        }
    }
}

#[tokio::test]
async fn only_listed_members_are_recorded_where_a_list_is_given() {
    let bytes = b"HTTP/1.1 200 OK\r\nX-Customer: Jane\r\nContent-Type: application/json\r\nContent-Length: 27\r\n\r\n{\"id\": 1, \"customer\": \"Jo\"}";
    let limits = Limits { keep: Some(vec!["id".into()]), ..Limits::within(PATIENCE) };
    let sent = send(&wire(), partner(format!("http://{}/", once(bytes.as_slice()).await)), limits).await;
    assert_eq!(answer(&sent).body, Body::Json(json!({ "id": 1 })));
    assert_eq!(answer(&sent).header("content-type"), Some("application/json"));
    assert_eq!(answer(&sent).header("x-customer"), None);
}

#[tokio::test]
async fn localhost_and_names_below_it_are_this_machine() {
    let port = once(ok("1")).await.port();
    for name in ["localhost", "app.localhost", "LOCALHOST."] {
        let sent = send(&wire(), partner(format!("http://{name}:{port}/")), Limits::within(PATIENCE)).await;
        assert_eq!(answer(&sent).status, 200, "{name}");
        assert!(sent.address.unwrap().is_loopback());
    }
}

#[tokio::test]
async fn a_refused_call_is_recorded_and_not_sent() {
    let redactor = Redactor::new();
    redactor.capture("key", "k3y-secret");
    let wire = Sender::new(gate(), &SimulatedEnvironments::default(), redactor);
    let mut call = draft(Purpose::Open, "POST", "http://127.0.0.1:1/k3y-secret");
    call.headers = vec![("X-Key".into(), "k3y-secret".into())];
    let sent = wire.call(call, Limits::within(PATIENCE)).await;
    assert_trouble(
        &sent,
        TransportErrorKind::Refused,
        "not sent to 127.0.0.1: a request without a key uses GET or HEAD",
    );
    assert_eq!(sent.request.url, "http://127.0.0.1:1/<key>");
    assert_eq!(sent.request.headers, [("x-key".to_owned(), "<key>".to_owned())]);
    let sent = wire.call(partner(format!("http://{}/", once(ok("1")).await)), Limits::within(PATIENCE)).await;
    assert_eq!(answer(&sent).status, 200);
}
