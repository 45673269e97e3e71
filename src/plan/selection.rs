//! The selection on the command line.

use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::pack::types::Stage;

/// The checks to run. Empty lists select everything.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these stages.
    pub stages: Vec<Stage>,
    /// Only ids that match one of these patterns.
    pub only: Vec<String>,
    /// No ids that match one of these patterns.
    pub skip: Vec<String>,
}

/// Why a pattern of the selection cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum PatternError {
    /// It is not a pattern.
    #[error("`{0}` is not a pattern such as `webhooks.*`: {1}")]
    Invalid(String, globset::ErrorKind),
    /// All patterns together are too large.
    #[error(transparent)]
    TooLarge(globset::Error),
}

/// The patterns of a selection, ready to match.
pub(super) struct Patterns {
    only: GlobSet,
    skip: GlobSet,
}

impl Selection {
    /// Returns the selection as options of the command line, if there is one.
    pub fn describe(&self) -> Option<String> {
        let mut words: Vec<String> = self.stages.iter().map(|stage| format!("--stage {stage}")).collect();
        words.extend(self.only.iter().map(|glob| format!("--only {glob}")));
        words.extend(self.skip.iter().map(|glob| format!("--skip {glob}")));
        (!words.is_empty()).then(|| words.join(" "))
    }

    pub(super) fn patterns(&self) -> Result<Patterns, PatternError> {
        Ok(Patterns { only: globs(&self.only)?, skip: globs(&self.skip)? })
    }

    /// Returns why a check is not selected, if that is so. Patterns match its id, alone or with the stage.
    pub(super) fn refuses(&self, patterns: &Patterns, check: &str, planned: &str, stage: Stage) -> Option<String> {
        let like = |set: &GlobSet| set.is_match(check) || set.is_match(planned);
        if !self.stages.is_empty() && !self.stages.contains(&stage) {
            return Some(format!("not selected: the stage {stage}"));
        }
        if !self.only.is_empty() && !like(&patterns.only) {
            return Some("not selected by --only".into());
        }
        like(&patterns.skip).then(|| "left out by --skip".into())
    }
}

fn globs(list: &[String]) -> Result<GlobSet, PatternError> {
    let mut builder = GlobSetBuilder::new();
    for text in list {
        builder.add(Glob::new(text).map_err(|error| PatternError::Invalid(text.clone(), error.kind().clone()))?);
    }
    builder.build().map_err(PatternError::TooLarge)
}
