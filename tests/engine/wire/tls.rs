use preflight::evidence::Body;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::json;
use tokio_rustls::TlsAcceptor;

use super::*;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn named(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).unwrap()
}

/// Starts a server with a certificate, which answers every request with the head that it received. Returns its port.
async fn tls(params: CertificateParams, authority: Option<&Authority>) -> u16 {
    let echo = |head: String| ok(json!({ "head": head, "customer": "Jane" }).to_string());
    answering(params, authority, echo).await
}

/// Starts a server with a certificate, which makes its answer from the head of a request. Returns its port.
async fn answering(params: CertificateParams, authority: Option<&Authority>, answer: fn(String) -> Vec<u8>) -> u16 {
    let key = KeyPair::generate().unwrap();
    let certificate = match authority {
        Some(authority) => params.signed_by(&key, authority).unwrap(),
        None => params.self_signed(&key).unwrap(),
    };
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let address = serve(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            while let Some(head) = head(&mut stream).await {
                stream.write_all(&answer(head)).await.ok();
            }
        }
    })
    .await;
    address.port()
}

/// Returns the result of a lookup at the production API, which a server on this port stands for.
async fn at_production(port: u16, authority: &Authority) -> CallResult {
    let simulated_environments = simulated_environments(&[("API.provider.example", port)], Some(authority.pem()));
    let wire = Sender::new(gate(), &simulated_environments, Redactor::new());
    let purpose = Purpose::Provider { environment: Environment::Production, api: "main".into() };
    let limits = Limits { keep: Some(vec!["head".into()]), ..Limits::within(PATIENCE) };
    send(&wire, draft(purpose, "GET", "https://api.provider.example/me"), limits).await
}

#[tokio::test]
async fn a_stand_in_plays_a_real_name_with_its_own_authority() {
    let authority = authority("Ours");
    let sent = at_production(tls(named("api.provider.example"), Some(&authority)).await, &authority).await;
    let head = answer(&sent).body.json().unwrap()["head"].as_str().unwrap();
    assert!(head.starts_with("GET /me HTTP/1.1\r\n") && head.contains("host: api.provider.example\r\n"), "{head}");
    assert_eq!(sent.address, Some("203.0.113.5".parse().unwrap()));
}

#[tokio::test]
async fn a_stand_in_also_plays_a_port_of_its_own() {
    let authority = authority("Ours");
    let port = tls(named("testapi.provider.example"), Some(&authority)).await;
    let wire = Sender::new(
        gate(),
        &simulated_environments(&[("testapi.provider.example", port)], Some(authority.pem())),
        Redactor::new(),
    );
    let purpose = Purpose::Provider { environment: Environment::Test, api: "main".into() };
    let call = draft(purpose, "GET", "https://testapi.provider.example:8443/me");
    let sent = send(&wire, call, Limits::within(PATIENCE)).await;
    let body = answer(&sent).body.json().unwrap();
    assert!(body["head"].as_str().unwrap().contains("host: testapi.provider.example:8443\r\n"), "{body}");
    assert_eq!(body["customer"], "Jane");
    assert_eq!(sent.request.url, "https://testapi.provider.example:8443/me");
}

#[tokio::test]
async fn nothing_of_production_is_recorded_unless_it_is_listed() {
    let authority = authority("Ours");
    let port = tls(named("api.provider.example"), Some(&authority)).await;
    let wire = Sender::new(
        gate(),
        &simulated_environments(&[("api.provider.example", port)], Some(authority.pem())),
        Redactor::new(),
    );
    let purpose = Purpose::Provider { environment: Environment::Production, api: "main".into() };
    let call = draft(purpose, "GET", "https://api.provider.example/me");
    let sent = send(&wire, call, Limits::within(PATIENCE)).await;
    assert_eq!(answer(&sent).body, Body::Json(json!({})));
    assert!(sent.raw.is_some_and(|raw| String::from_utf8_lossy(&raw).contains("Jane")));
}

#[tokio::test]
async fn certificates_that_do_not_hold_say_why() {
    let authority = authority("Ours");
    let mut expired = named("api.provider.example");
    (expired.not_before, expired.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    let mut early = named("api.provider.example");
    (early.not_before, early.not_after) = (date_time_ymd(4000, 1, 1), date_time_ymd(4001, 1, 1));
    let table = [
        (tls(named("api.provider.example"), None).await, "is self-signed"),
        (
            tls(named("api.provider.example"), Some(&self::authority("Somebody"))).await,
            "is self-signed, or its issuer is not trusted on this machine",
        ),
        (tls(named("other.example"), Some(&authority)).await, "is not valid for this name, only for other.example"),
        (tls(expired, Some(&authority)).await, "has expired"),
        (tls(early, Some(&authority)).await, "is not valid yet"),
    ];
    for (port, why) in table {
        let sent = at_production(port, &authority).await;
        assert_trouble(
            &sent,
            TransportErrorKind::Certificate,
            &format!("the certificate of api.provider.example {why}"),
        );
        assert_eq!(sent.address, Some("203.0.113.5".parse().unwrap()));
    }
}

#[tokio::test]
async fn the_authority_of_stand_ins_is_trusted_for_nobody_else() {
    let authority = authority("Ours");
    let port = tls(named("127.0.0.1"), Some(&authority)).await;
    let wire = Sender::new(
        gate(),
        &simulated_environments(&[("api.provider.example", 1)], Some(authority.pem())),
        Redactor::new(),
    );
    let sent = send(&wire, partner(format!("https://127.0.0.1:{port}/")), Limits::within(PATIENCE)).await;
    assert_eq!(trouble(&sent).kind, TransportErrorKind::Certificate, "{:?}", sent.outcome);
}

#[tokio::test]
async fn a_server_without_tls_is_broken_not_untrusted() {
    let authority = authority("Ours");
    let plain = serve(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await.ok();
        stream.read_u8().await.ok();
    })
    .await;
    let sent = at_production(plain.port(), &authority).await;
    assert_trouble(&sent, TransportErrorKind::Broken, "could not agree on TLS");
}

#[tokio::test]
async fn an_authority_that_cannot_be_read_is_trouble() {
    let simulated_environments = simulated_environments(
        &[("api.provider.example", 1)],
        Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----".into()),
    );
    let wire = Sender::new(gate(), &simulated_environments, Redactor::new());
    let call = draft(Purpose::Open, "GET", "https://api.provider.example/");
    let sent = send(&wire, call, Limits::within(PATIENCE)).await;
    assert_trouble(&sent, TransportErrorKind::Certificate, "TLS is not available");
}

#[tokio::test]
async fn https_does_not_lead_back_to_http() {
    let authority = authority("Ours");
    let moved = |_| b"HTTP/1.1 301 Moved\r\nLocation: http://cdn.example/logo\r\nContent-Length: 0\r\n\r\n".to_vec();
    let port = answering(named("cdn.example"), Some(&authority), moved).await;
    let wire =
        Sender::new(gate(), &simulated_environments(&[("cdn.example", port)], Some(authority.pem())), Redactor::new());
    let limits = Limits { follow: true, ..Limits::within(PATIENCE) };
    let sent = send(&wire, draft(Purpose::Open, "GET", "https://cdn.example/logo"), limits).await;
    assert_trouble(&sent, TransportErrorKind::Redirects, "cdn.example redirects from https to http");
}
