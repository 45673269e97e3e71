//! The files of packs on disk. Anything below the folder that is not a regular file is reported and not opened: a link
//! could lead out of the folder, and a pipe may never end. Files that belong to no pack are not read, so that any
//! folder may be named, even the root of a disk.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use walkdir::{DirEntry, WalkDir};

use super::fixtures::Files;
use crate::files::{self, Kind};
use crate::yaml::Problem;

/// The maximum number of files and folders in all packs of a folder.
const MAX_FILES: usize = 50_000;

/// The maximum total size of these files, in bytes.
const MAX_BYTES: usize = 32 << 20;

/// The most entries of a folder without a pack that are searched for YAML, which tells whether it was meant to be one.
const MAX_SEARCHED_ENTRIES: usize = 10_000;

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
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    let entries = WalkDir::new(folder).min_depth(1).into_iter();
    let entries = entries.filter_entry(|entry| entry.depth() != 1 || wanted(&entry.file_name().to_string_lossy()));
    for (index, entry) in entries.enumerate() {
        let entry = entry.map_err(|error| unreadable(folder, error))?;
        if index >= MAX_FILES {
            return Err(too_much(folder, &format!("more than {MAX_FILES} files and folders")));
        }
        let kind = entry.file_type();
        if kind.is_file() {
            found.push(entry);
        } else if !kind.is_dir() {
            let what = if kind.is_symlink() { "a link" } else { "not a regular file" };
            problems.push(unread(entry.path(), what).hint("put the file itself into the folder, or remove this entry"));
        }
    }
    let (mut files, total) = (Files::new(), AtomicUsize::new(0));
    let read: Vec<_> = found.par_iter().map(|entry| read_one(folder, entry.path(), &kind, &total)).collect();
    for file in read {
        match file {
            Ok((name, bytes)) => drop(files.insert(name, Cow::Owned(bytes))),
            Err(problem) => problems.push(problem),
        }
    }
    if total.into_inner() > MAX_BYTES {
        return Err(too_much(folder, &format!("more than {} MiB", MAX_BYTES >> 20)));
    }
    Ok((files, problems))
}

/// Finds the folders in a folder that contain YAML but no file named `maker`: somebody may have meant to write a pack.
pub(super) fn strays(folder: &Path, maker: &str) -> Vec<String> {
    let below = |folder: &Path, depth| WalkDir::new(folder).min_depth(1).max_depth(depth).into_iter().flatten();
    let folders = below(folder, 1).filter(|entry| entry.file_type().is_dir() && !is_there(&entry.path().join(maker)));
    let meant = |entry: &DirEntry| below(entry.path(), 2).take(MAX_SEARCHED_ENTRIES).any(|file| is_yaml(file.path()));
    let mut names: Vec<String> =
        folders.filter(meant).map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Whether something is there, be it a link that leads nowhere.
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
    path: &Path,
    kind: impl Fn(&str) -> Kind,
    total: &AtomicUsize,
) -> Result<(String, Vec<u8>), Problem> {
    let name = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/");
    if name.contains(char::is_control) {
        let problem = Problem::of_file(&shown(path), "has a name with control characters in it");
        return Err(problem.hint("rename it"));
    }
    if total.load(Ordering::Relaxed) > MAX_BYTES {
        return Ok((name, Vec::new()));
    }
    let bytes = files::read(path, kind(&name)).map_err(|why| Problem::of_file(&shown(path), why.to_string()))?;
    total.fetch_add(bytes.len(), Ordering::Relaxed);
    Ok((name, bytes))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn unreadable(folder: &Path, error: walkdir::Error) -> Problem {
    let path = shown(error.path().unwrap_or(folder));
    // Only a walk that follows links can end for another reason than the disk's.
    let why = error.into_io_error().map_or_else(|| "the folder contains itself".to_owned(), |error| error.to_string());
    Problem::of_file(&path, format!("cannot be read: {why}"))
        .hint("name a folder that holds packs, such as `checks`, with one folder per provider")
}
