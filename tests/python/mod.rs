//! Python, where a test needs a program that shares nothing with this one.

use std::process::{Command, Stdio};

/// Where to get it.
const HOW: &str = "This test needs Python 3.9 or later as `python3` on PATH, and the module `venv`. Debian and Ubuntu: \
                   `apt install python3 python3-venv`; Fedora: `dnf install python3`; macOS: `brew install python`.";

/// A command that runs `python3`; the test fails, and says what to install, where there is none.
pub(crate) fn python3() -> Command {
    let right = Command::new("python3")
        .args(["-c", "import sys, venv; sys.exit(sys.version_info < (3, 9))"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(right.is_ok_and(|exit| exit.success()), "{HOW}");
    Command::new("python3")
}
