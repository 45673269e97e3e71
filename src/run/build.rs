//! The partner's build during a run: which variant runs, and whether it was restarted, ended by itself or fell silent.

use std::time::{Duration, Instant};

use super::build_error::BuildError;
use super::context::build::Build;
use super::context::run_context::RunContext;
use super::context::silence::SOON;
use super::process::Process;
use super::start;
use crate::pack::check::Isolation;
use crate::plan::PlannedCheck;

impl RunContext {
    /// Takes over the build that the set-up started.
    pub(super) async fn keep(&self, process: Process) {
        self.partner.build.lock().await.process = Some(process);
    }

    /// Makes sure that the build that a check needs is running: the plain one, or a variant that is started for this
    /// check only. A build that ended by itself is started again; the checks in progress report why it ended. A build
    /// that fell silent is started again only for a variant or for a check with restarts, because it would probably
    /// fall silent once more.
    pub(super) async fn as_wanted(&self, planned: &PlannedCheck) -> Result<(), BuildError> {
        let variant = planned.packed.check.given.variant.as_deref();
        let Some(rehearsal) = &self.plan.read.profile.rehearsal else { return Ok(()) };
        if rehearsal.start.is_none() && variant.is_none() {
            return Ok(());
        }
        let mut build = self.partner.build.lock().await;
        self.notice(&mut build).await;
        match (&build.process, variant, &build.variant) {
            (Some(_), None, None) => match (self.partner.silence.found(), planned.isolation()) {
                (None, _) => Ok(()),
                (Some(why), Isolation::Shared | Isolation::Exclusive) => Err(BuildError::Silent { observed: why }),
                (Some(_), Isolation::Restarts) => self.start_again(&mut build, variant).await,
            },
            (Some(_) | None, _, _) => self.start_again(&mut build, variant).await,
        }
    }

    /// Stops the build and starts it again: the plain one, or a variant.
    pub(super) async fn restart(&self, variant: Option<&str>) -> Result<(), BuildError> {
        let mut build = self.partner.build.lock().await;
        self.notice(&mut build).await;
        self.start_again(&mut build, variant).await
    }

    async fn start_again(&self, build: &mut Build, variant: Option<&str>) -> Result<(), BuildError> {
        let rehearsal = self.plan.read.profile.rehearsal.as_ref().ok_or(BuildError::NoRehearsal)?;
        let start = rehearsal.start.as_ref().ok_or(BuildError::NoStart)?;
        if let Some(why) = build.is_given_up() {
            return Err(why);
        }
        if let Some(running) = build.process.take() {
            running.stop().await;
        }
        (build.variant, build.number) = (variant.map(str::to_owned), build.number + 1);
        self.partner.silence.is_over();
        match start::started(self, rehearsal, start, variant).await {
            Ok(process) => {
                build.process = Some(process);
                Ok(())
            }
            Err(why) => {
                build.mishaps.push((Instant::now(), why.to_string()));
                Err(why)
            }
        }
    }

    /// Records the exit of the build if it has ended by itself.
    async fn notice(&self, build: &mut Build) {
        let Some(process) = &mut build.process else { return };
        let Some(exit) = process.ended().await else { return };
        let words = process.last_words(&self.redactor);
        let said = format!("the partner's build ended by itself during the run ({exit}); its last lines: {words}");
        build.mishaps.push((Instant::now(), said));
        // Dropping the process also ends the child processes that it left behind.
        build.process = None;
    }

    /// Returns the number of the running build; `None` if none runs.
    pub(super) async fn running(&self) -> Option<usize> {
        let mut build = self.partner.build.lock().await;
        self.notice(&mut build).await;
        build.process.as_ref().map(|_| build.number)
    }

    /// Records that a build is silent if it has kept quiet for longer than any response may take, or if it is stopped
    /// and cannot answer; `told` composes the message. Returns `Some(None)` while the build may still answer, and
    /// `None` if it has ended or was restarted.
    pub(super) async fn gives_up(
        &self,
        number: usize,
        waited: Duration,
        told: impl FnOnce(Option<i32>) -> String,
    ) -> Option<Option<String>> {
        let mut build = self.partner.build.lock().await;
        self.notice(&mut build).await;
        let process = build.process.as_ref().filter(|_| build.number == number)?;
        let stopped = process.stopped();
        let may_take = if stopped.is_some() { SOON } else { self.longest_answer() };
        if waited < may_take {
            return Some(None);
        }
        let said = format!("{}; its last lines: {}", told(stopped), process.last_words(&self.redactor));
        build.mishaps.push((Instant::now(), said.clone()));
        build.silences += 1;
        Some(Some(said))
    }

    /// Returns the message about a build that has ended by itself or fallen silent since an instant.
    pub(super) async fn ended_since(&self, from: Instant) -> Option<String> {
        let mut build = self.partner.build.lock().await;
        self.notice(&mut build).await;
        build.mishaps.iter().find(|(at, _)| *at >= from).map(|(_, words)| words.clone())
    }

    /// Whether this run started the build and reads its output.
    pub(super) async fn is_overheard(&self) -> bool {
        self.partner.build.lock().await.process.is_some()
    }

    /// Returns the last lines of the build's output, redacted, with their times.
    pub(super) async fn last_lines(&self) -> Vec<(Instant, String)> {
        let build = self.partner.build.lock().await;
        build.process.as_ref().map(|process| process.lines(&self.redactor)).unwrap_or_default()
    }

    /// Stops the partner's build. Returns a message for each time that it ended by itself, fell silent or did not
    /// start; consecutive duplicates appear once.
    pub async fn tear_down(&self) -> Vec<String> {
        let mut build = self.partner.build.lock().await;
        self.notice(&mut build).await;
        if let Some(process) = build.process.take() {
            process.stop().await;
        }
        let mut words: Vec<String> = build.mishaps.drain(..).map(|(_, words)| words).collect();
        words.dedup();
        words
    }
}
