//! Makes hostile text harmless; the only place that does so.
//!
//! Everything a report shows may come from the software under test, so it may hold terminal escapes, commands to the CI
//! system that prints it, or markup. Whatever is neutralised stays visible in another form: a reader must be able to
//! see that it was there.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::LazyLock;

use regex::Regex;

/// Patterns of what CI systems obey when they meet it in a log, each with its replacement.
const COMMANDS: [(&str, &str); 3] = [
    // `##vso[`, `##[`, `##teamcity[`: obeyed anywhere in a line.
    (r"##(\w*\[)", "# #$1"),
    // `::error`: obeyed at the start of a line. Replaced after any white space, because a writer may wrap the line
    // there.
    (r"(^|\s)::([A-Za-z])", "$1: :$2"),
    // Fold markers: they name the sections of a log.
    (r"(section_start|section_end|travis_fold|travis_time):", "$1 :"),
];
/// The pattern that makes a reader of `JUnit` files link to a file on its own machine, with its replacement.
const ATTACHMENT: [(&str, &str); 1] = [(r"(?i)\[(\[ATTACHMENT\|)", "[ $1")];

/// Compiled patterns with their replacements.
type Rules = LazyLock<Vec<(Regex, &'static str)>>;
static COMMAND_RULES: Rules = LazyLock::new(|| compiled(&COMMANDS));
static ATTACHMENT_RULES: Rules = LazyLock::new(|| compiled(&ATTACHMENT));

/// Compiles the rules. A pattern that does not compile is left out; each rule has a test, so none is.
fn compiled(rules: &[(&str, &'static str)]) -> Vec<(Regex, &'static str)> {
    rules.iter().filter_map(|(pattern, with)| Some((Regex::new(pattern).ok()?, *with))).collect()
}

fn replaced(mut text: String, rules: &Rules) -> String {
    // Every rule needs one of these substrings, and searching for them is much cheaper than trying the rules.
    if !["##", "::", "start:", "end:", "fold:", "time:", "[["].iter().any(|sign| text.contains(sign)) {
        return text;
    }
    for (pattern, with) in rules.iter() {
        if let Cow::Owned(changed) = pattern.replace_all(&text, *with) {
            text = changed;
        }
    }
    text
}

/// Whether a character must not be written as it is: it is invisible, moves the cursor, changes the direction of the
/// text, or is not allowed in XML 1.0. Line feed and tab may be written.
fn is_hidden(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{61c}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fdd0}'..='\u{fdef}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => true,
        other => other.is_control() || u32::from(other) & 0xfffe == 0xfffe,
    }
}

/// Replaces hidden characters by escapes such as `\u{1b}`, and breaks CI log commands.
fn visible(text: &str) -> String {
    // Nearly every text is plain ASCII.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        return replaced(text.to_owned(), &COMMAND_RULES);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        if is_hidden(c) {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    replaced(out, &COMMAND_RULES)
}

/// Makes a text safe for a terminal or a CI log; line feeds stay.
pub fn for_terminal(text: &str) -> String {
    visible(text).replace('\t', "    ")
}

/// Makes a text safe for XML 1.0, without escaping it: all its characters are in the `Char` range, and readers of
/// `JUnit` files find no command in it.
pub fn for_xml(text: &str) -> String {
    replaced(visible(text), &ATTACHMENT_RULES)
}

/// Makes a text safe for the middle of a line or of a table cell in GitHub's Markdown: no markup, no links, no
/// mathematics, and line breaks as `<br>`.
pub fn for_markdown(text: &str) -> String {
    let safe = visible(text);
    let mut out = String::with_capacity(safe.len());
    for (index, c) in safe.char_indices() {
        match c {
            '\n' => out.push_str("<br>"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '#' => out.extend(['\\', c]),
            // GitHub links an address by itself unless its parts are separated.
            ':' if safe[index..].starts_with("://") => out.push_str("\\:"),
            '.' if ends_in_www(&safe[..index]) => out.push_str("\\."),
            other => out.push(other),
        }
    }
    out
}

/// Renders a text of several lines as a Markdown code block, in which nothing is markup.
pub fn block_for_markdown(text: &str) -> String {
    let safe = visible(text);
    let longest = safe.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n", safe.trim_end())
}

/// Renders an `https` address as a Markdown link; as plain text if it is another address or holds an unusual character.
pub fn link_for_markdown(address: &str) -> String {
    let usual = |c: char| c.is_ascii_alphanumeric() || "-._~/?#=&%+,:@".contains(c);
    match address.strip_prefix("https://") {
        Some(rest) if !rest.is_empty() && rest.chars().all(usual) && visible(address) == address => {
            format!("<{address}>")
        }
        Some(_) | None => for_markdown(address),
    }
}

/// Whether a text ends in `www`, which begins a link as `://` does.
fn ends_in_www(text: &str) -> bool {
    text.len().checked_sub(3).and_then(|at| text.get(at..)).is_some_and(|tail| tail.eq_ignore_ascii_case("www"))
}

/// Puts a text on one line: each run of white space, line breaks included, becomes one blank.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns at most `most` characters of a text, with a note that says how many more there were.
pub fn clipped(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{} … ({} more characters)", &text[..end], text[end..].chars().count())),
    }
}

/// Returns at most `most` bytes of a text, cut between two characters. A cut text ends in `note`, which counts as part
/// of the limit.
pub fn bounded(text: &str, most: usize, note: &str) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(most.saturating_sub(note.len()));
    format!("{}{note}", &text[..end])
}
