//! Judges expectations about deliveries: what the partner's handler did with them.

use serde_json::json;

use super::accepted::{accepted, accepted_at_last, acknowledged, answered_in_time};
use super::failing;
use super::failing::FailureKind;
use super::rejected::{by_a_crash, rejected};
use crate::evidence::{DeclaredExpectation, Delivery, DeliveryRole, Entry, Responsible};
use crate::judge::case::Case;
use crate::judge::delivery_outcome::{limit, outcome, taken, title, wrote};
use crate::judge::finding::{ExpectationResult, Finding};
use crate::judge::matching::matches;
use crate::judge::measurements;
use crate::judge::scope::Scope;
use crate::pack::expectations::{DeliveryExpectation, DeliveryRule};

/// Returns the deliveries that an expectation names, by role or by step.
fn about<'c>(case: &Case<'c>, names: &[String]) -> Vec<(&'c Entry, &'c Delivery)> {
    let wanted = |step: Option<&String>, delivery: &Delivery| {
        names.iter().any(|name| match name.as_str() {
            "control" => delivery.role == DeliveryRole::Control,
            "altered" => matches!(delivery.role, DeliveryRole::Altered { .. }),
            "each" => delivery.role == DeliveryRole::Plain,
            step_name => step.is_some_and(|step| step == step_name) && !searching(&delivery.role),
        })
    };
    let all = case.evidence.entries.iter().filter_map(|entry| Some((entry, entry.what.delivery()?)));
    all.filter(|(entry, delivery)| wanted(entry.step.as_ref(), delivery)).collect()
}

/// Whether Preflight sent a delivery for a diagnosis or a measurement, without the check asking for it.
fn searching(role: &DeliveryRole) -> bool {
    match role {
        DeliveryRole::Diagnosis(_) | DeliveryRole::Probe => true,
        DeliveryRole::Plain | DeliveryRole::Control | DeliveryRole::Altered { .. } => false,
    }
}

/// What a delivery must satisfy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Accepted,
    AcceptedAtLast,
    Acknowledged,
    InTime,
    Rejected,
    Anything,
}

impl Wanted {
    fn from_rule(rule: Option<DeliveryRule>, delivery: &Delivery) -> Self {
        match (rule, &delivery.role) {
            (Some(DeliveryRule::Accepted), _) => Wanted::Accepted,
            (Some(DeliveryRule::Acknowledged), _) => Wanted::Acknowledged,
            (Some(DeliveryRule::InTime), _) => Wanted::InTime,
            (Some(DeliveryRule::Rejected), _)
            | (
                Some(DeliveryRule::AsDeclared),
                DeliveryRole::Altered { expect: Some(DeclaredExpectation::Rejected), .. },
            ) => Wanted::Rejected,
            (Some(DeliveryRule::AcceptedOrPutOff), _)
            // Another check judges how long the handler takes.
            | (
                Some(DeliveryRule::AsDeclared),
                DeliveryRole::Altered { expect: Some(DeclaredExpectation::Accepted), .. },
            ) => Wanted::AcceptedAtLast,
            (None | Some(DeliveryRule::AsDeclared), _) => Wanted::Anything,
        }
    }
}

/// Judges `delivery: ...`.
pub(in crate::judge) fn judge(
    case: &Case<'_>,
    expectation: &DeliveryExpectation,
    scope: &Scope<'_>,
) -> ExpectationResult {
    let found = about(case, &expectation.delivery.0);
    if found.is_empty() {
        return ExpectationResult::Unknown(Finding::new(Responsible::Tool, "no such delivery was sent"));
    }
    // If the handler deferred every delivery, it accepted none, so deferring does not count.
    let may_wait = expectation.is == Some(DeliveryRule::AcceptedOrPutOff) && found.iter().any(|(_, d)| taken(case, d));
    let judge = |(entry, delivery): &(&Entry, &Delivery)| {
        let held = put_off(delivery).filter(|_| may_wait);
        held.unwrap_or_else(|| judge_one(case, expectation, delivery, scope)).about(entry.from)
    };
    let judgement: Vec<ExpectationResult> = found.iter().map(judge).collect();
    let failed = found.iter().zip(&judgement).filter(|(_, held)| matches!(held, ExpectationResult::No(_)));
    let failed: Vec<((&Entry, &Delivery), &ExpectationResult)> = failed.map(|(found, held)| (*found, held)).collect();
    if !failed.is_empty() {
        return ExpectationResult::No(describe(case, expectation, found.len(), &failed));
    }
    let to_refuse = found.iter().filter(|(_, d)| Wanted::from_rule(expectation.is, d) == Wanted::Rejected);
    let to_refuse: Vec<&Delivery> = to_refuse.map(|(_, delivery)| *delivery).collect();
    let crashes = ExpectationResult::Yes(by_a_crash(case, &to_refuse).into_iter().collect());
    ExpectationResult::all_of(judgement.into_iter().chain([crashes]))
}

/// Returns a remark if the handler asked by its status for a later retry.
fn put_off(delivery: &Delivery) -> Option<ExpectationResult> {
    let status = delivery.outcome.answer()?.status;
    matches!(status, 409 | 429 | 503)
        .then(|| ExpectationResult::Yes(vec![format!("the handler deferred {} with {status}", title(delivery))]))
}

fn judge_one(
    case: &Case<'_>,
    expectation: &DeliveryExpectation,
    delivery: &Delivery,
    scope: &Scope<'_>,
) -> ExpectationResult {
    let status =
        expectation.status.as_ref().map_or(ExpectationResult::YES, |matcher| match delivery.outcome.answer() {
            Some(answer) => {
                matches(matcher, Some(&json!(answer.status)), scope, &format!("{}: the status", title(delivery)))
            }
            None => ExpectationResult::Unknown(Finding::new(
                Responsible::Partner,
                format!("{} got no answer: {}", title(delivery), outcome(case, delivery)),
            )),
        });
    let rule = match Wanted::from_rule(expectation.is, delivery) {
        Wanted::Accepted => accepted(case, delivery),
        Wanted::AcceptedAtLast => accepted_at_last(case, delivery),
        Wanted::Acknowledged => acknowledged(case, delivery),
        Wanted::InTime => answered_in_time(case, delivery),
        Wanted::Rejected => rejected(case, delivery),
        Wanted::Anything => ExpectationResult::YES,
    };
    ExpectationResult::all_of([status, rule])
}

/// Makes one finding about all deliveries that failed.
fn describe(
    case: &Case<'_>,
    expectation: &DeliveryExpectation,
    all: usize,
    failed: &[((&Entry, &Delivery), &ExpectationResult)],
) -> Finding {
    let wanted = match expectation.is {
        Some(DeliveryRule::Accepted) => format!("{all} of {all} accepted ({})", success_words(case)),
        Some(DeliveryRule::Acknowledged) => format!("{all} of {all} acknowledged (2xx)"),
        Some(DeliveryRule::InTime) => format!("{all} of {all} answered{}", limit(case)),
        Some(DeliveryRule::Rejected) => format!("{all} of {all} rejected"),
        Some(DeliveryRule::AcceptedOrPutOff) => "at least one accepted, however late, and none rejected".to_owned(),
        Some(DeliveryRule::AsDeclared) => "fresh deliveries accepted, all others rejected".to_owned(),
        None => "a different status".to_owned(),
    };
    let without_success = |delivery: &Delivery| match Wanted::from_rule(expectation.is, delivery) {
        Wanted::Accepted | Wanted::AcceptedAtLast | Wanted::Acknowledged | Wanted::InTime => {
            Some(FailureKind::classify(case, delivery))
        }
        Wanted::Rejected | Wanted::Anything => None,
    };
    let seen = |((_, delivery), held): &((&Entry, &Delivery), &ExpectationResult)| {
        let own = if let ExpectationResult::No(finding) = held {
            finding.fix.as_ref().and(finding.observed.clone())
        } else {
            None
        };
        let way = || without_success(delivery).map(|way| way.describe(case, delivery));
        format!("{}: {}", title(delivery), own.or_else(way).unwrap_or_else(|| outcome(case, delivery)))
    };
    let mut observed: Vec<String> = failed.iter().take(8).map(seen).collect();
    if failed.len() > 8 {
        observed.push(format!("{} more", failed.len() - 8));
    }
    let mut finding = Finding::contrast(Responsible::Partner, wanted, observed.join("; "));
    finding.began = failed.first().map(|((entry, _), _)| entry.from);
    let cause = measurements::cause(case);
    if cause.is_none() {
        let own =
            failed.iter().find_map(|(_, held)| if let ExpectationResult::No(f) = held { f.fix.clone() } else { None });
        let ways: Option<Vec<FailureKind>> =
            failed.iter().map(|((_, delivery), _)| without_success(delivery)).collect();
        finding.fix = own.or_else(|| failing::fix(&ways?));
    }
    let wrote = failed.iter().find_map(|((entry, _), _)| wrote(case, entry));
    let wrote = wrote.map(|lines| format!("the build wrote at that moment:\n{lines}"));
    finding.because = cause.into_iter().chain(wrote).reduce(|cause, wrote| format!("{cause}\n{wrote}"));
    finding
}

fn success_words(case: &Case<'_>) -> String {
    let status = case.provider.webhooks.as_ref().map(|hooks| hooks.success.status.to_string());
    format!("{}{}", status.unwrap_or_default(), limit(case))
}
