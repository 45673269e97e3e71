use super::*;

fn found(location: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n").into_bytes()
}

fn following() -> Limits {
    Limits { follow: true, ..Limits::within(PATIENCE) }
}

/// Answers `/` with a redirect, and everything else with 200.
async fn first_elsewhere(location: String) -> SocketAddr {
    serve(move |mut stream| {
        let location = location.clone();
        async move {
            while let Some(head) = head(&mut stream).await {
                let answer = if head.starts_with("GET / ") { found(&location) } else { ok("\"arrived\"") };
                stream.write_all(&answer).await.unwrap();
            }
        }
    })
    .await
}

async fn open(address: SocketAddr, limits: Limits) -> CallResult {
    send(&wire(), draft(Purpose::Open, "GET", format!("http://{address}/")), limits).await
}

#[tokio::test]
async fn an_open_call_follows_where_it_is_told_to() {
    let address = first_elsewhere("/there?x=1".into()).await;
    assert_eq!(open(address, following()).await.raw.as_deref(), Some(b"\"arrived\"".as_slice()));
    let sent = open(address, Limits::within(PATIENCE)).await;
    assert_eq!((answer(&sent).status, answer(&sent).header("location")), (302, Some("/there?x=1")));
}

#[tokio::test]
async fn other_calls_never_follow() {
    let address = first_elsewhere("/there".into()).await;
    let sent = send(&wire(), partner(format!("http://{address}/")), following()).await;
    assert_eq!(answer(&sent).status, 302);
}

#[tokio::test]
async fn a_loop_ends_after_five_redirects() {
    let sent = open(first_elsewhere("/".into()).await, following()).await;
    assert_trouble(&sent, TransportErrorKind::Redirects, "more than 5 redirects");
}

#[tokio::test]
async fn every_hop_passes_the_gate() {
    let table = [
        ("http://169.254.169.254/latest/meta-data", TransportErrorKind::Refused, "link-local"),
        ("http://api.provider.example/", TransportErrorKind::Refused, "only over https"),
        ("http://user@cdn.example/", TransportErrorKind::Refused, "a user name"),
        ("ftp://cdn.example/", TransportErrorKind::Refused, "not a plain http or https URL"),
        ("http://[", TransportErrorKind::Redirects, "a Location that is not a URL"),
    ];
    for (location, kind, detail) in table {
        assert_trouble(&open(first_elsewhere(location.into()).await, following()).await, kind, detail);
    }
}

#[tokio::test]
async fn nobody_outside_redirects_into_this_machine() {
    let inside = once(ok("1")).await;
    let hooks = first_elsewhere(format!("http://{inside}/")).await;
    let wire = Sender::new(gate(), &simulated_environments(&[("cdn.example", hooks.port())], None), Redactor::new());
    let sent = send(&wire, draft(Purpose::Open, "GET", "http://cdn.example/"), following()).await;
    assert_trouble(&sent, TransportErrorKind::Redirects, "to this machine or its private network");
}
