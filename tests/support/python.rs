//! Python, for tests that need a program that shares nothing with this one, and virtual environments with packages.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// How to install Python.
const HOW: &str = "This test needs Python 3.9 or later as `python3` on PATH, and the module `venv`. Debian and Ubuntu: \
                   `apt install python3 python3-venv`; Fedora: `dnf install python3`; macOS: `brew install python`.";

/// Whether a suitable Python is installed. Determined once.
static THERE: LazyLock<bool> = LazyLock::new(|| {
    let mut probe = Command::new("python3");
    probe.args(["-c", "import sys, venv; sys.exit(sys.version_info < (3, 9))"]);
    probe.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|exit| exit.success())
});

/// Returns a command that runs `python3`. Without it, the test fails and says what to install.
pub(crate) fn python3() -> Command {
    assert!(*THERE, "{HOW}");
    Command::new("python3")
}

/// Returns the interpreter of a virtual environment with the packages of a pinned list. One process creates it, once.
pub(crate) fn environment(name: &str, list: &Path) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&place).unwrap();
    let lock = File::create(place.join("lock")).unwrap();
    lock.lock().unwrap();
    let (made, venv) = (place.join("made-of.txt"), place.join("venv"));
    let wanted = fs::read(list).unwrap();
    let python = venv.join("bin/python");
    if !fs::read(&made).is_ok_and(|made| made == wanted) || !python.exists() {
        succeeds(python3().args(["-m", "venv", "--clear"]).arg(&venv));
        let install = ["-m", "pip", "install", "--quiet", "--only-binary=:all:", "--requirement"];
        // If one line of the list has a hash, pip requires one for every package.
        succeeds(Command::new(&python).args(install).arg(list));
        fs::write(&made, wanted).unwrap();
    }
    python
}

/// Runs a command, and asserts that it succeeds. Returns its standard output.
pub(crate) fn succeeds(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
