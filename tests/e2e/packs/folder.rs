//! A folder of packs, in which the program is run.

use std::ops::Deref;
use std::path::{Path, PathBuf};

use crate::support::program::{Desk, Ended, preflight};

/// A folder that contains packs.
pub(crate) struct Folder(Desk);

impl Folder {
    pub(crate) fn new() -> Self {
        Folder(Desk::new())
    }

    /// Creates a folder with the pack `acme`, as `new pack` writes it.
    pub(crate) fn scaffolded() -> Self {
        let folder = Folder::new();
        folder.run(&["new", "pack", "acme"]).with(0);
        folder
    }

    /// Creates a folder with the pack `shop`, which has an API.
    pub(crate) fn rich() -> Self {
        let folder = Folder::new();
        let mut files = Vec::new();
        gather(rich(), &mut files);
        for (path, text) in files {
            folder.write(path.strip_prefix(rich()).unwrap().to_str().unwrap(), &text);
        }
        folder
    }

    /// Returns all files in the folder, with their contents.
    pub(crate) fn all(&self) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        gather(self.folder(), &mut found);
        found.sort();
        found
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        run(self.folder(), arguments)
    }
}

impl Deref for Folder {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        &self.0
    }
}

/// Returns the folder of the pack with an API.
pub(crate) fn rich() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/packs/shop"))
}

/// Runs the program in a folder.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ended {
    Ended::of(&preflight().args(arguments).current_dir(folder).output().unwrap())
}

fn gather(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, found);
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
}
