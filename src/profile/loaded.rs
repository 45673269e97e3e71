//! A profile that was read: its typed value, its text, its secrets, and what it lacks.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use super::trusted::Trusted;
use super::types::Profile;
use crate::redact::Redactor;
use crate::yaml::{Document, Problem};

/// A profile with its text.
#[derive(Clone, Debug)]
pub struct LoadedProfile {
    /// The profile with its typed values.
    pub profile: Profile,
    /// The profile as JSON, with variables inserted; values whose variable is not set are null.
    pub json: Value,
    /// The text it was read from.
    pub document: Document,
    /// The folder that its relative paths start from.
    pub folder: PathBuf,
    /// How to provide the values that are absent because a variable is not set, by dotted name.
    pub lacking: BTreeMap<String, String>,
    /// The redactor that knows its secrets.
    pub keeper: Redactor,
    /// A redactor that knows only its keys and secrets, and nothing else that came from the environment.
    pub keys: Redactor,
    /// What the pack may do.
    pub trusted: Trusted,
    /// Programs that do not exist; only the plan knows which of them are needed.
    pub(crate) not_there: Vec<MissingProgram>,
}

/// A program that does not exist, and the dotted name of what needs it in the profile.
#[derive(Clone, Debug)]
pub(crate) struct MissingProgram {
    pub(crate) needed_for: String,
    pub(crate) problem: Problem,
}
