//! The partner's own build as a child process: started with a cleared environment, ended with everything it started.

use std::collections::VecDeque;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::task::JoinHandle;

use crate::environment::cleared;
use crate::secret::Redactor;

/// How many of its last lines are kept, for the reader of a start that failed.
const LINES: usize = 20;

/// The longest line that is shown, in characters.
const WIDTH: usize = 300;

/// How much of a line is kept, in bytes: more than is shown, since a secret that is cut would not be found.
const LONGEST: usize = 4096;

/// How long the last words of a build that has ended may take to arrive; something that it started can hold its
/// outputs open.
const ECHO: Duration = Duration::from_millis(200);

/// How long it gets to end by itself.
const GRACE: Duration = Duration::from_secs(2);

/// A running build. Ends with this value.
pub(super) struct Process {
    child: Child,
    group: Option<Pid>,
    said: Arc<Mutex<VecDeque<String>>>,
    listening: Vec<JoinHandle<()>>,
    /// Closed when we end, however that happens: a build may take that as the sign to end too.
    _input: Option<ChildStdin>,
}

impl Process {
    /// Starts a program in a process group of its own, in a folder.
    pub(super) fn start(
        command: &[String],
        folder: &std::path::Path,
        pass: &[String],
        variables: &[(String, String)],
    ) -> Result<Self, String> {
        let (program, arguments) = command.split_first().ok_or("the command is empty")?;
        let folder = if folder.as_os_str().is_empty() { std::path::Path::new(".") } else { folder };
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .envs(cleared(pass))
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| {
                format!("`{program}`, the first word of `rehearsal.start.command`, cannot be started: {error}")
            })?;
        let said = Arc::new(Mutex::new(VecDeque::new()));
        let mut listening = Vec::new();
        listening.extend(child.stdout.take().map(|output| tokio::spawn(keep(output, said.clone()))));
        listening.extend(child.stderr.take().map(|output| tokio::spawn(keep(output, said.clone()))));
        let group = child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
        let input = child.stdin.take();
        Ok(Process { child, group, said, listening, _input: input })
    }

    /// The exit of the build, if it has ended, in words.
    pub(super) async fn ended(&mut self) -> Option<String> {
        let exit = self.child.try_wait().ok().flatten()?;
        drop(tokio::time::timeout(ECHO, futures_util::future::join_all(self.listening.drain(..))).await);
        Some(exit.to_string())
    }

    /// The last lines that it wrote, without secrets.
    pub(super) fn last_words(&self, redactor: &Redactor) -> String {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = |line: &String| redactor.text(line).chars().take(WIDTH).collect::<String>();
        said.iter().map(shown).collect::<Vec<_>>().join("\n")
    }

    /// Asks it to end, and ends it if it does not.
    pub(super) async fn stop(mut self) {
        self.signal(Signal::SIGTERM);
        if tokio::time::timeout(GRACE, self.child.wait()).await.is_err() {
            self.signal(Signal::SIGKILL);
            // Nothing can keep a killed process from ending; the wait only collects it.
            drop(self.child.wait().await);
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // It may be gone already, which is what is wanted.
            killpg(group, signal).ok();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
    }
}

/// Keeps the last lines of an output, each as far as its bound, however long it is.
async fn keep(output: impl AsyncRead + Unpin, said: Arc<Mutex<VecDeque<String>>>) {
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    while let Ok(bytes) = output.fill_buf().await
        && !bytes.is_empty()
    {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        line.extend(part.iter().take(LONGEST - line.len()));
        let read = part.len() + usize::from(end.is_some());
        output.consume(read);
        if end.is_some() {
            remember(&said, &line);
            line.clear();
        }
    }
    if !line.is_empty() {
        remember(&said, &line);
    }
}

fn remember(said: &Mutex<VecDeque<String>>, line: &[u8]) {
    let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
    if said.len() == LINES {
        said.pop_front();
    }
    said.push_back(String::from_utf8_lossy(line).into_owned());
}
