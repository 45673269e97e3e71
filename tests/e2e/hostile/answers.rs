//! One run against every response that a provider, a page, a handler, a lookup and an action could give.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::Duration;

use crate::support::play::{Asked, Play, answer, closed, run, serve};
use crate::support::secrets::spellings;

const KEY: &str = "Zk9+/q&<7Lm%2x'v=Ky-0192";
const SECRET: &str = "whsec/5Jq+\"t&<Vb8=Nn2Rr";
const TOKEN: &str = "tok_3f/9+Yb&<Lq7=Zz0-Ee8";

const TEXTS: [(&str, &str); 6] = [
    ("text-azure", "a\r\n##vso[task.complete result=Succeeded;]DONE\r\n##[error]x"),
    ("text-github", "\n::error::x\n::set-env name=PATH::/tmp\n"),
    ("text-jenkins", "[[ATTACHMENT|/etc/passwd]]"),
    ("text-cdata", "]]>]]&gt;<![CDATA[ <!-- --> <?x?> &unknown; </testcase></testsuite>"),
    ("text-terminal", "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\u{feff}\u{fffe}\u{ffff}\u{0}\u{8}"),
    ("text-json", r###"{"a":"\ud800","b":"\udfff\ud800","\u0000":"\u001b[2J","c":"\ufffe","##vso[x]":"::error::y"}"###),
];

/// Answers in the way that `name` says. Returns false if it does not know the name.
fn misbehave(name: &str, stream: &mut TcpStream, here: &str) -> bool {
    let block = vec![b'x'; 64 * 1024];
    let mut say = |bytes: &[u8]| stream.write_all(bytes).is_ok();
    match name {
        "closed" => {}
        "not-http" => drop(say(b"SSH-2.0-OpenSSH_9.6\r\n")),
        "half" => drop(say(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")),
        "headers-endless" => {
            say(b"HTTP/1.1 200 OK\r\n");
            while say(b"X-Many: 1\r\n") {}
        }
        "header-megabyte" => drop(say(format!("HTTP/1.1 500 X\r\nX-A: {}\r\n\r\n", "y".repeat(1 << 20)).as_bytes())),
        "header-large" => answer(stream, 500, &format!("X-A: {}\r\n", "y".repeat(200_000)), b"{}"),
        "body-100mb" => {
            say(b"HTTP/1.1 500 X\r\nContent-Length: 104857600\r\n\r\n");
            (0..1600).all(|_| say(&block));
        }
        "body-bomb" => answer(stream, 500, "Content-Encoding: gzip\r\n", b"\x1f\x8b\x08\0\0\0\0\0"),
        "json-deep" => answer(stream, 500, "", "[".repeat(200_000).as_bytes()),
        "json-wide" => answer(stream, 500, "", format!("[{}1]", "1e999,".repeat(100_000)).as_bytes()),
        "json-invalid" => answer(stream, 500, "Content-Type: application/json\r\n", b"{\"a\":"),
        "utf8-invalid" => answer(stream, 500, "", b"\xff\xfe\x00\xc3\x28 text"),
        "header-utf8" => answer(stream, 500, "X-A: \u{e9}\u{202e}##vso[x]\r\n", b"{}"),
        "status-odd" => answer(stream, 999, "", b"{}"),
        "redirect-loop" => answer(stream, 302, &format!("Location: http://{here}/redirect-loop\r\n"), b""),
        "redirect-file" => answer(stream, 302, "Location: file:///etc/passwd\r\n", b""),
        "redirect-metadata" => answer(stream, 302, "Location: http://169.254.169.254/latest/meta-data\r\n", b""),
        "redirect-nonsense" => answer(stream, 302, "Location: http://[::\x7f\r\n", b""),
        "reset" => {
            say(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
            // Resets the connection, which an operating system would otherwise close properly.
            let own = stream.try_clone().unwrap();
            own.set_nonblocking(true).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
            runtime.block_on(async { tokio::net::TcpStream::from_std(own).unwrap().set_zero_linger() }).unwrap();
        }
        text => match TEXTS.iter().find(|(name, _)| *name == text) {
            Some((_, body)) => answer(stream, 500, "X-Odd: ##vso[x] [[ATTACHMENT|/a]] ]]>\r\n", body.as_bytes()),
            None => return false,
        },
    }
    true
}

/// Sends a secret back as a name says: `echo-PLACE-SPELLING`. Returns false if it does not know the name.
fn echo(name: &str, stream: &mut TcpStream, secret: &str, here: &str) -> bool {
    let Some((place, spelling)) = name.strip_prefix("echo-").and_then(|rest| rest.split_once('-')) else {
        return false;
    };
    let Some((_, written)) = spellings(secret).into_iter().find(|(known, _)| *known == spelling) else { return false };
    match place {
        "body" => answer(stream, 500, "", written.as_bytes()),
        "json" => answer(stream, 500, "", format!("{{\"a\":[\"{}\"]}}", written.replace('"', "\\\"")).as_bytes()),
        "header" => answer(stream, 500, &format!("X-Echo: a {written} b\r\n"), b"{}"),
        "location" => answer(stream, 302, &format!("Location: http://{here}/?k={written}\r\n"), b""),
        _ => return false,
    }
    true
}

/// Lists the behaviours that every surface is tested with.
fn behaviours() -> Vec<String> {
    let names = "closed not-http half reset headers-endless header-megabyte header-large body-100mb body-bomb json-deep \
        json-wide json-invalid utf8-invalid header-utf8 status-odd redirect-loop redirect-file redirect-metadata \
        redirect-nonsense";
    names.split_whitespace().chain(TEXTS.iter().map(|(name, _)| *name)).map(str::to_owned).collect()
}

/// Lists all places with the plain spelling, and all spellings in a body.
fn echoes() -> Vec<String> {
    let places = ["json", "header", "location"].map(|place| format!("echo-{place}-raw"));
    let spellings = spellings("x").into_iter().map(|(name, _)| format!("echo-body-{name}"));
    let odd = ["echo-header-base64", "echo-location-percent", "echo-json-hex"].map(str::to_owned);
    places.into_iter().chain(spellings).chain(odd).collect()
}

fn last(asked: &Asked) -> &str {
    asked.path.rsplit('/').next().unwrap_or_default()
}

/// Starts a server on which everything but `PREFIX-fine` misbehaves.
fn hostile(ip: [u8; 4], secret: &'static str) -> std::net::SocketAddr {
    // A lookup contains only the id of an event. How it misbehaves depends on the name of the event, which came before.
    let looks = Mutex::new(HashMap::new());
    serve(ip, move |asked, stream| {
        let (here, event) = (asked.header("host"), asked.header("x-event"));
        if let Some(name) = event.strip_prefix("look.") {
            let body: serde_json::Value = serde_json::from_slice(&asked.body).unwrap();
            looks.lock().unwrap().insert(body["id"].as_str().unwrap().to_owned(), name.to_owned());
            return answer(stream, 204, "", b"");
        }
        let named = looks.lock().unwrap().get(last(asked)).cloned();
        let named = named.or(event.split_once('.').map(|(_, name)| name.to_owned()));
        let name = named.as_deref().unwrap_or(last(asked));
        if !misbehave(name, stream, here) && !echo(name, stream, secret, here) {
            answer(stream, 200, "", br#"{"ok":true,"count":1}"#);
        }
    })
}

#[test]
fn whatever_others_answer_every_unit_has_a_verdict_with_a_reason_and_no_secret_is_shown() {
    let (provider, page) = (hostile([127, 0, 0, 1], KEY), hostile([127, 0, 0, 3], "nothing-secret"));
    let (partner, actor) = (hostile([127, 0, 0, 2], SECRET), hostile([127, 0, 0, 4], TOKEN));
    let (_reserved, nobody) = closed();
    let mut play = Play::new();
    let mut actions = String::new();
    let mut names = Vec::new();
    let expected = "then: [{ response: it, status: 200, body: { $.ok: true } }]";
    let mut all = behaviours();
    all.extend(echoes());
    for name in all.iter().map(String::as_str).chain(["fine", "refused"]) {
        let at = |server: std::net::SocketAddr| if name == "refused" { nobody } else { server };
        let stage = "stage: test\nwhen:";
        if name != "refused" {
            let request = format!("{{ request: GET /{name}, api: main, as: it }}");
            play.check(&format!("provider-{name}"), &format!("{stage} [{request}]\n{expected}"));
            play.event(&format!("handler.{name}"));
            let deliver = format!("{{ deliver: handler.{name}, as: it }}");
            let then = "then: [{ delivery: it, is: accepted }]";
            play.check(&format!("handler-{name}"), &format!("stage: rehearsal\nwhen: [{deliver}]\n{then}"));
            play.event(&format!("look.{name}"));
            let deliver = format!("{{ deliver: look.{name}, as: it }}");
            let then = "assume: [{ effect: it, at_least: 1 }]\nthen: [{ effect: it, exactly: 1 }]";
            play.check(&format!("look-{name}"), &format!("stage: rehearsal\nwhen: [{deliver}]\n{then}"));
            names.extend([format!("provider-{name}"), format!("handler-{name}"), format!("look-{name}")]);
        }
        let action = name.replace('-', "_");
        let then = r#"then: [{ values: "{{ it.reply }}", are: { equals: { ok: true, count: 1 } } }]"#;
        let rest = format!("stage: rehearsal\nwhen: [{{ action: act_{action}, as: it }}]\n{then}");
        play.check(&format!("action-{name}"), &rest);
        let url = format!("http://{}/{name}", at(actor));
        let headers = "headers: { Authorization: \"Bearer ${TOKEN}\" }";
        writeln!(
            actions,
            "    act_{action}: {{ request: \"POST {url}\", {headers}, json: {{}}, capture: {{ x: $.a }} }}"
        )
        .unwrap();
        names.push(format!("action-{name}"));
        if name.starts_with("echo-") {
            // Pages are requested without a secret, so they have none to send back.
            continue;
        }
        let request = format!("{{ request: \"GET http://{}/{name}\", follow: true, as: it }}", at(page));
        play.check(&format!("page-{name}"), &format!("{stage} [{request}]\n{expected}"));
        names.push(format!("page-{name}"));
    }
    let profile = format!(
        "environments: {{ test: {{ api_key: \"${{KEY}}\" }} }}\nrehearsal:\n  webhook: {{ url: \"http://{partner}/hook\", secret: \"${{SECRET}}\" }}\n  \
         timing: {{ reacts_within: 100ms }}\n  lookups: {{ processed: {{ request: \"GET http://{partner}/look/{{{{ event_id }}}}\", count: $.count }} }}\n  actions:\n{actions}"
    );
    let mut program = play.program(Some(provider), &profile);
    let ran = run(&play, program.env("KEY", KEY).env("SECRET", SECRET).env("TOKEN", TOKEN));
    assert_eq!(ran.code, Some(1), "{}", ran.console);
    for name in &names {
        let unit = ran.unit(name);
        if name.ends_with("-fine") {
            assert_eq!(unit["verdict"], "pass", "{name}: {unit}");
            continue;
        }
        assert!(["fail", "inconclusive"].contains(&unit["verdict"].as_str().unwrap()), "{name}: {unit}");
        assert!(!ran.reason(name).is_empty() && unit["responsible"].is_string(), "{name}: {unit}");
    }
    // It is the handler's failure if it does anything to a genuine event but accept it.
    for name in names.iter().filter(|name| name.starts_with("handler-") && !name.ends_with("-fine")) {
        assert_eq!(ran.unit(name)["verdict"], "fail", "{name}: {}", ran.unit(name));
    }
    for (name, words) in [
        ("handler-redirect-file", "302, a redirect to file:///etc/passwd"),
        ("handler-not-http", "no valid and complete response"),
        ("handler-text-cdata", "500 ]]"),
        ("page-refused", "refuses connections"),
        ("action-refused", "refuses connections"),
        ("handler-body-100mb", "larger than 1048576 bytes"),
        ("page-redirect-loop", "more than 5 redirects"),
        ("page-redirect-metadata", "169.254.169.254"),
    ] {
        assert!(ran.unit(name).to_string().contains(words), "{name}: {}", ran.unit(name));
    }
    ran.keeps(&[KEY, SECRET, TOKEN]);
    assert!(ran.peak_mib < 250, "{} MiB", ran.peak_mib);
    assert!(ran.took < Duration::from_secs(40), "{:?}", ran.took);
    println!("{} units, {} MiB, {:?}", names.len(), ran.peak_mib, ran.took);
}
