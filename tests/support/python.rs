//! Python, where a test needs a program that shares nothing with this one, and virtual environments of packages.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// Where to get it.
const HOW: &str = "This test needs Python 3.9 or later as `python3` on PATH, and the module `venv`. Debian and Ubuntu: \
                   `apt install python3 python3-venv`; Fedora: `dnf install python3`; macOS: `brew install python`.";

/// Whether there is one; asked once.
static THERE: LazyLock<bool> = LazyLock::new(|| {
    let mut probe = Command::new("python3");
    probe.args(["-c", "import sys, venv; sys.exit(sys.version_info < (3, 9))"]);
    probe.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|exit| exit.success())
});

/// A command that runs `python3`; the test fails, and says what to install, where there is none.
pub(crate) fn python3() -> Command {
    assert!(*THERE, "{HOW}");
    Command::new("python3")
}

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
        succeeds(python3().args(["-m", "venv", "--clear"]).arg(&venv));
        let install = ["-m", "pip", "install", "--quiet", "--only-binary=:all:", "--requirement"];
        // Where one line has a hash, pip asks for that of every package.
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
