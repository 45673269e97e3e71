//! Findings for a template that reads a value which no step gave: what is missing, and who must act.

use super::case::Case;
use super::finding::Finding;
use super::usable::{asks_provider, usable};
use crate::evidence::{What, Who};

/// The finding for a name without a value, as templates write the name.
pub(super) fn finding(case: &Case<'_>, name: &str) -> Finding {
    let (step, rest) = name.split_once('.').unwrap_or((name, ""));
    let member = rest.strip_prefix("reply.").unwrap_or(rest);
    let entry = case.evidence.entries.iter().rev().find(|entry| entry.step.as_deref() == Some(step));
    let without = |who, what: &str| match member {
        "" | "reply" => Finding::new(who, format!("{what} gave nothing readable")),
        member => Finding::new(who, format!("{what} gave no `{member}`")),
    };
    match entry.map(|entry| &entry.what) {
        Some(What::Exchange(exchange)) => usable(case, step, exchange).err().unwrap_or_else(|| {
            let who = if asks_provider(case, step) { Who::Provider } else { Who::Partner };
            without(who, &format!("{} {}", exchange.request.method, exchange.request.url))
        }),
        Some(What::Fact(fact)) => without(Who::Partner, &fact.place),
        Some(What::Action(action)) => without(Who::Partner, &format!("the action {}", action.name)),
        Some(What::Delivery(delivery)) => without(Who::Partner, &format!("the delivery of {}", delivery.event)),
        Some(What::Skipped(why) | What::LeftOut(why)) => Finding::new(Who::Partner, why.clone()),
        Some(
            What::Call(_)
            | What::Inspection(_)
            | What::Happened(_)
            | What::Shown(_)
            | What::Records(_)
            | What::Refused(_)
            | What::Wrote(_)
            | What::Waited,
        )
        | None => Finding::new(Who::Tool, format!("`{name}` has no value: no step in the record gave one")),
    }
}
