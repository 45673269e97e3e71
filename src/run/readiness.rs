//! Probes whether the build is ready, and whether it is the build that answers.

use std::time::{Duration, Instant};

use super::build_error::BuildError;
use super::context::run_context::RunContext;
use super::process::Process;
use crate::evidence::{Outcome, TransportErrorKind};
use crate::net::gate::{Draft, Purpose};
use crate::pack::types::{Span, Stage};
use crate::profile::Start;

/// Interval of readiness probes.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Timeout of one probe.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a build must keep running after something has answered at its address.
const SETTLE_TIME: Duration = Duration::from_millis(100);

/// How long the remains of an earlier build may still answer.
const PORT_RELEASE_TIMEOUT: Duration = Duration::from_secs(2);

/// The result of a probe.
pub(super) enum ProbeResult {
    Ready,
    /// The build answers, but is not ready; the text continues a sentence after the address.
    Answered(String),
    /// The build does not answer; the text continues a sentence after the address.
    Silent(String),
}

/// Makes sure that nothing answers at the build's address before it starts.
pub(super) async fn vacant(run: &RunContext, start: &Start) -> Result<(), BuildError> {
    let from = Instant::now();
    while let ProbeResult::Ready = look(run, start).await? {
        if from.elapsed() > PORT_RELEASE_TIMEOUT {
            return Err(BuildError::PortTaken { port: port(start), page: start.ready.to_string() });
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    Ok(())
}

/// Waits until the build that Preflight started is ready. Fails if it ends or is not ready in time.
pub(super) async fn awaited(run: &RunContext, start: &Start, process: &mut Process) -> Result<(), BuildError> {
    let from = Instant::now();
    loop {
        let look = look(run, start).await?;
        if let ProbeResult::Ready = look {
            // A build that cannot open its port takes a moment to exit.
            tokio::time::sleep(SETTLE_TIME).await;
        }
        if let Some(exit) = process.ended().await {
            return Err(ended(run, start, process, exit).await);
        }
        match look {
            ProbeResult::Ready => return Ok(()),
            ProbeResult::Answered(why) | ProbeResult::Silent(why) if from.elapsed() > start.within.0 => {
                let (lines, stopped) = (process.last_words(&run.redactor), process.stopped());
                return Err(BuildError::StartedButNotReady { late: Box::new(late(start, why)), stopped, lines });
            }
            ProbeResult::Answered(_) | ProbeResult::Silent(_) => tokio::time::sleep(POLL_INTERVAL).await,
        }
    }
}

/// Waits until a build that the partner restarted itself is ready.
pub(super) async fn back(run: &RunContext, start: &Start) -> Result<(), BuildError> {
    let from = Instant::now();
    while let ProbeResult::Answered(why) | ProbeResult::Silent(why) = look(run, start).await? {
        if from.elapsed() > start.within.0 {
            return Err(late(start, why));
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    Ok(())
}

/// Makes the error for a build that has ended, possibly while something still answers at its address.
async fn ended(run: &RunContext, start: &Start, process: &Process, exit: String) -> BuildError {
    let lines = process.last_words(&run.redactor);
    match look(run, start).await {
        Ok(ProbeResult::Ready) => {
            BuildError::EndedButAnswered { exit, page: start.ready.to_string(), port: port(start), lines }
        }
        Ok(ProbeResult::Answered(_) | ProbeResult::Silent(_)) | Err(_) => BuildError::EndedEarly { exit, lines },
    }
}

fn late(start: &Start, found: String) -> BuildError {
    BuildError::NotReady { page: start.ready.to_string(), within: start.within, found }
}

fn port(start: &Start) -> u16 {
    start.ready.port_or_known_default().unwrap_or_default()
}

/// Probes the build once. Fails if the gate denies the probe.
pub(super) async fn look(run: &RunContext, start: &Start) -> Result<ProbeResult, BuildError> {
    let draft = Draft {
        purpose: Purpose::Partner { stage: Stage::Rehearsal },
        method: "GET".into(),
        url: start.ready.to_string(),
        headers: Vec::new(),
        body: Vec::new(),
        credentials: Vec::new(),
    };
    let port = port(start);
    let trouble = match run.sent(draft, PROBE_TIMEOUT, false, None).await.outcome {
        Outcome::Answered(answer) if answer.status < 400 => return Ok(ProbeResult::Ready),
        Outcome::Answered(answer) => return Ok(ProbeResult::Answered(format!("it answered {}", answer.status))),
        Outcome::TransportError(trouble) => trouble,
    };
    let tls = start.ready.scheme() == "https";
    let (spoken, other) = if tls { ("TLS", "http") } else { ("HTTP", "https") };
    let found = match trouble.kind {
        TransportErrorKind::Refused => return Err(BuildError::ProbeDenied { reason: trouble.detail }),
        TransportErrorKind::Connect => format!("nothing listens on port {port}: {}", trouble.detail),
        TransportErrorKind::Timeout => {
            format!("port {port} accepts the connection, but nothing answers within {}", Span(PROBE_TIMEOUT))
        }
        TransportErrorKind::Broken => format!(
            "the process at port {port} does not answer in {spoken} (if it is an {other} server, write {other}://): {}",
            trouble.detail
        ),
        TransportErrorKind::Dns
        | TransportErrorKind::Certificate
        | TransportErrorKind::TooLarge
        | TransportErrorKind::Shape
        | TransportErrorKind::Redirects => trouble.detail,
    };
    Ok(ProbeResult::Silent(found))
}
