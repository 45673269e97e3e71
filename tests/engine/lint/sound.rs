//! Sound files load without any message.

use preflight::pack::check::Check;
use preflight::pack::load::Catalog;
use preflight::pack::provider::Provider;
use preflight::yaml::schema_of;

use super::folder::Folder;

#[test]
fn a_sound_pack_loads_and_nothing_is_said() {
    let catalog = Folder::sound().read().unwrap();
    assert!(catalog.warnings.0.is_empty(), "{}", catalog.warnings);
    let pack = &catalog.packs["acme"];
    let ids: Vec<&str> = pack.checks.iter().map(|packed| packed.check.id.as_str()).collect();
    assert_eq!(ids, ["hooks.genuine", "api.me"], "in the order of the provider's items");
    assert!(!pack.built_in && pack.digest.len() == 64);
}

#[test]
fn the_schema_that_editors_get_accepts_every_check_that_is_shipped() {
    let (check, provider) = (schema_of::<Check>(), schema_of::<Provider>());
    let (check, provider) = (jsonschema::validator_for(&check).unwrap(), jsonschema::validator_for(&provider).unwrap());
    let catalog = Catalog::built_in().unwrap();
    let mut seen = 0;
    for pack in catalog.packs.values() {
        let facts = pack.document.parse().unwrap();
        assert!(provider.is_valid(&facts), "{}: {:?}", pack.document.name, provider.iter_errors(&facts).next());
        for packed in &pack.checks {
            let value = packed.document.parse().unwrap();
            assert!(check.is_valid(&value), "{}: {:?}", packed.document.name, check.iter_errors(&value).next());
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen} checks");
}

/// Items without a check may exist. Nothing else is reported about the shipped packs.
#[test]
fn the_lints_raise_no_false_alarm_over_the_shipped_packs() {
    let catalog = Catalog::built_in_examined().unwrap_or_else(|problems| panic!("{problems}"));
    let told = catalog.warnings.0.iter().filter(|problem| !problem.message.contains(" no check"));
    let told: Vec<String> = told.map(|problem| problem.render(false)).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn shipped_packs_that_are_read_from_a_folder_are_the_built_in_ones() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("checks");
    let (read, built_in) = (Catalog::from_folder(&folder).unwrap(), Catalog::built_in().unwrap());
    for (id, pack) in &built_in.packs {
        assert_eq!(read.packs[id].digest, pack.digest, "{id}");
        assert_eq!(read.packs[id].checks.len(), pack.checks.len(), "{id}");
    }
}
