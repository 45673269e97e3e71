//! What the tests share: places, ports, waiting, and snapshots; and in a file each, the program, whole runs, played
//! providers and those who answer.

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

/// The folder of the project.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Copies a folder with all that is in it.
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

/// A port below those that systems give to whoever wants any: between this look and the start, and between a stop
/// and the next start, nobody takes it by chance.
pub(crate) fn free_port() -> u16 {
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    std::iter::repeat_with(|| rand::random_range(10_000..30_000)).find(free).unwrap()
}

/// Holds a text against the snapshot in a folder below `tests`. Snapshots carry nothing that depends on how the test
/// is written.
pub(crate) fn snapshot(folder: &str, name: &str, text: &str) {
    let snapshot_path = root().join("tests").join(folder).join("snapshots");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => snapshot_path }, {
        insta::assert_snapshot!(name, text);
    });
}
