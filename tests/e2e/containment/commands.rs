//! Commands as actions: what they are given, what is taken from their output, and that they end.

use std::path::Path;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::stage::Stage;
use crate::support::play::{finish, run, start};
use crate::support::waiting::{gone, noted, until};

/// Creates a stage with an action `tool` that runs a script.
fn with_script(script: &str) -> Stage {
    let mut stage = Stage::new();
    let script = script.replace("{folder}", &stage.play.folder.path().display().to_string());
    std::fs::write(stage.play.path("tool.sh"), script).unwrap();
    stage.plain_action(
        "tool: { command: [sh, tool.sh, \"{{ client.email }}\"], capture: { number: { matches: \"no. (\\\\d+)\" } } }",
    );
    stage
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn its_output_is_the_answer_and_its_exit_the_outcome() {
    let mut stage = with_script("echo \"<p>your no. 4711, $1</p>\"; [ -e failing ] && exit 3; touch failing");
    let steps = [
        "{ action: tool, as: fine }",
        "{ request: \"GET /clients/{{ client.number }}\", api: main, as: asked }",
        "{ action: tool, as: failed }",
    ];
    stage.check("tool", "{ client: ready }", &steps);
    let ran = stage.run();
    let evidence = ran.unit("tool")["evidence"].as_array().unwrap().clone();
    let outcome = |what: &str| {
        let found = evidence.iter().find(|entry| entry["what"].as_str().is_some_and(|said| said.contains(what)));
        found.unwrap_or_else(|| panic!("{what}: {evidence:?}"))["outcome"].to_string()
    };
    assert!(outcome("(fine)").contains("200") && outcome("(failed)").contains("500"), "{evidence:?}");
    assert!(outcome("/clients/4711 (asked)").contains("404"), "{evidence:?}");
}

#[test]
fn it_sees_what_the_build_is_told_and_passed_and_the_proxy_and_nothing_of_ours() {
    // The value of a variable is inserted as it is, whatever it looks like.
    const PASSWORD: &str = "kX9-Hq{{ simulator.api_key }}{# 'Zz \\ ${HOME}";
    let mut stage = with_script("env > {folder}/seen");
    stage.env("PASSWORD", "${OUR_PASSWORD}");
    stage.add("pass_env: [PASSED]");
    stage.check("tool", "{ client: ready }", &["{ action: tool }"]);
    let mut program = stage.program(&stage.start());
    program.env("PASSED", "passed-value").env("PLANTED", "planted-value").env("OUR_PASSWORD", PASSWORD);
    let ran = finish(stage.play.folder.path(), start(&mut program));
    ran.keeps(&[PASSWORD]);
    assert_eq!(ran.unit("tool")["verdict"], "pass", "{}", ran.console);
    let seen = read(stage.play.folder.path(), "seen");
    for told in ["PARTNER_API=http://127.0.0.1:", "PARTNER_KEY="] {
        assert!(seen.lines().any(|line| line.starts_with(told) && line.len() > told.len()), "{told}: {seen}");
    }
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
        assert!(
            seen.contains(&format!("\n{name}=http://127.0.0.1:"))
                || seen.starts_with(&format!("{name}=http://127.0.0.1:")),
            "{name}: {seen}"
        );
    }
    assert!(seen.contains("NO_PROXY=127.0.0.1,localhost,::1") && seen.contains("PASSED=passed-value"), "{seen}");
    assert!(!seen.contains("planted-value"), "{seen}");
    assert!(seen.contains(&format!("\nPASSWORD={PASSWORD}\n")), "{seen}");
}

/// A build that nobody watched does not pass for one without defects.
#[test]
fn where_nobody_watches_what_the_build_reaches_that_is_inconclusive_by_its_reason() {
    const FINDINGS: &str = "stage: rehearsal\nwhen: [{ request: GET /me, api: main, as: me }]\n\
        assume: [{ response: me, status: 200 }]\nthen: [{ denied_hosts: all, exactly: 0 }]";
    let mut stage = Stage::new();
    stage.env("https_proxy", "http://127.0.0.1:9");
    let folder = stage.play.folder.path().display().to_string();
    let command = super::partner::command().map(|word| format!("'{word}'")).join(" ");
    std::fs::write(stage.play.path("build.sh"), format!("env > {folder}/seen; exec {command}")).unwrap();
    stage.play.check("own", FINDINGS);
    let ready = format!("http://127.0.0.1:{}/ready", stage.port);
    let ran =
        run(&stage.play, &mut stage.program(&format!("  start: {{ command: [sh, build.sh], ready: \"{ready}\" }}\n")));
    assert!(ran.reason("own").contains("because the profile sets https_proxy"), "{}", ran.console);
    let seen = read(stage.play.folder.path(), "seen");
    assert!(seen.contains("https_proxy=http://127.0.0.1:9\n") && !seen.contains("HTTPS_PROXY"), "{seen}");
    assert!(seen.contains("http_proxy=http://127.0.0.1:") && seen.contains("NODE_USE_ENV_PROXY=1"), "{seen}");

    let mut stage = Stage::new();
    stage.play.check("theirs", FINDINGS);
    let ran = run(&stage.play, &mut stage.play.with_pack("play", "rehearsal: { workers: 1 }"));
    assert!(ran.reason("theirs").contains("because it did not start the build"), "{}", ran.console);
}

#[test]
fn one_that_hangs_is_ended_with_all_that_it_started() {
    let mut stage = with_script("sleep 600 &\necho $! > {folder}/child\necho $$ > {folder}/own\nwait");
    stage.add("timing: { answers_within: 500ms }");
    stage.check("tool", "{ client: ready }", &["{ action: tool, as: it }"]);
    let ran = stage.run();
    for name in ["own", "child"] {
        gone(until(name, || noted(stage.play.folder.path(), name)));
    }
    let evidence = ran.unit("tool")["evidence"].to_string();
    assert!(evidence.contains("did not end within 500ms"), "{evidence}");
    assert!(ran.took < Duration::from_secs(10), "{:?}", ran.took);
}

#[test]
fn an_interruption_ends_it_with_all_that_it_started() {
    let mut stage =
        with_script("trap '' TERM INT\nsleep 600 &\necho $! > {folder}/child\necho $$ > {folder}/own\nwait");
    stage.check("tool", "{ client: ready }", &["{ action: tool }"]);
    let child = start(&mut stage.program(&stage.start()));
    let folder = stage.play.folder.path();
    let pids = ["own", "child"].map(|name| until(name, || noted(folder, name)));
    kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGINT).unwrap();
    let ran = finish(folder, child);
    assert_eq!(ran.code, Some(130), "{}", ran.console);
    pids.into_iter().for_each(gone);
}
