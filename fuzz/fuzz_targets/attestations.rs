//! Any bytes as a file of attestations: it is read, or refused with problems that can be shown.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use preflight::pack::load::Catalog;
use preflight::plan::{self, Selection};
use preflight::redact::Redactor;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::built_in().expect("the built-in packs are sound"));

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("profile.yaml");
    std::fs::write(&path, "partner: Acme\nprovider: debitura\n").expect("the profile is written");
    std::fs::write(folder.path().join("attestations.yaml"), bytes).expect("the attestations are written");
    let read = preflight::profile::read(&path, &CATALOG, &|_| None, &Redactor::new()).expect("the profile is sound");
    if let Err(problems) = plan::plan(CATALOG.packs["debitura"].clone(), read, Selection::default()) {
        assert!(!problems.render(false).is_empty());
    }
});
