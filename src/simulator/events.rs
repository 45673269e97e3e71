//! Events, and who hears of them: sent as the provider sends them, or only written.

use serde_json::{Value, json};
use url::Url;

use super::store::{Members, Which};
use super::turn::{Moment, ONLY_FOR, text};
use super::{HappenError, Sent, Simulator, Subscription, happen};

impl Simulator {
    /// Lets an event happen to a client: its state changes, and webhooks are sent.
    ///
    /// # Errors
    ///
    /// A client that nobody created, or an event that its state does not have.
    pub fn happen(&self, client: &str, event: &str) -> Result<Vec<Sent>, HappenError> {
        self.inner.happen(client, event)
    }

    /// Sends an event to every subscription that wants it, whatever anybody's state. `None`: there is no such event.
    pub fn announce(&self, event: &str) -> Option<Vec<Sent>> {
        let inner = &self.inner;
        let fresh = || inner.fresh();
        let moment = Moment { now: inner.clock.now(), fresh: &fresh };
        let dispatches = happen::announce(&inner.script, &mut inner.store(), event, &moment)?;
        let sent = dispatches.iter().map(|d| Sent { event: d.event.clone(), id: d.id.clone() }).collect();
        inner.follow(dispatches, Vec::new());
        Some(sent)
    }

    /// The body of an event about a client, as the provider would write it now. `about` is what the call that created
    /// the client would have said. Nothing is changed and nothing is sent. `None`: there is no such event.
    pub fn letter(&self, client: &str, about: &Value, event: &str) -> Option<Value> {
        let inner = &self.inner;
        let fresh = || inner.fresh();
        let moment = Moment { now: inner.clock.now(), fresh: &fresh };
        let store = inner.store().copy();
        happen::letter(&inner.script, store, client, about, event, &moment)
    }

    /// Subscribes a handler to events, as the provider's own call would, without judging the address; to those about
    /// one client alone, if one that was prepared is named. `None`: the provider has no subscriptions.
    pub fn subscribe(&self, url: &Url, events: &[String], only_for: Option<&str>) -> Option<Subscription> {
        let inner = &self.inner;
        let to = inner.script.spec.subscriptions.as_ref()?;
        let kind = inner.script.spec.records.iter().find(|(_, record)| record.within == to.within)?.0;
        let body = json!({ to.url.clone(): url, to.events.clone(): events });
        let record = inner.turn(|turn| {
            turn.scope.set("body", &body);
            let record = turn.create(kind, &body, false);
            if let Some(who) = only_for {
                // By its key alone: a criterion without a value selects nothing, and a new record has such members.
                let key = record.get_key_value(&to.key).map(|(name, value)| (name.clone(), value.clone()));
                let which = Which { like: key.into_iter().collect(), unlike: Members::new() };
                turn.store.change(&to.within, &which, &Members::from_iter([(ONLY_FOR.to_owned(), json!(who))]));
            }
            record
        });
        let member = |name: &str| record.get(name).map(text).unwrap_or_default();
        let subscription = Subscription { key: member(&to.key), secret: member(&to.secret) };
        (inner.issued)("webhook_secret", &subscription.secret);
        Some(subscription)
    }
}
