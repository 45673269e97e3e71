//! Encoded responses: decoded within bounds, searched for secrets, and replaced if they cannot be decoded.

use std::io::Write;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use preflight::evidence::{Body, TransportErrorKind};
use preflight::net::client::{Limits, Sender, SimulatedEnvironments};
use preflight::redact::Redactor;

use super::{PATIENCE, answer, assert_trouble, gate, once, partner, send};

const SECRET: &str = "S3cr3tQ7w8E9r0Zx";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Returns `{"said":"S3cr3tQ7w8E9r0Zx"}` as brotli's own program writes it, in one stored block.
fn brotli() -> Vec<u8> {
    BASE64_STANDARD.decode("Cw2AeyJzYWlkIjoiUzNjcjN0UTd3OEU5cjBaeCJ9Aw==").unwrap()
}

/// Returns the result of a call whose response names these encodings.
async fn said(encoding: &str, body: Vec<u8>) -> preflight::net::client::CallResult {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {}\r\n\r\n", body.len());
    let at = once([head.into_bytes(), body].concat()).await;
    let redactor = Redactor::new();
    redactor.capture("key", SECRET);
    let wire = Sender::new(gate(), &SimulatedEnvironments::default(), redactor);
    send(&wire, partner(format!("http://{at}/")), Limits::within(PATIENCE)).await
}

#[tokio::test]
async fn a_body_is_read_in_the_encodings_of_the_web_and_searched() {
    let json = format!("{{\"said\":\"{SECRET}\"}}").into_bytes();
    let twice = zlib(&gzip(&json));
    let table = [
        ("gzip", gzip(&json)),
        ("x-gzip", gzip(&json)),
        ("GZIP", gzip(&json)),
        ("deflate", zlib(&json)),
        ("deflate", deflate(&json)),
        ("br", brotli()),
        ("gzip, deflate", twice),
        ("identity", json.clone()),
        ("gzip, identity", gzip(&json)),
    ];
    for (encoding, body) in table {
        let sent = said(encoding, body).await;
        assert_eq!(answer(&sent).body, Body::Json(serde_json::json!({ "said": "<key>" })), "{encoding}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_replaced_and_the_status_counts() {
    let json = format!("{{\"said\":\"{SECRET}\"}}").into_bytes();
    let cut = gzip(&json.repeat(100));
    let table = [
        ("zstd", json.clone()),
        ("compress", json.clone()),
        ("gzip", json.clone()),
        ("br", json.clone()),
        ("deflate", json.clone()),
        ("gzip", cut[..cut.len() / 2].to_vec()),
        ("gzip, gzip, gzip, gzip", json.clone()),
    ];
    for (encoding, body) in table {
        let length = body.len();
        let sent = said(encoding, body).await;
        let answer = answer(&sent);
        assert_eq!((answer.status, &answer.body), (200, &Body::Binary(length)), "{encoding}");
    }
}

#[tokio::test]
async fn a_body_that_grows_beyond_the_bound_is_refused_as_such() {
    let large = vec![b' '; 64 << 20];
    // The same number of spaces, as brotli's own program encodes them.
    let brotli = BASE64_STANDARD.decode(concat!(
        "y///P/glQOKxQCD3/o///3/wSwDEYRGA7v0f////4JcAiMMCAN37P/7//8EvARCHBQC693/8//+DXwIg",
        "DgsAdO//+P//B78EQBwWAOje//H//w9+CYA4LADQvf/L//8//BIAcVgAoHv/Bw=="
    ));
    let table = [
        ("gzip", gzip(&large)),
        ("deflate", zlib(&large)),
        ("deflate", deflate(&large)),
        ("br", brotli.unwrap()),
        ("gzip, gzip", gzip(&gzip(&large))),
    ];
    for (encoding, body) in table {
        let sent = said(encoding, body).await;
        assert_trouble(&sent, TransportErrorKind::TooLarge, "decodes to more than");
    }
}

#[tokio::test]
async fn a_stream_that_is_cut_anywhere_shows_nothing_of_its_secret() {
    let json = format!("{{\"said\":\"{SECRET}\"}}").into_bytes();
    let whole = Body::Json(serde_json::json!({ "said": "<key>" }));
    for (encoding, body) in
        [("gzip", gzip(&json)), ("deflate", zlib(&json)), ("deflate", deflate(&json)), ("br", brotli())]
    {
        for end in 1..body.len() {
            let sent = said(encoding, body[..end].to_vec()).await;
            let shown = &answer(&sent).body;
            let safe = matches!(shown, Body::Binary(_) | Body::Empty) || *shown == whole;
            assert!(safe, "{encoding} cut after {end}: {shown:?}");
        }
    }
}

#[tokio::test]
async fn letters_that_are_no_utf8_hide_no_secret_from_the_search() {
    let value = "p\u{e4}ssw\u{f6}rd-Q7w8E9r0Zx";
    let latin: Vec<u8> = value.chars().map(|letter| u8::try_from(letter).unwrap()).collect();
    let wide = |unit: fn(u16) -> [u8; 2]| value.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let bodies = [latin.clone(), wide(u16::to_le_bytes), wide(u16::to_be_bytes)];
    for (header, body) in bodies.into_iter().flat_map(|body| [(latin.clone(), body.clone()), (value.into(), body)]) {
        let rest = format!("\r\nContent-Length: {}\r\n\r\n", body.len());
        let length = body.len();
        let at = once([b"HTTP/1.1 200 OK\r\nX-Said: ".to_vec(), header, rest.into_bytes(), body].concat()).await;
        let redactor = Redactor::new();
        redactor.capture("key", value);
        let wire = Sender::new(gate(), &SimulatedEnvironments::default(), redactor);
        let sent = send(&wire, partner(format!("http://{at}/")), Limits::within(PATIENCE)).await;
        let answer = answer(&sent);
        assert_eq!(answer.headers[0], ("x-said".to_owned(), "<key>".to_owned()));
        assert_eq!(answer.body, Body::Binary(length));
    }
}
