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
    /// The profile.
    pub profile: Profile,
    /// The same as JSON, with variables put in; values whose variable is not set are null.
    pub json: Value,
    /// The text.
    pub document: Document,
    /// The folder that its relative paths begin in.
    pub folder: PathBuf,
    /// How to give what is absent because a variable is not set, by dotted name.
    pub lacking: BTreeMap<String, String>,
    /// Knows its secrets.
    pub keeper: Redactor,
    /// Knows its keys and secrets alone, and nothing else that came from the environment.
    pub keys: Redactor,
    /// What the pack may do.
    pub trusted: Trusted,
    /// Programs that are not there, for whoever knows what is to be carried out.
    pub(crate) not_there: Vec<MissingProgram>,
}

/// A program that is not there, and the place in the profile, dotted, whose work it would do.
#[derive(Clone, Debug)]
pub(crate) struct MissingProgram {
    pub(crate) needed_for: String,
    pub(crate) problem: Problem,
}
