//! Reads a document as JSON or as a typed value, or returns every problem in it.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::document::Document;
use super::position::{self, Position};
use super::problem::{self, Problem, Problems};
use super::{limits, parse_errors, schema};
use crate::files::{self, Kind};

impl Document {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read, is too large or is not UTF-8; the problem has no position.
    pub fn read(path: &std::path::Path, name: &str) -> Result<Self, Problem> {
        let unread = |why: files::Unread| Problem::of_file(name, why.to_string()).hint(why.hint());
        let bytes = files::read(path, Kind::Written).map_err(unread)?;
        let not = |encoding: &str| Problem::of_file(name, format!("is {encoding}")).hint("save it as UTF-8");
        if is_utf16(&bytes) {
            return Err(not("UTF-16 text, not UTF-8"));
        }
        match String::from_utf8(bytes) {
            // Some editors begin a file with a UTF-8 byte order mark, which is not part of the text.
            Ok(text) => Ok(Document::new(name, text.strip_prefix('\u{feff}').unwrap_or(&text))),
            Err(_) => Err(not("not UTF-8 text")),
        }
    }

    /// Parses the text as a JSON value.
    ///
    /// # Errors
    ///
    /// Fails if the YAML is invalid, has a duplicate key, exceeds the limits, or contains something that JSON cannot
    /// express.
    pub fn parse(&self) -> Result<Value, Problems> {
        let exceeded = limits::exceeded(self);
        if !exceeded.is_empty() {
            return Err(Problems(exceeded));
        }
        let failed = |error: &serde_yaml::Error| Problems(parse_errors::problems(self, error));
        let mut value: serde_yaml::Value = serde_yaml::from_str(&self.text).map_err(|error| failed(&error))?;
        value.apply_merge().map_err(|error| failed(&error))?;
        serde_json::to_value(&value).map_err(|error| {
            Problem::at(
                self,
                Position::default(),
                format!("this YAML contains something that JSON cannot express: {error}"),
            )
            .hint("use only text keys, numbers, texts, lists and maps, without tags")
            .into()
        })
    }

    /// Returns the typed value, or every structural problem of the document.
    pub fn typed<T: DeserializeOwned + JsonSchema>(&self) -> Result<T, Vec<Problem>> {
        self.typed_from(self.parse().map_err(|problems| problems.0)?)
    }

    /// Converts the result of [`Document::parse`], possibly changed by the caller, to a typed value, or returns every
    /// structural problem.
    pub fn typed_from<T: DeserializeOwned + JsonSchema>(&self, value: Value) -> Result<T, Vec<Problem>> {
        if value.is_null() {
            return Err(vec![Problem::of_file(&self.name, "is empty")]);
        }
        let problems = schema::check::<T>(self, &value);
        if !problems.is_empty() {
            return Err(problems);
        }
        self.typed_unheld(value)
    }

    /// Converts the result of [`Document::parse`] to a typed value, or returns the first problem. For texts that were
    /// already checked against the schema, such as those compiled into the program.
    pub fn typed_unheld<T: DeserializeOwned>(&self, value: Value) -> Result<T, Vec<Problem>> {
        // Tracking the path costs more than everything else, and only an error needs it.
        if let Ok(typed) = T::deserialize(&value) {
            return Ok(typed);
        }
        serde_path_to_error::deserialize(value).map_err(|error: serde_path_to_error::Error<serde_json::Error>| {
            let pointer = position::pointer(error.path());
            let message = problem::without_position(&error.inner().to_string());
            vec![parse_errors::value(self, &pointer, &message)]
        })
    }
}

/// Whether bytes are UTF-16: by the byte order mark, or because every other byte at the beginning is zero.
pub(super) fn is_utf16(bytes: &[u8]) -> bool {
    let start = bytes.get(..64).unwrap_or(bytes);
    let zeros = |at: usize| start.len() > 3 && start.iter().skip(at).step_by(2).all(|byte| *byte == 0);
    start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) || zeros(0) || zeros(1)
}
