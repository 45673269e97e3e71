//! Another process that answers in place of the partner's build is not mistaken for it.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};

use super::build::{accepting, rehearsal};
use crate::support::play::{Play, Ran, answer, closed, run, serve};
use crate::support::program::preflight;

/// Runs a build that is a line of shell, with a readiness page at another address.
fn build(play: &mut Play, line: &str, ready: SocketAddr) -> Ran {
    play.delivers("one");
    let profile = rehearsal(play, line, accepting(play), ready, "600ms");
    let mut program = play.program(None, &profile);
    run(play, &mut program)
}

/// Asserts that the check is inconclusive, that the partner must act, and that the reason contains some words. The
/// handler, which accepts everything, received no delivery.
fn inconclusive(what: &str, ran: &Ran, words: &[&str]) {
    let unit = ran.unit("one");
    assert_eq!(
        (ran.code, &unit["verdict"], &unit["responsible"]),
        (Some(3), &"inconclusive".into(), &"partner".into()),
        "{what}"
    );
    for words in words {
        assert!(ran.reason("one").contains(words), "{what}: {words}: {}", ran.reason("one"));
    }
    assert_eq!(ran.complaints, "", "{what}");
    assert_eq!(unit["evidence"].as_array().map(Vec::len), Some(0), "{what}: {unit}");
}

#[test]
fn who_answers_before_the_build_is_started_is_named_with_the_port() {
    let stranger = serve([127, 0, 0, 2], |_, stream| answer(stream, 200, "", b""));
    let port = format!("port {} is taken", stranger.port());
    let mut play = Play::new();
    inconclusive("at once", &build(&mut play, "sleep 600", stranger), &[&port, "before the build starts"]);
    assert!(!play.path("up").exists(), "the build was started all the same");
}

#[test]
fn a_build_that_ends_while_somebody_answers_is_not_the_one_that_answers() {
    for (what, line) in
        [("it ends", "echo the port is in use; exit 3"), ("it goes to the background", "sleep 600 & exit 0")]
    {
        let mut play = Play::new();
        let ready = accepting(&play);
        let port = format!("uses port {}", ready.port());
        inconclusive(what, &build(&mut play, line, ready), &["the build ended (exit status:", "still answers", &port]);
    }
}

/// Its page still answers after it was ended: it started another process that nobody can end.
#[test]
fn a_restart_finds_what_the_old_build_left_behind() {
    let mut play = Play::new();
    let handler = accepting(&play);
    let rest = "stage: rehearsal\nisolation: restarts\nwhen: [{ action: restart }, { deliver: \"one\", as: it }]\n\
                then: [{ delivery: it, is: accepted }]";
    play.event("one");
    play.check("one", rest);
    let profile = rehearsal(&play, "exec sleep 600", handler, handler, "5s");
    let mut program = play.program(None, &profile);
    let ran = run(&play, &mut program);
    let reason = ran.reason("one");
    assert_eq!(ran.unit("one")["verdict"], "inconclusive", "{}", ran.console);
    assert!(
        reason.contains("the build did not restart") && reason.contains(&format!("port {}", handler.port())),
        "{reason}"
    );
}

#[test]
fn a_page_that_is_not_ready_says_in_its_own_words_why() {
    let page = |status| serve([127, 0, 0, 2], move |_, stream| answer(stream, status, "", b""));
    let silent = TcpListener::bind("127.0.0.2:0").unwrap();
    let babbles = serve([127, 0, 0, 2], |_, stream| drop(stream.write_all(b"220 mail.example at your service\r\n")));
    let (_reserved, nobody) = closed();
    let table = [
        ("not there", page(404), "it answered 404"),
        ("broken", page(500), "it answered 500"),
        ("nobody", nobody, "refuses connections"),
        ("no answer", silent.local_addr().unwrap(), "accepts the connection, but nothing answers within 2s"),
        ("another protocol", babbles, "does not answer in HTTP"),
    ];
    for (what, ready, words) in table {
        let port = format!(":{}", ready.port());
        inconclusive(
            what,
            &build(&mut Play::new(), "sleep 600", ready),
            &["did not answer with a status below 400 within 600ms", &port, words],
        );
    }
}

#[test]
fn a_port_of_the_simulator_that_somebody_has_is_named_with_its_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let text = format!(
        "partner: P\nprovider: debitura\nrehearsal:\n  simulator: {{ ports: {{ customer: {port} }} }}\n  webhook: {{ url: \
         \"http://127.0.0.1:9/hooks\", secret: \"dGhpc2lzYWJhc2U2NGVuY29kZWRzZWNyZXQ=\" }}\n"
    );
    let play = Play::new();
    std::fs::write(play.path("profile.yaml"), text).unwrap();
    let mut program = preflight();
    program
        .arg("run")
        .arg("--profile")
        .arg(play.path("profile.yaml"))
        .args(["--only", "webhooks.accepts-genuine@rehearsal"]);
    for (option, name) in [("--junit", "out.xml"), ("--json", "out.json")] {
        program.arg(option).arg(play.path(name));
    }
    let ran = run(&play, &mut program);
    let row = ran.json["checks"].as_array().unwrap().iter().find(|row| row["verdict"] != "skipped").unwrap();
    let port = format!("port {port}");
    for words in [port.as_str(), "rehearsal.simulator.ports.customer", "end the process that uses it"] {
        assert!(row["reason"].to_string().contains(words), "{words}: {row}");
    }
    assert_eq!((ran.code, &row["responsible"]), (Some(3), &"partner".into()));
}
