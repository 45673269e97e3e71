//! Whole runs through the library: a profile in a folder of its own, and the resulting report.

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, LazyLock};

use preflight::cli::drive::{RunSettings, drive};
use preflight::pack::load::Catalog;
use preflight::plan::{self, Plan, Selection};
use preflight::redact::Redactor;
use preflight::report::model::{CheckResult, Report, VerdictLabel};
use preflight::run::StopReason;
use tempfile::TempDir;
use tokio::sync::watch;

use super::{copy, root};

/// The built-in packs, read once for all tests of a file.
pub(crate) static BUILT_IN: LazyLock<Catalog> = LazyLock::new(|| Catalog::built_in().unwrap());

/// A copy of the built-in pack with some texts replaced, and the line of a profile that trusts it.
pub(crate) struct Copied {
    pub(crate) catalog: Catalog,
    pub(crate) trust: String,
}

/// Copies the pack. Each change is a file below `checks/debitura`, a text that must be in it, and its replacement.
pub(crate) fn pack_with(changes: &[(&str, &str, &str)]) -> Copied {
    let folder = tempfile::tempdir().unwrap();
    for kind in ["checks", "fixtures"] {
        copy(&root().join(kind), &folder.path().join(kind));
    }
    for (file, from, to) in changes {
        let path = folder.path().join("checks/debitura").join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} does not hold `{from}` any more");
        fs::write(path, text.replace(from, to)).unwrap();
    }
    let copy = Catalog::from_folder(&folder.path().join("checks")).unwrap_or_else(|problems| panic!("{problems}"));
    let catalog = BUILT_IN.clone().with(copy);
    let whole = BUILT_IN.packs["debitura"].checks.len();
    assert_eq!(catalog.packs["debitura"].checks.len(), whole, "the copy has lost a check");
    // The addresses at which tests simulate the provider, and the calls that its production must then allow.
    let allowed = "hosts: { test: [127.0.0.1], production: [127.0.0.3] }, production_allows: [POST /oauth/token, POST /cases/preview]";
    let trust = format!(
        "trust: {{ debitura: {{ digest: sha256:{}, {allowed}, allow_hosts: [127.0.0.1, 127.0.0.2] }} }}",
        catalog.packs["debitura"].digest
    );
    Copied { catalog, trust }
}

/// A profile that was read and planned in a folder of its own.
pub(crate) struct Planned {
    pub(crate) plan: Arc<Plan>,
    pub(crate) redactor: Redactor,
    _folder: TempDir,
}

/// Plans a profile, with all checks or those that the patterns select.
pub(crate) fn planned(catalog: &Catalog, profile: &str, only: &[&str], variables: &[(&str, &str)]) -> Planned {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("profile.yaml");
    fs::write(&path, profile).unwrap();
    let variables: BTreeMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let redactor = Redactor::new();
    let read = preflight::profile::read(&path, catalog, &|name| variables.get(name).cloned(), &redactor)
        .unwrap_or_else(|problems| panic!("{problems}\n{profile}"));
    let pack = catalog.packs[&read.profile.provider].clone();
    let only = only.iter().map(ToString::to_string).collect();
    let plan = plan::plan(pack, read, Selection { only, ..Selection::default() })
        .unwrap_or_else(|problems| panic!("{problems}"));
    Planned { plan: Arc::new(plan), redactor, _folder: folder }
}

impl Planned {
    /// Carries out the plan and judges it.
    pub(crate) async fn report(self) -> Report {
        let (_sender, stop) = watch::channel(StopReason::No);
        drive(self.plan, self.redactor, RunSettings::default(), stop, |_| ()).await.unwrap()
    }
}

/// Runs a profile. Returns the report.
pub(crate) async fn run(catalog: &Catalog, profile: &str, only: &[&str]) -> Report {
    planned(catalog, profile, only, &[]).report().await
}

/// Returns the row of a check, by `id@stage`.
pub(crate) fn row<'r>(report: &'r Report, unit: &str) -> &'r CheckResult {
    report.checks.iter().find(|row| row.full_id() == unit).unwrap_or_else(|| panic!("there is no {unit}"))
}

/// Returns everything that a reader is told about a check, on one line.
pub(crate) fn told(row: &CheckResult) -> String {
    let rest = [&row.expected, &row.observed, &row.because].into_iter().flatten().cloned().collect::<Vec<_>>();
    format!("{}: {:?} {} | {} | {}", row.full_id(), row.verdict, row.reason, rest.join(" | "), row.remarks.join(" | "))
}

/// Returns the ids of the checks with a verdict, in the order of the report.
pub(crate) fn checks(report: &Report, verdict: VerdictLabel) -> Vec<String> {
    report.checks.iter().filter(|row| row.verdict == verdict).map(CheckResult::full_id).collect()
}
