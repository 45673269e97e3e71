//! The sample partner of each pack, correct and with its defects, run by the real program, because it starts processes
//! of its own.

use std::collections::BTreeMap;
use std::process::Output;

use preflight::cli::sample::Sample;
use preflight::pack::types::Stage;
use serde_json::Value;

use crate::support::driven::BUILT_IN;
use crate::support::program;

pub(super) fn preflight(arguments: &[&str]) -> Output {
    program::preflight().args(arguments).output().unwrap()
}

fn json_of(output: &Output, path: &std::path::Path) -> Value {
    let text = std::fs::read_to_string(path);
    serde_json::from_str(&text.unwrap_or_else(|error| panic!("{error}: {output:?}"))).unwrap()
}

/// Returns the built-in packs with their sample partners.
pub(super) fn samples() -> Vec<(&'static str, Sample)> {
    let samples: Vec<_> = BUILT_IN
        .packs
        .keys()
        .map(|name| (name.as_str(), Sample::built_in(name).unwrap_or_else(|why| panic!("{why}"))))
        .collect();
    assert!(samples.len() > 1, "the packs were not found");
    samples
}

#[test]
fn the_correct_partner_passes_each_check_in_each_of_its_stages() {
    let folder = tempfile::tempdir().unwrap();
    for (provider, _) in samples() {
        let file = folder.path().join(provider);
        let output = preflight(&["demo", "--provider", provider, "--json", file.to_str().unwrap()]);
        let report = json_of(&output, &file);
        let verdicts: BTreeMap<String, String> = report["checks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                let text = |name: &str| row[name].as_str().unwrap().to_owned();
                (format!("{}@{}", text("id"), text("stage")), text("verdict"))
            })
            .collect();
        let mut planned = 0;
        for packed in &BUILT_IN.packs[provider].checks {
            let wanted = if packed.check.only_asks() { "attested" } else { "pass" };
            for stage in &packed.check.stage.0 {
                let unit = format!("{}@{stage}", packed.check.id);
                assert_eq!(verdicts.get(&unit).map(String::as_str), Some(wanted), "{provider}: {unit}");
                planned += 1;
            }
        }
        assert_eq!(verdicts.len(), planned, "{provider}: a unit that no check has");
        assert_eq!((output.status.code(), report["readiness"].as_str()), (Some(0), Some("ready")), "{provider}");
    }
}

/// The sample partner asks for previews within its submission, so its profile needs no action for them.
#[test]
fn without_a_preview_of_its_own_one_is_ready_and_one_that_never_previews_is_told_both_remedies() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    let ran = |defect: &[&str]| {
        let output = preflight(&[&["demo", "--only", "kyc.*", "--json", file.to_str().unwrap()], defect].concat());
        let report = json_of(&output, &file);
        let row = report["checks"].as_array().unwrap().iter().find(|row| row["id"] == "kyc.preview-first").unwrap();
        (row["verdict"].as_str().unwrap().to_owned(), row.to_string())
    };
    let (verdict, row) = ran(&[]);
    assert!(verdict == "pass" && row.contains("the profile has no action `preview_case`"), "{row}");
    let (verdict, row) = ran(&["--defect", "no-preview"]);
    assert_eq!(verdict, "fail", "{row}");
    for remedy in ["let `submit_case` make the calls", "add `rehearsal.actions.preview_case` to profile.yaml"] {
        assert!(row.contains(remedy), "{remedy}: {row}");
    }
}

#[test]
fn every_check_that_a_machine_decides_has_a_defect_that_fails_it() {
    for (provider, sample) in samples() {
        let (defects, checks) = (sample.setup.defects, &BUILT_IN.packs[provider].checks);
        let without: Vec<&str> = checks
            .iter()
            .filter(|packed| !packed.check.only_asks())
            .map(|packed| packed.check.id.as_str())
            .filter(|id| !defects.iter().any(|mistake| mistake.caught_by == *id))
            .collect();
        assert_eq!(without, Vec::<&str>::new(), "{provider}: nothing proves that these checks can fail");
        for mistake in &defects {
            let known = checks.iter().any(|packed| packed.check.id == mistake.caught_by);
            assert!(known, "{provider}: {} would be caught by {}, which is no check", mistake.name, mistake.caught_by);
        }
    }
}

#[test]
fn every_mistake_that_the_reference_partner_can_make_is_tried() {
    let defects: Vec<_> = samples().into_iter().flat_map(|(_, sample)| sample.setup.defects).collect();
    for defect in preflight::reference_partner::Defect::all() {
        let name = clap::ValueEnum::to_possible_value(defect).unwrap();
        let tried = defects.iter().any(|mistake| mistake.name == name.get_name());
        assert!(tried, "nothing proves that `{}` is caught", name.get_name());
    }
}

/// The check whose defect makes every other check wait. It is tested alone.
pub(super) const SLOW: &str = "webhooks.answers-in-time";

/// The exit code of the demo shows how much a defect matters.
#[test]
fn a_mistake_about_what_is_required_ends_the_demo_with_1_and_one_about_advice_with_0() {
    for (defect, code) in
        [("answers-202", 1), ("one-token-for-both", 1), ("no-dedup-of-traces", 0), ("self-signed-certificate", 0)]
    {
        let output = preflight(&["demo", "--provider", "debitsuccess", "--defect", defect]);
        assert_eq!(output.status.code(), Some(code), "{defect}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn a_slow_handler_fails_the_burst_and_not_the_single_delivery() {
    let (folder, needed) = (tempfile::tempdir().unwrap(), "webhooks.accepts-genuine");
    let file = folder.path().join("out.json");
    let path = file.to_str().unwrap();
    let output = preflight(&["demo", "--defect", "slow-handler", "--only", SLOW, "--only", needed, "--json", path]);
    let report = json_of(&output, &file);
    let verdict = |id: &str| {
        let row = report["checks"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap();
        (row["verdict"].as_str().unwrap().to_owned(), row["observed"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(verdict(needed).0, "pass");
    let (word, observed) = verdict(SLOW);
    assert_eq!((word.as_str(), output.status.code()), ("fail", Some(1)), "{observed}");
    assert!(observed.contains("client.linked"), "{observed}");
}

#[test]
fn a_defect_of_production_is_not_blamed_on_the_test_environment() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.json");
    let output = preflight(&["demo", "--defect", "production-account-inactive", "--json", file.to_str().unwrap()]);
    let report = json_of(&output, &file);
    let failed: Vec<&str> = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["verdict"] == "fail")
        .map(|row| row["stage"].as_str().unwrap())
        .collect();
    assert_eq!(failed, [Stage::Production.word()]);
    assert_eq!(output.status.code(), Some(1));
}
