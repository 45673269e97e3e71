//! Reading packs from the program itself or from a folder. All problems of all files are reported at once.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use include_dir::{Dir, include_dir};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::disk;
use super::fixtures::{Files, Fixtures, all_embedded, embedded};
use super::lint::{self, PendingLint, Texts};
use super::model::{Pack, PackedCheck};
use super::provider::{Addresses, Provider};
use super::sample_partner::{self, PackedSamplePartner, SamplePartner};
use crate::address::Host;
use crate::files::Kind;
use crate::yaml::{Document, Problem, Problems, Severity};

static CHECKS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/checks");

/// The name of the file that makes a folder a pack.
const PROVIDER: &str = "provider.yaml";

/// All available packs, by the names of their folders.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// The packs to choose from; one from a folder replaces a built-in one of the same name.
    pub packs: BTreeMap<String, Arc<Pack>>,
    /// The built-in packs, including those that another pack replaces: what they say is known to be true.
    pub originals: BTreeMap<String, Arc<Pack>>,
    /// The warnings about them.
    pub warnings: Problems,
}

impl Catalog {
    /// Reads the packs that are built into the program. Tests hold them against the schema and the lints; that takes
    /// longer than everything else in a short command, so it is not repeated here.
    pub fn built_in() -> Result<Self, Problems> {
        Ok(assemble(embedded(&CHECKS), &all_embedded(), "checks", Source::Tested, Vec::new())?)
    }

    /// Reads the packs that are built into the program, and finds everything that is wrong with them.
    pub fn built_in_examined() -> Result<Self, Problems> {
        Ok(assemble(embedded(&CHECKS), &all_embedded(), "checks", Source::BuiltIn, Vec::new())?)
    }

    /// Reads the packs of a folder: `DIR/<provider>/provider.yaml`, with fixtures in `DIR/../fixtures/<provider>`.
    pub fn from_folder(folder: &Path) -> Result<Self, Problems> {
        let shown = folder.display().to_string();
        let shown = shown.trim_end_matches('/');
        let is_pack = |name: &str| disk::is_there(&folder.join(name).join(PROVIDER));
        let (checks, mut problems) = disk::files(folder, is_pack, kind)?;
        problems.extend(strays(folder, shown, checks.is_empty() && problems.is_empty()));
        let beside = disk::beside(folder);
        problems.extend(disk::link(&beside));
        let beside = Some(beside).filter(|path| std::fs::symlink_metadata(path).is_ok_and(|found| found.is_dir()));
        // Fixtures of providers without a pack are ignored.
        let is_pack = |name: &str| checks.contains_key(&format!("{name}/{PROVIDER}"));
        let read = |path: &Path| disk::files(path, is_pack, |_| Kind::Fixture);
        let (fixtures, unread) = beside.map_or_else(|| Ok(Default::default()), |path| read(&path))?;
        problems.extend(unread);
        Ok(assemble(checks, &fixtures, shown, Source::Folder, problems)?)
    }

    /// Whether a file at a canonical path would belong to a pack of the folder.
    pub fn holds(folder: &Path, place: &Path) -> bool {
        disk::holds(folder, PROVIDER, place)
    }

    /// Finds the pack that a command line names.
    ///
    /// # Errors
    ///
    /// A name that no pack has, with the nearest one.
    pub fn pack(&self, name: &str) -> Result<Arc<Pack>, Problem> {
        self.packs.get(name).cloned().ok_or_else(|| {
            let known: Vec<&str> = self.packs.keys().map(String::as_str).collect();
            let problem = Problem::of_file("command line", format!("there is no pack `{name}`"));
            problem.nearest_or(name, known.iter().copied(), &format!("available packs: {}", known.join(", ")))
        })
    }

    /// Adds the packs of another catalog to these; a pack with the same name is replaced.
    #[must_use]
    pub fn with(mut self, other: Catalog) -> Self {
        self.packs.extend(other.packs);
        self.warnings.0.extend(other.warnings.0);
        self
    }
}

/// Where packs come from, which decides how far they are examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The program, whose packs were examined when it was tested.
    Tested,
    /// The program, whose packs are examined like any others.
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

/// Returns the kind of a file of a pack, which limits its size.
fn kind(path: &str) -> Kind {
    match path.split_once('/') {
        Some((_, PROVIDER | sample_partner::FILE)) => Kind::Written,
        Some(_) if disk::is_yaml(path) => Kind::Check,
        Some(_) | None => Kind::Fixture,
    }
}

/// Reports folders that are not packs, or a folder without any pack.
fn strays(folder: &Path, shown: &str, without: bool) -> Vec<Problem> {
    let strays = disk::strays(folder, PROVIDER);
    if !without {
        let told = |name: &String| {
            let message = format!("has no `{PROVIDER}`, so Preflight ignores it");
            Problem::of_file(&format!("{shown}/{name}"), message)
                .hint(format!("a pack is a folder with exactly this file: {shown}/{name}/{PROVIDER}"))
        };
        return strays.iter().map(told).collect();
    }
    let hint = if disk::is_there(&folder.join(PROVIDER)) {
        "this folder is itself a pack: name the folder above it".to_owned()
    } else {
        let name = strays.first().map_or("<provider>", String::as_str);
        format!("a pack is a folder with a `{PROVIDER}`: {shown}/{name}/{PROVIDER}")
    };
    vec![Problem::of_file(if shown.is_empty() { "/" } else { shown }, "contains no pack").hint(hint)]
}

/// Reads all packs among some files, or returns every problem in them and in what could not be read.
fn assemble(
    checks: Files,
    fixtures: &Files,
    shown: &str,
    source: Source,
    mut problems: Vec<Problem>,
) -> Result<Catalog, Vec<Problem>> {
    let mut packs = BTreeMap::new();
    for (name, files) in by_folder(checks) {
        let whole = !problems.iter().any(|problem| problem.file.starts_with(&format!("{shown}/{name}/")));
        match pack(&name, &files, fixtures, shown, source, whole) {
            Ok((pack, found)) => {
                problems.extend(found);
                packs.insert(name, Arc::new(pack));
            }
            Err(found) => problems.extend(found),
        }
    }
    if fatal(&problems) {
        return Err(problems);
    }
    let originals = if source == Source::Folder { BTreeMap::new() } else { packs.clone() };
    Ok(Catalog { packs, originals, warnings: problems.into() })
}

/// Groups files by their folder, with their paths in it; files beside the folders belong to no pack.
fn by_folder(files: Files) -> BTreeMap<String, Files> {
    let mut folders: BTreeMap<String, Files> = BTreeMap::new();
    for (path, bytes) in files {
        if let Some((folder, rest)) = path.split_once('/') {
            match folders.get_mut(folder) {
                Some(files) => drop(files.insert(rest.to_owned(), bytes)),
                None => drop(folders.insert(folder.to_owned(), Files::from([(rest.to_owned(), bytes)]))),
            }
        }
    }
    folders
}

fn fatal(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}

fn document(shown: &str, name: &str, path: &str, bytes: &[u8]) -> Result<Document, Problem> {
    let shown = format!("{shown}/{name}/{path}");
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Document::new(shown, text)),
        Err(_) => Err(Problem::of_file(&shown, "is not UTF-8 text").hint("save it as UTF-8")),
    }
}

/// The content of one file of a pack.
enum FileContent {
    Provider(Box<(Provider, Value, Document, Texts)>),
    Sample(Box<PackedSamplePartner>),
    Check(Box<PendingLint>),
}

impl FileContent {
    fn read(document: Document, path: &str, source: Source) -> Result<Self, Vec<Problem>> {
        let value = document.parse().map_err(|problems| problems.0)?;
        let texts = if source == Source::Tested { Vec::new() } else { super::lint::texts(&document, &value)? };
        if path == PROVIDER {
            let mut facts = value.clone();
            let provider: Provider = source.typed(&document, value)?;
            facts["hosts"] = hosts(&provider).into();
            return Ok(FileContent::Provider(Box::new((provider, facts, document, texts))));
        }
        if path == sample_partner::FILE {
            let partner: SamplePartner = source.typed(&document, value.clone())?;
            return Ok(FileContent::Sample(Box::new(PackedSamplePartner { partner, json: value, document })));
        }
        let check = source.typed(&document, value)?;
        Ok(FileContent::Check(Box::new(PendingLint {
            path: path.to_owned(),
            packed: PackedCheck { check, document },
            texts,
        })))
    }
}

/// Reads one pack and lints it if it is whole, or returns the problems that keep it from being read at all.
fn pack(
    name: &str,
    files: &Files,
    fixtures: &Files,
    shown: &str,
    source: Source,
    whole: bool,
) -> Result<(Pack, Vec<Problem>), Vec<Problem>> {
    let (mut problems, mut checks, mut provider, mut sample) = (Vec::new(), Vec::new(), None, None);
    let yaml: Vec<_> = files.iter().filter(|(path, _)| disk::is_yaml(path)).collect();
    let read = |(path, bytes): &(&String, &Cow<'static, [u8]>)| {
        document(shown, name, path, bytes)
            .map_err(|problem| vec![problem])
            .and_then(|document| FileContent::read(document, path, source))
    };
    for file in yaml.par_iter().map(read).collect::<Vec<_>>() {
        match file {
            Ok(FileContent::Provider(read)) => provider = Some(*read),
            Ok(FileContent::Sample(read)) => sample = Some(*read),
            Ok(FileContent::Check(check)) => checks.push(*check),
            Err(found) => problems.extend(found),
        }
    }
    let Some((provider, facts, document, texts)) = provider else { return Err(problems) };
    let fixtures = Fixtures::from_files(name, fixtures);
    // If a file could not be read, the lints of `needs` and items would blame the others for it.
    if whole && problems.is_empty() && source != Source::Tested {
        problems.extend(lint::pack(&provider, &facts, (&document, &texts), &checks, &fixtures));
        problems.extend(sample.iter().flat_map(|sampled| lint::sample(&provider, &facts, &checks, sampled)));
    }
    if fatal(&problems) {
        return Err(problems);
    }
    let digest = digest(files, &fixtures);
    let order: BTreeMap<&str, usize> =
        provider.items.iter().enumerate().rev().map(|(at, item)| (item.id.as_str(), at)).collect();
    // Checks without an item come first; a linted pack has none.
    checks.sort_by_cached_key(|read| {
        let item = read.packed.check.items.first();
        (item.and_then(|item| order.get(item.as_str()).copied()), read.path.clone())
    });
    let checks = checks.into_iter().map(|read| Arc::new(read.packed)).collect();
    let built_in = source != Source::Folder;
    Ok((Pack { id: name.to_owned(), provider, facts, document, checks, digest, built_in, fixtures, sample }, problems))
}

/// Returns every host of the provider, in any environment and any spelling.
fn hosts(provider: &Provider) -> Vec<String> {
    let of = |addresses: &Addresses| {
        let apis = addresses.apis.values().filter_map(Host::of).map(|host| host.to_string());
        apis.chain(addresses.pages.iter().chain(&addresses.obsolete).cloned()).collect::<Vec<_>>()
    };
    let mut hosts: Vec<String> = provider.environments.values().flat_map(of).collect();
    hosts.sort();
    hosts.dedup();
    hosts
}

fn digest(files: &Files, fixtures: &Fixtures) -> String {
    let mut hash = Sha256::new();
    let mut add = |kind: &str, path: &str, bytes: &[u8]| {
        hash.update(format!("{kind} {path} {}\n", bytes.len()));
        hash.update(bytes);
    };
    for (path, bytes) in files {
        add("check", path, bytes);
    }
    for (path, bytes) in fixtures.files() {
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
