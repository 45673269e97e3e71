//! The log of a run: what it does and decides, on standard error (`-v`, `-vv`) and in a file (`--log`).
//!
//! Code anywhere writes it through `tracing`. Secrets are removed here, from each line as a whole.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

use super::args::RunOptions;
use super::exit::Exit;
use super::screen::Screen;
use crate::files::full;
use crate::redact::Redactor;
use crate::report::text::for_terminal;
use crate::yaml::Problem;

/// The log of this run.
pub(super) struct Log {
    /// Why the file lacks lines.
    lost: Arc<OnceLock<String>>,
}

impl Log {
    /// Returns the exit code of the run: `exit`, unless the file could not be written.
    pub(super) fn end(self, exit: Exit, screen: &Screen) -> Exit {
        match self.lost.get() {
            Some(why) => {
                screen.complain(why);
                exit.lost()
            }
            None => exit,
        }
    }
}

/// Starts the log that the options ask for.
///
/// # Errors
///
/// Fails if the file cannot be created.
pub(super) fn start(options: &RunOptions, screen: &Screen) -> Result<Log, Problem> {
    let shown = match options.verbose {
        0 => None,
        1 => Some(LevelFilter::INFO),
        _ => Some(LevelFilter::DEBUG),
    };
    let log = Log { lost: Arc::default() };
    let file = options.log.as_deref().map(|path| LogFile::create(path, log.lost.clone())).transpose()?;
    if shown.is_some() || file.is_some() {
        let keeper = || screen.keeper().clone();
        let lines = screen.log();
        let shown = shown.map(|level| layer(level, Redacting { keeper: keeper(), to: move || lines.clone() }));
        let file = file.map(|file| layer(LevelFilter::DEBUG, Redacting { keeper: keeper(), to: move || file.clone() }));
        // A process has one log. Only a second one would be refused.
        tracing::subscriber::set_global_default(Registry::default().with(shown).with(file)).ok();
    }
    Ok(log)
}

/// The file of the log. A line that cannot be written is lost, and the run goes on.
#[derive(Clone)]
struct LogFile {
    file: Arc<File>,
    path: Arc<Path>,
    lost: Arc<OnceLock<String>>,
}

impl LogFile {
    fn create(path: &Path, lost: Arc<OnceLock<String>>) -> Result<Self, Problem> {
        let wrong = |why: &io::Error| {
            let problem =
                Problem::of_file("command line", format!("--log {}: cannot be written: {why}", path.display()));
            problem.hint("name a file in a folder that you may write to")
        };
        let file = File::create(path).map_err(|error| wrong(&error))?;
        Ok(LogFile { file: Arc::new(file), path: path.into(), lost })
    }
}

impl Write for LogFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Err(error) = (&*self.file).write_all(line) {
            let why = full(&error).map_or_else(|| error.to_string(), str::to_owned);
            self.lost.get_or_init(|| format!("{}: the log is incomplete: {why}", self.path.display()));
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Lines with the time since the start of the program, the check that they belong to, and what happened.
fn layer<S, W>(level: LevelFilter, to: Redacting<W>) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'s> LookupSpan<'s>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = fmt::layer().with_timer(fmt::time::uptime()).with_ansi(false).with_target(false).with_writer(to);
    // Libraries log for their own authors.
    lines.with_filter(Targets::new().with_target("preflight", level)).boxed()
}

/// Removes secrets, and what could act on a terminal, from what is written.
struct Redacting<W> {
    keeper: Redactor,
    to: W,
}

impl<'w, W: MakeWriter<'w>> MakeWriter<'w> for Redacting<W> {
    type Writer = RedactingWriter<W::Writer>;

    fn make_writer(&'w self) -> Self::Writer {
        RedactingWriter { keeper: self.keeper.clone(), to: self.to.make_writer() }
    }
}

struct RedactingWriter<W> {
    keeper: Redactor,
    to: W,
}

impl<W: Write> Write for RedactingWriter<W> {
    /// Each call has one event, whole.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // In this order: a secret with control characters in it is found only as it is.
        let line = for_terminal(&self.keeper.text(&String::from_utf8_lossy(bytes)));
        self.to.write_all(line.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_written_without_secrets_and_without_commands_for_a_terminal() {
        let keeper = Redactor::new();
        keeper.capture("test.api_key", "k-1234\t5678-secret");
        let mut writer = RedactingWriter { keeper, to: Vec::new() };
        writer.write_all(b"GET /a?key=k-1234\t5678-secret \x1b[2J\n").unwrap();
        let written = String::from_utf8(writer.to).unwrap();
        assert!(written.starts_with("GET /a?key=<test.api_key> "), "{written}");
        assert!(!written.contains('\x1b'), "{written}");
    }
}
