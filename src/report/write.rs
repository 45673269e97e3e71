//! Putting a finished report where it was asked for, whole or not at all, and taking an earlier one away.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::stream;
use crate::files::full;

/// So many links are followed.
const MAX_LINKS: usize = 40;

/// A report could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the report to {}: {}", .path.display(), advice(.source))]
pub struct WriteError {
    /// Where it should have gone.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

fn advice(error: &io::Error) -> Cow<'static, str> {
    full(error).map_or_else(|| format!("{error}; name a file in a writable folder").into(), Cow::Borrowed)
}

/// Writes `bytes` to `path`: to a temporary file beside it, which is then renamed. Folders on the way are made.
/// A path that exists and is no ordinary file (`/dev/stdout`, a pipe) is written to directly, never replaced.
///
/// # Errors
///
/// Names the path; an older file there is as it was, and nothing else is left behind.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    try_write(path, bytes).map_err(|source| WriteError { path: path.to_owned(), source })
}

/// Takes an earlier report away, so that nobody takes it for one of a run that never got that far. What is no ordinary
/// file stays.
///
/// # Errors
///
/// As [`write()`].
pub fn remove(path: &Path) -> Result<(), WriteError> {
    let removed = match fs::metadata(path) {
        Ok(found) if found.is_file() && !is_stream(path) => resolved(path).and_then(fs::remove_file),
        Ok(_) | Err(_) => Ok(()),
    };
    removed.map_err(|source| WriteError { path: path.to_owned(), source })
}

/// Whether two paths lead to one file, however they are written: by other names, links, or in other letters, which many
/// systems do not tell apart.
pub fn is_same(one: &Path, other: &Path) -> bool {
    let id = |path: &Path| fs::metadata(path).ok().map(|found| (found.dev(), found.ino()));
    let folded = |path: &Path| place(path).to_string_lossy().to_lowercase();
    id(one).is_some_and(|one| id(other) == Some(one)) || folded(one) == folded(other)
}

/// The full path of what is there, or would be, without links.
pub fn place(path: &Path) -> PathBuf {
    let path = resolved(path).unwrap_or_else(|_| path.to_owned());
    if let Ok(full) = fs::canonicalize(&path) {
        return full;
    }
    let above = || place(folder(&path));
    match path.file_name() {
        Some(name) => above().join(name),
        // It ends in `..`, below a folder that is not there.
        None => above().parent().map(Path::to_path_buf).unwrap_or_default(),
    }
}

/// What keeps the place of a report as it was found: whoever reads a pipe would take it for ended if nobody had it open.
#[derive(Debug)]
pub struct ReservedFile(#[expect(dead_code, reason = "it is open as long as this is there")] Option<File>);

/// Whether a report could be written to `path`. Folders on the way are made; nothing else is left behind.
///
/// # Errors
///
/// As [`write()`].
pub fn can_write(path: &Path) -> Result<ReservedFile, WriteError> {
    let tried = match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) if is_stream(path) => stream::open(path).map(Some),
        Ok(_) | Err(_) => resolved(path).and_then(|file| beside(&file)).map(|_| None),
    };
    tried.map(ReservedFile).map_err(|source| WriteError { path: path.to_owned(), source })
}

fn try_write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::metadata(path) {
        // What else is written there must stay.
        Ok(_) if is_stream(path) => stream::write(path, bytes),
        // A link to a file stays a link.
        Ok(_) | Err(_) => replace(&resolved(path)?, bytes),
    }
}

/// What is written to directly: what is no ordinary file, and what this process has open already (`/dev/stdout`), be it
/// an ordinary file or not.
fn is_stream(path: &Path) -> bool {
    let open = ["/dev/std", "/dev/fd/", "/proc/"].iter().any(|start| path.to_string_lossy().starts_with(start));
    open || fs::metadata(path).is_ok_and(|found| !found.is_file())
}

/// The path behind links, of which the last may lead to what is not there.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            Ok(to) => path = folder(&path).join(to),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("its links form a loop"))
}

/// The folder that a path is in.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = beside(path)?;
    file.write_all(bytes)?;
    // Not forced to the disk: the rename keeps a half-written report from being seen, and a pipeline whose machine loses
    // power runs again. Forcing it took longer than a thousand checks.
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// A temporary file beside a path.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    // The temporary file has a name that is short enough, whatever the other one is.
    if let Err(error) = fs::symlink_metadata(path).map(drop)
        && error.kind() == io::ErrorKind::InvalidFilename
    {
        return Err(error);
    }
    let folder = folder(path);
    fs::create_dir_all(folder)?;
    let mut builder = Builder::new();
    builder.prefix(".preflight-");
    // As any other new file: readable for those whom the umask lets, since a CI system often reads as another user.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::{can_write, write};
    use std::fs;

    #[test]
    fn a_report_replaces_an_older_one_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out/new/report.xml");
        write(&path, b"old and long").unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn an_error_names_the_path_and_keeps_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, b"x").unwrap();
        for path in [folder.path().to_owned(), file.join("report.xml")] {
            let error = write(&path, b"new").unwrap_err().to_string();
            assert!(error.contains(&path.display().to_string()), "{error}");
            assert!(can_write(&path).is_err(), "{error}");
        }
        assert_eq!(fs::read(&file).unwrap(), b"x");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_device_a_device() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, b"old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write(&link, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        write(std::path::Path::new("/dev/null"), b"gone").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        for path in [&*link, std::path::Path::new("/dev/null"), &folder.path().join("new/report.xml")] {
            assert!(can_write(path).is_ok(), "{}", path.display());
        }
        assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 0);
        assert_eq!(fs::read(&file).unwrap(), b"new");
    }
}
