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
use std::path::Path;

/// Returns the folder of the project.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Copies a folder with its contents.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
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
