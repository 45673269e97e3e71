//! Whether the build is ready, and whether it is the build that answers.

use std::time::{Duration, Instant};

use super::build_error::BuildError;
use super::context::run_context::RunContext;
use super::process::Process;
use crate::evidence::{Outcome, TroubleKind};
use crate::net::gate::{Draft, Purpose};
use crate::pack::types::{Span, Stage};
use crate::profile::Start;

/// Interval of readiness probes.
const PACE: Duration = Duration::from_millis(20);

/// Timeout of one probe.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// How long a build must keep running after something has answered for it.
const SETTLES: Duration = Duration::from_millis(100);

/// How long remains of an earlier build may still answer.
const LEAVING: Duration = Duration::from_secs(2);

/// The result of a probe.
pub(super) enum Look {
    Ready,
    /// It answers, but is not ready; the text continues a sentence after the address.
    Answered(String),
    /// It does not answer; the text continues a sentence after the address.
    Silent(String),
}

/// Makes sure that nothing answers at the build's address before it starts.
pub(super) async fn vacant(world: &RunContext, start: &Start) -> Result<(), BuildError> {
    let from = Instant::now();
    while let Look::Ready = look(world, start).await? {
        if from.elapsed() > LEAVING {
            return Err(BuildError::PortTaken { port: port(start), page: start.ready.to_string() });
        }
        tokio::time::sleep(PACE).await;
    }
    Ok(())
}

/// Waits until the build that Preflight started is ready; an error says why it is not.
pub(super) async fn awaited(world: &RunContext, start: &Start, process: &mut Process) -> Result<(), BuildError> {
    let from = Instant::now();
    loop {
        let look = look(world, start).await?;
        if let Look::Ready = look {
            // A build that cannot listen takes a moment to exit.
            tokio::time::sleep(SETTLES).await;
        }
        if let Some(exit) = process.ended().await {
            return Err(ended(world, start, process, exit).await);
        }
        match look {
            Look::Ready => return Ok(()),
            Look::Answered(why) | Look::Silent(why) if from.elapsed() > start.within.0 => {
                let (lines, stopped) = (process.last_words(&world.redactor), process.stopped());
                return Err(BuildError::StartedButNotReady { late: Box::new(late(start, why)), stopped, lines });
            }
            Look::Answered(_) | Look::Silent(_) => tokio::time::sleep(PACE).await,
        }
    }
}

/// Waits until a build that the partner restarted itself is ready.
pub(super) async fn back(world: &RunContext, start: &Start) -> Result<(), BuildError> {
    let from = Instant::now();
    while let Look::Answered(why) | Look::Silent(why) = look(world, start).await? {
        if from.elapsed() > start.within.0 {
            return Err(late(start, why));
        }
        tokio::time::sleep(PACE).await;
    }
    Ok(())
}

/// The error for a build that has ended, possibly while something still answers.
async fn ended(world: &RunContext, start: &Start, process: &Process, exit: String) -> BuildError {
    let lines = process.last_words(&world.redactor);
    match look(world, start).await {
        Ok(Look::Ready) => {
            BuildError::EndedButAnswered { exit, page: start.ready.to_string(), port: port(start), lines }
        }
        Ok(Look::Answered(_) | Look::Silent(_)) | Err(_) => BuildError::EndedEarly { exit, lines },
    }
}

fn late(start: &Start, found: String) -> BuildError {
    BuildError::NotReady { page: start.ready.to_string(), within: start.within, found }
}

fn port(start: &Start) -> u16 {
    start.ready.port_or_known_default().unwrap_or_default()
}

/// Probes the build once; an error means that the probe is not allowed.
pub(super) async fn look(world: &RunContext, start: &Start) -> Result<Look, BuildError> {
    let draft = Draft {
        purpose: Purpose::Partner { stage: Stage::Rehearsal },
        method: "GET".into(),
        url: start.ready.to_string(),
        headers: Vec::new(),
        body: Vec::new(),
        credentials: Vec::new(),
    };
    let port = port(start);
    let trouble = match world.sent(draft, READY_WITHIN, false, None).await.outcome {
        Outcome::Answered(answer) if answer.status < 400 => return Ok(Look::Ready),
        Outcome::Answered(answer) => return Ok(Look::Answered(format!("it answered {}", answer.status))),
        Outcome::Trouble(trouble) => trouble,
    };
    let tls = start.ready.scheme() == "https";
    let (spoken, other) = if tls { ("TLS", "http") } else { ("HTTP", "https") };
    let found = match trouble.kind {
        TroubleKind::Refused => return Err(BuildError::ProbeDenied { reason: trouble.detail }),
        TroubleKind::Connect => format!("nothing listens on port {port}: {}", trouble.detail),
        TroubleKind::Timeout => {
            format!("port {port} accepts the connection, but nothing answers within {}", Span(READY_WITHIN))
        }
        TroubleKind::Broken => format!(
            "the process at port {port} does not answer in {spoken} (if it is an {other} server, write {other}://): {}",
            trouble.detail
        ),
        TroubleKind::Dns
        | TroubleKind::Certificate
        | TroubleKind::TooLarge
        | TroubleKind::Shape
        | TroubleKind::Redirects => trouble.detail,
    };
    Ok(Look::Silent(found))
}
