//! Process groups. Each partner process has its own group, which ends when Preflight ends, however that happens.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::process::{Child, Command};

use super::build_error::BuildError;
use crate::environment::cleared;
use crate::files;
use crate::files::Kind;

/// The script of the watcher. It waits for the end of its input, which comes when Preflight drops the group or is
/// killed, and then kills the group. A parent-death signal would need unsafe code, and would not reach the children of
/// the process.
const WATCH: &str = "trap '' HUP INT TERM; read -r line; kill -KILL \"-$1\"";

/// A process group, which is killed on drop.
pub(super) struct Group {
    leader: Option<Pid>,
    /// The watcher, dropped after the group.
    _watch: Option<Child>,
}

impl Group {
    fn of_child(child: &Child) -> Self {
        let leader = child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
        Group { leader, _watch: leader.and_then(watch) }
    }

    pub(super) fn signal(&self, signal: Signal) {
        if let Some(leader) = self.leader {
            // The group may already be gone.
            killpg(leader, signal).ok();
        }
    }

    /// Returns the id of a stopped process in the group. `None` also if the system does not tell.
    pub(super) fn stopped(&self) -> Option<i32> {
        let leader = self.leader?.as_raw();
        let processes = std::fs::read_dir("/proc").ok()?.flatten();
        let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        let is_stopped = |number: &i32| {
            let stat = files::text(Path::new(&format!("/proc/{number}/stat")), Kind::Own).unwrap_or_default();
            // The name in parentheses may contain anything; after it come the state, the parent and the group.
            let mut rest = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
            rest.next() == Some("T") && rest.nth(1) == Some(&*leader.to_string())
        };
        numbers.into_iter().find(is_stopped)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
    }
}

/// Starts a watcher that kills the group if Preflight dies. Returns `None` if there is no shell.
fn watch(leader: Pid) -> Option<Child> {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", WATCH, "watch", &leader.to_string()]).env_clear().process_group(0).kill_on_drop(true);
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
}

/// Starts a program in a process group of its own and in a working directory.
pub(super) fn spawned(
    command: &[String],
    folder: &Path,
    variables: &Variables<'_>,
) -> Result<(Child, Group), BuildError> {
    let (program, arguments) = command.split_first().ok_or(BuildError::EmptyCommand)?;
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(cleared(variables.pass))
        .envs(variables.own.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|cause| BuildError::NoProgram {
            program: program.clone(),
            place: variables.place.to_owned(),
            cause: Arc::new(cause),
        })?;
    let group = Group::of_child(&child);
    Ok((child, group))
}

/// The environment of a partner process, and where its command comes from.
pub(super) struct Variables<'v> {
    /// Names of variables that are passed on from Preflight's environment, besides a short allow-list.
    pub(super) pass: &'v [String],
    /// The process's own variables.
    pub(super) own: &'v [(String, String)],
    /// The profile entry that names the command.
    pub(super) place: &'v str,
}
