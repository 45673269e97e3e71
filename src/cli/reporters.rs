//! The reports that a run can write, in one table.

use std::path::PathBuf;

use super::args::RunOptions;
use crate::report::model::Report;
use crate::report::{json, junit, markdown};

/// One kind of report.
pub(super) struct Reporter {
    /// The option that names its file.
    pub(super) option: &'static str,
    /// The value of that option.
    pub(super) path: fn(&RunOptions) -> &Option<PathBuf>,
    /// Renders the report, or says why it cannot be rendered.
    pub(super) render: fn(&Report) -> Result<String, String>,
}

/// All of them.
pub(super) const REPORTERS: [Reporter; 3] = [
    Reporter {
        option: "--junit",
        path: |options| &options.junit,
        render: |report| {
            junit::render(report, true).map_err(|error| format!("cannot create the JUnit report: {error}"))
        },
    },
    Reporter {
        option: "--json",
        path: |options| &options.json,
        render: |report| json::render(report, true).map_err(|error| format!("cannot create the JSON report: {error}")),
    },
    Reporter { option: "--markdown", path: |options| &options.markdown, render: |report| Ok(markdown::render(report)) },
];
