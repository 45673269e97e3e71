//! The files of packs on disk. Anything below the folder that is not a regular file is reported and not opened: a link
//! could lead out of the folder, and a pipe may never end. Files that belong to no pack are not read, so that any
//! folder may be named, even the root of a disk.

use std::borrow::Cow;
use std::fs::{DirEntry, ReadDir};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::fixtures::Files;
use super::parallel;
use crate::files::{self, Kind};
use crate::yaml::Problem;

/// The maximum number of files and folders in all packs of a folder.
const MAX_FILES: usize = 50_000;

/// The maximum total size of these files, in bytes.
const MAX_BYTES: usize = 32 << 20;

/// The maximum number of entries to list in a folder without a pack, to tell whether it was meant to be one.
const MAX_LISTED_ENTRIES: usize = 100;

/// Reads all files in the wanted folders of a folder, by their paths in it, and returns them with the problems of those
/// that cannot be read. `kind` limits the size of each.
///
/// # Errors
///
/// A folder that cannot be listed, or whose packs are too large.
pub(super) fn files(
    folder: &Path,
    wanted: impl Fn(&str) -> bool,
    kind: impl Fn(&str) -> Kind + Sync,
) -> Result<(Files, Vec<Problem>), Problem> {
    let (mut found, mut problems, mut seen) = (Vec::new(), Vec::new(), 0);
    let mut left = vec![folder.to_path_buf()];
    while let Some(path) = left.pop() {
        for entry in listed(&path)? {
            let entry = entry.map_err(|error| unreadable(&path, &error))?;
            if path == folder && !wanted(&entry.file_name().to_string_lossy()) {
                continue;
            }
            seen += 1;
            if seen > MAX_FILES {
                return Err(too_much(folder, &format!("more than {MAX_FILES} files and folders")));
            }
            let kind = entry.file_type().map_err(|error| unreadable(&entry.path(), &error))?;
            if kind.is_dir() {
                left.push(entry.path());
            } else if kind.is_file() {
                found.push(entry);
            } else {
                let what = if kind.is_symlink() { "a link" } else { "not a regular file" };
                problems.push(
                    unread(&entry.path(), what).hint("put the file itself into the folder, or remove this entry"),
                );
            }
        }
    }
    let (mut files, read) = (Files::new(), AtomicUsize::new(0));
    for one in parallel::map(&found, |entry| read_one(folder, entry, &kind, &read)) {
        match one {
            Ok((name, bytes)) => drop(files.insert(name, Cow::Owned(bytes))),
            Err(problem) => problems.push(problem),
        }
    }
    if read.into_inner() > MAX_BYTES {
        return Err(too_much(folder, &format!("more than {} MiB", MAX_BYTES >> 20)));
    }
    Ok((files, problems))
}

/// Finds the folders in a folder that contain YAML but no file named `maker`: somebody may have meant to write a pack.
pub(super) fn strays(folder: &Path, maker: &str) -> Vec<String> {
    let folders = entries(folder).filter(|(path, is_folder)| *is_folder && !is_there(&path.join(maker)));
    let meant = folders.filter(|(path, _)| {
        let below = entries(path).take(MAX_LISTED_ENTRIES);
        let within = |(path, is_folder): (PathBuf, bool)| {
            let inner = is_folder.then(|| entries(&path).take(MAX_LISTED_ENTRIES).map(|(path, _)| path));
            std::iter::once(path).chain(inner.into_iter().flatten()).collect::<Vec<_>>()
        };
        below.flat_map(within).any(|path| is_yaml(&path))
    });
    let mut names: Vec<String> =
        meant.filter_map(|(path, _)| Some(path.file_name()?.to_string_lossy().into_owned())).collect();
    names.sort();
    names
}

/// Lists the entries of a folder, each with whether it is a folder; none if the folder cannot be listed.
fn entries(folder: &Path) -> impl Iterator<Item = (PathBuf, bool)> + use<> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| (entry.path(), entry.file_type().is_ok_and(|kind| kind.is_dir())))
}

fn listed(path: &Path) -> Result<ReadDir, Problem> {
    std::fs::read_dir(path).map_err(|error| unreadable(path, &error))
}

/// Whether something exists at a path, even a link that leads nowhere.
pub(super) fn is_there(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

/// Whether a file is YAML, by its name.
pub(super) fn is_yaml(path: impl AsRef<Path>) -> bool {
    let end = path.as_ref().extension();
    end.is_some_and(|end| end.eq_ignore_ascii_case("yaml") || end.eq_ignore_ascii_case("yml"))
}

/// Returns the folder of fixtures beside a folder of packs, whose path may end in `.` or `..`: `.`, `packs/..`.
pub(super) fn beside(folder: &Path) -> PathBuf {
    let above = folder.file_name().and_then(|_| folder.parent()).map_or_else(|| folder.join(".."), Path::to_path_buf);
    above.join("fixtures")
}

/// Whether a file at a canonical path would belong to a pack of the folder: to a folder with the file `maker`, or to
/// the fixtures of such a folder.
pub(super) fn holds(folder: &Path, maker: &str, place: &Path) -> bool {
    [folder.to_owned(), beside(folder)].iter().filter_map(|root| std::fs::canonicalize(root).ok()).any(|root| {
        let within = place.strip_prefix(&root).ok().and_then(|rest| rest.components().next());
        within.is_some_and(|name| folder.join(name).join(maker).is_file())
    })
}

/// Reports a folder that is itself a link.
pub(super) fn link(folder: &Path) -> Option<Problem> {
    let found = std::fs::symlink_metadata(folder).ok()?;
    found.is_symlink().then(|| unread(folder, "a link").hint("put the folder itself there, or remove the link"))
}

fn unread(path: &Path, what: &str) -> Problem {
    Problem::of_file(&shown(path), format!("is {what}, so it is not read"))
}

fn too_much(folder: &Path, what: &str) -> Problem {
    let problem = Problem::of_file(&shown(folder), format!("has {what} in its packs"));
    problem.hint("keep only the files of packs in this folder")
}

/// Reads one file and returns it with its path below the folder; no bytes once the files together are too large.
fn read_one(
    folder: &Path,
    entry: &DirEntry,
    kind: impl Fn(&str) -> Kind,
    read: &AtomicUsize,
) -> Result<(String, Vec<u8>), Problem> {
    let path = entry.path();
    let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
    if name.contains(char::is_control) {
        let problem = Problem::of_file(&shown(&path), "has a name with control characters in it");
        return Err(problem.hint("rename it"));
    }
    if read.load(Ordering::Relaxed) > MAX_BYTES {
        return Ok((name, Vec::new()));
    }
    let bytes = files::read(&path, kind(&name)).map_err(|why| Problem::of_file(&shown(&path), why.to_string()))?;
    read.fetch_add(bytes.len(), Ordering::Relaxed);
    Ok((name, bytes))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::of_file(&shown(path), format!("cannot be read: {error}"))
        .hint("name a folder that holds packs, such as `checks`, with one folder per provider")
}
