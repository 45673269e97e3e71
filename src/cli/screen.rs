//! The terminal. Only this module prints, and it removes secrets first, except from a manual step, whose pages a person
//! must be able to open. What the terminal can show is determined once, here.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::exit::Exit;
use crate::files::full;
use crate::redact::Redactor;
use crate::report::console::Look;
use crate::report::text::for_terminal;
use crate::run::Progress;
use crate::yaml::Problems;

/// Standard output and standard error, with what they can display.
#[derive(Clone, Debug)]
pub(super) struct Screen {
    colour_out: bool,
    colour_err: bool,
    width: Option<usize>,
    /// Whether to show progress bars.
    live: bool,
    /// All progress bars on standard error, managed together so that they do not overwrite each other.
    moving: MultiProgress,
    /// Removes secrets from what is printed.
    keeper: Redactor,
}

#[expect(clippy::unused_self, reason = "whoever was given no screen must not print")]
impl Screen {
    /// Creates the screen of this process. Colour is used only on a terminal, and never if `NO_COLOR` is set.
    pub(super) fn of_process() -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        let (out, err) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)).filter(|_| out);
        Screen {
            colour_out: out && !plain,
            colour_err: err && !plain,
            width,
            live: err && !plain,
            moving: MultiProgress::new(),
            keeper: Redactor::new(),
        }
    }

    /// Returns the redactor of this process. Code that learns a secret registers it there.
    pub(super) fn keeper(&self) -> &Redactor {
        &self.keeper
    }

    fn sealed(&self, text: &str) -> Vec<u8> {
        self.keeper.seal(text.as_bytes().to_vec()).bytes
    }

    /// Returns how the console report looks.
    pub(super) fn look(&self) -> Look {
        Look { colour: self.colour_out, width: self.width, timings: false }
    }

    /// Writes to standard output, and returns the exit code to end with: `exit`, unless writing failed. A reader that
    /// has closed the pipe is no error.
    pub(super) fn say(&self, text: &str, exit: Exit) -> Exit {
        let mut out = std::io::stdout().lock();
        let said = out.write_all(&self.sealed(text)).and_then(|()| out.flush());
        self.exit_for(said, exit)
    }

    /// Prints help or the version to standard output, or the error in the command line to standard error.
    pub(super) fn help(&self, told: &clap::Error) -> Exit {
        let said = told.print().and_then(|()| std::io::stdout().flush());
        self.exit_for(said, if told.use_stderr() { Exit::WrongInput } else { Exit::Success })
    }

    fn exit_for(&self, said: std::io::Result<()>, exit: Exit) -> Exit {
        match said {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                let why = full(&error).map_or_else(|| error.to_string(), str::to_owned);
                self.complain(&format!("cannot write to standard output: {why}"));
                exit.lost()
            }
            Ok(()) | Err(_) => exit,
        }
    }

    /// Writes a line to standard error.
    pub(super) fn complain(&self, text: &str) {
        let mut err = std::io::stderr().lock();
        err.write_all(&self.sealed(&format!("preflight: {}\n", for_terminal(text)))).ok();
    }

    /// Writes a progress message to standard error.
    pub(super) fn note(&self, text: &str) {
        let mut err = std::io::stderr().lock();
        err.write_all(&self.sealed(&format!("{}\n", for_terminal(text)))).ok();
    }

    /// Returns the writer of the log on standard error, above all progress bars.
    pub(super) fn log(&self) -> LogLines {
        LogLines { moving: self.live.then(|| self.moving.clone()) }
    }

    /// Shows problems in files on standard error.
    pub(super) fn show_problems(&self, problems: &Problems) {
        let mut err = std::io::stderr().lock();
        err.write_all(&self.sealed(&problems.render(self.colour_err))).ok();
    }

    /// Announces something that takes a person's time, with a countdown below the announcement.
    pub(super) fn countdown(&self, announced: &str) -> Countdown {
        let line = ProgressBar::no_length();
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            line.set_style(style);
        }
        // Printed first, so that the announcement stands above all progress bars.
        self.moving.println(for_terminal(announced)).ok();
        Countdown { line: Cleared(self.moving.add(line)), moving: self.moving.clone() }
    }

    /// Moves the cursor up again after a person pressed Enter below the progress bars; otherwise stale lines would
    /// stay.
    pub(super) fn line_ended(&self) {
        let mut err = std::io::stderr().lock();
        err.write_all(b"\x1b[1A").and_then(|()| err.flush()).ok();
    }

    /// Returns a function that shows progress, as a bar if standard error is a terminal.
    pub(super) fn progress(&self) -> impl Fn(Progress) + use<> {
        let bar = if self.live { self.moving.add(ProgressBar::no_length()) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} of {len} checks  {elapsed}") {
            bar.set_style(style);
        }
        if self.live {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        let (bar, moving, live, keeper) = (Cleared(bar), self.moving.clone(), self.live, self.keeper.clone());
        move |progress: Progress| {
            if let Some(note) = progress.note.map(|note| format!("preflight: {}", for_terminal(&keeper.text(&note)))) {
                let shown = if live { moving.println(note) } else { writeln!(std::io::stderr().lock(), "{note}") };
                shown.ok();
            }
            bar.0.set_length(progress.all as u64);
            bar.0.set_position(progress.done as u64);
        }
    }
}

/// Writes the lines of the log to standard error. The lines are free of secrets already.
#[derive(Clone, Debug)]
pub(super) struct LogLines {
    moving: Option<MultiProgress>,
}

impl Write for LogLines {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        match &self.moving {
            Some(moving) => moving.println(String::from_utf8_lossy(line).trim_end())?,
            None => std::io::stderr().lock().write_all(line)?,
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A line that shows how much time is left.
pub(super) struct Countdown {
    line: Cleared,
    moving: MultiProgress,
}

impl Countdown {
    /// Shows the time that is left.
    pub(super) fn left(&self, left: Duration) {
        let seconds = left.as_secs();
        self.line.0.set_message(format!("  {:02}:{:02} left", seconds / 60, seconds % 60));
    }

    /// Writes a line above the countdown.
    pub(super) fn say(&self, text: &str) {
        self.moving.println(format!("  {}", for_terminal(text))).ok();
    }
}

/// A progress bar that is erased when it is dropped.
struct Cleared(ProgressBar);

impl Drop for Cleared {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
