//! Makes findings about a template that reads a value which no step gave: what is missing, and who must act.

use super::case::Case;
use super::finding::Finding;
use super::usable::{asks_provider, usable};
use crate::evidence::{EntryKind, Responsible};

/// Makes the finding for a name without a value, as templates write the name.
pub(super) fn finding(case: &Case<'_>, name: &str) -> Finding {
    let (step, rest) = name.split_once('.').unwrap_or((name, ""));
    let member = rest.strip_prefix("reply.").unwrap_or(rest);
    let entry = case.evidence.entries.iter().rev().find(|entry| entry.step.as_deref() == Some(step));
    let without = |responsible, what: &str| match member {
        "" | "reply" => Finding::new(responsible, format!("{what} gave nothing readable")),
        member => Finding::new(responsible, format!("{what} gave no `{member}`")),
    };
    match entry.map(|entry| &entry.what) {
        Some(EntryKind::Exchange(exchange)) => usable(case, step, exchange).err().unwrap_or_else(|| {
            let responsible = if asks_provider(case, step) { Responsible::Provider } else { Responsible::Partner };
            without(responsible, &format!("{} {}", exchange.request.method, exchange.request.url))
        }),
        Some(EntryKind::Fact(fact)) => without(Responsible::Partner, &fact.place),
        Some(EntryKind::Action(action)) => without(Responsible::Partner, &format!("the action {}", action.name)),
        Some(EntryKind::Delivery(delivery)) => {
            without(Responsible::Partner, &format!("the delivery of {}", delivery.event))
        }
        Some(EntryKind::Skipped(why) | EntryKind::LeftOut(why)) => Finding::new(Responsible::Partner, why.clone()),
        Some(
            EntryKind::Call(_)
            | EntryKind::Inspection(_)
            | EntryKind::OccurredEvent(_)
            | EntryKind::Shown(_)
            | EntryKind::Records(_)
            | EntryKind::DeniedHost(_)
            | EntryKind::Wrote(_)
            | EntryKind::Waited,
        )
        | None => Finding::new(Responsible::Tool, format!("`{name}` has no value: no step in the record gave one")),
    }
}
