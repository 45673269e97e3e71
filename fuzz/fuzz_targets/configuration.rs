//! Any bytes as a file from which production loads its configuration, in each format that is read: the check of the
//! addresses in it ends in a verdict.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use preflight::cli::drive::{RunSettings, drive};
use preflight::pack::load::Catalog;
use preflight::run::StopReason;
use preflight::plan::{self, Selection};
use preflight::redact::Redactor;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::built_in().expect("the built-in packs are sound"));

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
});

const FILES: [&str; 6] = [".env", "a.properties", "a.ini", "a.json", "a.yaml", "a.toml"];

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let Some((first, bytes)) = bytes.split_first() else { return };
    let file = FILES[usize::from(*first) % FILES.len()];
    let path = folder.path().join("profile.yaml");
    let apis = format!("{{ referral: {{ file: {file}, key: A }}, customer: {{ file: {file}, key: a.b }} }}");
    let profile = format!("partner: Acme\nprovider: debitura\nenvironments: {{ production: {{ apis: {apis} }} }}\n");
    std::fs::write(&path, profile).expect("the profile is written");
    std::fs::write(folder.path().join(file), bytes).expect("the file is written");
    let redactor = Redactor::new();
    let read = preflight::profile::read(&path, &CATALOG, &|_| None, &redactor).expect("the profile is sound");
    let only = Selection { only: vec!["readiness.production-hosts".into()], ..Selection::default() };
    let plan = plan::plan(CATALOG.packs["debitura"].clone(), read, only).expect("the check is there");
    let (_sender, stop) = watch::channel(StopReason::No);
    let report = RUNTIME.block_on(drive(Arc::new(plan), redactor, RunSettings::default(), stop, |_| ()));
    assert!(report.expect("the files are there").checks.iter().any(|row| row.id == "readiness.production-hosts"));
});
