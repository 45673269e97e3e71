//! Writes a finished report to its file, whole or not at all, and removes an earlier one.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::stream;
use crate::files::full;

/// The most symbolic links that are followed.
const MAX_LINKS: usize = 40;

/// The error when a report cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the report to {}: {}", .path.display(), advice(.source))]
pub struct WriteError {
    /// The path of the report.
    pub path: PathBuf,
    /// The error of the operating system.
    pub source: io::Error,
}

fn advice(error: &io::Error) -> Cow<'static, str> {
    full(error).map_or_else(|| format!("{error}; name a file in a writable folder").into(), Cow::Borrowed)
}

/// Writes `bytes` to a temporary file beside `path`, which then replaces `path`. Missing folders are made. A path that
/// exists and is no regular file (`/dev/stdout`, a pipe) is written to directly, never replaced.
///
/// # Errors
///
/// Names the path. An older file there is unchanged, and nothing else is left behind.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    try_write(path, bytes).map_err(|source| WriteError { path: path.to_owned(), source })
}

/// Removes an earlier report, so that nobody mistakes it for the report of a run that did not get that far. Anything
/// but a regular file stays.
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

/// Whether two paths lead to one file, whatever their spelling: other names, links, or other letter case, which many
/// file systems ignore.
pub fn is_same(one: &Path, other: &Path) -> bool {
    let id = |path: &Path| fs::metadata(path).ok().map(|found| (found.dev(), found.ino()));
    let folded = |path: &Path| place(path).to_string_lossy().to_lowercase();
    id(one).is_some_and(|one| id(other) == Some(one)) || folded(one) == folded(other)
}

/// Returns the full path without links, whether or not the file exists.
pub fn place(path: &Path) -> PathBuf {
    let path = resolved(path).unwrap_or_else(|_| path.to_owned());
    if let Ok(full) = fs::canonicalize(&path) {
        return full;
    }
    let above = || place(folder(&path));
    match path.file_name() {
        Some(name) => above().join(name),
        // The path ends in `..`, below a folder that does not exist.
        None => above().parent().map(Path::to_path_buf).unwrap_or_default(),
    }
}

/// Holds the place of a report. A pipe stays open, because its reader would see the end of file if no process had it
/// open.
#[derive(Debug)]
pub struct ReservedFile(#[expect(dead_code, reason = "it is open as long as this is there")] Option<File>);

/// Whether a report can be written to `path`. Missing folders are made; nothing else is left behind.
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
        // Append, because other programs may write there too.
        Ok(_) if is_stream(path) => stream::write(path, bytes),
        // If the path is a link to a file, the link stays.
        Ok(_) | Err(_) => replace(&resolved(path)?, bytes),
    }
}

/// Whether a path is written to directly: it is no regular file, or this process has it open already (`/dev/stdout`),
/// regular file or not.
fn is_stream(path: &Path) -> bool {
    let open = ["/dev/std", "/dev/fd/", "/proc/"].iter().any(|start| path.to_string_lossy().starts_with(start));
    open || fs::metadata(path).is_ok_and(|found| !found.is_file())
}

/// Follows all links of a path. The last link may lead to a file that does not exist.
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

/// Returns the folder that a path is in.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = beside(path)?;
    file.write_all(bytes)?;
    // The file is not flushed to disk: the rename already keeps readers from seeing a half-written report, and a
    // pipeline whose machine loses power runs again. Flushing took longer than a thousand checks.
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// Creates a temporary file beside a path.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    // The temporary file always has a valid name, so a path whose own name is too long must fail here.
    if let Err(error) = fs::symlink_metadata(path).map(drop)
        && error.kind() == io::ErrorKind::InvalidFilename
    {
        return Err(error);
    }
    let folder = folder(path);
    fs::create_dir_all(folder)?;
    let mut builder = Builder::new();
    builder.prefix(".preflight-");
    // The usual permissions of a new file, limited by the umask: a CI system often reads the report as another user.
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
