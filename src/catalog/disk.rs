//! The files of packs on disk. What is no plain file below the folder is told and not opened: a link could lead out of
//! it, and a pipe never ends.

use std::borrow::Cow;
use std::fs::{DirEntry, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::fixtures::Files;
use super::parallel;
use crate::yaml::Problem;

/// The largest file of a pack that is no YAML, in bytes.
const LARGEST: u64 = 16 << 20;

/// All files below a folder, by their paths in it, and what is wrong with some of them. What lies in the folder itself
/// is asked for by its name.
///
/// # Errors
///
/// A folder that cannot be listed.
pub(super) fn files(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<(Files, Vec<Problem>), Problem> {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    let mut left = vec![folder.to_path_buf()];
    while let Some(path) = left.pop() {
        for entry in std::fs::read_dir(&path).map_err(|error| unreadable(&path, &error))? {
            let entry = entry.map_err(|error| unreadable(&path, &error))?;
            if path == folder && !wanted(&entry.file_name().to_string_lossy()) {
                continue;
            }
            let kind = entry.file_type().map_err(|error| unreadable(&entry.path(), &error))?;
            if kind.is_dir() {
                left.push(entry.path());
            } else if kind.is_file() {
                found.push(entry);
            } else {
                let what = if kind.is_symlink() { "a link" } else { "no plain file" };
                problems
                    .push(unread(&entry.path(), what).hint("put the file itself into the folder, or take this away"));
            }
        }
    }
    let mut files = Files::new();
    for read in parallel::map(&found, |entry| one(folder, entry)) {
        match read {
            Ok((name, bytes)) => drop(files.insert(name, Cow::Owned(bytes))),
            Err(problem) => problems.push(problem),
        }
    }
    Ok((files, problems))
}

/// The folder of fixtures beside a folder of packs, which may be named by its place alone: `.`, `packs/..`.
pub(super) fn beside(folder: &Path) -> PathBuf {
    let above = folder.file_name().and_then(|_| folder.parent()).map_or_else(|| folder.join(".."), Path::to_path_buf);
    above.join("fixtures")
}

/// Whether a file at that full path would belong to a pack of the folder: to one of those with the file that makes a
/// folder a pack, or to the fixtures of one.
pub(super) fn holds(folder: &Path, maker: &str, place: &Path) -> bool {
    [folder.to_owned(), beside(folder)].iter().filter_map(|root| std::fs::canonicalize(root).ok()).any(|root| {
        let within = place.strip_prefix(&root).ok().and_then(|rest| rest.components().next());
        within.is_some_and(|name| folder.join(name).join(maker).is_file())
    })
}

/// What is wrong with a folder that is itself a link.
pub(super) fn link(folder: &Path) -> Option<Problem> {
    let found = std::fs::symlink_metadata(folder).ok()?;
    found.is_symlink().then(|| unread(folder, "a link").hint("put the folder itself there, or take this away"))
}

fn unread(path: &Path, what: &str) -> Problem {
    Problem::of_file(&shown(path), format!("is {what}, so it is not read"))
}

/// One file, with its path below the folder.
fn one(folder: &Path, entry: &DirEntry) -> Result<(String, Vec<u8>), Problem> {
    let path = entry.path();
    let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
    if name.contains(char::is_control) {
        let problem = Problem::of_file(&shown(&path), "has a name with control characters in it");
        return Err(problem.hint("rename it"));
    }
    let mut bytes = Vec::new();
    let read = File::open(&path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    match read.map_err(|error| unreadable(&path, &error))? {
        length if length as u64 > LARGEST => {
            Err(Problem::of_file(&shown(&path), format!("is larger than {LARGEST} bytes")))
        }
        _ => Ok((name, bytes)),
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::of_file(&shown(path), format!("cannot be read: {error}"))
        .hint("name a folder that holds packs, such as `checks`, with one folder a provider")
}
