//! Reading packs: from the program itself, or from a folder. All problems of all files at once.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use include_dir::{Dir, include_dir};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::check::Check;
use super::fixtures::{Files, Fixtures, all_embedded, embedded};
use super::lint;
use super::provider::{Addresses, Provider};
use super::sample::{self, SamplePartner, Sampled};
use crate::yaml::{Document, LARGEST, Problem, Problems};

static CHECKS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/checks");

/// The name of the file that makes a folder a pack.
const PROVIDER: &str = "provider.yaml";

/// All packs at hand, by the names of their folders.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// The packs.
    pub packs: BTreeMap<String, Arc<Pack>>,
    /// The built-in packs, those among them that another one stands in for: what they say is known to be so.
    pub originals: BTreeMap<String, Arc<Pack>>,
    /// What is worth saying about them without being wrong.
    pub warnings: Problems,
}

/// One provider's checklist.
#[derive(Clone, Debug)]
pub struct Pack {
    /// The folder's name.
    pub id: String,
    /// What it says about the provider.
    pub provider: Provider,
    /// The same as JSON, for templates, with all its `hosts`.
    pub facts: Value,
    /// Where it says it.
    pub document: Document,
    /// Its checks, in the order of the checklist.
    pub checks: Vec<Arc<PackedCheck>>,
    /// SHA-256 over the names and contents of its files, fixtures included; 64 hex digits.
    pub digest: String,
    /// Whether it was built into the program.
    pub built_in: bool,
    /// The bodies that it refers to, by name without `.json`.
    pub fixtures: Fixtures,
    /// Its sample partner, if it has one.
    pub sample: Option<Sampled>,
}

/// A check and its text.
#[derive(Clone, Debug)]
pub struct PackedCheck {
    /// The check.
    pub check: Check,
    /// The text it was read from; its name is relative, `checks/<provider>/<section>/<stem>.yaml`.
    pub document: Document,
}

impl Catalog {
    /// The packs that are built into the program. They were held against schema and lints when it was tested, which
    /// takes longer than all else that a short command does, so that is not done again.
    pub fn built_in() -> Result<Self, Problems> {
        assemble(&embedded(&CHECKS), &all_embedded(), "checks", Source::Tested)
    }

    /// The packs that are built into the program, with everything that is wrong with them.
    pub fn built_in_examined() -> Result<Self, Problems> {
        assemble(&embedded(&CHECKS), &all_embedded(), "checks", Source::BuiltIn)
    }

    /// The packs of a folder: `DIR/<provider>/provider.yaml`, with fixtures beside it in `DIR/../fixtures/<provider>`.
    pub fn from_folder(folder: &Path) -> Result<Self, Problems> {
        let shown = folder.display().to_string();
        let checks = on_disk(folder).map_err(|problem| Problems::from(vec![problem]))?;
        let beside = folder.parent().map(|parent| parent.join("fixtures"));
        // As below: what is itself a link could lead anywhere.
        let beside = beside.filter(|path| std::fs::symlink_metadata(path).is_ok_and(|found| found.is_dir()));
        let fixtures = beside
            .map_or_else(|| Ok(Files::new()), |path| on_disk(&path))
            .map_err(|problem| Problems::from(vec![problem]))?;
        assemble(&checks, &fixtures, shown.trim_end_matches('/'), Source::Folder)
    }

    /// The pack that a command line names.
    ///
    /// # Errors
    ///
    /// A name that no pack has, with the nearest one.
    pub fn pack(&self, name: &str) -> Result<Arc<Pack>, Problem> {
        self.packs.get(name).cloned().ok_or_else(|| {
            let known: Vec<&str> = self.packs.keys().map(String::as_str).collect();
            let problem = Problem::of_file("command line", format!("there is no pack `{name}`"));
            problem.nearest_or(name, known.iter().copied(), &format!("packs at hand: {}", known.join(", ")))
        })
    }

    /// These packs, with those of another catalog added or put in their place.
    #[must_use]
    pub fn with(mut self, other: Catalog) -> Self {
        self.packs.extend(other.packs);
        self.warnings.0.extend(other.warnings.0);
        self
    }
}

/// Where packs come from, and so how far they must be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The program, whose packs were looked at when it was tested.
    Tested,
    /// The program, looked at like any other.
    BuiltIn,
    /// A folder.
    Folder,
}

impl Source {
    fn typed<T: DeserializeOwned + JsonSchema>(self, document: &Document, value: Value) -> Result<T, Vec<Problem>> {
        match self {
            Source::Tested => document.typed_unheld(value),
            Source::BuiltIn | Source::Folder => document.typed_from(value),
        }
    }
}

fn on_disk(folder: &Path) -> Result<Files, Problem> {
    let failed = |path: &Path, error: &std::io::Error| {
        Problem::of_file(&path.display().to_string(), format!("cannot be read: {error}"))
            .hint("name a folder that holds packs, such as `checks`, with one folder a provider")
    };
    let mut files = Files::new();
    let mut left = vec![folder.to_path_buf()];
    while let Some(path) = left.pop() {
        for entry in std::fs::read_dir(&path).map_err(|error| failed(&path, &error))? {
            let entry = entry.map_err(|error| failed(&path, &error))?;
            // A link could lead out of the folder, and a pack from elsewhere must not read beyond it.
            let kind = entry.file_type().map_err(|error| failed(&entry.path(), &error))?;
            if kind.is_dir() {
                left.push(entry.path());
            } else if kind.is_file() {
                let bytes = std::fs::read(entry.path()).map_err(|error| failed(&entry.path(), &error))?;
                let below = entry
                    .path()
                    .strip_prefix(folder)
                    .map(|p| p.to_string_lossy().replace('\\', "/"))
                    .unwrap_or_default();
                files.insert(below, Cow::Owned(bytes));
            }
        }
    }
    Ok(files)
}

/// All packs of some files, or every problem in them.
fn assemble(checks: &Files, fixtures: &Files, shown: &str, source: Source) -> Result<Catalog, Problems> {
    let mut problems = Vec::new();
    let mut packs = BTreeMap::new();
    let names: Vec<&str> = checks
        .keys()
        .filter_map(|path| path.strip_suffix(&format!("/{PROVIDER}")))
        .filter(|n| !n.contains('/'))
        .collect();
    if names.is_empty() {
        problems.push(
            Problem::of_file(shown, "holds no pack")
                .hint(format!("a pack is a folder with a `{PROVIDER}`: {shown}/<provider>/{PROVIDER}")),
        );
    }
    for name in names {
        match pack(name, checks, fixtures, shown, source) {
            Ok((pack, found)) => {
                problems.extend(found);
                packs.insert(name.to_owned(), Arc::new(pack));
            }
            Err(found) => problems.extend(found),
        }
    }
    let problems = Problems(problems).sorted();
    if problems.fatal() {
        return Err(problems);
    }
    let originals = if source == Source::Folder { BTreeMap::new() } else { packs.clone() };
    Ok(Catalog { packs, originals, warnings: problems })
}

fn below<'f>(files: &'f Files, name: &str) -> impl Iterator<Item = (&'f str, &'f Cow<'static, [u8]>)> {
    let prefix = format!("{name}/");
    files.iter().filter_map(move |(path, bytes)| Some((path.strip_prefix(&prefix)?, bytes)))
}

fn document(shown: &str, name: &str, path: &str, bytes: &[u8]) -> Result<Document, Problem> {
    let shown = format!("{shown}/{name}/{path}");
    if bytes.len() > LARGEST {
        return Err(Problem::of_file(&shown, format!("is larger than {LARGEST} bytes")));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Document::new(shown, text)),
        Err(_) => Err(Problem::of_file(&shown, "is not UTF-8 text").hint("save it as UTF-8")),
    }
}

/// One pack, with what its lints say; or the problems that keep it from being read at all.
fn pack(
    name: &str,
    checks: &Files,
    fixtures: &Files,
    shown: &str,
    source: Source,
) -> Result<(Pack, Vec<Problem>), Vec<Problem>> {
    let mut problems = Vec::new();
    let mut read = Vec::new();
    let mut provider = None;
    let mut sample = None;
    for (path, bytes) in
        below(checks, name).filter(|(path, _)| has_extension(path, "yaml") || has_extension(path, "yml"))
    {
        let document = match document(shown, name, path, bytes) {
            Ok(document) => document,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        if path == PROVIDER {
            let parsed = document.parse().map_err(|problem| vec![problem]);
            match parsed.and_then(|facts| Ok((source.typed::<Provider>(&document, facts.clone())?, facts))) {
                Ok((typed, mut facts)) => {
                    facts["hosts"] = hosts(&typed).into();
                    provider = Some((typed, facts, document));
                }
                Err(found) => problems.extend(found),
            }
        } else if path == sample::FILE {
            match sampled(document, source) {
                Ok(sampled) => sample = Some(sampled),
                Err(found) => problems.extend(found),
            }
        } else {
            let parsed = document.parse().map_err(|problem| vec![problem]);
            match parsed.and_then(|value| source.typed::<Check>(&document, value)) {
                Ok(check) => read.push((path.to_owned(), PackedCheck { check, document })),
                Err(found) => problems.extend(found),
            }
        }
    }
    let Some((provider, facts, document)) = provider else { return Err(problems) };
    let fixtures = Fixtures::of(name, fixtures);
    // With a file unread, `needs` and item lints would blame the others for it.
    if problems.is_empty() && source != Source::Tested {
        problems.extend(lint::pack(&provider, &facts, &document, &read, &fixtures));
        problems.extend(sample.iter().flat_map(|sampled| lint::sample(&provider, &facts, &read, sampled)));
    }
    if problems.iter().any(|problem| problem.severity == crate::yaml::Severity::Error) {
        return Err(problems);
    }
    let digest = digest(name, checks, &fixtures);
    let order = |check: &Check| provider.items.iter().position(|item| check.items.first() == Some(&item.id));
    read.sort_by(|(a_path, a), (b_path, b)| (order(&a.check), a_path).cmp(&(order(&b.check), b_path)));
    let checks = read.into_iter().map(|(_, check)| Arc::new(check)).collect();
    let built_in = source != Source::Folder;
    Ok((Pack { id: name.to_owned(), provider, facts, document, checks, digest, built_in, fixtures, sample }, problems))
}

/// The sample partner of a pack.
fn sampled(document: Document, source: Source) -> Result<Sampled, Vec<Problem>> {
    let json = document.parse().map_err(|problem| vec![problem])?;
    let partner = source.typed::<SamplePartner>(&document, json.clone())?;
    Ok(Sampled { partner, json, document })
}

/// Every host of the provider's, in any environment and any spelling.
fn hosts(provider: &Provider) -> Vec<String> {
    let of = |addresses: &Addresses| {
        let apis = addresses.apis.values().filter_map(|url| url.host_str().map(str::to_owned));
        apis.chain(addresses.pages.iter().chain(&addresses.obsolete).cloned()).collect::<Vec<_>>()
    };
    let mut hosts: Vec<String> = provider.environments.values().flat_map(of).collect();
    hosts.sort();
    hosts.dedup();
    hosts
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

fn digest(name: &str, checks: &Files, fixtures: &Fixtures) -> String {
    let mut hash = Sha256::new();
    let mut add = |kind: &str, path: &str, bytes: &[u8]| {
        hash.update(format!("{kind} {path} {}\n", bytes.len()));
        hash.update(bytes);
    };
    for (path, bytes) in below(checks, name) {
        add("check", path, bytes);
    }
    for (path, bytes) in fixtures.all() {
        add("fixture", path, bytes);
    }
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packs_that_are_not_looked_at_again_are_sound() {
        let examined = Catalog::built_in_examined().map_err(|problems| problems.render(false)).unwrap();
        let quick = Catalog::built_in().unwrap();
        assert_eq!(examined.packs.keys().collect::<Vec<_>>(), quick.packs.keys().collect::<Vec<_>>());
        for (name, pack) in &quick.packs {
            assert_eq!((&pack.digest, pack.built_in), (&examined.packs[name].digest, true));
        }
    }
}
