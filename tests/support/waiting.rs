//! Waiting for processes to begin and to end.

use std::path::Path;
use std::time::{Duration, Instant};

use nix::unistd::Pid;

/// The maximum time that anything may take here.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Waits until `look` finds something, and returns it. Panics if that takes too long.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "{what} did not come about");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Returns the line of a file once it is complete.
pub(crate) fn line(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    text.ends_with('\n').then(|| text.trim().to_owned())
}

/// Returns the process id that a process wrote into a file of a folder.
pub(crate) fn noted(folder: &Path, name: &str) -> Option<Pid> {
    Some(Pid::from_raw(std::fs::read_to_string(folder.join(name)).ok()?.trim().parse().ok()?))
}

/// Waits until a process has ended. A zombie counts as ended.
pub(crate) fn gone(pid: Pid) {
    until(&format!("the end of {pid}"), || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok();
        stat.is_none_or(|stat| stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z'))).then_some(())
    });
}
