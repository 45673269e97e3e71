use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::*;

/// A short deadline for servers that never finish.
const SHORT: Duration = Duration::from_millis(300);

async fn look_briefly(address: SocketAddr) -> CallResult {
    send(&wire(), partner(format!("http://{address}/")), Limits::within(SHORT)).await
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_refused() {
    // Bound, so that nobody else gets the port, but not listening.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let sent = look(socket.local_addr().unwrap()).await;
    assert_trouble(&sent, TransportErrorKind::Connect, "127.0.0.1 refuses connections; is the service running");
    assert_eq!(sent.address, None);
    // For a page without a key, the result still says which address it would have led to.
    for host in ["127.0.0.1", "localhost", "app.localhost", "[::ffff:127.0.0.1]"] {
        let port = socket.local_addr().unwrap().port();
        let call = draft(Purpose::Open, "GET", format!("http://{host}:{port}/"));
        let sent = send(&wire(), call, Limits::within(PATIENCE)).await;
        assert_eq!(sent.address, Some("127.0.0.1".parse().unwrap()), "{host}");
    }
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_a_matter_of_dns() {
    let call = draft(Purpose::Open, "GET", "http://name.invalid/");
    let sent = send(&wire(), call, Limits::within(PATIENCE)).await;
    assert_trouble(&sent, TransportErrorKind::Dns, "`name.invalid` does not resolve");
}

#[tokio::test]
async fn a_huge_body_is_not_read_to_its_end() {
    const HUGE: usize = 100 * 1024 * 1024;
    for framing in ["Content-Length: 104857600", "X-Framing: until the connection ends"] {
        let (written, over) = (Arc::new(AtomicUsize::new(0)), Arc::new(tokio::sync::Notify::new()));
        let (counter, done) = (Arc::clone(&written), Arc::clone(&over));
        let address = serve(move |mut stream| {
            let (counter, done) = (Arc::clone(&counter), Arc::clone(&done));
            async move {
                head(&mut stream).await;
                stream.write_all(format!("HTTP/1.1 200 OK\r\n{framing}\r\n\r\n").as_bytes()).await.unwrap();
                let block = vec![b'x'; 64 * 1024];
                while counter.load(Ordering::SeqCst) < HUGE && stream.write_all(&block).await.is_ok() {
                    counter.fetch_add(block.len(), Ordering::SeqCst);
                }
                done.notify_one();
            }
        })
        .await;
        let limits = Limits { body: usize::MAX, ..Limits::within(PATIENCE) };
        let sent = send(&wire(), partner(format!("http://{address}/")), limits).await;
        assert_trouble(&sent, TransportErrorKind::TooLarge, "larger than 1048576 bytes");
        over.notified().await;
        assert!(written.load(Ordering::SeqCst) < HUGE / 4, "{framing}: {written:?} bytes left the server");
    }
}

#[tokio::test]
async fn a_body_may_be_as_large_as_the_bound() {
    let limits = |body| Limits { body, ..Limits::within(PATIENCE) };
    let address = once(ok("12345678")).await;
    let sent = send(&wire(), partner(format!("http://{address}/")), limits(8)).await;
    assert_eq!(answer(&sent).status, 200);
    let sent = send(&wire(), partner(format!("http://{address}/")), limits(7)).await;
    assert_trouble(&sent, TransportErrorKind::TooLarge, "larger than 7 bytes");
}

#[tokio::test]
async fn one_byte_a_second_is_too_slow() {
    let address = serve(|mut stream| async move {
        head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n").await.unwrap();
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    })
    .await;
    let sent = look_briefly(address).await;
    assert_trouble(&sent, TransportErrorKind::Timeout, "an incomplete response with status 201 within 300 ms");
    assert!(sent.latency >= SHORT && sent.latency < Duration::from_secs(5), "{:?}", sent.latency);
    assert_eq!(sent.address, Some(address.ip()));
}

#[tokio::test]
async fn a_head_that_does_not_come_is_too_slow() {
    let address = serve(|mut stream| async move {
        head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nX-Slow: ").await.unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    assert_trouble(&look_briefly(address).await, TransportErrorKind::Timeout, "no response within 300 ms");
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_broken() {
    let reset = serve(|mut stream| async move {
        head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf").await.unwrap();
        stream.set_zero_linger().unwrap();
    })
    .await;
    assert_trouble(&look(reset).await, TransportErrorKind::Broken, "127.0.0.1");
    let table: [(&str, &[u8]); 5] = [
        ("before the answer", b""),
        ("in the head", b"HTTP/1.1 200 O"),
        ("in the body", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
        ("in a chunk", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nhalf"),
        ("in the size of a chunk", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    ];
    for (what, bytes) in table {
        let sent = look(once(bytes).await).await;
        assert_eq!(trouble(&sent).kind, TransportErrorKind::Broken, "{what}: {:?}", sent.outcome);
    }
}

#[tokio::test]
async fn what_is_not_http_is_broken() {
    let long_head = format!("HTTP/1.1 200 OK\r\nX-Long: {}\r\n\r\n", "x".repeat(2 * 1024 * 1024));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X-Many: 1\r\n".repeat(5000));
    let table: [(&str, Vec<u8>); 6] = [
        ("another protocol", b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()),
        ("control characters in a header", b"HTTP/1.1 200 OK\r\nX-A: a\x01\x1bb\r\nContent-Length: 0\r\n\r\n".to_vec()),
        ("a NUL in a header", b"HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 0\r\n\r\n".to_vec()),
        ("an endless header", long_head.into_bytes()),
        ("endless headers", many.into_bytes()),
        ("a status that is none", b"HTTP/1.1 99999 OK\r\n\r\n".to_vec()),
    ];
    for (what, bytes) in table {
        let sent = look(once(bytes).await).await;
        assert_eq!(trouble(&sent).kind, TransportErrorKind::Broken, "{what}: {:?}", sent.outcome);
    }
}

/// Pieces of responses, and pieces that break them.
const PIECES: [&str; 16] = [
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 999999 \r\n",
    "HTTP/9.9 200\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 302 Found\r\nLocation: \u{0}\r\n",
    "Content-Length: 5\r\n",
    "Content-Length: -1\r\n",
    "Content-Length: 18446744073709551616\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Content-Type: application/json\r\n",
    "Content-Encoding: gzip\r\n",
    "X: \u{1b}[2J\u{ffff}\r\n",
    "\r\n",
    "ffffffffffffffff\r\n",
    "5\r\n{\"a\":\r\n0\r\n\r\n",
    "{\"a\":[1e999,\"\\ud800\"]}",
];

/// Generates random bytes, or pieces of responses in a random order with some bytes between them.
fn answers() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => prop::sample::select(PIECES.to_vec()).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
    ];
    let pieces = prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat());
    prop_oneof![4 => pieces, 1 => prop::collection::vec(any::<u8>(), 0..300)]
}

/// Whatever the server sends, the result is a response or an error that explains it, in time.
#[test]
fn any_bytes_are_an_answer_or_trouble() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let wire = runtime.block_on(async { wire() });
    let config = ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let tried = runner.run(&answers(), |bytes| {
        let is_http = bytes.windows(5).any(|five| five == b"HTTP/");
        let sent = runtime.block_on(async {
            let address = once(bytes).await;
            send(&wire, partner(format!("http://{address}/")), Limits::within(PATIENCE)).await
        });
        match &sent.outcome {
            Outcome::Answered(answer) => prop_assert!(is_http && answer.status >= 100, "{answer:?}"),
            Outcome::TransportError(trouble) => {
                prop_assert!(!trouble.detail.is_empty() && trouble.kind != TransportErrorKind::Timeout, "{trouble:?}");
            }
        }
        Ok(())
    });
    tried.unwrap();
}
