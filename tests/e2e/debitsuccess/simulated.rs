//! `preflight simulate` for a provider without an API: it sends the events that are typed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;

use nix::sys::signal::Signal;

use crate::support::program::Desk;

/// Receives one delivery and answers it with a status. Returns the delivery as text.
fn received(listener: &TcpListener, status: &str) -> String {
    let (mut stream, _) = listener.accept().unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut text, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(number) = line.to_lowercase().strip_prefix("content-length: ") {
            length = number.trim().parse().unwrap();
        }
        text.push_str(&line);
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    answer(&mut stream, status);
    text + &String::from_utf8(body).unwrap()
}

fn answer(stream: &mut TcpStream, status: &str) {
    write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
}

#[test]
fn an_event_that_is_typed_is_delivered_at_once_with_the_token_that_was_printed() {
    let (desk, listener) = (Desk::new(), TcpListener::bind("127.0.0.1:0").unwrap());
    let url = format!("http://{}/hooks", listener.local_addr().unwrap());
    let mut command = desk.command(&format!("simulate debitsuccess --webhook {url}"));
    let mut running = Desk::start(command.stdin(Stdio::piped()));
    let mut lines = BufReader::new(running.child().stdout.take().unwrap()).lines().map(Result::unwrap);
    let told: Vec<String> = lines.by_ref().take_while(|line| !line.contains("Press Ctrl-C to stop")).collect();
    let secret = told.iter().find_map(|line| line.trim().strip_prefix("secret ")).unwrap().trim().to_owned();
    for words in [
        "It has no API.",
        "X-Token: {{ secret }}",
        "Realtime.Account.Payment.Declined",
        "Only the status 200",
        "180 s, 180 s, 180 s",
    ] {
        assert!(told.iter().any(|line| line.contains(words)), "{words}: {told:#?}");
    }
    let mut input = running.child().stdin.take().unwrap();
    writeln!(input, "Customer.Schedule.Suspension.Added").unwrap();
    let got = received(&listener, "200 OK");
    assert!(got.starts_with("POST /hooks"), "{got}");
    for name in ["X-Token: ", "X-EventName: ", "X-TraceId: ", "Content-Type: "] {
        assert!(got.contains(name), "{name}: {got}");
    }
    for words in [&format!("x-token: {secret}"), "x-eventname: Customer.Schedule.Suspension.Added", "\"FacilityNo\""] {
        assert!(got.to_lowercase().contains(&words.to_lowercase()), "{words}: {got}");
    }
    let said = lines.next().unwrap();
    assert!(said.starts_with("delivered customer.Schedule.Suspension.Added") && said.contains(": 200"), "{said}");
    writeln!(input, "Realtime.Account.Payment.Decline").unwrap();
    writeln!(input, "Realtime.Account.Payment.Declined").unwrap();
    received(&listener, "204 No Content");
    assert!(lines.next().unwrap().contains(": 204"));
    running.signal(Signal::SIGINT);
    let ended = running.ended().with(0);
    assert!(ended.err.contains("did you mean `Realtime.Account.Payment.Declined`?"), "{}", ended.err);
}

#[test]
fn a_provider_with_an_api_sends_what_is_typed_too() {
    let (desk, listener) = (Desk::new(), TcpListener::bind("127.0.0.1:0").unwrap());
    let url = format!("http://{}/hooks", listener.local_addr().unwrap());
    let mut command = desk.command(&format!("simulate debitura --webhook {url}"));
    let mut running = Desk::start(command.stdin(Stdio::piped()));
    let mut lines = BufReader::new(running.child().stdout.take().unwrap()).lines().map(Result::unwrap);
    let told: Vec<String> = lines.by_ref().take_while(|line| !line.contains("Press Ctrl-C to stop")).collect();
    for words in ["referral ", "key ", "secret ", "client.linked"] {
        assert!(told.iter().any(|line| line.trim().starts_with(words)), "{words}: {told:#?}");
    }
    let mut input = running.child().stdin.take().unwrap();
    writeln!(input, "client.linked").unwrap();
    let got = received(&listener, "202 Accepted").to_lowercase();
    assert!(got.contains("x-debitura-signature: t=") && got.contains("\"event\":\"client.linked\""), "{got}");
    assert!(lines.next().unwrap().contains("delivered client.linked"));
    running.signal(Signal::SIGINT);
    running.ended().with(0);
}

#[test]
fn without_a_handler_there_is_nothing_to_play() {
    let ended = Desk::new().run("simulate debitsuccess").with(2);
    assert!(ended.err.contains("has no API to simulate") && ended.err.contains("--webhook URL"), "{}", ended.err);
}
