//! Virtual environments of packages that share nothing with this program.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::python;

/// The interpreter of a virtual environment that holds what the pinned list says; made once, and by one process.
pub(crate) fn environment(name: &str, list: &Path) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&place).unwrap();
    let lock = File::create(place.join("lock")).unwrap();
    lock.lock().unwrap();
    let (made, venv) = (place.join("made-of.txt"), place.join("venv"));
    let wanted = fs::read(list).unwrap();
    let python = venv.join("bin/python");
    if !fs::read(&made).is_ok_and(|made| made == wanted) || !python.exists() {
        succeeds(python::python3().args(["-m", "venv", "--clear"]).arg(&venv));
        let install = ["-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary=:all:", "--requirement"];
        succeeds(Command::new(&python).args(install).arg(list));
        fs::write(&made, wanted).unwrap();
    }
    python
}

/// What a command says that must succeed.
pub(crate) fn succeeds(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
