//! Any bytes as a pack, `provider.yaml` and one check apart by a line `----`: it is read, or refused with problems that
//! can be shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use preflight::pack::load::Catalog;

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let checks = folder.path().join("checks/acme/section");
    std::fs::create_dir_all(&checks).expect("a folder of checks");
    let text = String::from_utf8_lossy(bytes);
    let (provider, check) = text.split_once("\n----\n").unwrap_or((&text, ""));
    std::fs::write(folder.path().join("checks/acme/provider.yaml"), provider).expect("the pack is written");
    std::fs::write(checks.join("one.yaml"), check).expect("the check is written");
    if let Err(problems) = Catalog::from_folder(&folder.path().join("checks")) {
        assert!(!problems.render(false).is_empty());
    }
});
