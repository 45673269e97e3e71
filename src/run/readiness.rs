//! Whether the build is ready, and whether it is the build that says so.

use std::time::{Duration, Instant};

use super::context::run_context::World;
use super::process::Process;
use crate::evidence::{Outcome, TroubleKind};
use crate::net::gate::{Draft, Purpose};
use crate::pack::types::{Span, Stage};
use crate::profile::Start;

/// How often the build is asked whether it is ready.
const PACE: Duration = Duration::from_millis(20);

/// How long one such question may take.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// How long a build must go on after somebody has answered for it.
const SETTLES: Duration = Duration::from_millis(100);

/// How long what an earlier build left behind may still answer.
const LEAVING: Duration = Duration::from_secs(2);

/// What a look at the page has found.
pub(super) enum Look {
    Ready,
    /// It is answered, and not ready: how, in words that follow the address.
    Answered(String),
    /// It is not answered: why, in the same way.
    Silent(String),
}

/// Makes sure that nobody answers in the build's place before it is started.
pub(super) async fn vacant(world: &World, start: &Start) -> Result<(), String> {
    let from = Instant::now();
    while let Look::Ready = look(world, start).await? {
        if from.elapsed() > LEAVING {
            let (page, port) = (&start.ready, port(start));
            return Err(format!(
                "port {port} is taken: {page} is answered before the build is started, so another process would be \
                 rehearsed in its place; end that process, or give the build another port"
            ));
        }
        tokio::time::sleep(PACE).await;
    }
    Ok(())
}

/// Waits until a build that we started is ready. An error: it is not, and why.
pub(super) async fn awaited(world: &World, start: &Start, process: &mut Process) -> Result<(), String> {
    let from = Instant::now();
    loop {
        let look = look(world, start).await?;
        if let Look::Ready = look {
            // A build that cannot listen takes a moment to end.
            tokio::time::sleep(SETTLES).await;
        }
        if let Some(exit) = process.ended().await {
            return Err(ended(world, start, process, &exit).await);
        }
        match look {
            Look::Ready => return Ok(()),
            Look::Answered(why) | Look::Silent(why) if from.elapsed() > start.within.0 => {
                let words = process.last_words(&world.redactor);
                let stopped = process.stopped().map(|one| format!("; its process {one} is stopped (SIGSTOP)"));
                let (late, stopped) = (late(start, &why), stopped.unwrap_or_default());
                return Err(format!("{late}{stopped}; the build's last words: {words}"));
            }
            Look::Answered(_) | Look::Silent(_) => tokio::time::sleep(PACE).await,
        }
    }
}

/// Waits until a build that was restarted by somebody else is ready.
pub(super) async fn back(world: &World, start: &Start) -> Result<(), String> {
    let from = Instant::now();
    while let Look::Answered(why) | Look::Silent(why) = look(world, start).await? {
        if from.elapsed() > start.within.0 {
            return Err(late(start, &why));
        }
        tokio::time::sleep(PACE).await;
    }
    Ok(())
}

/// What is said of a build that has ended: alone, or although somebody answers.
async fn ended(world: &World, start: &Start, process: &Process, exit: &str) -> String {
    let words = process.last_words(&world.redactor);
    let (page, port) = (&start.ready, port(start));
    match look(world, start).await {
        Ok(Look::Ready) => format!(
            "the build ended ({exit}), and yet {page} is answered: by another process at port {port}, or by one that the \
             build started and left; start the build so that it stays until it is ended; its last words: {words}"
        ),
        Ok(Look::Answered(_) | Look::Silent(_)) | Err(_) => {
            format!("the build ended before it was ready ({exit}); its last words: {words}")
        }
    }
}

fn late(start: &Start, why: &str) -> String {
    format!("{} did not answer below 400 within {}: {why}", start.ready, start.within)
}

fn port(start: &Start) -> u16 {
    start.ready.port_or_known_default().unwrap_or_default()
}

/// Whether the build answers as it does when it is ready. An error: it cannot be asked.
pub(super) async fn look(world: &World, start: &Start) -> Result<Look, String> {
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
        TroubleKind::Refused => return Err(trouble.detail),
        TroubleKind::Connect => format!("nobody can be reached at port {port}: {}", trouble.detail),
        TroubleKind::Timeout => {
            format!("port {port} takes the connection, and gives no answer within {}", Span(READY_WITHIN))
        }
        TroubleKind::Broken => format!(
            "what listens at port {port} gives no answer in {spoken} (if it is an {other} server, write {other}://): {}",
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
