//! Names of headers: deliveries spell them as the provider documents them, and once in lower case.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use preflight::report::model::VerdictLabel;

use crate::support::driven::{BUILT_IN, row, run, told};

/// The header names of each delivery.
type Heads = Arc<Mutex<Vec<Vec<String>>>>;

/// Starts a handler that reads bytes. It accepts a delivery with a header that is spelled in one way, and remembers all
/// names.
fn start(spelled: &'static str) -> (SocketAddr, Heads) {
    let (listener, heads) = (TcpListener::bind("127.0.0.1:0").unwrap(), Heads::default());
    let (at, seen) = (listener.local_addr().unwrap(), Arc::clone(&heads));
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut names, mut length) = (Vec::new(), 0);
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or_default() == 0 || line == "\r\n" {
                    break;
                }
                if let Some((name, value)) = line.split_once(": ") {
                    length = if name.eq_ignore_ascii_case("content-length") {
                        value.trim().parse().unwrap()
                    } else {
                        length
                    };
                    names.push(name.to_owned());
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).ok();
            let status = if names.iter().any(|name| name == spelled) { "200 OK" } else { "401 Unauthorized" };
            seen.lock().unwrap().push(names);
            let mut stream = stream;
            write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").ok();
        }
    });
    (at, heads)
}

fn profile(provider: &str, events: &str, at: SocketAddr) -> String {
    format!(
        "partner: Odd\nprovider: {provider}\nevents: [{events}]\nrehearsal:\n  webhook: {{ url: \"http://{at}/hooks\", secret: \
         \"dGhpc2lzYWJhc2U2NGVuY29kZWRzZWNyZXQ=\" }}\n  timing: {{ reacts_within: 50ms }}\n"
    )
}

const BOTH: [(&str, &str, &str, &[&str]); 2] = [
    (
        "debitura",
        "client.linked",
        "X-Debitura-Signature",
        &["X-Debitura-Event", "X-Debitura-Timestamp", "X-Debitura-Signature"],
    ),
    ("debitsuccess", "Realtime.Account.Payment.Authorized", "X-Token", &["X-Token", "X-EventName", "X-TraceId"]),
];

const ONLY: [&str; 3] =
    ["webhooks.accepts-genuine", "webhooks.answers-exactly-200@rehearsal", "webhooks.header-names-any-case"];

/// Returns the checks of a pack that are about header names.
fn only(provider: &str) -> &'static [&'static str] {
    if provider == "debitura" { &["webhooks.accepts-genuine", "webhooks.header-names-any-case"] } else { &ONLY }
}

#[tokio::test]
async fn a_documented_spelling_is_enough_and_advice_says_that_small_letters_come_too() {
    for (provider, event, spelled, wanted) in BOTH {
        let (at, heads) = start(spelled);
        let report = run(&BUILT_IN, &profile(provider, event, at), only(provider)).await;
        assert_eq!(row(&report, "webhooks.accepts-genuine@rehearsal").verdict, VerdictLabel::Pass, "{provider}");
        let advice = row(&report, "webhooks.header-names-any-case@rehearsal");
        assert_eq!(advice.verdict, VerdictLabel::Fail, "{}", told(advice));
        assert!(told(advice).contains("header names in lower case: 401"), "{}", told(advice));
        let heads = heads.lock().unwrap();
        let small = |head: &Vec<String>| head.iter().all(|name| *name == name.to_lowercase());
        for name in wanted.iter().chain(&["Content-Type", "Content-Length", "Host", "User-Agent"]) {
            let spelled = heads.iter().filter(|head| !small(head)).all(|head| head.iter().any(|known| known == name));
            assert!(spelled, "{provider}: {name}: {heads:?}");
        }
        assert!(heads.iter().any(small), "{provider}: {heads:?}");
    }
}

#[tokio::test]
async fn small_letters_alone_fail_what_is_required_and_the_cause_is_named() {
    for (provider, event, spelled, _) in BOTH {
        let (at, _) = start(Box::leak(spelled.to_lowercase().into_boxed_str()));
        let report = run(&BUILT_IN, &profile(provider, event, at), only(provider)).await;
        let first = row(&report, "webhooks.accepts-genuine@rehearsal");
        assert_eq!(first.verdict, VerdictLabel::Fail, "{}", told(first));
        assert!(told(first).contains("header names are compared in lower case"), "{}", told(first));
        // A command that repeats a delivery spells the name as the delivery did.
        let lines: Vec<&str> = first.evidence.iter().filter_map(|line| line.curl.as_deref()).collect();
        assert!(lines.iter().any(|line| line.contains(&format!("{spelled}: "))), "{lines:?}");
    }
}
