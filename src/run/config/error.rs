//! Reasons why a file of the partner does not give the value of a key, each as a phrase that follows the file's name.

use std::fmt::Display;

use crate::files::Unread;

/// Why a configuration value is unknown.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConfigError {
    /// The file could not be read; the text says why.
    #[error("it {0}")]
    Unread(Unread),
    /// The file is a program, and only running it gives its values.
    #[error(
        "a `.{extension}` file is not read, because the program that loads it computes its values; name a `.env`, \
         `.properties`, INI, JSON, YAML or TOML file, or attest the value"
    )]
    Program { extension: String },
    #[error("the file is UTF-16, which most loaders cannot read; save it as UTF-8")]
    Utf16,
    #[error("it is not {format} in line {line}: {cause}")]
    Syntax { format: &'static str, line: usize, cause: String },
    #[error("its lists and maps are nested more than {most} deep in line {line}")]
    TooDeep { most: usize, line: usize },
    #[error("with its aliases expanded it is too large in line {line}")]
    TooLarge { line: usize },
    /// The key of the profile is neither a name nor a path.
    #[error("`{key}` is not a JSON path: {cause}")]
    NotAPath { key: String, cause: serde_json_path::ParseError },
    #[error("line {line} is not NAME=value")]
    NotAnEntry { line: usize },
    /// The file alone does not decide the value; `why` continues the sentence after the line.
    #[error("line {line} {why}, so its value is not known here")]
    Unknown { line: usize, why: &'static str },
    #[error("`{key}` has different values in the lines {lines}")]
    Different { key: String, lines: String },
    #[error("there is no `{key}`")]
    Absent { key: String },
    #[error("`{key}` is empty in line {line}, so its value comes from elsewhere, if at all")]
    Empty { key: String, line: usize },
    #[error("`{key}` is a map or a list in line {line}, not a value")]
    Several { key: String, line: usize },
}

impl ConfigError {
    /// Makes an error about a text that violates the syntax of its format.
    pub(super) fn syntax(format: &'static str, line: usize, cause: impl Display) -> Self {
        ConfigError::Syntax { format, line, cause: cause.to_string() }
    }
}
