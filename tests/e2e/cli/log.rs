//! The log of a run: what it did and decided, in the order in which it happened.

use crate::support::program::Desk;

#[test]
fn verdicts_are_shown_with_v_and_calls_are_in_the_file() {
    let desk = Desk::new();
    let ended = desk.run("demo --only errors.server-error -v --log out/run.log").with(0);
    let log = desk.read("out/run.log");
    for words in [
        "phase: one by one, number of checks: 1",
        "started the partner's build: ",
        "errors.server-error@rehearsal pass",
    ] {
        assert!(ended.err.contains(words), "standard error lacks `{words}`:\n{}", ended.err);
        assert!(log.contains(words), "the file lacks `{words}`:\n{log}");
    }
    for words in ["sent POST http://127.0.0.1:", "the partner called POST /cases of the API ", "step: action"] {
        assert!(!ended.err.contains(words), "`-v` shows calls:\n{}", ended.err);
        assert!(log.contains(words), "the file lacks `{words}`:\n{log}");
    }
    let begins = log.find("check{id=errors.server-error@rehearsal}: begins").expect(&log);
    let verdict = log.find("errors.server-error@rehearsal pass").expect(&log);
    assert!(begins < verdict, "{log}");
    assert!(!ended.out.contains("sent POST"), "the report stays as it is: {}", ended.out);
}

#[test]
fn without_the_options_nothing_is_logged() {
    let desk = Desk::new();
    let ended = desk.run("demo --only prerequisites.branding-legible").with(0);
    assert_eq!(ended.err, "");
}

#[test]
fn a_log_that_cannot_be_written_is_told() {
    let desk = Desk::new();
    desk.run("demo --only prerequisites.* --json out/a --log out/a")
        .with(2)
        .says("--json out/a and --log out/a are the same file");
    desk.run("demo --only prerequisites.* --log /dev/full").with(3).says("/dev/full: the log is incomplete");
    desk.write("taken", "");
    desk.run("demo --only prerequisites.* --log taken/run.log").with(2).says("taken/run.log");
}
