//! What the tests share: paths, ports, waiting and snapshots; and in a file each, the program, whole runs, simulated
//! providers and servers.

pub(crate) mod calls;
pub(crate) mod driven;
pub(crate) mod handler;
pub(crate) mod play;
pub(crate) mod program;
pub(crate) mod python;
pub(crate) mod secrets;
pub(crate) mod waiting;
pub(crate) mod xml;

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// Returns the folder of the project.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the files below a folder of the project whose names have an ending, sorted, by their paths from its root.
pub(crate) fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = WalkDir::new(root().join(folder)).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    let paths = files.map(|file| file.path().strip_prefix(root()).unwrap().to_owned());
    paths.filter(|path| path.to_str().unwrap().ends_with(ending)).collect()
}

/// Copies a folder with its contents.
pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in WalkDir::new(from).into_iter().map(Result::unwrap) {
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Returns a free port below those that systems assign to anybody, so that nobody takes it by chance between this look
/// and the start, or between a stop and the next start.
pub(crate) fn free_port() -> u16 {
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    std::iter::repeat_with(|| rand::random_range(10_000..30_000)).find(free).unwrap()
}

/// Compares a text with a snapshot in a folder below `tests`. The snapshot does not depend on how the test is written.
pub(crate) fn snapshot(folder: &str, name: &str, text: &str) {
    let snapshot_path = root().join("tests").join(folder).join("snapshots");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => snapshot_path }, {
        insta::assert_snapshot!(name, text);
    });
}
