//! The report as JSON: the model as it is, `"schema": 2`.
//!
//! Texts stay as they are in the model, hostile ones included: JSON can represent every character, and a program that
//! reads JSON decides itself how to show them. Only `##` is escaped, so that a CI system that prints the file finds no
//! command.

use super::model::Report;

/// Renders the report as one JSON object and a line feed; over several lines if `pretty`.
///
/// # Errors
///
/// Fails if a value cannot be written as JSON, which no value of the model's types can cause.
pub fn render(report: &Report, pretty: bool) -> Result<String, serde_json::Error> {
    let text = if pretty { serde_json::to_string_pretty(report)? } else { serde_json::to_string(report)? };
    // `##vso[` is a command anywhere in a line. Outside of strings, JSON has no `#`.
    Ok(text.replace("##", r"\u0023\u0023") + "\n")
}
