//! Why a process of the partner does not run, or is not ready.

use std::io;
use std::sync::Arc;

use crate::pack::types::Span;
use crate::template::TemplateError;

/// A reason why the partner's build or one of its commands does not run.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum BuildError {
    #[error("the profile has no rehearsal")]
    NoRehearsal,
    #[error("the profile does not say how to start the build")]
    NoStart,
    #[error("the profile has no variant `{name}`")]
    NoVariant { name: String },
    /// A template in a command or a variable cannot be rendered.
    #[error("`{text}`: {cause}")]
    Text { text: String, cause: TemplateError },
    #[error("the command is empty")]
    EmptyCommand,
    /// The system cannot start the program that an entry of the profile names.
    #[error("`{program}`, the first word of `{place}`, cannot start: {cause}")]
    NoProgram { program: String, place: String, cause: Arc<io::Error> },
    #[error("it has no output")]
    NoOutput,
    #[error("{0}")]
    NoExit(Arc<io::Error>),
    /// Something answers at the build's address before the build starts.
    #[error(
        "port {port} is taken: {page} answers before the build starts, so the rehearsal would test another process; end \
         that process, or give the build another port"
    )]
    PortTaken { port: u16, page: String },
    #[error("the build ended before it was ready ({exit}); its last lines: {lines}")]
    EndedEarly { exit: String, lines: String },
    /// The build has ended, but something still answers at its address.
    #[error(
        "the build ended ({exit}), but {page} still answers: another process uses port {port}, or the build left a \
         child process behind; start the build so that it keeps running until it is stopped; its last lines: {lines}"
    )]
    EndedButAnswered { exit: String, page: String, port: u16, lines: String },
    #[error("{page} did not answer with a status below 400 within {within}: {found}")]
    NotReady { page: String, within: Span, found: String },
    /// The build that Preflight started is [not ready](BuildError::NotReady) in time.
    #[error("{late}{}; the build's last lines: {lines}", stopped_process(*.stopped))]
    StartedButNotReady { late: Box<BuildError>, stopped: Option<i32>, lines: String },
    /// The gate denies the probe of the build's address.
    #[error("{reason}")]
    ProbeDenied { reason: String },
    /// The build fell silent earlier in the run; the text says what was observed then.
    #[error("{observed}")]
    Silent { observed: String },
    #[error("{last}; Preflight does not restart it after {failures} failures")]
    GivenUp { last: String, failures: usize },
}

fn stopped_process(stopped: Option<i32>) -> String {
    stopped.map(|process| format!("; its process {process} is stopped (SIGSTOP)")).unwrap_or_default()
}
