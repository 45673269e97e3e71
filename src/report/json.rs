//! The report as JSON: the model as it is, `"schema": 1`.
//!
//! Texts are those of the model, hostile ones included: JSON can say every character, and a reader of JSON decides
//! itself where it shows them. Only the spelling is chosen so that a CI system that prints it finds no command.

use super::model::Report;

/// The report as one JSON object and a line feed; over several lines if `pretty`.
///
/// # Errors
///
/// If a value cannot be written as JSON, which no value of the model's types can cause.
pub fn render(report: &Report, pretty: bool) -> Result<String, serde_json::Error> {
    let text = if pretty { serde_json::to_string_pretty(report)? } else { serde_json::to_string(report)? };
    // `##vso[` is a command wherever it stands; outside of strings JSON has no such sign.
    Ok(text.replace("##", r"\u0023\u0023") + "\n")
}
