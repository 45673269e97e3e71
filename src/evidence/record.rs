//! What happened, as plain data: the ordered, already redacted record of one unit.
//!
//! Judging reads nothing but this (and the bound profile), so a record that was saved can be judged again on
//! another machine. Whoever builds an entry passes its text through [`crate::redact::Redactor`] first: a secret
//! appears here only as its label, and equal secrets have equal labels, so sameness can still be judged.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::delivery::Delivery;
use super::http::Request;
use super::outcome::Outcome;
use super::partner::{Action, Call, Happened, Inspection, Refused, Shown};

/// Microseconds since the log of the unit was started.
pub type Offset = u64;

/// Everything that was recorded for one unit, in the order in which it ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The record itself.
    pub entries: Vec<Entry>,
    /// Why the unit was not, or not wholly, carried out: a deadline, an interruption, a set-up that did not complete.
    pub incomplete: Option<Incomplete>,
    /// The clients of the unit by name, as templates read them: `tenant`, `name`, `email` and what was learned.
    #[serde(default)]
    pub clients: serde_json::Map<String, Value>,
    /// Whether that may have been the doing of other checks at the same time, so that it is worth being repeated alone.
    #[serde(default)]
    pub disturbed: bool,
    /// What is worth knowing of the set-up, if the check then says nothing.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What is worth knowing whatever the verdict: what was left behind, say.
    #[serde(default)]
    pub remarks: Vec<String>,
    /// The slowest automatic reaction and the waits that were kept, in milliseconds, for absences that held.
    pub quiet_ms: u64,
}

/// Why a unit's record is not whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incomplete {
    /// One sentence for the reader.
    pub reason: String,
    /// Who can change it.
    pub who: Who,
    /// Whether not even a failure in it counts: the build gave no answers any more, or the played provider has forgotten
    /// what it held.
    #[serde(default)]
    pub void: bool,
}

/// Who must act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// The company whose integration is checked.
    Partner,
    /// The person at the provider who signs off.
    AccountManager,
    /// The provider's service.
    Provider,
    /// Whatever lies between the two.
    Network,
    /// This program.
    Tool,
}

impl Who {
    /// The word a reader sees.
    pub fn words(self) -> &'static str {
        match self {
            Who::Partner => "partner",
            Who::AccountManager => "account manager",
            Who::Provider => "provider",
            Who::Network => "network",
            Who::Tool => "this tool",
        }
    }
}

/// One thing that happened, as an interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When it started.
    pub from: Offset,
    /// When it was answered or over.
    pub to: Offset,
    /// The name that the check gave the step (`as`), if any.
    pub step: Option<String>,
    /// The client it belongs to, where a check has clients.
    pub client: Option<String>,
    /// What it was.
    pub what: What,
}

impl Entry {
    /// What the step gave, as templates read it: `status`, `reply` and captures, or the value of a fact.
    pub fn value(&self) -> Option<Value> {
        match &self.what {
            What::Exchange(exchange) => {
                let mut value = exchange.outcome.values();
                value.extend(exchange.captured.clone());
                Some(Value::Object(value))
            }
            What::Action(action) => Some(Value::Object(action.outcome.values())),
            What::Delivery(delivery) => {
                let mut value = delivery.outcome.values();
                value.insert("event".into(), delivery.event.clone().into());
                value.insert("id".into(), delivery.event_id.clone().into());
                Some(Value::Object(value))
            }
            What::Fact(fact) => Some(fact.value.clone().unwrap_or(Value::Null)),
            What::Call(_)
            | What::Inspection(_)
            | What::Happened(_)
            | What::Shown(_)
            | What::Records(_)
            | What::Refused(_)
            | What::Wrote(_)
            | What::Skipped(_)
            | What::LeftOut(_)
            | What::Waited => None,
        }
    }
}

/// The kinds of entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The tool called a provider, or fetched a page.
    Exchange(Exchange),
    /// A webhook was delivered to the partner's handler.
    Delivery(Delivery),
    /// The partner called the simulated provider.
    Call(Call),
    /// The partner was asked to do something.
    Action(Action),
    /// The partner was asked how often an event took effect.
    Inspection(Inspection),
    /// Something happened at the provider, played or brought about by a person.
    Happened(Happened),
    /// What a page of the partner's shows.
    Shown(Shown),
    /// What the simulated provider holds about the entry's client: a list of records for each collection.
    Records(serde_json::Map<String, Value>),
    /// The partner's build tried to reach a host that it was not let through to.
    Refused(Refused),
    /// The last lines that the partner's build wrote while it failed at something.
    Wrote(String),
    /// Something the profile, or a file that it names, says.
    Fact(Fact),
    /// A step that could not be carried out, and why.
    Skipped(String),
    /// A step that was not to be carried out, and why.
    LeftOut(String),
    /// A wait that the check asked for.
    Waited,
}

/// The entries of a kind are asked for in many places; here alone the kinds are told apart.
impl What {
    /// The exchange, if it is one.
    pub fn exchange(&self) -> Option<&Exchange> {
        if let What::Exchange(exchange) = self { Some(exchange) } else { None }
    }

    /// The delivery, if it is one.
    pub fn delivery(&self) -> Option<&Delivery> {
        if let What::Delivery(delivery) = self { Some(delivery) } else { None }
    }

    /// The partner's call, if it is one.
    pub fn call(&self) -> Option<&Call> {
        if let What::Call(call) = self { Some(call) } else { None }
    }

    /// The action, if it is one.
    pub fn action(&self) -> Option<&Action> {
        if let What::Action(action) = self { Some(action) } else { None }
    }

    /// The page, if it is one.
    pub fn shown(&self) -> Option<&Shown> {
        if let What::Shown(shown) = self { Some(shown) } else { None }
    }

    /// What the provider holds, if it is that.
    pub fn records(&self) -> Option<&serde_json::Map<String, Value>> {
        if let What::Records(records) = self { Some(records) } else { None }
    }

    /// The host that was not let through to, if it is one.
    pub fn refused(&self) -> Option<&Refused> {
        if let What::Refused(refused) = self { Some(refused) } else { None }
    }

    /// What the build wrote, if it is that.
    pub fn wrote(&self) -> Option<&str> {
        if let What::Wrote(lines) = self { Some(lines) } else { None }
    }

    /// What came of something that was asked of the partner: a delivery, an action, a look-up.
    pub fn asked(&self) -> Option<&Outcome> {
        match self {
            What::Delivery(delivery) => Some(&delivery.outcome),
            What::Action(action) => Some(&action.outcome),
            What::Inspection(inspection) => Some(&inspection.outcome),
            What::Exchange(_)
            | What::Call(_)
            | What::Happened(_)
            | What::Shown(_)
            | What::Records(_)
            | What::Refused(_)
            | What::Wrote(_)
            | What::Fact(_)
            | What::Skipped(_)
            | What::LeftOut(_)
            | What::Waited => None,
        }
    }

    /// The look-up, if it is one.
    pub fn inspection(&self) -> Option<&Inspection> {
        if let What::Inspection(inspection) = self { Some(inspection) } else { None }
    }
}

/// A request and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// What was sent.
    pub request: Request,
    /// What came back.
    pub outcome: Outcome,
    /// The address that was connected to, or would have been; or the one that a stand-in is taken to have.
    pub address: Option<IpAddr>,
    /// The element of `each` this exchange was made for.
    pub item: Option<Value>,
    /// Values the check captured from the answer, by name.
    pub captured: serde_json::Map<String, Value>,
}

/// Something that the profile or a file says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// Where it was read: a file, with the key or path in it.
    pub place: String,
    /// Its line there, from 1.
    pub line: Option<usize>,
    /// The value; a secret is an object `{ "value": label, "base64": bool, "bytes": n, "characters": n }`.
    pub value: Option<Value>,
    /// Why it could not be read.
    pub trouble: Option<String>,
}
