//! A folder of packs, and the program run in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// How the program ended, and what it said.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    /// Asserts the exit code, and shows everything if it is another.
    pub(crate) fn with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\n--- out\n{}\n--- err\n{}", self.out, self.err);
        self
    }

    /// Asserts that standard error says something, however its lines are broken.
    pub(crate) fn says(self, words: &str) -> Self {
        assert!(self.err.contains(words), "`{words}` is not said:\n--- out\n{}\n--- err\n{}", self.out, self.err);
        self
    }

    /// The line of the table that is about a check.
    pub(crate) fn line(&self, check: &str) -> Vec<&str> {
        let line = self.out.lines().find(|line| line.split_whitespace().next() == Some(check));
        let line = line.unwrap_or_else(|| panic!("no line of {check}:\n{}", self.out));
        line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
    }
}

/// A folder of packs.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    /// A folder with the pack `acme`, as `new pack` writes it.
    pub(crate) fn begun() -> Self {
        let folder = Folder::new();
        folder.run(&["new", "pack", "acme"]).with(0);
        folder
    }

    /// A folder with the pack `shop`, which has an API.
    pub(crate) fn rich() -> Self {
        let folder = Folder::new();
        let mut files = Vec::new();
        gather(rich(), &mut files);
        for (path, text) in files {
            folder.write(path.strip_prefix(rich()).unwrap().to_str().unwrap(), &text);
        }
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Replaces a text that must be there.
    pub(crate) fn replace(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} does not hold `{from}`:\n{text}");
        self.write(name, &text.replace(from, to));
    }

    /// Everything in the folder, with what it holds.
    pub(crate) fn all(&self) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        gather(self.0.path(), &mut found);
        found.sort();
        found
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        run(self.0.path(), arguments)
    }
}

/// The folder of the pack with an API.
pub(crate) fn rich() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/packs/shop"))
}

/// Runs the program in a folder.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_preflight"));
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1");
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
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
