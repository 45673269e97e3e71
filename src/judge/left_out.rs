//! Explains the effects of steps that were left out because the profile lacks their action.

use super::case::Case;
use super::finding::{ExpectationResult, Finding};
use crate::pack::expectations::Expectation;
use crate::pack::left_out::LeftOut;
use crate::pack::step::Step;
use crate::pack::traffic::Count;

/// Makes the finding for a check of which every expectation is about steps that were left out.
pub(super) fn nothing_left(case: &Case<'_>, left_out: &LeftOut<'_>) -> Finding {
    let names: Vec<String> =
        left_out.steps.iter().filter_map(|step| case.bound.lacks_action(step, case.stage)).collect();
    let how: Vec<String> = names.iter().map(|name| case.bound.how_to_give(name)).collect();
    let how = unique(how).join("; ");
    Finding::for_want_of_a_line(format!("the partner was not asked to do what this check is about: {how}"))
}

/// Adds both remedies to a failure about missing calls that a left-out step could have triggered: either the partner
/// makes the calls within another action, or the profile gets the missing action.
pub(super) fn explained(
    case: &Case<'_>,
    left_out: &LeftOut<'_>,
    expectation: &Expectation,
    held: ExpectationResult,
) -> ExpectationResult {
    if left_out.steps.is_empty() || !wants_calls(expectation) {
        return held;
    }
    let actions = case.check.when.iter().filter_map(Step::action);
    let done = actions.filter(|action| !case.bound.leaves_out(action, case.stage));
    let done = done.map(|action| format!("`{}`", action.action));
    let within = unique(done.collect()).join(" or ");
    let remedies = left_out.steps.iter().filter_map(|step| {
        let how = case.bound.how_to_give(&case.bound.lacks_action(step, case.stage)?);
        let within = if within.is_empty() { "another action" } else { &within };
        Some(format!(
            "Preflight did not ask for `{}`, because the profile has no such action: let {within} make the calls, or, \
             if the partner makes them separately, {how}",
            step.action
        ))
    });
    held.hinted(Some(&unique(remedies.collect()).join("; ")))
}

/// Whether an expectation requires calls that some step must trigger.
fn wants_calls(expectation: &Expectation) -> bool {
    match expectation {
        Expectation::Calls(e) => e.exactly != Some(Count::Number(0)) && e.at_most.is_none(),
        Expectation::AnyOf(e) => e.any_of.iter().any(wants_calls),
        Expectation::Response(_)
        | Expectation::Delivery(_)
        | Expectation::Effect(_)
        | Expectation::Shown(_)
        | Expectation::UserMessage(_)
        | Expectation::ProviderRecords(_)
        | Expectation::DeniedHosts(_)
        | Expectation::Values(_) => false,
    }
}

fn unique(mut texts: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    texts.retain(|text| seen.insert(text.clone()));
    texts
}
