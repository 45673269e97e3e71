//! Fixtures: the bodies of replies and events, from the program itself or from a folder.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

use include_dir::{Dir, include_dir};
use serde_json::Value;

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/fixtures");

/// The fixtures of one provider, by names relative to its folder.
#[derive(Clone, Debug)]
pub struct Fixtures {
    provider: String,
    folder: Option<PathBuf>,
}

/// Why a fixture cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixtureError {
    /// Its name.
    pub name: String,
    /// One sentence.
    pub why: String,
}

impl fmt::Display for FixtureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the fixture `{}` {}", self.name, self.why)
    }
}

impl std::error::Error for FixtureError {}

impl Fixtures {
    /// Those that the program was built with.
    pub fn built_in(provider: &str) -> Self {
        Fixtures { provider: provider.to_owned(), folder: None }
    }

    /// Those in a folder that has one folder for each provider.
    pub fn folder(provider: &str, folder: PathBuf) -> Self {
        Fixtures { provider: provider.to_owned(), folder: Some(folder) }
    }

    /// The text of a fixture.
    ///
    /// # Errors
    ///
    /// A name that leaves the folder, and a file that is not there or not UTF-8.
    pub fn text(&self, name: &str) -> Result<Cow<'static, str>, FixtureError> {
        let error = |why: &str| FixtureError { name: name.to_owned(), why: why.to_owned() };
        if name.split(['/', '\\']).any(|part| matches!(part, "" | "." | "..")) {
            return Err(error("has a name that leaves its folder"));
        }
        let path = format!("{}/{name}", self.provider);
        match &self.folder {
            None => BUILT_IN
                .get_file(&path)
                .ok_or_else(|| error(&format!("does not exist: there is no `fixtures/{path}`")))?
                .contents_utf8()
                .map(Cow::Borrowed)
                .ok_or_else(|| error("is not UTF-8")),
            Some(folder) => {
                let path = folder.join(path);
                std::fs::read_to_string(&path)
                    .map(Cow::Owned)
                    .map_err(|cause| error(&format!("cannot be read from {}: {cause}", path.display())))
            }
        }
    }

    /// A JSON fixture, by its name without `.json`.
    ///
    /// # Errors
    ///
    /// As [`Fixtures::text`], and a text that is not JSON.
    pub fn json(&self, name: &str) -> Result<Value, FixtureError> {
        let text = self.text(&format!("{name}.json"))?;
        serde_json::from_str(&text)
            .map_err(|cause| FixtureError { name: name.to_owned(), why: format!("is not JSON: {cause}") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixture_is_found_by_its_name_and_a_wrong_name_is_explained() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("acme")).unwrap();
        std::fs::write(dir.path().join("acme/ok.json"), "{\"a\": 1}").unwrap();
        std::fs::write(dir.path().join("acme/bad.json"), "{").unwrap();
        let fixtures = Fixtures::folder("acme", dir.path().to_owned());
        assert_eq!(fixtures.json("ok"), Ok(serde_json::json!({ "a": 1 })));
        for (name, words) in [("bad", "is not JSON"), ("none", "cannot be read"), ("../acme/ok", "leaves its folder")] {
            assert!(fixtures.json(name).unwrap_err().to_string().contains(words), "{name}");
        }
        assert!(Fixtures::built_in("acme").json("none").unwrap_err().to_string().contains("fixtures/acme/none.json"));
    }
}
