//! The proxy alone: what it admits, what it denies, and its bounds.

use std::time::{Duration, Instant};

use preflight::evidence::DeniedHost;
use preflight::net::proxy::{HostPolicy, Proxy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

async fn proxy() -> Proxy {
    Proxy::start(HostPolicy::new(["mail.example"], ["api.provider.example"])).await.unwrap()
}

fn at(proxy: &Proxy) -> String {
    proxy.url().trim_start_matches("http://").to_owned()
}

/// Starts a server that reads the head of a request and answers with it in the body, with `Connection: close`.
async fn echo() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", head.len());
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.write_all(&head).await.unwrap();
            });
        }
    });
    at
}

/// Sends some bytes to the proxy. Returns everything that it answers until it closes.
async fn says(proxy: &Proxy, bytes: &str) -> String {
    let mut stream = TcpStream::connect(at(proxy)).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    // A connection that was reset sends nothing more.
    stream.read_to_end(&mut said).await.ok();
    String::from_utf8_lossy(&said).into_owned()
}

fn refused(host: &str, port: u16) -> DeniedHost {
    DeniedHost { host: host.into(), port }
}

#[tokio::test]
async fn strange_hosts_are_refused_with_a_reason_and_remembered_once() {
    let proxy = proxy().await;
    let table = [
        ("CONNECT api.example:443 HTTP/1.1\r\n\r\n", "api.example:443 is denied"),
        ("CONNECT API.example.:443 HTTP/1.1\r\n\r\n", "under `rehearsal.allow_hosts`"),
        ("GET http://api.example/x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "api.example:80 is denied"),
        ("CONNECT api.provider.example:443 HTTP/1.1\r\n\r\n", "the provider's real environments"),
        ("CONNECT 10.1.2.3:22 HTTP/1.1\r\n\r\n", "10.1.2.3:22 is denied"),
        ("CONNECT [2001:db8::1]:443 HTTP/1.1\r\n\r\n", "[2001:db8::1]:443 is denied"),
        ("CONNECT user@api.example:443 HTTP/1.1\r\n\r\n", "api.example:443 is denied"),
    ];
    for (asked, words) in table {
        let said = says(&proxy, asked).await;
        assert!(said.starts_with("HTTP/1.1 403 ") && said.contains(words), "{asked}: {said}");
    }
    let places = [
        refused("10.1.2.3", 22),
        refused("[2001:db8::1]", 443),
        refused("api.example", 80),
        refused("api.example", 443),
        refused("api.provider.example", 443),
    ];
    assert_eq!(proxy.refused(), places);
}

#[tokio::test]
async fn loopback_is_reached_by_tunnel_and_by_whole_url() {
    let (proxy, there) = (proxy().await, echo().await);
    let port = there.port();
    let asked = format!(
        "GET http://localhost:{port}/a?b=1 HTTP/1.1\r\nHost: elsewhere.example\r\nProxy-Connection: close\r\nX-Kept: 1\r\n\r\n"
    );
    let said = says(&proxy, &asked).await;
    assert!(said.starts_with("HTTP/1.1 200 OK") && said.contains("GET /a?b=1 HTTP/1.1"), "{said}");
    assert!(said.contains(&format!("host: localhost:{port}")) && said.contains("x-kept: 1"), "{said}");
    assert!(!said.contains("proxy-connection") && !said.contains("elsewhere"), "{said}");

    let mut stream = TcpStream::connect(at(&proxy)).await.unwrap();
    stream.write_all(format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n").as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&head));
    stream.write_all(b"GET /through HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).await.unwrap();
    assert!(said.contains("GET /through HTTP/1.1\r\nHost: x"), "{said}");
    assert!(proxy.refused().is_empty());
}

#[tokio::test]
async fn what_cannot_be_reached_is_said_and_is_no_refusal() {
    let proxy = proxy().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let there = listener.local_addr().unwrap();
    drop(listener);
    for asked in [format!("CONNECT {there} HTTP/1.1\r\n\r\n"), format!("GET http://{there}/ HTTP/1.1\r\n\r\n")] {
        let said = says(&proxy, &asked).await;
        assert!(said.starts_with("HTTP/1.1 502 ") && said.contains("cannot be reached"), "{said}");
    }
    assert!(proxy.refused().is_empty());
}

#[tokio::test]
async fn what_is_not_for_a_proxy_is_told_so() {
    let proxy = proxy().await;
    let long = format!("GET http://api.example/ HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(64 << 10));
    for (asked, status) in
        [("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "400"), ("\u{5}\u{1}\u{0}\r\n\r\n", "400"), (&long, "431")]
    {
        let said = says(&proxy, asked).await;
        assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{said}");
    }
    assert!(proxy.refused().is_empty());
}

#[tokio::test]
async fn a_flood_of_strange_hosts_is_bounded() {
    let proxy = proxy().await;
    for at in 0..150 {
        says(&proxy, &format!("CONNECT host-{at}.example:443 HTTP/1.1\r\n\r\n")).await;
    }
    assert_eq!(proxy.refused().len(), 100);
}

#[tokio::test]
async fn connections_that_say_nothing_do_not_keep_others_out_for_long() {
    let proxy = proxy().await;
    let mut idle = Vec::new();
    for _ in 0..200 {
        idle.push(TcpStream::connect(at(&proxy)).await.unwrap());
    }
    drop(idle.split_off(100));
    let started = Instant::now();
    let said = says(&proxy, "CONNECT api.example:443 HTTP/1.1\r\n\r\n").await;
    assert!(said.starts_with("HTTP/1.1 403 "), "{said}");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[tokio::test]
async fn it_ends_with_its_value_and_so_do_its_tunnels() {
    let (proxy, there) = (proxy().await, echo().await);
    let mut tunnel = TcpStream::connect(at(&proxy)).await.unwrap();
    tunnel.write_all(format!("CONNECT {there} HTTP/1.1\r\n\r\n").as_bytes()).await.unwrap();
    assert_eq!(tunnel.read_u8().await.unwrap(), b'H');
    let address = at(&proxy);
    drop(proxy);
    let mut rest = Vec::new();
    // The tunnel ends or is reset. Either way, nobody serves it any more.
    tokio::time::timeout(Duration::from_secs(5), tunnel.read_to_end(&mut rest)).await.unwrap().ok();
    let started = Instant::now();
    while TcpStream::connect(&address).await.is_ok() {
        assert!(started.elapsed() < Duration::from_secs(5), "the proxy still listens");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
