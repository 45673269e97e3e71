//! Any bytes as a profile: it is read, or refused with problems that can be shown, and no variable stands in them.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use preflight::pack::load::Catalog;
use preflight::plan;
use preflight::redact::Redactor;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::built_in().expect("the built-in packs are sound"));

const VALUE: &str = "S3cr3tQ7w8E9r0Zx";

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("profile.yaml");
    std::fs::write(&path, bytes).expect("the profile is written");
    let redactor = Redactor::new();
    if let Err(problems) = preflight::profile::read(&path, &CATALOG, &|_| Some(VALUE.to_owned()), &redactor) {
        let shown = problems.render(false);
        let written = String::from_utf8_lossy(bytes).contains(VALUE);
        assert!(written || !shown.contains(VALUE), "{shown}");
    }
});
