//! Python, where a test needs a program that shares nothing with this one.

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
