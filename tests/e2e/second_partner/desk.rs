//! The desk and its mail catcher as processes.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::support::python::python3;

/// The folder of their sources.
pub(crate) const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/second_partner");

/// A Python program that runs until this value is dropped.
pub(crate) struct Program {
    child: Child,
    /// The URL at which it listens, as it printed it.
    pub(crate) at: String,
}

impl Program {
    fn start(file: &str, variables: &[(&str, &str)]) -> Self {
        let mut command: Command = python3();
        command.arg(Path::new(HERE).join(file)).envs(variables.iter().copied());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut at = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut at).unwrap();
        assert!(at.starts_with("http://"), "{file} did not start: {at}");
        Program { child, at: at.trim().to_owned() }
    }

    pub(crate) fn mail_catcher() -> Self {
        Program::start("catcher.py", &[])
    }

    pub(crate) fn desk(variables: &[(&str, &str)]) -> Self {
        Program::start("partner.py", variables)
    }

    /// Closes the program's standard input and waits for its end. Returns whether it succeeded.
    pub(crate) fn end(mut self) -> bool {
        drop(self.child.stdin.take());
        self.child.wait().unwrap().success()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already, which is fine.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
