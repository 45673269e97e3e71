//! Everything that judging one check needs.

use super::finding::Finding;
use crate::evidence::{Entry, EntryKind, Evidence, Responsible};
use crate::pack::check::Check;
use crate::pack::left_out::LeftOut;
use crate::pack::provider::Provider;
use crate::pack::types::{Names, Stage};
use crate::plan::{Plan, PlannedCheck};
use crate::profile::Inputs;

/// The input of one judgement.
#[derive(Clone, Copy)]
pub struct Case<'c> {
    /// The check.
    pub check: &'c Check,
    /// The stage.
    pub stage: Stage,
    /// The pack's provider.
    pub provider: &'c Provider,
    /// The profile and inputs, fixed for the run.
    pub bound: &'c Inputs,
    /// The record of what happened.
    pub evidence: &'c Evidence,
}

/// Why the check ended early: a step that could not be carried out, or an event that did not happen.
pub(super) fn unfinished(entry: &Entry) -> Option<Finding> {
    let why = match &entry.what {
        EntryKind::Skipped(why) => format!("a step could not be carried out: {why}"),
        EntryKind::OccurredEvent(happened) => happened.trouble.clone()?,
        EntryKind::Exchange(_)
        | EntryKind::Delivery(_)
        | EntryKind::Call(_)
        | EntryKind::Action(_)
        | EntryKind::Inspection(_)
        | EntryKind::Shown(_)
        | EntryKind::Records(_)
        | EntryKind::DeniedHost(_)
        | EntryKind::Wrote(_)
        | EntryKind::Fact(_)
        | EntryKind::LeftOut(_)
        | EntryKind::Waited => return None,
    };
    Some(Finding::new(Responsible::Partner, why))
}

impl<'c> Case<'c> {
    /// The case of a planned check and its evidence.
    pub fn new(plan: &'c Plan, planned: &'c PlannedCheck, evidence: &'c Evidence) -> Self {
        let (check, provider) = (&planned.packed.check, &plan.pack.provider);
        Case { check, stage: planned.stage, provider, bound: &plan.bound, evidence }
    }

    /// Why the steps of the check did not complete.
    pub(super) fn unfinished(&self) -> Option<Finding> {
        self.evidence.entries.iter().find_map(unfinished)
    }

    /// The clients that an expectation is about: those that it names, `each`, or otherwise the first.
    pub(super) fn clients(&self, names: Option<&Names>) -> Vec<String> {
        let all = self.check.given.client_setups();
        let known = all.iter().map(|(name, _)| (*name).to_owned());
        let mut clients: Vec<String> = match names {
            None => known.take(1).collect(),
            Some(names) if names.0.iter().any(|name| name == "each") => known.collect(),
            Some(names) => names.0.clone(),
        };
        let left_out = self.left_out();
        clients.retain(|name| !left_out.client(name));
        clients
    }

    /// The steps that are left out because the profile lacks their action.
    pub(super) fn left_out(&self) -> LeftOut<'c> {
        LeftOut::determine(self.check, |step| self.bound.leaves_out(step, self.stage))
    }

    /// Why a step was not carried out; `None` if it was.
    pub(super) fn skipped(&self, step: &str) -> Option<String> {
        self.evidence
            .entries
            .iter()
            .filter(|entry| entry.step.as_deref() == Some(step))
            .find_map(|entry| if let EntryKind::Skipped(why) = &entry.what { Some(why.clone()) } else { None })
    }
}
