//! The log of a run: what it does and decides, on standard error (`-v`, `-vv`) and in a file (`--log`).
//!
//! Code anywhere writes it through `tracing`. Secrets are removed here, from each line as a whole.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

use super::args::RunOptions;
use super::screen::Screen;
use crate::redact::Redactor;
use crate::report::text::for_terminal;

/// Starts the log that the options ask for.
///
/// # Errors
///
/// Fails if the file cannot be created.
pub(super) fn start(options: &RunOptions, screen: &Screen) -> Result<(), String> {
    let shown = match options.verbose {
        0 => None,
        1 => Some(LevelFilter::INFO),
        _ => Some(LevelFilter::DEBUG),
    };
    let file = options.log.as_deref().map(create).transpose()?;
    if shown.is_none() && file.is_none() {
        return Ok(());
    }
    let lines = screen.log();
    let shown =
        shown.map(|level| layer(level, Redacting { keeper: screen.keeper().clone(), to: move || lines.clone() }));
    let file = file.map(|file| layer(LevelFilter::DEBUG, Redacting { keeper: screen.keeper().clone(), to: file }));
    // A process has one log. It is started once, before the run.
    tracing::subscriber::set_global_default(Registry::default().with(shown).with(file)).map_err(|why| why.to_string())
}

fn create(path: &Path) -> Result<Arc<File>, String> {
    File::create(path).map(Arc::new).map_err(|error| format!("{}: cannot be written: {error}", path.display()))
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
        let line = self.keeper.text(&for_terminal(&String::from_utf8_lossy(bytes)));
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
        keeper.capture("test.api_key", "k-12345678-secret");
        let mut writer = RedactingWriter { keeper, to: Vec::new() };
        writer.write_all(b"GET /a?key=k-12345678-secret \x1b[2J\n").unwrap();
        let written = String::from_utf8(writer.to).unwrap();
        assert!(written.starts_with("GET /a?key=<test.api_key> "), "{written}");
        assert!(!written.contains('\x1b'), "{written}");
    }
}
