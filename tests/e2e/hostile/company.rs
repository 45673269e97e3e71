//! Concurrent runs, concurrent checks, and the time limit of a run.

use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::play::{Asked, Play, answer, finish, run, serve, start};

fn rehearsal(handler: std::net::SocketAddr) -> String {
    format!(
        "rehearsal: {{ webhook: {{ url: \"http://{handler}/hook\", secret: c2VjcmV0IG9mIHRoaXMgcmVoZWFyc2Fs }}, timing: {{ reacts_within: 50ms }} }}"
    )
}

#[test]
fn a_handler_that_fails_only_in_company_passes_with_a_remark() {
    let inside = Arc::new(AtomicUsize::new(0));
    let handler = serve([127, 0, 0, 2], move |_: &Asked, stream: &mut TcpStream| {
        let others = inside.fetch_add(1, Ordering::SeqCst);
        // Long enough for the deliveries of concurrent checks to overlap.
        std::thread::sleep(Duration::from_millis(100));
        inside.fetch_sub(1, Ordering::SeqCst);
        answer(stream, if others == 0 { 204 } else { 503 }, "", b"");
    });
    let mut play = Play::new();
    for name in ["one", "two", "three"] {
        play.delivers(name);
    }
    let mut program = play.program(None, &rehearsal(handler));
    let ran = run(&play, &mut program);
    assert_eq!(ran.code, Some(0), "{}", ran.console);
    let remarked = |name: &&str| ran.unit(name)["remarks"].to_string().contains("when retried in isolation");
    let count = ["one", "two", "three"].iter().filter(|name| remarked(name)).count();
    assert!(count >= 1, "{}", ran.console);
    assert!(ran.junit.contains("retried in isolation"), "the remark is in every report");
}

#[test]
fn run_within_ends_a_long_run_with_a_report_of_what_is_known() {
    let provider = serve([127, 0, 0, 1], |asked, stream| {
        if asked.path == "/slow" {
            // One byte per second would use up the 30 seconds that the provider has.
            while std::io::Write::write_all(stream, b"H").is_ok() {
                std::thread::sleep(Duration::from_secs(1));
            }
        }
        answer(stream, 200, "", b"{}");
    });
    let mut play = Play::new();
    for name in ["slow", "quick"] {
        let request = format!("{{ request: GET /{name}, api: main, as: it }}");
        play.check(name, &format!("stage: test\nwhen: [{request}]\nthen: [{{ response: it, status: 200 }}]"));
    }
    let mut program = play.program(Some(provider), "run_within: 1s\nenvironments: { test: { api_key: some-key-1 } }");
    let ran = run(&play, &mut program);
    assert_eq!((ran.code, &ran.unit("quick")["verdict"]), (Some(3), &"pass".into()), "{}", ran.console);
    assert!(ran.reason("slow").contains("run_within"), "{}", ran.reason("slow"));
    assert!(ran.took >= Duration::from_secs(1) && ran.took < Duration::from_secs(5), "{:?}", ran.took);
}

#[test]
fn two_runs_at_the_same_time_do_not_disturb_each_other() {
    let plays = [204, 500].map(|status| {
        let handler = serve([127, 0, 0, 2], move |_, stream| answer(stream, status, "", b""));
        let mut play = Play::new();
        (0..8).for_each(|at| play.delivers(&format!("event-{at}")));
        let mut program = play.program(None, &rehearsal(handler));
        let child = start(&mut program);
        (play, child)
    });
    let [fine, bad] = plays.map(|(play, child)| finish(play.folder.path(), child));
    assert_eq!((fine.code, bad.code), (Some(0), Some(1)), "{}{}", fine.console, bad.console);
}

#[test]
fn ages_that_no_calendar_can_hold_are_wrong_input() {
    let mut play = Play::new();
    for (name, age) in [("past", "9300000000000000000s"), ("future", "-9300000000000000000s"), ("far", "365001d")] {
        let deliver = format!("{{ deliver: unused, with: {{ age: {age} }}, as: it }}");
        play.check(name, &format!("stage: rehearsal\nwhen: [{deliver}]\nthen: [{{ delivery: it, is: accepted }}]"));
    }
    let problems = play.problems();
    for name in ["past", "future", "far"] {
        assert!(problems.contains(&format!("{name}.yaml:8")), "{problems}");
    }
}
