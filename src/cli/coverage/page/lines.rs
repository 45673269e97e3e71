//! A saved copy of a provider's checklist as lines of text, each with its position in the file.

use std::path::Path;

use super::line::Line;
use super::tags::TooMany;
use super::{html, markdown, plain};
use crate::files::{self, Kind, Unread};
use crate::yaml::Problem;

/// The most lines that a page may have, because each is compared with each item.
const MAX_LINES: usize = 5_000;

/// Reads a saved page and splits it into lines.
///
/// # Errors
///
/// Fails if the file cannot be read, is too large, is not text, or contains no lines.
pub(in crate::cli::coverage) fn read(path: &Path) -> Result<Vec<Line>, Problem> {
    let name = path.display().to_string();
    let wrong = |why: String, hint: &str| Problem::of_file(&name, why).hint(hint);
    let text = files::text(path, Kind::Page).map_err(|why| match why {
        Unread::Larger(_) => wrong(why.to_string(), "save the page without its pictures"),
        Unread::NotText => wrong(why.to_string(), "save the page as HTML, Markdown or UTF-8 text, not as a PDF"),
        why => wrong(why.to_string(), "name a saved copy of the provider's page"),
    })?;
    let extension = path.extension().and_then(|extension| extension.to_str());
    let lines = lines(&text, extension).map_err(|why| wrong(why.to_string(), "save the page as text"))?;
    if lines.is_empty() {
        return Err(wrong("contains no text".into(), "save the page again after it has loaded completely"));
    }
    if lines.len() > MAX_LINES {
        return Err(wrong(format!("has more than {MAX_LINES} lines of text"), "save only the checklist"));
    }
    Ok(lines)
}

/// Splits a text into lines. The file extension decides the format, or else the beginning of the text.
fn lines(text: &str, extension: Option<&str>) -> Result<Vec<Line>, TooMany> {
    let extension = extension.map(str::to_ascii_lowercase);
    match extension.as_deref() {
        Some("html" | "htm" | "xhtml") => html::lines(text),
        Some("md" | "markdown" | "mdx") => Ok(markdown::lines(text)),
        Some(_) | None if text.trim_start().starts_with('<') => html::lines(text),
        Some(_) | None => Ok(plain::lines(text)),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
