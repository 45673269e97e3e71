//! The input that judging one check needs.

use super::finding::Finding;
use crate::evidence::{Entry, EntryKind, Evidence, Responsible};
use crate::pack::check::Check;
use crate::pack::left_out::LeftOut;
use crate::pack::provider::Provider;
use crate::pack::types::{Names, Stage};
use crate::plan::{Plan, PlannedCheck};
use crate::profile::Inputs;

/// A check with its evidence, and everything else that a judgement reads.
#[derive(Clone, Copy)]
pub struct Case<'c> {
    /// The check to judge.
    pub check: &'c Check,
    /// The stage in which the check ran.
    pub stage: Stage,
    /// The pack's provider.
    pub provider: &'c Provider,
    /// The profile and its inputs, which stay the same during the run.
    pub bound: &'c Inputs,
    /// The record of what happened.
    pub evidence: &'c Evidence,
}

/// Returns why the check ended early, if this entry says so: a step was not carried out, or an event did not happen.
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
    /// Makes the case of a planned check and its evidence.
    pub fn new(plan: &'c Plan, planned: &'c PlannedCheck, evidence: &'c Evidence) -> Self {
        let (check, provider) = (&planned.packed.check, &plan.pack.provider);
        Case { check, stage: planned.stage, provider, bound: &plan.bound, evidence }
    }

    /// Returns why the steps of the check did not complete; `None` if they did.
    pub(super) fn unfinished(&self) -> Option<Finding> {
        self.evidence.entries.iter().find_map(unfinished)
    }

    /// Returns the clients that an expectation is about: those that it names, all for `each`, or the first if it names
    /// none. Clients that are left out do not count.
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

    /// Returns the steps that are left out because the profile lacks their action.
    pub(super) fn left_out(&self) -> LeftOut<'c> {
        LeftOut::determine(self.check, |step| self.bound.leaves_out(step, self.stage))
    }

    /// Returns why a step was not carried out; `None` if it was.
    pub(super) fn skipped(&self, step: &str) -> Option<String> {
        self.evidence
            .entries
            .iter()
            .filter(|entry| entry.step.as_deref() == Some(step))
            .find_map(|entry| if let EntryKind::Skipped(why) = &entry.what { Some(why.clone()) } else { None })
    }
}
