//! The partner's build as a child process: started with a cleared environment, and ended with its whole process group.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdin};
use tokio::task::JoinHandle;

use super::build_error::BuildError;
use super::process_group::{Group, Variables, spawned};
use crate::redact::{Redactor, letters, unfrayed};

/// Number of output lines that are kept.
const MAX_KEPT_LINES: usize = 400;

/// Number of lines that are shown in a message.
const MAX_SHOWN_LINES: usize = 20;

/// Maximum length of a shown line, in characters.
const MAX_SHOWN_WIDTH: usize = 300;

/// Maximum length of a kept line, in bytes. Longer than a shown line, because a truncated secret would not be
/// recognised.
const MAX_LINE_BYTES: usize = 4096;

/// How long to wait for the last output of an ended build; a child process may hold its outputs open.
const OUTPUT_DELAY: Duration = Duration::from_millis(200);

/// How long the build may take to end after it was asked to.
const STOP_GRACE: Duration = Duration::from_secs(2);

/// Maximum output of a command, in bytes.
const MAX_OUTPUT_BYTES: usize = 1 << 20;

/// Runs a program to its end. Returns whether it succeeded, and its standard output.
pub(super) async fn output(
    command: &[String],
    folder: &Path,
    variables: &Variables<'_>,
) -> Result<(bool, String), BuildError> {
    let (mut child, _group) = spawned(command, folder, variables)?;
    drop(child.stdin.take());
    let (mut said, mut complained) = (Vec::new(), Vec::new());
    let stdout = child.stdout.take().map(|output| output.take(MAX_OUTPUT_BYTES as u64));
    let stderr = child.stderr.take().map(|output| output.take(MAX_OUTPUT_BYTES as u64));
    let (Some(mut stdout), Some(mut stderr)) = (stdout, stderr) else { return Err(BuildError::NoOutput) };
    // A failed read does not matter; only the exit status counts.
    drop(tokio::join!(stdout.read_to_end(&mut said), stderr.read_to_end(&mut complained)));
    let exit = child.wait().await.map_err(|error| BuildError::NoExit(Arc::new(error)))?;
    Ok((exit.success(), letters(unfrayed(&said, MAX_OUTPUT_BYTES))))
}

/// The last output lines of a build, with their times.
type OutputLines = VecDeque<(Instant, String)>;

/// A running build. Its process group is killed on drop.
pub(super) struct Process {
    child: Child,
    group: Group,
    said: Arc<Mutex<OutputLines>>,
    listening: Vec<JoinHandle<()>>,
    /// Closed when Preflight ends, however that happens. A build may take this as a sign to end too.
    _input: Option<ChildStdin>,
}

impl Process {
    /// Starts a program in a process group and a working directory.
    pub(super) fn start(command: &[String], folder: &Path, variables: &Variables<'_>) -> Result<Self, BuildError> {
        let (mut child, group) = spawned(command, folder, variables)?;
        tracing::info!("started the partner's build: {}", command.join(" "));
        let said = Arc::new(Mutex::new(VecDeque::new()));
        let mut listening = Vec::new();
        listening.extend(child.stdout.take().map(|output| tokio::spawn(keep(output, said.clone()))));
        listening.extend(child.stderr.take().map(|output| tokio::spawn(keep(output, said.clone()))));
        let input = child.stdin.take();
        Ok(Process { child, group, said, listening, _input: input })
    }

    /// Returns the exit status of the build as text; `None` while it runs.
    pub(super) async fn ended(&mut self) -> Option<String> {
        let exit = self.child.try_wait().ok().flatten()?;
        drop(tokio::time::timeout(OUTPUT_DELAY, futures_util::future::join_all(self.listening.drain(..))).await);
        Some(exit.to_string())
    }

    /// Returns the last output lines as one redacted text.
    pub(super) fn last_words(&self, redactor: &Redactor) -> String {
        let lines = self.lines(redactor);
        let last = &lines[lines.len().saturating_sub(MAX_SHOWN_LINES)..];
        last.iter().map(|(_, line)| line.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// Returns all kept output lines, redacted, with their times.
    pub(super) fn lines(&self, redactor: &Redactor) -> Vec<(Instant, String)> {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        // Redacted as one text, because a secret may span several lines. The number of lines stays the same.
        let all = said.iter().map(|(_, line)| line.as_str()).collect::<Vec<_>>().join("\n");
        let redacted = redactor.lines(&all);
        let shown = redacted.split('\n').map(|line| line.chars().take(MAX_SHOWN_WIDTH).collect());
        said.iter().map(|(at, _)| *at).zip(shown).collect()
    }

    /// Returns the id of a stopped process of the build; a stopped process cannot answer.
    pub(super) fn stopped(&self) -> Option<i32> {
        self.group.stopped()
    }

    /// Asks the build to end, and kills it if it does not.
    pub(super) async fn stop(mut self) {
        tracing::info!("stops the partner's build");
        self.group.signal(Signal::SIGTERM);
        // A stopped process receives the signal only when it continues.
        self.group.signal(Signal::SIGCONT);
        if tokio::time::timeout(STOP_GRACE, self.child.wait()).await.is_err() {
            self.group.signal(Signal::SIGKILL);
            // This wait only reaps the process. It is bounded, because the process may hang in the kernel.
            drop(tokio::time::timeout(STOP_GRACE, self.child.wait()).await);
        }
    }
}

/// Keeps the last lines of an output, each up to its maximum length.
async fn keep(output: impl AsyncRead + Unpin, said: Arc<Mutex<OutputLines>>) {
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    while let Ok(bytes) = output.fill_buf().await
        && !bytes.is_empty()
    {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        line.extend(part.iter().take(MAX_LINE_BYTES - line.len()));
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

fn remember(said: &Mutex<OutputLines>, line: &[u8]) {
    let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
    if said.len() == MAX_KEPT_LINES {
        said.pop_front();
    }
    said.push_back((Instant::now(), letters(unfrayed(line, MAX_LINE_BYTES))));
}
