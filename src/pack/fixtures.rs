//! Fixtures: the bodies of replies and events, from the program itself or from a folder.

use std::borrow::Cow;
use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use serde_json::Value;

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/fixtures");

/// The files of packs: contents by path, with `/` between its parts.
pub(super) type Files = BTreeMap<String, Cow<'static, [u8]>>;

/// The fixtures of one provider, by names relative to its folder.
#[derive(Clone, Debug, Default)]
pub struct Fixtures {
    provider: String,
    files: Files,
}

/// Why a fixture cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the fixture `{name}` {why}")]
pub struct FixtureError {
    /// The fixture's name, as it was asked for.
    pub name: String,
    /// What is wrong with it; follows its name in a sentence.
    pub why: String,
}

impl Fixtures {
    /// Returns the fixtures of a provider that are built into the program.
    pub fn built_in(provider: &str) -> Self {
        Fixtures::from_files(provider, &embedded(&BUILT_IN))
    }

    /// Selects the fixtures of one provider from the fixtures of all.
    pub(super) fn from_files(provider: &str, files: &Files) -> Self {
        let prefix = format!("{provider}/");
        let mine =
            files.iter().filter_map(|(path, bytes)| Some((path.strip_prefix(&prefix)?.to_owned(), bytes.clone())));
        Fixtures { provider: provider.to_owned(), files: mine.collect() }
    }

    /// Returns all names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Returns all names and contents, sorted by name.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_ref()))
    }

    /// Returns the text of a fixture.
    ///
    /// # Errors
    ///
    /// A file that is not there or not UTF-8.
    pub fn text(&self, name: &str) -> Result<&str, FixtureError> {
        let error = |why: &str| FixtureError { name: name.to_owned(), why: why.to_owned() };
        let missing = || error(&format!("does not exist: there is no `fixtures/{}/{name}`", self.provider));
        let bytes = self.files.get(name).ok_or_else(missing)?;
        std::str::from_utf8(bytes).map_err(|_| error("is not UTF-8"))
    }

    /// Parses a JSON fixture, given its name without `.json`.
    ///
    /// # Errors
    ///
    /// As [`Fixtures::text`], and a text that is not JSON.
    pub fn json(&self, name: &str) -> Result<Value, FixtureError> {
        let text = self.text(&format!("{name}.json"))?;
        serde_json::from_str(text)
            .map_err(|cause| FixtureError { name: name.to_owned(), why: format!("is not JSON: {cause}") })
    }
}

/// Returns the files of a folder that was compiled into the program, by their paths in it.
pub(super) fn embedded(folder: &Dir<'static>) -> Files {
    let mut files = Files::new();
    for file in folder.files() {
        files.insert(file.path().to_string_lossy().replace('\\', "/"), Cow::Borrowed(file.contents()));
    }
    for inner in folder.dirs() {
        files.extend(embedded(inner));
    }
    files
}

/// Returns all fixtures that were compiled into the program.
pub(super) fn all_embedded() -> Files {
    embedded(&BUILT_IN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixture_is_found_by_its_name_and_a_wrong_name_is_explained() {
        let file = |name: &str, text: &str| (format!("acme/{name}"), Cow::Owned(text.as_bytes().to_vec()));
        let fixtures =
            Fixtures::from_files("acme", &Files::from([file("ok.json", "{\"a\": 1}"), file("bad.json", "{")]));
        assert_eq!(fixtures.json("ok"), Ok(serde_json::json!({ "a": 1 })));
        for (name, words) in [
            ("bad", "is not JSON"),
            ("none", "there is no `fixtures/acme/none.json`"),
            ("../acme/ok", "does not exist"),
        ] {
            assert!(fixtures.json(name).unwrap_err().to_string().contains(words), "{name}");
        }
        assert!(Fixtures::built_in("debitura").names().count() > 10);
    }
}
