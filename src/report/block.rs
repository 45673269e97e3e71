//! The block of lines about one check, shared by the console report and the `JUnit` file.

use owo_colors::Style;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

use super::model::{CheckResult, TimelineRow};
use super::text::{clipped, one_line};
use crate::evidence::Responsible;

/// The column in which the texts of a block start.
const COLUMN: usize = 12;
/// The most lines of one text, and the most rows of a timeline.
const MAX_LINES: usize = 20;
/// The longest cell of a timeline, in characters.
const MAX_CELL_CHARS: usize = 120;

/// What a piece of text tells the reader about the partner; it decides the colour.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tone {
    /// Good news, such as a pass.
    Good,
    /// A problem that decides readiness.
    Bad,
    /// A problem that a reader should know.
    Warn,
    /// A label, which matters less than the text beside it.
    Quiet,
    /// A heading.
    Strong,
}

/// How lines are set: in colour or not, and how wide.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    /// Whether colour may be used.
    pub(super) colour: bool,
    /// The width in columns; `None` for lines as long as their text.
    pub(super) width: Option<usize>,
}

impl Setting {
    /// The setting for files: no colour, no wrapping.
    pub(super) const PLAIN: Setting = Setting { colour: false, width: None };

    /// Paints a text in the colour of its tone.
    pub(super) fn paint(&self, tone: Tone, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let style = match tone {
            Tone::Good => Style::new().green().bold(),
            Tone::Bad => Style::new().red().bold(),
            Tone::Warn => Style::new().yellow().bold(),
            Tone::Quiet => Style::new().dimmed(),
            Tone::Strong => Style::new().bold(),
        };
        style.style(text).to_string()
    }

    /// Wraps `text` between words: `first` begins the first line, `column` blanks each further line.
    pub(super) fn hanging(&self, first: &str, text: &str, column: usize) -> String {
        let indent = " ".repeat(column);
        let lines = clipped_lines(text);
        let lines = lines.iter().enumerate().map(|(n, line)| {
            let start = if n == 0 { first } else { &indent };
            match self.width {
                None => format!("{start}{line}").trim_end().to_owned(),
                Some(width) => wrapped(start, line, &indent, width),
            }
        });
        lines.collect::<Vec<_>>().join("\n") + "\n"
    }
}

fn wrapped(first: &str, line: &str, indent: &str, width: usize) -> String {
    let options = Options::new(width.max(indent.len() + 20))
        .initial_indent(first)
        .subsequent_indent(indent)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    if line.is_empty() { first.trim_end().to_owned() } else { textwrap::fill(line, options) }
}

/// Returns the first lines of a text and a note about the rest; at least one line.
fn clipped_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().take(MAX_LINES).map(str::to_owned).collect();
    match text.lines().count().saturating_sub(MAX_LINES) {
        0 => {}
        more => lines.push(format!("… ({more} more lines)")),
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// Renders the body of a check's block: expected, observed, what happened, who must act and how. `said` is the text
/// that the reader has just read; it is not repeated.
pub(super) fn body(check: &CheckResult, said: &str, setting: Setting) -> String {
    let explained = check.expected.is_some() && check.observed.is_some();
    let reason = Some(check.reason.as_str()).filter(|reason| !explained && one_line(reason) != said);
    let found = [
        ("reason", reason),
        ("expected", check.expected.as_deref()),
        ("observed", check.observed.as_deref()),
        ("because", check.because.as_deref()),
    ];
    let advice = [
        ("act", check.responsible.map(Responsible::label)),
        ("why", Some(check.why.as_str())),
        ("fix", Some(check.fix.as_str())),
        ("docs", Some(check.docs.as_str())),
    ];
    let notes = check.remarks.iter().map(|remark| ("note", Some(remark.as_str())));
    let place = place(check);
    let end = [("rerun", check.rerun.as_deref()), ("check", Some(place.as_str()))];
    let rows = advice.into_iter().chain(notes).chain(end);
    let found = found.into_iter().map(|row| labelled(row, setting)).collect::<String>();
    found + &timeline(&check.evidence, setting) + &rows.map(|row| labelled(row, setting)).collect::<String>()
}

/// Returns the file and line of a check, as in `checks/acme/auth/remint-on-401.yaml:14`.
fn place(check: &CheckResult) -> String {
    if check.file.is_empty() { String::new() } else { format!("{}:{}", check.file, check.line) }
}

/// Renders one label with its text; empty if there is no text.
pub(super) fn labelled((label, text): (&str, Option<&str>), setting: Setting) -> String {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => String::new(),
        Some(text) => {
            // A line to be copied is never wrapped here: the terminal wraps it without changing it.
            let setting = if label == "rerun" { Setting { width: None, ..setting } } else { setting };
            let first = format!("  {}{}", setting.paint(Tone::Quiet, label), " ".repeat(COLUMN - 2 - label.len()));
            setting.hanging(&first, text, COLUMN)
        }
    }
}

/// Renders a timeline in columns, one line for each row, and leaves out the middle of a long one.
pub(super) fn timeline(rows: &[TimelineRow], setting: Setting) -> String {
    let kind = rows.iter().map(|row| row.kind.chars().count()).max().unwrap_or(0).min(12);
    // A few long cells must not push the outcomes of all other rows to the right.
    let what = rows.iter().map(|row| row.what.chars().count()).filter(|length| *length <= 48).max().unwrap_or(0);
    let line = |row: &TimelineRow| {
        let (at, name) = (row.at_ms / 1000.0, clipped(&row.kind, 12));
        let line = format!("{at:>10.3}  {name:<kind$}  {:<what$}  {}", cell(&row.what), cell(&row.outcome));
        setting.hanging("", line.trim_end(), 14 + kind)
    };
    let half = MAX_LINES / 2;
    if rows.len() <= MAX_LINES {
        return rows.iter().map(line).collect();
    }
    let first = rows.iter().take(half).map(line);
    let more = format!("{:>12}… ({} more)\n", "", rows.len() - MAX_LINES);
    let last = rows.iter().skip(rows.len() - half).map(line);
    first.chain([more]).chain(last).collect()
}

fn cell(text: &str) -> String {
    clipped(&one_line(text), MAX_CELL_CHARS).into_owned()
}
