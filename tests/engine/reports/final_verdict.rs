//! Reports of a small pack in which each check can have any final verdict.

use std::time::Duration;

use preflight::evidence::{Evidence, Responsible};
use preflight::judge::{Finding, Judgement, RunKind, Verdict, conclude};
use preflight::pack::load::Catalog;
use preflight::plan::{self, Plan, Selection, Skip};
use preflight::report::build::{Facts, build};
use preflight::report::model::Report;
use preflight::yaml::Document;
use time::OffsetDateTime;
use time::macros::datetime;

const PROVIDER: &str = "name: Acme
version: \"1\"
items:
  - { id: a.both, section: A, text: A required and a recommended check serve it }
  - { id: b.lone, section: B, text: A recommended check alone serves it }
  - { id: c.later, section: C, text: Its check needs another }
  - { id: d.none, section: D, text: No check serves it }
";

/// The checks: name, item, and further lines.
const CHECKS: [(&str, &str, &str); 4] = [
    ("hard", "a.both", ""),
    ("soft", "a.both", "level: recommended\n"),
    ("lone", "b.lone", "level: recommended\n"),
    ("later", "c.later", "needs: [one.soft]\n"),
];

pub(crate) fn planned() -> Plan {
    let folder = tempfile::tempdir().unwrap();
    let acme = folder.path().join("checks/acme");
    std::fs::create_dir_all(acme.join("one")).unwrap();
    std::fs::write(acme.join("provider.yaml"), PROVIDER).unwrap();
    for (name, item, more) in CHECKS {
        let text = format!(
            "id: one.{name}\ntitle: Title of {name}\nitems: [{item}]\n{more}stage: static\n\
             docs: https://docs.acme.example/\nwhy: It matters.\nfix: Do it.\n\
             when: [{{ config: webhook.url, environment: test, as: url }}]\n\
             then: [{{ values: {{ of: url, take: $.value }}, are: https://acme.example/ }}]\n"
        );
        std::fs::write(acme.join(format!("one/{name}.yaml")), text).unwrap();
    }
    let catalog = Catalog::from_folder(&folder.path().join("checks")).unwrap_or_else(|problems| panic!("{problems}"));
    let pack = catalog.packs["acme"].clone();
    let profile = folder.path().join("profile.yaml");
    let text = format!("partner: P\nprovider: acme\ntrust: {{ acme: \"sha256:{}\" }}\n", pack.digest);
    std::fs::write(&profile, text).unwrap();
    let read = preflight::profile::read(&profile, &catalog, &|_| None, &preflight::redact::Redactor::new())
        .unwrap_or_else(|problems| panic!("{problems}"));
    plan::plan(pack, read, Selection::default()).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The final verdict that a check is made to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stands {
    Pass,
    Fail,
    Inconclusive,
    Attested,
    Waived,
    NotSelected,
    NotApplicable,
}

pub(crate) const ALL: [Stands; 7] = [
    Stands::Pass,
    Stands::Fail,
    Stands::Inconclusive,
    Stands::Attested,
    Stands::Waived,
    Stands::NotSelected,
    Stands::NotApplicable,
];

/// One row of the table.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "the table is over all of them")]
pub(crate) struct Row {
    /// The final verdicts, in the order of `CHECKS`.
    pub(crate) stand: [Stands; 4],
    /// Whether somebody attested the item that no check serves.
    pub(crate) attestations: bool,
    pub(crate) strict: bool,
    pub(crate) selection: bool,
    pub(crate) simulated_environments: bool,
}

fn name(unit: &plan::PlannedCheck) -> usize {
    CHECKS.iter().position(|(name, ..)| unit.packed.check.id == format!("one.{name}")).unwrap()
}

pub(crate) fn reported(plan: &Plan, row: Row) -> Report {
    let mut plan = plan.clone();
    let finding = || Finding::new(Responsible::Partner, "so it was");
    let (mut judgement, mut words, mut waivers) = (Vec::new(), Vec::new(), Vec::new());
    for unit in &mut plan.checks {
        let stands = row.stand[name(unit)];
        let id = unit.packed.check.id.clone();
        unit.skip = None;
        let verdict = match stands {
            Stands::Pass => Verdict::Pass,
            Stands::Fail => Verdict::Fail(finding()),
            Stands::Inconclusive => Verdict::Inconclusive(finding()),
            Stands::Attested => {
                words.push(format!("{{ check: {id}, who: A, when: 2026-01-01, evidence: B, expires: 2027-01-01 }}"));
                Verdict::Inconclusive(finding())
            }
            Stands::Waived => {
                waivers.push(format!("{{ check: {id}, who: A, reason: B, expires: 2027-01-01 }}"));
                Verdict::Fail(finding())
            }
            Stands::NotSelected | Stands::NotApplicable => {
                let skip = if stands == Stands::NotSelected { Skip::NotSelected } else { Skip::NotApplicable };
                unit.skip = Some(skip("so it does not concern".to_owned()));
                Verdict::Pass
            }
        };
        judgement.push(Judgement { verdict, remarks: Vec::new() });
    }
    if row.attestations {
        words.push("{ item: d.none, who: A, when: 2026-01-01, evidence: B, expires: 2027-01-01 }".to_owned());
    }
    let text = format!("attestations: [{}]\nwaivers: [{}]\n", words.join(", "), waivers.join(", "));
    plan.attestations = Document::new("attestations.yaml", text).typed().unwrap();
    plan.selection.only = if row.selection { vec!["one.*".to_owned()] } else { Vec::new() };
    let started: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);
    let ran = RunKind { selection: row.selection, simulated_environments: row.simulated_environments };
    let items = &plan.pack.provider.items;
    let concluded = conclude(&plan.checks, items, judgement, &plan.attestations, started.date(), ran);
    let evidence: Vec<_> = plan.checks.iter().map(|_| (Evidence::default(), Duration::ZERO)).collect();
    build(&Facts {
        plan: &plan,
        concluded: &concluded,
        evidence: &evidence,
        started,
        took: Duration::ZERO,
        strict: row.strict,
        interrupted: false,
        remarks: Vec::new(),
        phases: Vec::new(),
    })
}
