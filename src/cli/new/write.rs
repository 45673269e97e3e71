//! Writes several files, all or none.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::files::full;
use crate::yaml::Problem;

/// A file to be written.
pub(super) struct Writing {
    /// The path, relative to the folder.
    path: String,
    /// The current text if the file exists and is changed; `None` for a new file.
    before: Option<String>,
    text: String,
}

impl Writing {
    /// Describes a new file, which must not exist yet.
    pub(super) fn new_file(path: String, text: String) -> Self {
        Writing { path, before: None, text }
    }

    /// Describes an existing file that is changed.
    pub(super) fn changed(path: String, before: String, text: String) -> Self {
        Writing { path, before: Some(before), text }
    }

    /// Checks that the file may be written to its path.
    ///
    /// # Errors
    ///
    /// Fails if a new file would overwrite an existing one.
    pub(super) fn is_free(&self, folder: &Path) -> Result<(), Problem> {
        let path = folder.join(&self.path);
        if self.before.is_none() && path.exists() { Err(exists(&path)) } else { Ok(()) }
    }
}

/// The paths that were written.
pub(super) struct Put {
    /// Files that did not exist before.
    pub(super) created: Vec<String>,
    pub(super) changed: Vec<String>,
}

impl Put {
    /// Writes all files, or none.
    ///
    /// # Errors
    ///
    /// Fails if a new file exists already, or if the system rejects a write.
    pub(super) fn all(folder: &Path, files: Vec<Writing>) -> Result<Self, Problem> {
        files.iter().try_for_each(|file| file.is_free(folder))?;
        let mut undo = Undo::default();
        let mut ready = Vec::new();
        for file in &files {
            let path = folder.join(&file.path);
            let mut prepare = |text: &String| prepared(&path, text, &mut undo).map_err(|error| failed(&path, &error));
            let (temporary, before) = (prepare(&file.text)?, file.before.as_ref().map(&mut prepare).transpose()?);
            ready.push((file, temporary, before, path));
        }
        for (file, temporary, before, path) in ready {
            let done = match &file.before {
                Some(_) => temporary.persist(&path),
                None => temporary.persist_noclobber(&path),
            };
            done.map_err(|error| match error.error.kind() {
                std::io::ErrorKind::AlreadyExists => exists(&path),
                _ => failed(&path, &error.error),
            })?;
            undo.files.push((path, before));
        }
        undo.done();
        let (created, changed): (Vec<Writing>, Vec<Writing>) =
            files.into_iter().partition(|file| file.before.is_none());
        let paths = |files: Vec<Writing>| files.into_iter().map(|file| file.path).collect();
        Ok(Put { created: paths(created), changed: paths(changed) })
    }
}

/// Writes a temporary file beside the path that it will replace, and creates missing folders.
fn prepared(path: &Path, text: &str, undo: &mut Undo) -> std::io::Result<NamedTempFile> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let missing: Vec<&Path> =
        parent.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists()).collect();
    for folder in missing.into_iter().rev() {
        std::fs::create_dir(folder)?;
        undo.folders.push(folder.to_owned());
    }
    let mut file = NamedTempFile::new_in(parent)?;
    file.write_all(text.as_bytes())?;
    // A temporary file is readable by its owner only. The final file gets the permissions of the one that it replaces,
    // or the usual ones.
    let like_others = || std::os::unix::fs::PermissionsExt::from_mode(0o644);
    let permissions = std::fs::metadata(path).map_or_else(|_| like_others(), |found| found.permissions());
    file.as_file().set_permissions(permissions)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Undoes everything when dropped, unless it was completed.
#[derive(Default)]
struct Undo {
    folders: Vec<PathBuf>,
    /// Files that were written, with a temporary copy of their earlier text. The copy is made in advance, because later
    /// there may be no space for it.
    files: Vec<(PathBuf, Option<NamedTempFile>)>,
}

impl Undo {
    fn done(&mut self) {
        self.folders.clear();
        self.files.clear();
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        for (path, before) in self.files.drain(..).rev() {
            match before {
                Some(file) => drop(file.persist(path)),
                None => drop(std::fs::remove_file(path)),
            }
        }
        for folder in self.folders.drain(..).rev() {
            std::fs::remove_dir(folder).ok();
        }
    }
}

fn exists(path: &Path) -> Problem {
    Problem::of_file(&path.display().to_string(), "already exists").hint("nothing was written; choose another name")
}

fn failed(path: &Path, error: &std::io::Error) -> Problem {
    let why = full(error).map_or_else(|| error.to_string(), str::to_owned);
    let problem = Problem::of_file(&path.display().to_string(), format!("cannot be written: {why}"));
    problem.hint("nothing was written; name a writable folder with `--in`")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_that_is_changed_keeps_who_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.yaml");
        std::fs::write(&path, "old").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let files = vec![
            Writing::changed("kept.yaml".into(), "old".into(), "new".into()),
            Writing::new_file("new.yaml".into(), "new".into()),
        ];
        Put::all(folder.path(), files).map_err(|problem| problem.message).unwrap();
        let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("kept.yaml"), mode("new.yaml")), (0o600, 0o644));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
    }

    #[test]
    fn when_one_file_cannot_be_written_none_is() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("kept.yaml"), "old").unwrap();
        std::fs::write(folder.path().join("in-the-way"), "").unwrap();
        let files = vec![
            Writing::changed("kept.yaml".into(), "old".into(), "new".into()),
            Writing::new_file("a/b/new.yaml".into(), "new".into()),
            Writing::new_file("in-the-way/new.yaml".into(), "new".into()),
        ];
        let problem = Put::all(folder.path(), files).err().unwrap();
        assert!(problem.message.contains("cannot be written"), "{problem:?}");
        assert_eq!(std::fs::read_to_string(folder.path().join("kept.yaml")).unwrap(), "old");
        let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
    }
}
