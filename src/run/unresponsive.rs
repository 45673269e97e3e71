//! Detects a build that still runs but no longer answers: frozen, deadlocked, or without its port. Preflight finds this
//! out once, by repeated probes, and then stops waiting for the build; otherwise every check would exhaust all its time
//! limits.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::context::run_context::RunContext;
use super::context::silence::SOON;
use super::readiness::{self, ProbeResult};
use crate::evidence::{Outcome, TransportErrorKind};
use crate::net::client::CallResult;
use crate::net::gate::Purpose;
use crate::pack::types::{Span, Stage};
use crate::profile::Start;

/// Interval of the probes.
const POLL_INTERVAL: Duration = Duration::from_millis(250);

/// Investigates every doubt about the build until the task is aborted.
pub(super) async fn look_into_doubts(run: Arc<RunContext>) {
    let mut doubted = run.partner.silence.doubted.subscribe();
    while doubted.wait_for(|doubted| *doubted).await.is_ok() {
        if let Some(why) = look_into(&run).await {
            run.partner.silence.found.send_replace(Some(why));
        }
        run.partner.silence.doubted.send_replace(false);
    }
}

/// Probes the build until it answers or calls, or until it has been silent for the longest time that a response may
/// take; then returns a message. Returns `None` also for a build that ended or was restarted meanwhile.
async fn look_into(run: &RunContext) -> Option<String> {
    let start = run.start()?;
    let (from, calls) = (Instant::now(), run.journal_mark());
    let number = run.running().await?;
    loop {
        let why = match readiness::look(run, start).await {
            Ok(ProbeResult::Ready | ProbeResult::Answered(_)) | Err(_) => return None,
            Ok(ProbeResult::Silent(why)) => why,
        };
        // A build that works through a queue may delay the probe, but answers other requests or makes calls meanwhile.
        if run.partner.silence.heard() > from || run.has_called_since(calls) {
            return None;
        }
        if let Some(told) = run.gives_up(number, from.elapsed(), |stopped| describe(start, &why, from, stopped)).await?
        {
            return Some(told);
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

fn describe(start: &Start, why: &str, from: Instant, stopped: Option<i32>) -> String {
    let page = &start.ready;
    let found = match stopped {
        Some(process) => format!("its process {process} is stopped (SIGSTOP), and {page} does not answer: {why}"),
        None => {
            let whole = Span(Duration::from_secs(from.elapsed().as_secs()));
            format!("neither {page} nor anything else answered for {whole}, and the build made no call: {why}")
        }
    };
    format!("the partner's build stopped answering: {found}")
}

impl RunContext {
    /// Returns the message about the build if it no longer answers.
    pub fn silent(&self) -> Option<String> {
        self.partner.silence.found()
    }

    /// Waits for a response. If the build that Preflight started answers late or not at all, this raises the doubt
    /// whether it still answers.
    pub(super) async fn awaited(
        &self,
        purpose: &Purpose,
        mut exchange: impl Future<Output = CallResult> + Unpin,
    ) -> CallResult {
        match purpose {
            Purpose::Delivery { stage: Stage::Rehearsal, .. } | Purpose::Partner { stage: Stage::Rehearsal } => {}
            Purpose::Delivery { .. }
            | Purpose::Partner { .. }
            | Purpose::Provider { .. }
            | Purpose::Simulated { .. }
            | Purpose::Open => return exchange.await,
        }
        let sent = match tokio::time::timeout(SOON, &mut exchange).await {
            Ok(sent) => sent,
            Err(_) => {
                self.doubt();
                exchange.await
            }
        };
        match &sent.outcome {
            Outcome::Answered(_) => {
                *self.partner.silence.heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            }
            Outcome::TransportError(trouble) if trouble.kind != TransportErrorKind::Refused => self.doubt(),
            Outcome::TransportError(_) => {}
        }
        sent
    }

    /// Starts an investigation into whether the build still answers, without waiting for the result.
    pub(super) fn doubt(&self) {
        if self.start().is_some() && self.partner.silence.found().is_none() {
            self.partner.silence.doubted.send_replace(true);
        }
    }

    /// Waits until the build is found silent. Returns the message.
    pub(super) async fn falls_silent(&self) -> String {
        let mut found = self.partner.silence.found.subscribe();
        match found.wait_for(Option::is_some).await.map(|found| found.clone()) {
            Ok(Some(why)) => why,
            // The sender lives as long as the run's context.
            Ok(None) | Err(_) => std::future::pending().await,
        }
    }

    /// Waits until any doubt about the build is decided.
    pub(super) async fn beyond_doubt(&self) {
        drop(self.partner.silence.doubted.subscribe().wait_for(|doubted| !doubted).await);
    }

    fn start(&self) -> Option<&Start> {
        self.plan.read.profile.rehearsal.as_ref()?.start.as_ref()
    }

    /// Returns the longest time that the build may take for any response.
    pub(super) fn longest_answer(&self) -> Duration {
        let hooks = self.plan.pack.provider.webhooks.as_ref();
        self.clock.answers_within().max(hooks.map_or(SOON, |hooks| hooks.success.patience())).max(SOON)
    }
}
