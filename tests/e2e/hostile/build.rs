//! Builds that misbehave as processes.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::play::{Play, Ran, answer, closed, finish, run, serve, start};
use crate::support::waiting::{gone, noted, until};
use crate::support::{copy, free_port, root};

const PASSED: &str = "passed-variable-value";
const PLANTED: &str = "planted-variable-value";

/// Starts a handler that accepts everything. Its page says that the build is ready once the build was started.
pub(crate) fn accepting(play: &Play) -> SocketAddr {
    let up = play.path("up");
    serve([127, 0, 0, 2], move |asked, stream| {
        let status = if asked.path != "/" || up.exists() { 200 } else { 503 };
        answer(stream, status, "", br#"{"count":1}"#);
    })
}

/// Returns a rehearsal whose build is a line of shell. `{folder}` in the line stands for the profile's folder.
pub(crate) fn rehearsal(play: &Play, line: &str, handler: SocketAddr, ready: SocketAddr, within: &str) -> String {
    let line = format!("echo > {{folder}}/up\n{line}").replace("{folder}", &play.folder.path().display().to_string());
    std::fs::write(play.path("build.sh"), line).unwrap();
    format!(
        "rehearsal:\n  start: {{ command: [sh, build.sh], ready: \"http://{ready}/\", within: {within} }}\n  pass_env: [PASSED]\n  \
         env: {{ ISSUED: \"{{{{ simulator.webhook_secret }}}}\" }}\n  webhook: {{ url: \"http://{handler}/hook\" }}\n"
    )
}

fn build(line: &str, ready: SocketAddr, within: &str) -> Ran {
    let mut play = Play::new();
    play.delivers("one");
    let profile = rehearsal(&play, line, accepting(&play), ready, within);
    let mut program = play.program(None, &profile);
    run(&play, program.env("PASSED", PASSED).env("PLANTED", PLANTED))
}

#[test]
fn a_build_that_does_not_start_is_inconclusive_with_what_it_said() {
    let (_reserved, nobody) = closed();
    let table = [
        ("it ends at once", "echo on its way; echo \"key $ISSUED\" >&2; exit 3", "exit status: 3", "on its way"),
        ("it is never ready", "echo still waiting; exec sleep 60", "within 1s", "still waiting"),
        ("it is killed", "echo before; kill -9 $$", "signal: 9", "before"),
        (
            "it says something hostile",
            "printf '\\033[2J##vso[task.complete]\\n]]>\\n::error::x\\n'; exit 1",
            "exit status: 1",
            "task.complete",
        ),
    ];
    for (what, line, exit, words) in table {
        let ran = build(line, nobody, if exit == "within 1s" { "1s" } else { "30s" });
        let reason = ran.reason("one");
        assert_eq!((ran.code, &ran.unit("one")["responsible"]), (Some(3), &"partner".into()), "{what}: {reason}");
        assert!(reason.contains(exit) && reason.contains(words), "{what}: {reason}");
        assert!(ran.took < Duration::from_secs(10), "{what}: {:?}", ran.took);
    }
    let secret = build("echo key $ISSUED; exit 3", nobody, "30s");
    assert!(secret.reason("one").contains("key <rehearsal.webhook_secret>"), "{}", secret.reason("one"));
}

#[test]
fn the_words_of_a_crash_stand_beside_it() {
    let mut play = Play::new();
    play.delivers("one");
    let (pipe, up) = (play.path("pipe"), play.path("up"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // The build prints what its handler writes into the pipe.
    let handler = serve([127, 0, 0, 2], move |asked, stream| {
        if asked.method == "POST" {
            std::fs::write(&pipe, "Traceback (most recent call last):\nKeyError: 'closingCode'\n").unwrap();
            return answer(stream, 500, "", b"<h1>Internal Server Error</h1>");
        }
        answer(stream, if up.exists() { 200 } else { 503 }, "", br#"{"count":1}"#);
    });
    let profile = rehearsal(&play, "while true; do cat {folder}/pipe; done", handler, handler, "30s");
    let mut program = play.program(None, &profile);
    let ran = run(&play, &mut program);
    let unit = ran.unit("one");
    assert_eq!((ran.code, &unit["verdict"]), (Some(1), &"fail".into()), "{unit}");
    let because = unit["because"].as_str().unwrap();
    assert!(
        because.contains("the build wrote at that moment") && because.contains("KeyError: 'closingCode'"),
        "{unit}"
    );
    assert!(unit["observed"].as_str().unwrap().contains("one: 500 Internal Server Error"), "{unit}");
    assert!(unit["fix"].as_str().unwrap().contains("Find the error in the handler's log"), "{unit}");
}

#[test]
fn a_program_that_cannot_be_started_is_named() {
    let mut play = Play::new();
    let program = play.folder.path().join("no-interpreter");
    std::fs::write(&program, "#!/nowhere/interpreter\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    play.delivers("one");
    let (_reserved, nobody) = closed();
    let profile = rehearsal(&play, "", accepting(&play), nobody, "1s").replace("[sh, build.sh]", "[./no-interpreter]");
    let mut program = play.program(None, &profile);
    let ran = run(&play, &mut program);
    assert!(
        ran.reason("one").contains("`./no-interpreter`, the first word of `rehearsal.start.command`, cannot start"),
        "{}",
        ran.reason("one")
    );
    assert_eq!(ran.unit("one")["responsible"], "partner");
}

#[test]
fn a_build_sees_nothing_of_our_environment_but_what_is_passed() {
    let (_reserved, nobody) = closed();
    let ran = build("env", nobody, "30s");
    let reason = ran.reason("one");
    assert!(reason.contains("PASSED=<variable.passed>") && reason.contains("PATH="), "{reason}");
    assert!(!reason.contains("PLANTED") && !ran.console.contains(PLANTED), "{reason}");
}

#[test]
fn a_build_that_writes_without_end_and_without_lines_costs_no_memory() {
    let flood = "head -c 60000000 /dev/zero; head -c 60000000 /dev/zero >&2; echo; echo done; exit 3";
    let (_reserved, nobody) = closed();
    let mut play = Play::new();
    play.delivers("one");
    let profile = rehearsal(&play, flood, accepting(&play), nobody, "30s");
    let mut program = play.program(None, &profile);
    let ran = run(&play, &mut program);
    assert!(ran.reason("one").contains("done"), "{}", ran.reason("one"));
    assert!(ran.peak_mib < 60, "{} MiB", ran.peak_mib);
}

#[test]
fn a_build_that_does_not_want_to_end_is_ended_with_all_that_it_started() {
    let mut play = Play::new();
    let handler = accepting(&play);
    play.delivers("one");
    let line = "trap '' TERM\nsleep 600 &\necho $! > {folder}/child\necho $$ > {folder}/own\nwhile :; do sleep 1; done";
    let profile = rehearsal(&play, line, handler, handler, "5s");
    let mut program = play.program(None, &profile);
    let ran = run(&play, &mut program);
    for name in ["own", "child"] {
        gone(until(name, || noted(play.folder.path(), name)));
    }
    // The build has two seconds to end by itself.
    assert!(ran.took < Duration::from_secs(8), "{:?}", ran.took);
}

#[test]
fn an_interruption_ends_the_build_and_still_reports() {
    let (_reserved, nobody) = closed();
    let mut play = Play::new();
    play.delivers("one");
    let line = "echo $$ > {folder}/own; exec sleep 600";
    let profile = rehearsal(&play, line, accepting(&play), nobody, "60s");
    let child = start(&mut play.program(None, &profile));
    let own = until("the build does not start", || noted(play.folder.path(), "own"));
    kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGINT).unwrap();
    let ran = finish(play.folder.path(), child);
    assert_eq!(ran.code, Some(130), "{}", ran.console);
    assert!(ran.reason("one").contains("interrupted"), "{}", ran.reason("one"));
    gone(own);
}

#[test]
fn a_build_that_dies_during_the_run_is_told_with_its_last_words() {
    let mut play = Play::new();
    let flag = play.path("die");
    let (written, up) = (flag.clone(), play.path("up"));
    // The build ends after the first delivery.
    let handler = serve([127, 0, 0, 2], move |asked, stream| {
        if asked.method == "POST" {
            std::fs::write(&written, "").unwrap();
            std::thread::sleep(Duration::from_millis(200));
            return;
        }
        answer(stream, if up.exists() { 200 } else { 503 }, "", b"");
    });
    play.delivers("one");
    let line = format!("while ! [ -e {} ]; do sleep 0.02; done; echo out of $ISSUED memory; exit 7", flag.display());
    let profile = rehearsal(&play, &line, handler, handler, "5s");
    let mut program = play.program(None, &profile);
    let ran = run(&play, &mut program);
    assert_ne!(ran.unit("one")["verdict"], "pass", "{}", ran.console);
    let remarks = ran.json["remarks"].to_string();
    assert!(
        remarks.contains("exit status: 7") && remarks.contains("out of <rehearsal.webhook_secret> memory"),
        "{remarks}"
    );
}

#[test]
fn data_survives_a_restart_of_a_real_build() {
    let play = Play::new();
    copy(&root().join("fixtures/debitura"), &play.path("fixtures/debitura"));
    std::fs::create_dir_all(play.path("checks/debitura/webhooks")).unwrap();
    std::fs::copy(root().join("checks/debitura/provider.yaml"), play.path("checks/debitura/provider.yaml")).unwrap();
    let check = "id: webhooks.restart\ntitle: Remembers across a restart\nitems: [webhooks.idempotency]\n\
        stage: rehearsal\nisolation: restarts\ndocs: https://docs.example/x\nwhy: w\nfix: f\n\
        when:\n  - { deliver: client.linked, as: first }\n  - { action: restart }\n  - { deliver: { again: first }, as: second }\n\
        assume: [{ effect: first, at_least: 1 }]\nthen:\n  - { delivery: [first, second], is: accepted }\n  - { effect: first, exactly: 1 }\n";
    std::fs::write(play.path("checks/debitura/webhooks/restart.yaml"), check).unwrap();
    let sample = std::fs::read_to_string(root().join("fixtures/debitura/sample/profile.yaml")).unwrap();
    let from = sample.find("\nrehearsal:").unwrap();
    let rehearsal = &sample[from..sample.find("\nconnect_to:").unwrap()];
    let port = free_port();
    let mut program = play.with_pack("debitura", rehearsal);
    let ran = run(&play, program.env("ACME_PORT", port.to_string()));
    let unit = &ran.json["checks"][0];
    assert_eq!((&unit["id"], &unit["verdict"]), (&"webhooks.restart".into(), &"pass".into()), "{}", ran.console);
    assert!(unit["evidence"].to_string().contains("restart"), "{unit}");
}

/// The program's output goes where the test says. The build's output stays in the program.
#[test]
fn what_a_build_writes_does_not_reach_our_output() {
    let mut play = Play::new();
    let handler = accepting(&play);
    play.delivers("one");
    let profile = rehearsal(&play, "echo noise-of-the-build; exec sleep 600", handler, handler, "5s");
    let mut program = play.program(None, &profile);
    let output = Command::stdout(&mut program, Stdio::piped()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(!String::from_utf8(said).unwrap().contains("noise-of-the-build"));
}
