//! The command `explain`.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use preflight::pack::load::Catalog;
use preflight::profile::attestations::Attestations;
use preflight::report::console::Look;
use preflight::report::explain::{DemoOutcome, Explanation, render};
use preflight::yaml::Document;
use regex::Regex;

use super::program::{Desk, in_order, snapshot};

#[test]
fn a_required_and_a_recommended_check_are_explained_without_play() {
    let desk = Desk::new();
    let told = ["errors.rate-limited", "webhooks.never-410", "e2e.kyc@test"].map(|id| {
        let (out, err) = desk.run(&format!("explain {id} --no-play"), 0);
        assert!(err.is_empty(), "{err}");
        assert!(out.lines().all(|line| line.chars().count() <= 100), "{out}");
        out
    });
    snapshot("explained", &told.join("\n=====\n\n"));
}

#[test]
fn passing_and_failing_are_shown_as_they_happen() {
    let (out, err) = Desk::new().run("explain errors.rate-limited", 0);
    assert!(err.contains("with the defect `rate-limit-ignored`"), "{err}");
    let wanted = [
        "errors.rate-limited  Waits for retryAfter after a 429",
        "What it proves",
        "How",
        ": correct\n  PASS in the stage rehearsal",
        "POST /cases ",
        "429",
        "with the defect `rate-limit-ignored`: ",
        "FAIL in the stage rehearsal",
        "expected  at least 600 ms",
        "429",
        "The fix",
        "https://docs.debitura.com/",
    ];
    in_order(&out, &wanted);
}

#[test]
fn the_stage_in_which_the_mistake_shows_is_shown_of_both() {
    let (out, _) = Desk::new().run("explain prerequisites.branding-legible", 0);
    in_order(&out, &["PASS in the stage test", "defect `pale-font`", "FAIL in the stage test", "The fix"]);
}

#[test]
fn an_ask_shows_its_question_and_an_attestation_to_fill_in() {
    let desk = Desk::new();
    let (out, err) = desk.run("explain readiness.account-enabled", 0);
    assert!(err.is_empty(), "nothing is played: {err}");
    let lines = out.lines().skip_while(|line| line.trim() != "attestations:").take_while(|line| !line.is_empty());
    let snippet: String = lines.map(|line| format!("{line}\n")).collect();
    let attestations: Attestations = Document::new("attestations.yaml", snippet).typed().unwrap();
    assert_eq!(attestations.attestations[0].check.as_deref(), Some("readiness.account-enabled"));
    assert!(attestations.attestations[0].expires > attestations.attestations[0].when);
    let day = Regex::new(r"\d{4}-\d{2}-\d{2}").unwrap();
    snapshot("asked", &day.replace_all(&out, "DAY"));
}

#[test]
fn a_wrong_name_is_answered_with_the_nearest() {
    let desk = Desk::new();
    let table = [
        ("webhooks.refuse-forged", "did you mean `webhooks.rejects-forged`?"),
        ("nothing.like-it", "`preflight list PROVIDER` lists the checks"),
        ("auth.remint-on-401@test", "it runs in: rehearsal"),
        ("auth.remint-on-401@nowhere", "it runs in: rehearsal"),
        ("debitur:auth.remint-on-401", "did you mean `debitura`?"),
        ("acme:api.me --checks checks --provider debitura", "name only one of them"),
    ];
    for (arguments, hint) in table {
        let (out, err) = desk.run(&format!("explain {arguments}"), 2);
        assert!(out.is_empty() && err.contains(hint), "{arguments}: {err}");
    }
}

#[test]
fn an_id_of_several_packs_needs_its_pack() {
    let desk = Desk::new();
    let explain = |arguments: &str, code| desk.run(&format!("explain --checks checks --no-play {arguments}"), code);
    let (_, err) = explain("webhooks.accepts-genuine", 2);
    assert!(
        err.contains("several packs have a check `webhooks.accepts-genuine`: acme, ")
            && err.contains("debitura")
            && err.contains("`acme:webhooks.accepts-genuine`"),
        "{err}"
    );
    for arguments in ["acme:webhooks.accepts-genuine@rehearsal", "webhooks.accepts-genuine --provider acme"] {
        let (out, _) = explain(arguments, 0);
        in_order(&out, &["(Acme 1, from a folder)", "Events would be lost.", "thing.made"]);
    }
    let (out, _) = explain("api.me", 0);
    in_order(&out, &["api.me  The key works", "required · test and production"]);
}

#[test]
fn the_sample_of_a_pack_from_elsewhere_is_not_started() {
    let desk = Desk::new();
    desk.write("fixtures/acme/sample/demo.yaml", "variables: {}\ndefects: []\n");
    desk.write("fixtures/acme/sample/profile.yaml", "rehearsal: { start: { command: [touch, started] } }\n");
    let (out, err) = desk.run("explain acme:api.me --checks checks", 0);
    assert!(out.contains("Not shown: this pack has no `partner.yaml`"), "{out}");
    assert!(
        err.is_empty() && !desk.path("started").exists(),
        "only `partner.yaml` is played, and it names no command: {err}"
    );
}

#[test]
fn it_can_be_redirected_to_a_file() {
    let desk = Desk::new();
    let file = std::fs::File::create(desk.path("explained.txt")).unwrap();
    let mut command = desk.command("explain cases.lost-answer");
    let status = command.stdout(file).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(0));
    let text = desk.read("explained.txt");
    assert!(!text.contains('\u{1b}') && text.ends_with('\n'), "{text}");
    in_order(&text, &["What it proves", "PASS", "lost-answer-new-reference", "FAIL", "The fix"]);
}

#[test]
fn an_interrupted_play_shows_nothing_and_leaves_nothing_behind() {
    let desk = Desk::new();
    let mut command = desk.command("explain webhooks.answers-in-time");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.starts_with("running webhooks.answers-in-time"), "{first}");
    let id = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT).unwrap();
    // Reads to the end of the output, also of all processes that it started.
    lines.for_each(drop);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(130), &b""[..]));
}

#[test]
fn every_check_of_every_pack_can_be_explained() {
    let debug =
        Regex::new(r"\b(Some|Ok|Err|Text|Names|Span|Number|String)\(|\b[A-Z][a-z]+\w* \{|\bNone\b|: \.|``|  \.|\(\)")
            .unwrap();
    let catalog = Catalog::built_in().unwrap();
    let today = time::macros::date!(2026 - 11 - 22);
    for pack in catalog.packs.values() {
        for packed in &pack.checks {
            let played = DemoOutcome::Nothing("not wanted".into());
            let text = render(&Explanation { pack, packed, stage: None, played, today }, Look::default());
            assert!(!debug.is_match(&text), "{}: {:?}\n{text}", packed.check.id, debug.find(&text));
            let sentences = text.lines().filter(|line| line.trim_start().starts_with(':'));
            let said = sentences.inspect(|line| assert!(line.split_whitespace().count() > 3, "{line}")).count();
            let check = &packed.check;
            assert!(said >= check.when.len() + check.assume.len() + check.then.len(), "{}: {text}", check.id);
            assert!(!text.contains(":0 "), "{}: a sentence without a line\n{text}", check.id);
            in_order(&text, &["What it proves", "On the checklist of", "How", "The fix", check.docs.as_str()]);
        }
    }
}
