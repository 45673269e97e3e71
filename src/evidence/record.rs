//! Evidence: the ordered, redacted record of what happened in one check, as plain data.
//!
//! Judging reads only this (and the profile's inputs), so a saved record can be judged again on another machine.
//! Whoever adds an entry passes its text through [`crate::redact::Redactor`] first: a secret appears only as its label,
//! and equal secrets have equal labels, so they can still be compared.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::delivery::Delivery;
use super::http::Request;
use super::outcome::Outcome;
use super::partner::{Action, DeniedHost, Inspection, OccurredEvent, RecordedCall, Shown};

/// Microseconds since the check's log was started.
pub type Offset = u64;

/// The record of one check, in the order in which entries ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Why the check did not run, or not completely: a deadline, an interruption, a set-up that did not complete.
    pub incomplete: Option<Incomplete>,
    /// The clients of the check by name, as templates read them: `tenant`, `name`, `email` and captured values.
    #[serde(default)]
    pub clients: serde_json::Map<String, Value>,
    /// Whether other checks running at the same time may be the cause, so that a retry in isolation is worthwhile.
    #[serde(default)]
    pub disturbed: bool,
    /// Notes on the set-up, shown if the check is inconclusive.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Remarks shown with every verdict, such as what was left behind.
    #[serde(default)]
    pub remarks: Vec<String>,
    /// The quiet period kept for absences, in milliseconds: the slowest automatic reaction and the waits.
    pub quiet_ms: u64,
}

/// Why the record of a check is incomplete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incomplete {
    /// The reason, in one sentence.
    pub reason: String,
    /// Who can change it.
    pub responsible: Responsible,
    /// Whether not even a failure counts: the build no longer answered, or the simulated provider dropped records.
    #[serde(default)]
    pub void: bool,
}

/// Who must act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Responsible {
    /// The company whose integration is checked.
    Partner,
    /// The person at the provider who approves the integration.
    AccountManager,
    /// The provider's service.
    Provider,
    /// The network between the two.
    Network,
    /// Preflight itself.
    Tool,
}

impl Responsible {
    /// The name for the report.
    pub fn label(self) -> &'static str {
        match self {
            Responsible::Partner => "partner",
            Responsible::AccountManager => "account manager",
            Responsible::Provider => "provider",
            Responsible::Network => "network",
            Responsible::Tool => "this tool",
        }
    }
}

/// One recorded event, as an interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When it started.
    pub from: Offset,
    /// When it was answered or over.
    pub to: Offset,
    /// The name that the check gave the step (`as`), if any.
    pub step: Option<String>,
    /// The client it belongs to, if the check has clients.
    pub client: Option<String>,
    /// The content.
    pub what: EntryKind,
}

impl Entry {
    /// The value of the entry as templates read it: `status`, `reply` and captures, or the value of a fact.
    pub fn value(&self) -> Option<Value> {
        match &self.what {
            EntryKind::Exchange(exchange) => {
                let mut value = exchange.outcome.values();
                value.extend(exchange.captured.clone());
                Some(Value::Object(value))
            }
            EntryKind::Action(action) => Some(Value::Object(action.outcome.values())),
            EntryKind::Delivery(delivery) => {
                let mut value = delivery.outcome.values();
                value.insert("event".into(), delivery.event.clone().into());
                value.insert("id".into(), delivery.event_id.clone().into());
                Some(Value::Object(value))
            }
            EntryKind::Fact(fact) => Some(fact.value.clone().unwrap_or(Value::Null)),
            EntryKind::Call(_)
            | EntryKind::Inspection(_)
            | EntryKind::OccurredEvent(_)
            | EntryKind::Shown(_)
            | EntryKind::Records(_)
            | EntryKind::DeniedHost(_)
            | EntryKind::Wrote(_)
            | EntryKind::Skipped(_)
            | EntryKind::LeftOut(_)
            | EntryKind::Waited => None,
        }
    }
}

/// The kinds of entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// Preflight called a provider, or fetched a page.
    Exchange(Exchange),
    /// Preflight delivered a webhook to the partner's handler.
    Delivery(Delivery),
    /// The partner called the simulated provider.
    Call(RecordedCall),
    /// The partner was asked to act.
    Action(Action),
    /// A lookup of how often an event took effect.
    Inspection(Inspection),
    /// An event at the provider, simulated or brought about by a person.
    OccurredEvent(OccurredEvent),
    /// The content of a page of the partner.
    Shown(Shown),
    /// The records of the simulated provider about the entry's client: a list per collection.
    Records(serde_json::Map<String, Value>),
    /// The partner's build tried to reach a denied host.
    DeniedHost(DeniedHost),
    /// The last lines of the build's output while it failed.
    Wrote(String),
    /// A value from the profile, or from a file that it names.
    Fact(Fact),
    /// A step that could not be carried out, with the reason.
    Skipped(String),
    /// A step that was deliberately left out, with the reason.
    LeftOut(String),
    /// A wait that the check asked for.
    Waited,
}

/// The only place that distinguishes kinds of entry; callers use these accessors.
impl EntryKind {
    /// The exchange, if it is one.
    pub fn exchange(&self) -> Option<&Exchange> {
        if let EntryKind::Exchange(exchange) = self { Some(exchange) } else { None }
    }

    /// The delivery, if it is one.
    pub fn delivery(&self) -> Option<&Delivery> {
        if let EntryKind::Delivery(delivery) = self { Some(delivery) } else { None }
    }

    /// The partner's call, if it is one.
    pub fn call(&self) -> Option<&RecordedCall> {
        if let EntryKind::Call(call) = self { Some(call) } else { None }
    }

    /// The action, if it is one.
    pub fn action(&self) -> Option<&Action> {
        if let EntryKind::Action(action) = self { Some(action) } else { None }
    }

    /// The page, if it is one.
    pub fn shown(&self) -> Option<&Shown> {
        if let EntryKind::Shown(shown) = self { Some(shown) } else { None }
    }

    /// The provider's records, if it is that.
    pub fn records(&self) -> Option<&serde_json::Map<String, Value>> {
        if let EntryKind::Records(records) = self { Some(records) } else { None }
    }

    /// The denied host, if it is one.
    pub fn refused(&self) -> Option<&DeniedHost> {
        if let EntryKind::DeniedHost(refused) = self { Some(refused) } else { None }
    }

    /// The build's output, if it is that.
    pub fn wrote(&self) -> Option<&str> {
        if let EntryKind::Wrote(lines) = self { Some(lines) } else { None }
    }

    /// The outcome of a request to the partner: a delivery, an action or a lookup.
    pub fn asked(&self) -> Option<&Outcome> {
        match self {
            EntryKind::Delivery(delivery) => Some(&delivery.outcome),
            EntryKind::Action(action) => Some(&action.outcome),
            EntryKind::Inspection(inspection) => Some(&inspection.outcome),
            EntryKind::Exchange(_)
            | EntryKind::Call(_)
            | EntryKind::OccurredEvent(_)
            | EntryKind::Shown(_)
            | EntryKind::Records(_)
            | EntryKind::DeniedHost(_)
            | EntryKind::Wrote(_)
            | EntryKind::Fact(_)
            | EntryKind::Skipped(_)
            | EntryKind::LeftOut(_)
            | EntryKind::Waited => None,
        }
    }

    /// The lookup, if it is one.
    pub fn inspection(&self) -> Option<&Inspection> {
        if let EntryKind::Inspection(inspection) = self { Some(inspection) } else { None }
    }
}

/// A request and its outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// The request.
    pub request: Request,
    /// The response, or why there was none.
    pub outcome: Outcome,
    /// The address that was connected to, or would have been; in a simulated environment, the address that the profile
    /// assigns.
    pub address: Option<IpAddr>,
    /// The element of `for_each` that this exchange was made for.
    pub item: Option<Value>,
    /// Values that the check captured from the response, by name.
    pub captured: serde_json::Map<String, Value>,
}

/// A value from the profile or a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// The source: a file, with the key or path in it.
    pub place: String,
    /// Its line there, from 1.
    pub line: Option<usize>,
    /// The value; a secret is an object `{ "value": label, "base64": bool, "bytes": n, "characters": n }`.
    pub value: Option<Value>,
    /// Why it could not be read.
    pub trouble: Option<String>,
}
