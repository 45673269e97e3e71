//! The ordered, redacted record of what happened in one check, as plain data.
//!
//! Judging reads only this and the profile's inputs, so a saved record can be judged again on another machine. Whoever
//! adds an entry passes its text through [`crate::redact::Redactor`] first. A secret appears only as its label, and
//! equal secrets have equal labels, so they can still be compared.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::delivery::Delivery;
use super::http::Request;
use super::outcome::Outcome;
use super::partner::{Action, DeniedHost, Inspection, OccurredEvent, RecordedCall, Shown};

/// Microseconds since the start of the check's log.
pub type Offset = u64;

/// The record of one check. Its entries are sorted by when they ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What happened, in the order in which it ended.
    pub entries: Vec<Entry>,
    /// Why the check did not run or not completely, such as a deadline, an interruption or a failed set-up.
    pub incomplete: Option<Incomplete>,
    /// The clients of the check by name, as templates read them: `tenant`, `name`, `email` and captured values.
    #[serde(default)]
    pub clients: serde_json::Map<String, Value>,
    /// Whether other checks that ran at the same time may be the cause, so that a retry in isolation is worthwhile.
    #[serde(default)]
    pub disturbed: bool,
    /// Notes on the set-up, which the report shows if the check is inconclusive.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Remarks that the report shows with every verdict, such as what was left behind.
    #[serde(default)]
    pub remarks: Vec<String>,
    /// The longest quiet period that was kept, in milliseconds. No further calls or effects came within it.
    pub quiet_ms: u64,
}

/// Why the record of a check is incomplete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incomplete {
    /// The reason, in one sentence.
    pub reason: String,
    /// Who can change that.
    pub responsible: Responsible,
    /// Whether nothing in the record counts, not even a failure: the build stopped answering, or the simulated provider
    /// dropped records.
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
    /// The network between Preflight and the other side.
    Network,
    /// Preflight itself.
    Tool,
}

impl Responsible {
    /// Returns the name for the report.
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

/// One thing that happened, as an interval of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When it started.
    pub from: Offset,
    /// When it was answered, or when it was over.
    pub to: Offset,
    /// The name that the check gave the step (`as`), if it has one.
    pub step: Option<String>,
    /// The client that the entry belongs to, if the check has clients.
    pub client: Option<String>,
    /// What happened.
    pub what: EntryKind,
}

impl Entry {
    /// Returns the value of the entry as templates read it: `status`, `reply` and captures, or the value of a fact.
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

/// What an entry can record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// Preflight sent a request to a provider, or fetched a page.
    Exchange(Exchange),
    /// Preflight sent a delivery to the partner's handler.
    Delivery(Delivery),
    /// The partner called the simulated provider.
    Call(RecordedCall),
    /// The partner was asked to perform an action.
    Action(Action),
    /// Preflight looked up how often an event took effect or arrived.
    Inspection(Inspection),
    /// An event at the provider, which was simulated or brought about by a person.
    OccurredEvent(OccurredEvent),
    /// The content of a page of the partner.
    Shown(Shown),
    /// The records of the simulated provider about the entry's client: a list per collection.
    Records(serde_json::Map<String, Value>),
    /// The partner's build tried to reach a denied host.
    DeniedHost(DeniedHost),
    /// The last lines that the build wrote while it failed.
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

/// Accessors by kind of entry.
impl EntryKind {
    /// Returns the exchange if the entry is one.
    pub fn exchange(&self) -> Option<&Exchange> {
        if let EntryKind::Exchange(exchange) = self { Some(exchange) } else { None }
    }

    /// Returns the delivery if the entry is one.
    pub fn delivery(&self) -> Option<&Delivery> {
        if let EntryKind::Delivery(delivery) = self { Some(delivery) } else { None }
    }

    /// Returns the partner's call if the entry is one.
    pub fn call(&self) -> Option<&RecordedCall> {
        if let EntryKind::Call(call) = self { Some(call) } else { None }
    }

    /// Returns the action if the entry is one.
    pub fn action(&self) -> Option<&Action> {
        if let EntryKind::Action(action) = self { Some(action) } else { None }
    }

    /// Returns the content of a page if the entry is that.
    pub fn shown(&self) -> Option<&Shown> {
        if let EntryKind::Shown(shown) = self { Some(shown) } else { None }
    }

    /// Returns the provider's records if the entry contains them.
    pub fn records(&self) -> Option<&serde_json::Map<String, Value>> {
        if let EntryKind::Records(records) = self { Some(records) } else { None }
    }

    /// Returns the denied host if the entry is one.
    pub fn refused(&self) -> Option<&DeniedHost> {
        if let EntryKind::DeniedHost(refused) = self { Some(refused) } else { None }
    }

    /// Returns the output of the build if the entry is that.
    pub fn wrote(&self) -> Option<&str> {
        if let EntryKind::Wrote(lines) = self { Some(lines) } else { None }
    }

    /// Returns the outcome of a request to the partner: of a delivery, an action or a lookup.
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

    /// Returns the lookup if the entry is one.
    pub fn inspection(&self) -> Option<&Inspection> {
        if let EntryKind::Inspection(inspection) = self { Some(inspection) } else { None }
    }
}

/// A request of Preflight, and its outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// The request, as it was sent.
    pub request: Request,
    /// The response, or why there was none.
    pub outcome: Outcome,
    /// The address that Preflight connected to or would have connected to. In a simulated environment, it is the
    /// address that the profile assigns.
    pub address: Option<IpAddr>,
    /// The element of the list for which the request was sent, if the step has a `for_each`.
    pub item: Option<Value>,
    /// Values that the check captured from the response, by name.
    pub captured: serde_json::Map<String, Value>,
}

/// A value that was read from the profile or from a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// The file, with the key or the path in it.
    pub place: String,
    /// The line of the value in the file, from 1.
    pub line: Option<usize>,
    /// The value. A secret is an object `{ "value": label, "base64": bool, "bytes": n, "characters": n }`.
    pub value: Option<Value>,
    /// Why the value could not be read.
    pub trouble: Option<String>,
}
