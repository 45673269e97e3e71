//! Temporary folders that only their owner can read and that are removed however the program ends. Each is locked while
//! its owner runs, so that a later run can recognise and remove what a killed run left behind.

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

use tempfile::Builder;

/// The prefix of the folders' names.
const PREFIX: &str = "preflight-";

/// The file that the owner locks. A folder without it is not ours, whatever its name.
const LOCK: &str = ".preflight-lock";

/// The most attempts to create or remove a folder while another process interferes.
const MAX_ATTEMPTS: usize = 10;

/// Whether this process has looked for folders of killed runs.
static SWEPT: Once = Once::new();

/// The folders of this process that still exist.
static OWN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A folder of this process, removed when this value is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Held as long as the folder exists.
    _lock: File,
}

impl Folder {
    /// Creates a folder. The first call also removes what killed runs left behind.
    pub(super) fn new() -> io::Result<Self> {
        Folder::within(&std::env::temp_dir())
    }

    fn within(root: &Path) -> io::Result<Self> {
        // Held until the folder is registered, so that `take_all_away` misses none.
        let mut own = own();
        for _ in 0..MAX_ATTEMPTS {
            let folder = Builder::new().prefix(PREFIX).permissions(Permissions::from_mode(0o700)).tempdir_in(root)?;
            let Some(lock) = claimed(folder.path())? else { continue };
            let user = lock.metadata()?.uid();
            let folder = Folder { path: folder.keep(), _lock: lock };
            own.insert(folder.path.clone());
            drop(own);
            SWEPT.call_once(|| sweep(root, user));
            return Ok(folder);
        }
        Err(io::Error::other("other runs take each new temporary folder away"))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        take_away(&self.path);
        own().remove(&self.path);
    }
}

/// Removes every folder of this process. No new one is created while the returned value exists.
pub(super) fn take_all_away() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    let own = own();
    for path in own.iter() {
        take_away(path);
    }
    own
}

fn own() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    OWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Locks a new folder. `None` if another run found it before it was locked, and removes it.
fn claimed(folder: &Path) -> io::Result<Option<File>> {
    let path = folder.join(LOCK);
    let lock = File::options().read(true).write(true).create_new(true).open(&path)?;
    match lock.try_lock() {
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        // Where nothing can be locked, no other run can take the folder for an abandoned one either.
        Err(fs::TryLockError::Error(_)) => Ok(Some(lock)),
        Ok(()) => {
            let here = fs::metadata(&path).is_ok_and(|here| lock.metadata().is_ok_and(|own| own.ino() == here.ino()));
            Ok(here.then_some(lock))
        }
    }
}

/// Removes what killed runs of a user left behind. Folders that cannot be removed stay, without a message.
fn sweep(root: &Path, user: u32) {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(PREFIX.as_bytes())) {
        if let Some(_lock) = left(&entry.path(), user) {
            take_away(&entry.path());
        }
    }
}

/// Returns the lock of a user's folder if its owner no longer runs.
fn left(folder: &Path, user: u32) -> Option<File> {
    let path = folder.join(LOCK);
    // Links are not followed: they may lead to anything.
    let (holder, file) = (fs::symlink_metadata(folder).ok()?, fs::symlink_metadata(&path).ok()?);
    if !holder.is_dir() || !file.is_file() || holder.uid() != user {
        return None;
    }
    let lock = File::options().read(true).write(true).open(path).ok()?;
    lock.try_lock().ok()?;
    Some(lock)
}

/// Removes a folder, with several attempts because a process that is ending may still write into it.
fn take_away(folder: &Path) {
    for _ in 0..MAX_ATTEMPTS {
        match fs::remove_dir_all(folder) {
            Ok(()) => return,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(_) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_its_makers_alone_and_goes_with_it() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::within(root.path()).unwrap();
        fs::write(folder.path().join("x"), "y").unwrap();
        let path = folder.path().to_owned();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn what_was_left_is_swept_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let made = |name: &str, lock: bool| {
            let path = root.path().join(name);
            fs::create_dir(&path).unwrap();
            fs::write(path.join("kept"), "").unwrap();
            if lock {
                fs::write(path.join(LOCK), "").unwrap();
            }
            path
        };
        let (left, unmarked, foreign) =
            (made("preflight-left", true), made("preflight-notes", false), made("other", true));
        let alive = Folder::within(root.path()).unwrap();
        let elsewhere = made("elsewhere", true);
        let link = root.path().join("preflight-link");
        std::os::unix::fs::symlink(&elsewhere, &link).unwrap();
        let pipe = made("preflight-pipe", false);
        assert!(std::process::Command::new("mkfifo").arg(pipe.join(LOCK)).status().unwrap().success());
        let user = fs::metadata(root.path()).unwrap().uid();
        sweep(root.path(), user + 1);
        assert!(left.exists(), "it is another user's");
        sweep(root.path(), user);
        assert!(!left.exists(), "the one whose maker is gone");
        for path in [&unmarked, &foreign, &elsewhere, &link, &pipe, &alive.path().to_owned()] {
            assert!(path.exists(), "{}", path.display());
        }
        assert!(elsewhere.join("kept").exists());
    }

    /// Each folder that a run creates exists and stays, however many are created and swept at the same time.
    #[test]
    fn runs_that_start_at_once_leave_each_other_alone() {
        let root = tempfile::tempdir().unwrap();
        let user = fs::metadata(root.path()).unwrap().uid();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        sweep(root.path(), user);
                        let folder = Folder::within(root.path()).unwrap();
                        sweep(root.path(), user);
                        assert!(folder.path().join(LOCK).exists());
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }
}
