//! Partners that misbehave towards the provider or Preflight: time and memory stay bounded, the verdict is right, and
//! its reason names the misbehaviour.

use std::time::Duration;

use super::stage::Stage;
use crate::support::play::Ran;

/// More memory than any run here needs, and much less than the partner sends, in MiB.
const MOST_MIB: u64 = 250;

/// Asserts that memory and time stayed bounded, whatever the partner did.
fn bounded(ran: &Ran) {
    assert!(ran.peak_mib < MOST_MIB, "{} MiB", ran.peak_mib);
    assert!(ran.took < Duration::from_secs(50), "{:?}", ran.took);
}

/// Runs a check whose onboarding is another endpoint of the partner.
fn onboarding_by(door: &str) -> Ran {
    let mut stage = Stage::new();
    stage.plain_action(&format!("enter: {{ request: \"POST http://127.0.0.1:{}/{door}\" }}", stage.port));
    let path = stage.play.path("checks/play/provider.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, text.replace("by: [{ action: onboard }]", "by: [{ action: enter }]")).unwrap();
    stage.add("timing: { reacts_within: 300ms, answers_within: 500ms }");
    stage.check("it", "{ client: ready }", &[]);
    stage.run()
}

#[test]
fn one_that_does_not_do_what_it_was_asked_is_inconclusive_with_the_reason() {
    let table = [
        ("hang", "no response within 500 ms"),
        ("silent", "it answered 202, and the provider received no call about the client"),
        ("page", "is larger than 1048576 bytes"),
        ("crash", "exit status: 7"),
    ];
    for (door, words) in table {
        let ran = onboarding_by(door);
        let reason = ran.reason("it");
        assert_eq!(ran.unit("it")["verdict"], "inconclusive", "{door}: {}", ran.console);
        assert!(reason.contains("the action enter") && reason.contains(words), "{door}: {reason}");
        assert_eq!(ran.unit("it")["responsible"], "partner", "{door}");
        bounded(&ran);
    }
}

/// Ten checks, each of which would have to wait for three seconds.
#[test]
fn one_that_never_calls_is_said_early_and_not_waited_for_again() {
    let mut stage = Stage::new();
    stage.plain_action(&format!("enter: {{ request: \"POST http://127.0.0.1:{}/silent\" }}", stage.port));
    let path = stage.play.path("checks/play/provider.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, text.replace("by: [{ action: onboard }]", "by: [{ action: enter }]")).unwrap();
    stage.add("timing: { reacts_within: 300ms, retries_within: 3s }\n  concurrency: 1");
    for at in 0..10 {
        stage.check(&format!("check_{at}"), "{ client: ready }", &[]);
    }
    let ran = stage.run();
    assert!(ran.took < Duration::from_secs(15), "{:?}", ran.took);
    let why = "the simulated provider received no call from the partner";
    let reasons: Vec<String> = (0..10).map(|at| ran.reason(&format!("check_{at}")).to_owned()).collect();
    let waited = |reason: &&String| reason.contains("the provider received no call about the client within 3s");
    let (waited, cut): (Vec<_>, Vec<_>) = reasons.iter().partition(waited);
    assert!(!waited.is_empty() && waited.len() < 4, "{reasons:?}");
    assert!(cut.iter().all(|reason| reason.contains(why) && reason.contains("`{{ simulator.main_api }}`")), "{cut:?}");
    assert!(ran.json["remarks"].to_string().contains(why), "{}", ran.json["remarks"]);
    assert!(ran.complaints.contains(why), "{}", ran.complaints);
}

#[test]
fn waits_at_the_default_timing_are_told_with_the_line_that_shortens_them() {
    let waits = |timing: &str| {
        let mut stage = Stage::new();
        stage.add(timing);
        stage.check("it", "{ client: ready }", &["{ wait: retry, at_least: 11s }"]);
        stage.run().json["remarks"].to_string()
    };
    let (plain, set) = std::thread::scope(|scope| {
        let plain = scope.spawn(|| waits("workers: 1"));
        (plain.join().unwrap(), waits("timing: { reacts_within: 300ms }"))
    });
    assert!(
        plain.contains("1 s of this run were waits at the default timing, 2s for a reaction and 10s for a retry"),
        "{plain}"
    );
    assert!(plain.contains("timing: { reacts_within: 500ms, retries_within: 2s }"), "{plain}");
    assert!(!set.contains("default timing"), "{set}");
}

#[test]
fn a_flood_about_its_own_client_is_cut_and_said() {
    let mut stage = Stage::new();
    stage.action("flood_own", "");
    stage.check("a_loud", "{ client: ready }", &["{ action: flood_own }"]);
    stage.check("b_after", "{ client: ready }", &[]);
    for name in ["a_loud", "b_after"] {
        stage.isolate(name, "exclusive");
    }
    let ran = stage.run();
    assert_eq!(ran.unit("a_loud")["verdict"], "inconclusive", "{}", ran.console);
    assert!(ran.reason("a_loud").contains("only the first 2000 calls"), "{}", ran.reason("a_loud"));
    assert_eq!(ran.unit("b_after")["verdict"], "pass", "{}", ran.console);
    bounded(&ran);
}

/// A check that depends on records that the simulated provider had to drop is inconclusive.
#[test]
fn one_that_has_the_provider_hold_too_much_is_inconclusive_and_told() {
    let mut stage = Stage::new();
    stage.action("flood_large", "");
    stage.add("timing: { answers_within: 2m }");
    stage.check("a_loud", "{ client: ready }", &["{ action: flood_large }"]);
    stage.isolate("a_loud", "exclusive");
    let ran = stage.run();
    assert_eq!(ran.unit("a_loud")["verdict"], "inconclusive", "{}", ran.console);
    let (reason, remarks) = (ran.reason("a_loud"), ran.json["remarks"].to_string());
    assert!(reason.contains("it drops the oldest"), "{reason}");
    assert!(remarks.contains("the simulated provider reached a limit: more clients were created"), "{remarks}");
    // The records may take 64 MiB, and the journal takes memory besides.
    assert!(ran.peak_mib < 400, "{} MiB", ran.peak_mib);
}

#[test]
fn a_flood_about_another_client_does_not_change_what_is_said_of_that_one() {
    let mut stage = Stage::new();
    stage.action("flood_other", "");
    stage.check("loud", "{ client: ready }", &["{ wait: reaction }", "{ action: flood_other }"]);
    stage.check("victim", "{ client: ready }", &["{ wait: reaction, at_least: 4s }"]);
    let ran = stage.run();
    assert_eq!(ran.unit("victim")["verdict"], "pass", "{}", ran.console);
    assert_eq!(ran.unit("loud")["verdict"], "pass", "{}", ran.console);
    bounded(&ran);
}

#[test]
fn a_flood_about_nobody_is_told_and_kept_short() {
    let mut stage = Stage::new();
    stage.action("flood_nobody", "");
    stage.check("mine", "{ client: ready }", &["{ action: flood_nobody }"]);
    let ran = stage.run();
    let unit = ran.unit("mine");
    assert_eq!(unit["verdict"], "pass", "{}", ran.console);
    assert!(ran.json["remarks"].to_string().contains("GET /clients/nobody-at-all"), "{}", ran.json["remarks"]);
    assert!(unit["evidence"].as_array().unwrap().len() < 100, "{}", unit["evidence"]);
    bounded(&ran);
}

#[test]
fn pages_that_are_just_not_too_large_are_read_in_bounded_time() {
    let mut stage = Stage::new();
    stage.action("links", "");
    for n in 0..8 {
        stage.check(&format!("check_{n}"), "{ client: ready }", &["{ action: links }"]);
    }
    let ran = stage.run();
    assert_eq!(ran.code, Some(0), "{}", ran.console);
    bounded(&ran);
}

/// Calls about clients of an earlier run or of other checks are about no client of this check.
#[test]
fn one_database_for_all_checks_and_runs_is_no_trouble() {
    let mut stage = Stage::new();
    for name in ["one", "two", "three"] {
        stage.check(name, "{ client: ready }", &["{ action: onboard }"]);
    }
    for _ in 0..2 {
        let ran = stage.run();
        assert_eq!(ran.code, Some(0), "{}", ran.console);
    }
}
