//! Restarts of the build: as a variant, as the plain build, by the partner's own means, and after it ended by itself.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::stage::Stage;
use crate::support::play::{finish, run, start};
use crate::support::waiting::{gone, noted, until};

#[test]
fn a_variant_is_started_for_its_check_and_the_plain_build_after_it() {
    let mut stage = Stage::new();
    stage.add("variants: { fixed: { env: { PARTNER_ID: client-of-the-variant } } }");
    let there = |id: &str| format!("{{ request: \"GET /clients/{id}\", api: main, as: fixed }}");
    for (name, given, status) in
        [("a_variant", "{ variant: fixed, client: ready }", 200), ("b_plain", "{ client: ready }", 404)]
    {
        let rest = format!(
            "stage: rehearsal\nisolation: restarts\ngiven: {given}\nwhen: [{}]\nthen: [{{ response: fixed, status: {status} }}]",
            there(if status == 200 { "client-of-the-variant" } else { "no-such-client" })
        );
        stage.play.check(name, &rest);
    }
    stage.check("c_plain_too", "{ client: ready }", &[]);
    let ran = stage.run();
    assert_eq!(ran.code, Some(0), "{}", ran.console);
    let evidence = ran.unit("c_plain_too")["evidence"].to_string();
    assert!(evidence.contains("/clients/own-client-"), "{evidence}");
}

#[test]
fn a_variant_may_have_a_command_of_its_own() {
    let mut stage = Stage::new();
    let command = super::partner::command().map(|word| format!("'{word}'")).join(" ");
    std::fs::write(stage.play.path("other.sh"), format!("PARTNER_ID=by-another-command exec {command}")).unwrap();
    stage.add("variants: { other: { command: [sh, other.sh] } }");
    stage.check(
        "other",
        "{ variant: other, client: ready }",
        &["{ request: GET /clients/by-another-command, api: main, as: by }"],
    );
    let ran = stage.run();
    assert_eq!(ran.code, Some(0), "{}", ran.console);
    assert!(ran.unit("other")["evidence"].to_string().contains("/clients/by-another-command"), "{}", ran.console);
}

#[test]
fn a_variant_that_the_profile_lacks_is_inconclusive_by_its_name() {
    let mut stage = Stage::new();
    stage.check("missing", "{ variant: production, client: ready }", &[]);
    let ran = stage.run();
    assert_eq!(ran.unit("missing")["verdict"], "inconclusive");
    assert!(
        ran.reason("missing").contains("add `rehearsal.variants.production` to profile.yaml"),
        "{}",
        ran.reason("missing")
    );
}

#[test]
fn a_variant_that_does_not_start_is_inconclusive_and_the_plain_build_comes_back() {
    let mut stage = Stage::new();
    std::fs::write(stage.play.path("broken.sh"), "echo no such setting; exit 4").unwrap();
    stage.add("variants: { broken: { command: [sh, broken.sh] } }");
    stage.check("a_broken", "{ variant: broken, client: ready }", &[]);
    stage.check("b_plain", "{ client: ready }", &[]);
    for name in ["a_broken", "b_plain"] {
        stage.isolate(name, "restarts");
    }
    let ran = stage.run();
    let reason = ran.reason("a_broken");
    assert!(reason.contains("exit status: 4") && reason.contains("no such setting"), "{reason}");
    assert_eq!(ran.unit("b_plain")["verdict"], "pass", "{}", ran.console);
}

/// A build that Preflight did not start is restarted by the partner's own command.
#[test]
fn a_build_that_runs_already_is_restarted_by_its_own_command() {
    for (script, verdict, words) in [
        ("echo restarted >> {folder}/log", "pass", ""),
        ("exit 9", "inconclusive", "the build did not restart: the restart action answered 500"),
    ] {
        let mut stage = Stage::new();
        let folder = stage.play.folder.path().display().to_string();
        std::fs::write(stage.play.path("restart.sh"), script.replace("{folder}", &folder)).unwrap();
        let rest = "stage: rehearsal\nisolation: restarts\nwhen: [{ action: restart }, { request: GET /me, api: main, as: me }]\nthen: [{ response: me, status: 200 }]";
        stage.play.check("again", rest);
        let profile = "rehearsal: { actions: { restart: { command: [sh, restart.sh] } } }";
        let ran = run(&stage.play, &mut stage.play.with_pack("play", profile));
        assert_eq!(ran.unit("again")["verdict"], verdict, "{}", ran.console);
        assert!(ran.reason("again").contains(words), "{}", ran.reason("again"));
        let log = std::fs::read_to_string(stage.play.path("log")).unwrap_or_default();
        assert_eq!(log.lines().count(), usize::from(verdict == "pass"));
    }
}

#[test]
fn a_build_that_runs_already_and_cannot_be_restarted_is_inconclusive_by_the_line() {
    let mut stage = Stage::new();
    let rest = "stage: rehearsal\nwhen: [{ action: restart }, { request: GET /me, api: main, as: me }]\nthen: [{ response: me, status: 200 }]";
    stage.play.check("again", rest);
    let ran = run(&stage.play, &mut stage.play.with_pack("play", "rehearsal: { workers: 1 }"));
    assert!(ran.reason("again").contains("add `rehearsal.actions.restart` to profile.yaml"), "{}", ran.reason("again"));
}

/// Holds even if Preflight itself is killed, and nobody is left to end the processes.
#[test]
fn a_killed_tool_leaves_no_process_behind() {
    let mut stage = Stage::new();
    let script = "trap '' TERM INT HUP\nsleep 600 &\necho $! > {folder}/child\necho $$ > {folder}/own\nwhile :; do sleep 1; done";
    let folder = stage.play.folder.path().display().to_string();
    std::fs::write(stage.play.path("build.sh"), script.replace("{folder}", &folder)).unwrap();
    stage.check("any", "{ client: ready }", &[]);
    let ready =
        format!("  start: {{ command: [sh, build.sh], ready: \"http://127.0.0.1:{}/\", within: 60s }}\n", stage.port);
    let mut child = start(&mut stage.program(&ready));
    let pids = ["own", "child"].map(|name| until(name, || noted(stage.play.folder.path(), name)));
    kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGKILL).unwrap();
    child.wait().unwrap();
    pids.into_iter().for_each(gone);
}

#[test]
fn a_build_that_ends_during_a_check_is_named_there_and_started_again_for_the_next() {
    let mut stage = Stage::new();
    stage.action("crash", "");
    stage.check("a_crash", "{ client: ready }", &["{ action: crash }"]);
    stage.check("b_calm", "{ client: ready }", &[]);
    for name in ["a_crash", "b_calm"] {
        stage.isolate(name, "exclusive");
    }
    let ran = finish(stage.play.folder.path(), start(&mut stage.program(&stage.start())));
    let reason = ran.reason("a_crash");
    assert!(reason.contains("ended by itself") && reason.contains("exit status: 7"), "{reason}");
    assert!(reason.contains("out of luck"), "{reason}");
    assert_eq!(ran.unit("b_calm")["verdict"], "pass", "{}", ran.console);
    assert!(ran.json["remarks"].to_string().contains("exit status: 7"), "{}", ran.json["remarks"]);
}
