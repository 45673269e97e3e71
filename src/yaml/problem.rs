//! A problem in a file, and how it is shown: file, line, column, source text, and a hint.

use std::fmt;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::document::Document;
use super::excerpt;
use super::position::Position;

/// Maximum number of problems shown in full: the same error in a thousand files is read once.
pub(super) const MAX_SHOWN: usize = 100;

/// Maximum length of a message, in characters.
const MAX_MESSAGE_CHARS: usize = 400;

/// How serious a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file can be used all the same.
    Warning,
    /// The file cannot be used.
    Error,
}

/// A problem in a file.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Whether the file can still be used.
    pub severity: Severity,
    /// The file's name as its reader knows it.
    pub file: String,
    /// The position; line 0 if the problem is about the whole file.
    pub place: Position,
    /// The message, a sentence without its full stop.
    pub message: String,
    /// What to do about it, as an imperative or a question.
    pub hint: Option<String>,
    document: Option<Document>,
}

impl Problem {
    /// Creates a problem at a position in a document.
    pub fn at(document: &Document, place: Position, message: impl Into<String>) -> Self {
        Problem {
            severity: Severity::Error,
            file: document.name.to_string(),
            place,
            message: message.into(),
            hint: None,
            document: Some(document.clone()),
        }
    }

    /// Creates a problem with a file as a whole.
    pub fn of_file(file: &str, message: impl Into<String>) -> Self {
        Problem {
            severity: Severity::Error,
            file: file.to_owned(),
            place: Position::default(),
            message: message.into(),
            hint: None,
            document: None,
        }
    }

    /// Sets the hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Sets the hint to the nearest of some names, if one is near.
    #[must_use]
    pub fn nearest<'n>(mut self, wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Self {
        if let Some(name) = nearest(wrong, names) {
            self.hint = Some(format!("did you mean `{name}`?"));
        }
        self
    }

    /// Sets the hint to the nearest of some names, or to another hint if none is near.
    #[must_use]
    pub fn nearest_or<'n>(self, wrong: &str, names: impl IntoIterator<Item = &'n str>, other: &str) -> Self {
        let near = self.nearest(wrong, names);
        if near.hint.is_some() { near } else { near.hint(other) }
    }

    /// Turns the problem into a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Renders the problem as a few lines of text, including the source line.
    pub fn render(&self, colour: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
        let said =
            |text: &str| printable(&self.document.as_ref().map_or(text.into(), |document| document.hidden(text)));
        let (message, file) = (said(&self.message), one_line(&self.file));
        let source = self.document.as_ref().filter(|_| self.place.line > 0).map(Document::shown);
        let shown = source.as_ref().map(|text| excerpt::line(text, &self.place.bytes));
        let mut group = match &shown {
            Some((text, number, place)) => level.primary_title(message).element(
                Snippet::source(text.as_ref())
                    .line_start(*number)
                    .path(file.as_str())
                    .annotation(AnnotationKind::Primary.span(place.clone())),
            ),
            None => annotate_snippets::Group::with_title(level.primary_title(format!("{file}: {message}"))),
        };
        if let Some(hint) = &self.hint {
            group = group.element(Level::HELP.message(said(hint)));
        }
        renderer.render(&[group])
    }
}

/// Makes control characters and escapes visible, and truncates long text: messages quote the file.
fn printable(text: &str) -> String {
    let visible = |c: char| if c.is_control() && c != '\n' { '\u{fffd}' } else { c };
    let end = if text.chars().nth(MAX_MESSAGE_CHARS).is_some() { "…" } else { "" };
    text.chars().take(MAX_MESSAGE_CHARS).map(visible).chain(end.chars()).collect()
}

/// Puts a file's name on one line.
fn one_line(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Finds the nearest of some names, if one is near enough to be meant.
pub(crate) fn nearest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let (wrong, length) = (wrong.to_lowercase(), wrong.chars().count());
    let allowed = |name: &str| 1 + name.len().min(wrong.len()) / 4;
    names
        .into_iter()
        // A name whose length differs more cannot be near; this check is cheap.
        .filter(|name| name.chars().count().abs_diff(length) <= allowed(name))
        .map(|name| (strsim::damerau_levenshtein(&wrong, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= allowed(name))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Returns an error's text without the position that the parser appends: positions are shown in one format only.
pub(super) fn without_position(text: &str) -> String {
    text.find(" at line ").map_or(text, |at| &text[..at]).to_owned()
}

/// All problems of some files. Never empty as an error.
#[derive(Clone, Debug, Default)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Whether one of them is an error.
    pub fn fatal(&self) -> bool {
        self.0.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// Sorts the problems by file and position, independently of the order of reading.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.0.sort_by(|a, b| (&a.file, a.place.line, a.place.column).cmp(&(&b.file, b.place.line, b.place.column)));
        self
    }

    /// Renders all problems as text, with a count at the end.
    pub fn render(&self, colour: bool) -> String {
        let mut text: String =
            self.0.iter().take(MAX_SHOWN).map(|problem| format!("{}\n\n", problem.render(colour))).collect();
        if self.0.len() > MAX_SHOWN {
            let more = self.0.len() - MAX_SHOWN;
            text.extend(["... and ", &more.to_string(), " more; fix these first\n\n"]);
        }
        let errors = self.0.iter().filter(|problem| problem.severity == Severity::Error).count();
        let warnings = self.0.len() - errors;
        let count = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
        let said: Vec<String> = [(errors, "error"), (warnings, "warning")]
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, w)| count(*n, w))
            .collect();
        if !said.is_empty() {
            text.push_str(&said.join(", "));
            text.push('\n');
        }
        text
    }
}

impl From<Vec<Problem>> for Problems {
    fn from(list: Vec<Problem>) -> Self {
        Problems(list).sorted()
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Problems(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Problems {}

impl Document {
    /// Creates a problem at a JSON pointer.
    pub fn problem(&self, pointer: &str, message: impl Into<String>) -> Problem {
        Problem::at(self, self.locate(pointer, None), message)
    }

    /// Creates a problem at a key of the map at a JSON pointer.
    pub fn problem_at_key(&self, pointer: &str, key: &str, message: impl Into<String>) -> Problem {
        Problem::at(self, self.locate(pointer, Some(key)), message)
    }
}
