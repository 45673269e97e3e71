//! Judges single checks: from their evidence to a verdict.

use super::case::{Case, unfinished};
use super::deliveries::{self, judge_effect};
use super::duration::millis;
use super::finding::{ExpectationResult, Finding, Judgement, Verdict};
use super::scope::Scope;
use super::{
    calls, crash, delivery_outcome, left_out, measurements, not_simulated, provider_records, responses, shown,
    user_message, values,
};
use crate::evidence::{Entry, Responsible};
use crate::pack::check::{Check, ResponsibleParty};
use crate::pack::expectations::Expectation;
use crate::pack::left_out::LeftOut;
use crate::pack::matcher::OnFailure;

/// Judges one check in one stage.
pub fn judge(case: &Case<'_>) -> Judgement {
    let mut scope = Scope::new(case);
    let mut remarks = Vec::new();
    if case.check.only_asks() {
        return question(case.check);
    }
    let mut left_out = case.left_out();
    let seen = judge_all(case, &mut scope, &mut left_out, "assume", &case.check.assume);
    let verdict = match (&case.evidence.incomplete, seen) {
        // If the run broke off before the first step, or nothing counts, this decides: whatever followed is no
        // evidence.
        (Some(incomplete), _) if case.evidence.entries.is_empty() || incomplete.void => {
            Verdict::Inconclusive(Finding::new(incomplete.responsible, incomplete.reason.clone()))
        }
        // If the record is incomplete, a missing call is not the partner's failure.
        (Some(incomplete), ExpectationResult::No(_) | ExpectationResult::Unknown(_)) => {
            Verdict::Inconclusive(Finding::new(incomplete.responsible, incomplete.reason.clone()))
        }
        (None, ExpectationResult::No(finding) | ExpectationResult::Unknown(finding)) => {
            let cause = case.unfinished().map(|why| why.reason).or_else(|| finding.because.clone());
            Verdict::Inconclusive(not_exercised(case, finding.because(cause)))
        }
        (incomplete, ExpectationResult::Yes(more)) => {
            remarks.extend(more);
            let then = judge_all(case, &mut scope, &mut left_out, "then", &case.check.then);
            match (ExpectationResult::all_of([then, crash::none(case)]), incomplete) {
                (ExpectationResult::No(finding), _) => {
                    match case.unfinished().filter(|_| !known_before(case, &finding)) {
                        // The steps did not complete, so the failure may be a consequence of that.
                        Some(why) => Verdict::Inconclusive(why),
                        None => {
                            let because =
                                finding.because.clone().or_else(|| delivery_outcome::crash_of_an_action(case));
                            Verdict::Fail(blame(case.check, finding.because(because)))
                        }
                    }
                }
                (_, Some(incomplete)) => {
                    Verdict::Inconclusive(Finding::new(incomplete.responsible, incomplete.reason.clone()))
                }
                (ExpectationResult::Unknown(finding), None) => Verdict::Inconclusive(blame(case.check, finding)),
                (ExpectationResult::Yes(more), None) => {
                    remarks.extend(more);
                    case.unfinished().map_or(Verdict::Pass, Verdict::Inconclusive)
                }
            }
        }
    };
    let verdict = not_simulated::weighed(case, verdict);
    remarks.extend(not_simulated::remark(case));
    remarks.extend(measurements::latencies(case));
    remarks.extend(case.evidence.remarks.iter().cloned());
    let mut told = std::collections::BTreeSet::new();
    remarks.retain(|remark| told.insert(remark.clone()));
    Judgement { verdict, remarks }
}

/// Whether a failure stands although the steps did not complete. What clients were shown, and what was answered before
/// the failed step, stays true.
fn known_before(case: &Case<'_>, finding: &Finding) -> bool {
    let index = finding.at.strip_prefix("/then/").and_then(|rest| rest.split('/').next()?.parse::<usize>().ok());
    match index.and_then(|index| case.check.then.get(index)) {
        Some(Expectation::Shown(_)) => true,
        Some(Expectation::Response(answers)) => {
            let told = case.evidence.entries.iter().take_while(|entry| unfinished(entry).is_none());
            let told: Vec<&str> = told.filter_map(|entry| entry.step.as_deref()).collect();
            answers.response.0.iter().all(|step| told.contains(&step.as_str()))
        }
        Some(
            Expectation::Delivery(_)
            | Expectation::Effect(_)
            | Expectation::Calls(_)
            | Expectation::UserMessage(_)
            | Expectation::ProviderRecords(_)
            | Expectation::DeniedHosts(_)
            | Expectation::Values(_)
            | Expectation::AnyOf(_),
        )
        | None => false,
    }
}

/// Judges a check that only a person can answer: it is inconclusive until somebody attests it.
pub fn question(check: &Check) -> Judgement {
    let finding = Finding::new(
        Responsible::Partner,
        format!("a person must attest this in the file of attestations: {}", check.questions().join(" ")),
    );
    Judgement { verdict: Verdict::Inconclusive(blame(check, finding)), remarks: Vec::new() }
}

/// Makes the finding for a check that did not exercise what it is about.
fn not_exercised(case: &Case<'_>, mut finding: Finding) -> Finding {
    let known = finding.because.take().or_else(|| measurements::cause(case));
    let known = known.or_else(|| delivery_outcome::crash_of_an_action(case));
    let because: Vec<String> = known.into_iter().chain(taken_on(case)).chain(case.evidence.notes.clone()).collect();
    finding.because = (!because.is_empty()).then(|| because.join("; "));
    finding.reason = format!("not exercised: {}", finding.reason);
    finding
}

/// Returns a hint if an action answered 202 and no call followed.
fn taken_on(case: &Case<'_>) -> Option<String> {
    let entries = || case.evidence.entries.iter();
    let followed = |action: &Entry| {
        entries().any(|entry| entry.what.call().is_some() && entry.client == action.client && entry.from >= action.from)
    };
    let accepted = entries().find(|entry| {
        let answer = entry.what.action().and_then(|action| action.outcome.answer());
        answer.is_some_and(|answer| answer.status == 202) && !followed(entry)
    })?;
    let name = accepted.what.action().map_or("", |action| action.name.as_str());
    let quiet = millis(u128::from(case.evidence.quiet_ms));
    Some(format!(
        "the action {name} answered 202 and no call followed within {quiet}; if its queue takes longer, raise \
         `rehearsal.timing.reacts_within`"
    ))
}

/// Names who must act: a check may name someone other than the partner.
fn blame(check: &Check, mut finding: Finding) -> Finding {
    if check.responsible == ResponsibleParty::AccountManager && finding.responsible == Responsible::Partner {
        finding.responsible = Responsible::AccountManager;
    }
    finding
}

/// Judges those expectations of a list whose steps were not left out. A failure outweighs an unknown.
fn judge_all<'c>(
    case: &Case<'c>,
    scope: &mut Scope<'c>,
    left_out: &mut LeftOut<'c>,
    word: &str,
    list: &'c [Expectation],
) -> ExpectationResult {
    let rest = left_out.rest(list);
    if rest.is_empty() && !list.is_empty() {
        return ExpectationResult::Unknown(left_out::nothing_left(case, left_out));
    }
    ExpectationResult::all_of(rest.into_iter().map(|(index, expectation)| {
        let held = judge_expectation(case, scope, left_out, expectation).at_pointer(&format!("/{word}/{index}"));
        softened(left_out::explained(case, left_out, expectation, held), expectation)
    }))
}

fn judge_expectation<'c>(
    case: &Case<'c>,
    scope: &mut Scope<'c>,
    left_out: &LeftOut<'c>,
    expectation: &Expectation,
) -> ExpectationResult {
    match expectation {
        Expectation::Response(e) => responses::judge(case, e, scope),
        Expectation::Delivery(e) => deliveries::judge(case, e, scope),
        Expectation::Effect(e) => judge_effect(case, e),
        Expectation::Shown(e) => shown::judge(case, e, scope),
        Expectation::Calls(e) => calls::judge(case, e, scope),
        Expectation::UserMessage(e) => user_message::judge(case, e),
        Expectation::ProviderRecords(e) => provider_records::judge(case, e, scope),
        Expectation::DeniedHosts(e) => provider_records::judge_denied_hosts(case, e, scope),
        Expectation::Values(e) => values::judge(case, e, scope),
        Expectation::AnyOf(e) => {
            ExpectationResult::any(e.any_of.iter().filter(|branch| left_out.concerns(branch)).map(|branch| {
                let known = scope.all_known();
                let held = softened(judge_expectation(case, scope, left_out, branch), branch);
                // The names that a failed alternative bound are dropped.
                if !matches!(held, ExpectationResult::Yes(_)) {
                    scope.come_back_to(known);
                }
                held
            }))
        }
    }
}

fn softened(held: ExpectationResult, expectation: &Expectation) -> ExpectationResult {
    match expectation.on_failure() {
        OnFailure::Fail => held,
        OnFailure::Inconclusive => held.softened(),
    }
}

/// Whether one expectation holds by the evidence so far.
pub fn holds(case: &Case<'_>, expectation: &Expectation) -> bool {
    let mut scope = Scope::new(case);
    matches!(judge_expectation(case, &mut scope, &case.left_out(), expectation), ExpectationResult::Yes(_))
}
