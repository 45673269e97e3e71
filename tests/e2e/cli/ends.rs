//! The exit codes, each shown by a run that ends with it.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::program::{Desk, with_verdict};
use crate::support::waiting::{line, until};

#[test]
fn the_demo_is_ready() {
    let desk = Desk::new();
    let ended = desk.run("demo --json out.json").with(0);
    assert!(ended.err.is_empty(), "{}", ended.err);
    let report = desk.json("out.json");
    assert_eq!(report["readiness"], "ready");
    assert!(ended.out.contains("READY"), "{}", ended.out);
    for row in report["checks"].as_array().unwrap() {
        assert!(ended.out.contains(row["id"].as_str().unwrap()), "{} is not on the console", row["id"]);
    }
}

#[test]
fn a_defect_of_a_required_check_is_not_ready_and_names_the_check() {
    let desk = Desk::new();
    let ended = desk.run("demo --defect same-key-everywhere --json out.json").with(1);
    let report = desk.json("out.json");
    assert_eq!(report["readiness"], "not_ready");
    assert_eq!(with_verdict(&report, "fail"), ["readiness.production-key"]);
    assert!(ended.out.contains("FAIL  readiness.production-key"), "{}", ended.out);
}

#[test]
fn a_defect_of_a_recommended_check_is_a_risk_and_a_failure_when_strict() {
    let desk = Desk::new();
    for (strict, code) in [("", 0), ("--strict", 1)] {
        desk.run(&format!("demo --defect pale-font --json out.json --junit out.xml {strict}")).with(code);
        let report = desk.json("out.json");
        assert_eq!(report["readiness"], "ready_with_risks", "readiness is a rule, whatever the exit code");
        assert_eq!(with_verdict(&report, "fail"), ["prerequisites.branding-legible"]);
        assert_eq!(desk.read("out.xml").contains("<failure"), code == 1, "JUnit and exit code agree");
    }
}

#[test]
fn wrong_input_says_what_and_where_and_writes_no_report() {
    let profile = "partner: Acme\nprovider: debitura\nrehersal: {}\n";
    let faults = [
        ("run --profile none.yaml", "none.yaml: cannot be read"),
        ("run --profile wrong.yaml", "wrong.yaml:3:1"),
        ("run --profile wrong.yaml --checks nowhere", "nowhere: cannot be read"),
        ("run", "--profile <FILE>"),
        ("run --profile wrong.yaml --jobs 0", "0 is not in 1..=256"),
        ("demo --only [", "`[` is not a pattern"),
        ("lint nowhere", "nowhere: cannot be read"),
        ("partner", "PORT"),
    ];
    for (arguments, said) in faults {
        let desk = Desk::new();
        desk.write("wrong.yaml", profile);
        let reports =
            if arguments.starts_with("run") || arguments.starts_with("demo") { "--junit out.xml" } else { "" };
        let ended = desk.run(&format!("{arguments} {reports}")).with(2);
        assert!(ended.err.contains(said), "{arguments}: {}", ended.err);
        assert!(ended.out.is_empty(), "{arguments}: {}", ended.out);
        assert_eq!(desk.names(), ["wrong.yaml"], "{arguments}");
    }
}

#[test]
fn a_profile_that_gives_nothing_is_inconclusive_and_told_what_to_add() {
    let desk = Desk::new();
    desk.write(
        "profile.yaml",
        "partner: Acme\nprovider: debitura\nenvironments:\n  test: { api_key: \"${ACME_KEY}\" }\n",
    );
    let ended = desk.run("run --profile profile.yaml --json out.json --junit out.xml").with(3);
    let report = desk.json("out.json");
    assert_eq!(report["readiness"], "inconclusive");
    assert_eq!(report["summary"]["pass"], 0, "silence is never a pass");
    assert_eq!(with_verdict(&report, "fail"), [""; 0]);
    for said in
        ["set ACME_KEY, profile.yaml:4", "add `environments.production.api_key` to profile.yaml", "INCONCLUSIVE"]
    {
        assert!(ended.out.contains(said), "{said}: {}", ended.out);
    }
    assert!(desk.read("out.xml").contains("<error"), "a required unit that is inconclusive is an error to pipelines");
}

/// A profile whose build never becomes ready, so that the run waits until somebody interrupts it.
pub(crate) const WAITS: &str = "partner: Acme
provider: debitura
rehearsal:
  start: { command: [sh, -c, 'echo $$ > build.pid; exec sleep 600'], ready: \"http://127.0.0.1:9/health\", within: 10m }
  webhook: { url: \"http://127.0.0.1:9/hooks\" }
";

#[test]
fn an_interrupted_run_still_reports_what_is_known_and_ends_the_build() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let desk = Desk::new();
        desk.write("profile.yaml", WAITS);
        let mut running = Desk::start(
            &mut desk.command("run --profile profile.yaml --junit out.xml --json out.json --markdown out.md"),
        );
        let build = until("the build", || line(&desk.path("build.pid")));
        running.signal(signal);
        let ended = running.ended().with(130);
        let report = desk.json("out.json");
        assert_eq!(report["interrupted"], true);
        assert_eq!(
            report["summary"]["planned"],
            report["checks"].as_array().unwrap().len(),
            "every unit is accounted for"
        );
        assert!(ended.out.contains("the run was interrupted"), "{}", ended.out);
        let junit = desk.read("out.xml");
        let parsed = roxmltree::Document::parse(&junit).unwrap();
        assert!(parsed.descendants().filter(|node| node.has_tag_name("testcase")).count() > 20, "{junit}");
        assert!(desk.read("out.md").contains("interrupted"));
        let build = Pid::from_raw(build.parse().unwrap());
        until("the end of the build", || kill(build, None).is_err().then_some(()));
    }
}

/// A program that was started with `nohup` must outlive the terminal.
#[test]
fn a_hang_up_that_is_ignored_stays_ignored() {
    let desk = Desk::new();
    desk.write("profile.yaml", WAITS);
    let program = desk.command("").get_program().to_owned();
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$0\" run --profile profile.yaml --json out.json"]).arg(program);
    command.current_dir(desk.path("")).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut running = Desk::start(&mut command);
    until("the build", || line(&desk.path("build.pid")));
    running.signal(Signal::SIGHUP);
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(running.child().try_wait().unwrap().is_none(), "it goes on");
    running.signal(Signal::SIGTERM);
    running.ended().with(130);
    assert_eq!(desk.json("out.json")["interrupted"], true);
}

#[test]
fn who_is_told_twice_does_not_wait_for_a_build_that_will_not_end() {
    let desk = Desk::new();
    let stubborn = "echo $$ > build.pid; trap \"\" TERM; while :; do sleep 1; done";
    desk.write("profile.yaml", &WAITS.replace("echo $$ > build.pid; exec sleep 600", stubborn));
    let mut running = Desk::start(&mut desk.command("run --profile profile.yaml --json out.json"));
    let build = until("the build", || line(&desk.path("build.pid")));
    running.signal(Signal::SIGTERM);
    running.signal(Signal::SIGTERM);
    running.ended().with(130);
    let build = Pid::from_raw(build.parse().unwrap());
    until("the end of the build", || kill(build, None).is_err().then_some(()));
}

/// Lists the temporary folders in a folder of the desk.
fn temporary(desk: &Desk) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(desk.path("tmp")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// Starts the program with its own folder for temporary files, and waits until one is there.
fn with_temporary(desk: &Desk, arguments: &str) -> crate::support::program::Running {
    std::fs::create_dir_all(desk.path("tmp")).unwrap();
    let running = Desk::start(desk.command(arguments).env("TMPDIR", desk.path("tmp")));
    until("a temporary folder", || {
        temporary(desk).iter().any(|folder| folder.join(".preflight-lock").exists()).then_some(())
    });
    running
}

#[test]
fn whatever_a_run_is_told_to_end_by_nothing_stays_in_the_temporary_folder() {
    for arguments in
        ["demo --json out.json", "test debitura --only pale-font", "explain debitura:webhooks.accepts-genuine"]
    {
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
            let desk = Desk::new();
            let mut running = with_temporary(&desk, arguments);
            running.signal(signal);
            running.ended().with(130);
            assert_eq!(temporary(&desk), [""; 0].map(std::path::PathBuf::from), "{arguments} {signal}");
            assert_eq!(desk.path("out.json").exists(), arguments.starts_with("demo"), "{arguments} {signal}");
        }
    }
}

#[test]
fn what_a_killed_run_has_left_goes_with_the_next_one() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let mut killed = with_temporary(&desk, "demo");
    let left = temporary(&desk).remove(0);
    assert_eq!(left.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    killed.signal(Signal::SIGKILL);
    assert_eq!(killed.child().wait().unwrap().code(), None);
    assert!(left.join(".preflight-lock").exists());
    let mut next = with_temporary(&desk, "demo --stage static");
    next.child().wait().unwrap();
    assert!(!left.exists() && temporary(&desk).is_empty(), "{:?}", temporary(&desk));
}

#[test]
fn a_report_that_cannot_be_written_is_wrong_input_before_anything_runs() {
    for path in ["file/out.xml", "."] {
        let desk = Desk::new();
        desk.write("file", "x");
        let ended = desk.run(&format!("demo --stage static --junit {path} --json out.json")).with(2);
        assert!(ended.err.contains(&format!("cannot write the report to {path}")), "{}", ended.err);
        assert!(ended.err.contains("name a file in a writable folder"), "{}", ended.err);
        assert_eq!((ended.out.as_str(), desk.names()), ("", vec!["file".to_owned()]), "nothing was run");
    }
}
