//! Waiting for processes to begin and to end.

use std::path::Path;
use std::time::{Duration, Instant};

use nix::unistd::Pid;

use super::play::PATIENCE;

/// The number that a process wrote into a file of a folder.
pub(crate) fn noted(folder: &Path, name: &str) -> Option<Pid> {
    Some(Pid::from_raw(std::fs::read_to_string(folder.join(name)).ok()?.trim().parse().ok()?))
}

pub(crate) fn awaited<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Panics unless the process ends. One that is dead but not collected by whoever inherited it has ended.
pub(crate) fn gone(pid: Pid) {
    awaited(&format!("{pid} is still there"), || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok();
        stat.is_none_or(|stat| stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z'))).then_some(())
    });
}
