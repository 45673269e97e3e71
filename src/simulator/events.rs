//! Events that happen at the provider without a call: a client signs, a request expires, a case is closed.

use serde_json::Value;

use super::script::Script;
use super::store::Store;
use super::transaction::{Dispatch, Timer, Transaction, TransactionInput};
use super::values::text;

/// Why an event cannot happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// No call has created the client.
    #[error("no call has created the client `{0}` yet")]
    UnknownClient(String),
    /// The client's state does not allow the event, or the event's condition does not hold.
    #[error(
        "`{event}` cannot happen to a client in the state `{state}`; possible events: {}",
        listed(.possible)
    )]
    NotNow {
        /// The name of the event.
        event: String,
        /// The client's current state.
        state: String,
        /// The events that this state allows.
        possible: Vec<String>,
    },
}

fn listed(events: &[String]) -> String {
    if events.is_empty() { "nothing".to_owned() } else { events.join(", ") }
}

/// Writes the body of an event about a client as the provider would. Missing records are made up; the store is a copy
/// that is discarded. Returns `None` if the provider has no such event.
pub(super) fn letter(
    script: &Script,
    mut store: Store,
    client: &str,
    about: &Value,
    event: &str,
    moment: &TransactionInput,
) -> Option<Value> {
    let described = script.provider.webhooks.as_ref()?.events.get(event)?;
    let mut turn = Transaction::new(script, &mut store, moment);
    turn.scope.set("body", about);
    let kind_of =
        |within: &str| script.spec.records.iter().find(|(_, record)| record.within == within).map(|(kind, _)| kind);
    // If the provider does not distinguish clients, the body is about no particular client.
    if !script.spec.client.within.is_empty() && !turn.know_client(client) {
        turn.create(kind_of(&script.spec.client.within)?, about, true);
    }
    for (name, find) in &script.spec.client.find {
        if !turn.find(name, find, &Value::Null) {
            turn.create(kind_of(&find.within)?, &Value::Null, false);
        }
    }
    Some(script.words.fixture(&described.body, &turn.scope))
}

/// Sends an event regardless of any state, about the latest client if there is one. Returns `None` if the provider has
/// no such event.
pub(super) fn announce(
    script: &Script,
    store: &mut Store,
    event: &str,
    moment: &TransactionInput,
) -> Option<Vec<Dispatch>> {
    script.provider.webhooks.as_ref()?.events.get(event)?;
    let spec = &script.spec.client;
    let last = store.all(&spec.within).next_back().and_then(|client| client.get(&spec.key)).map(text);
    let mut turn = Transaction::new(script, store, moment);
    if last.is_some_and(|client| turn.know_client(&client)) {
        for (name, find) in &spec.find {
            turn.find(name, find, &Value::Null);
        }
    }
    turn.dispatch(event);
    Some(turn.dispatches)
}

/// Triggers an event for a client. Fails if the client is unknown or its state does not allow the event.
pub(super) fn happen(
    script: &Script,
    store: &mut Store,
    client: &str,
    event: &str,
    moment: &TransactionInput,
) -> Result<(Vec<Dispatch>, Vec<Timer>), EventError> {
    let mut turn = Transaction::new(script, store, moment);
    if !turn.know_client(client) {
        return Err(EventError::UnknownClient(client.to_owned()));
    }
    for (name, find) in &script.spec.client.find {
        turn.find(name, find, &Value::Null);
    }
    let state = turn.client_state();
    let outcomes = state.and_then(|state| state.events.get(event));
    let Some(outcome) = turn.choose(outcomes.into_iter().flatten()) else {
        let name = script.spec.states.iter().find(|(_, known)| state.is_some_and(|state| std::ptr::eq(*known, state)));
        return Err(EventError::NotNow {
            event: event.to_owned(),
            state: name.map(|(name, _)| name.clone()).unwrap_or_default(),
            possible: state.map(|state| state.events.keys().cloned().collect()).unwrap_or_default(),
        });
    };
    turn.bring(outcome, &Value::Null, Some(event));
    Ok((turn.dispatches, turn.timers))
}
