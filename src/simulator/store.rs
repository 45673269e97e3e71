//! The state of the simulated provider: collections of records, tokens, prepared clients, quotas and overrides.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::bounded::Bounded;
use super::collection::{Collection, Indexed, RecordFilter, RecordPosition};
use super::overrides::Installed;
use super::quota::Counters;
use super::response::Reply;
use super::values::Members;

/// Maximum number of records in a collection. Then the oldest are dropped.
pub(super) const MAX_RECORDS: usize = 20_000;
/// Maximum number of tokens, and of clients whose states are counted. Then the oldest are dropped.
pub(super) const MAX_TOKENS: usize = 5_000;
/// Maximum number of responses that are remembered for retries. Then the oldest are dropped.
pub(super) const MAX_STORED_RESPONSES: usize = 1_000;
/// Maximum memory of the records in a collection, in bytes. Then the oldest are dropped.
const MAX_BYTES: usize = 64 << 20;

/// Everything that the simulated provider remembers.
#[derive(Debug, Default)]
pub(super) struct Store {
    collections: BTreeMap<String, Arc<Collection>>,
    indexed: BTreeMap<String, Indexed>,
    /// The fields that hold the time of a record's last change, by collection.
    changed: BTreeMap<String, String>,
    /// Tokens, by their text.
    tokens: Bounded<Token, MAX_TOKENS>,
    answers: Bounded<StoredResponse, MAX_STORED_RESPONSES>,
    entered: Bounded<u64, MAX_TOKENS>,
    /// What was dropped since the last call of `gone`.
    gone: BTreeSet<Dropped>,
    /// The initial states of clients that are not created yet, by identifier.
    pub(super) prepared: BTreeMap<String, String>,
    /// The prepared client that each identifier belongs to, by email address.
    owners: HashMap<String, String>,
    /// The identifiers of each prepared client.
    identifiers: HashMap<String, BTreeSet<String>>,
    /// The counters of calls.
    pub(super) quotas: Counters,
    /// The installed overrides, the oldest first.
    pub(super) overrides: Vec<Installed>,
}

/// What was dropped when a limit was reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dropped {
    /// The oldest records of a collection.
    Records(String),
    /// The oldest tokens.
    Tokens,
    /// The oldest responses that were remembered for retries.
    Answers,
}

/// A token that a reply issued.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) text: String,
    /// The key of the client; `None` for the partner's own token.
    pub(super) client: Option<String>,
    pub(super) expires: OffsetDateTime,
    pub(super) revoked: bool,
}

/// A response that a retry of the same request gets again.
#[derive(Debug)]
pub(super) struct StoredResponse {
    pub(super) body: Value,
    pub(super) reply: Reply,
}

impl Store {
    /// Creates an empty store. `changed` names the field for the time of the last change, by collection.
    pub(super) fn new(indexed: BTreeMap<String, Indexed>, changed: BTreeMap<String, String>) -> Self {
        Store { indexed, changed, ..Store::default() }
    }

    /// Returns a copy of the records only, to be discarded. Unchanged collections are shared.
    pub(super) fn copy(&self) -> Self {
        Store { collections: self.collections.clone(), ..Store::default() }
    }

    /// Returns the records of a collection, oldest first.
    pub(super) fn all(&self, collection: &str) -> impl DoubleEndedIterator<Item = &Members> {
        self.collection(collection).into_iter().flat_map(Collection::all)
    }

    pub(super) fn collection(&self, name: &str) -> Option<&Collection> {
        self.collections.get(name).map(|collection| &**collection)
    }

    /// Returns the number of records, by collection.
    pub(super) fn sizes(&self) -> Value {
        self.collections.iter().map(|(name, collection)| (name.clone(), json!(collection.len()))).collect()
    }

    /// Returns the latest matching record.
    pub(super) fn find(&self, collection: &str, which: &RecordFilter) -> Option<&Members> {
        self.collection(collection)?.find(which)
    }

    /// Inserts the initial records.
    pub(super) fn hold(&mut self, collections: &BTreeMap<String, Vec<Members>>) {
        for (collection, records) in collections {
            for record in records {
                self.put(collection, record.clone());
            }
        }
    }

    pub(super) fn put(&mut self, collection: &str, record: Members) {
        let indexed = self.indexed.get(collection);
        let new = || Arc::new(Collection::new(indexed.unwrap_or(&Indexed::default())));
        let records = Arc::make_mut(self.collections.entry(collection.to_owned()).or_insert_with(new));
        records.put(record);
        while records.len() > MAX_RECORDS || (records.weight() > MAX_BYTES && records.len() > 1) {
            let Some(oldest) = records.oldest() else { return };
            records.remove(oldest);
            self.gone.insert(Dropped::Records(collection.to_owned()));
        }
    }

    /// Changes the matching records, and sets the time of their last change.
    pub(super) fn change(&mut self, collection: &str, which: &RecordFilter, set: &Members, now: OffsetDateTime) {
        let stamp = self.changed.get(collection).map(|member| (member.clone(), super::values::written(now)));
        let set: Members = set.clone().into_iter().chain(stamp).collect();
        let Some(records) = self.collections.get_mut(collection) else { return };
        let places = records.which(which);
        for place in places {
            Arc::make_mut(records).change(place, &set);
        }
    }

    pub(super) fn remove(&mut self, collection: &str, which: &RecordFilter) {
        let Some(records) = self.collections.get_mut(collection) else { return };
        for place in records.which(which) {
            Arc::make_mut(records).remove(place);
        }
    }

    pub(super) fn issue(&mut self, token: Token) {
        if self.tokens.put(&token.text.clone(), token) {
            self.gone.insert(Dropped::Tokens);
        }
    }

    /// Returns what was dropped since the last call.
    pub(super) fn gone(&mut self) -> BTreeSet<Dropped> {
        std::mem::take(&mut self.gone)
    }

    /// Returns an issued token, valid or not.
    pub(super) fn token(&self, text: &str) -> Option<&Token> {
        self.tokens.get(text)
    }

    pub(super) fn revoke(&mut self, text: &str) {
        if let Some(token) = self.tokens.get_mut(text) {
            token.revoked = true;
        }
    }

    pub(super) fn remember(&mut self, key: &str, answer: StoredResponse) {
        if self.answers.put(key, answer) {
            self.gone.insert(Dropped::Answers);
        }
    }

    pub(super) fn remembered(&self, key: &str) -> Option<&StoredResponse> {
        self.answers.get(key)
    }

    /// Registers an identifier of a prepared client. Identifiers that differ only in case are the same, unless they are
    /// registered separately.
    pub(super) fn know(&mut self, identifier: &str, owner: &str) {
        self.owners.entry(identifier.to_lowercase()).or_insert_with(|| owner.to_owned());
        self.owners.insert(identifier.to_owned(), owner.to_owned());
        self.identifiers.entry(owner.to_owned()).or_default().insert(identifier.to_owned());
    }

    /// Returns the prepared client that an identifier belongs to.
    pub(super) fn owner(&self, identifier: &str) -> Option<&String> {
        self.owners.get(identifier).or_else(|| self.owners.get(&identifier.to_lowercase()))
    }

    /// Returns the registered identifiers of a prepared client.
    pub(super) fn identifiers(&self, owner: &str) -> impl Iterator<Item = &String> {
        self.identifiers.get(owner).into_iter().flatten()
    }

    /// Records that a client entered a state. Returns the number of this entry.
    pub(super) fn enter(&mut self, client: &str) -> u64 {
        let entered = self.entered(client) + 1;
        // If the oldest client is dropped, its timer has no effect, as if the client had moved on.
        self.entered.put(client, entered);
        entered
    }

    /// Returns the number of a client's latest state entry.
    pub(super) fn entered(&self, client: &str) -> u64 {
        self.entered.get(client).copied().unwrap_or_default()
    }

    /// Returns the records that have one of some values in a field, as a list per collection.
    pub(super) fn with(&self, member: &str, values: &[Value]) -> Members {
        let of = |records: &Collection| {
            let which = |value: &Value| RecordFilter {
                like: Members::from_iter([(member.to_owned(), value.clone())]),
                unlike: Members::new(),
            };
            let places: BTreeSet<RecordPosition> =
                values.iter().flat_map(|value| records.which(&which(value))).collect();
            places.into_iter().filter_map(|place| records.get(place)).cloned().map(Value::Object).collect()
        };
        self.collections.iter().map(|(name, records)| (name.clone(), of(records))).collect()
    }

    /// Returns all records as JSON, as a list per collection.
    pub(super) fn snapshot(&self) -> Value {
        let listed = |records: &Collection| Value::Array(records.all().cloned().map(Value::Object).collect());
        self.collections.iter().map(|(name, records)| (name.clone(), listed(records))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn which(like: &Value) -> RecordFilter {
        RecordFilter { like: like.as_object().cloned().unwrap_or_default(), unlike: Members::new() }
    }

    #[test]
    fn the_latest_record_is_found_and_a_missing_value_selects_nothing() {
        let mut store = Store::default();
        for n in 1..=2 {
            store.put("cases", Members::from_iter([("n".into(), json!(n)), ("of".into(), json!("a"))]));
        }
        assert_eq!(store.find("cases", &which(&json!({ "of": "a" }))).unwrap()["n"], 2);
        assert_eq!(store.find("cases", &which(&json!({ "of": null }))), None);
        let unlike =
            RecordFilter { unlike: Members::from_iter([("n".into(), json!(2))]), ..which(&json!({ "of": "a" })) };
        assert_eq!(store.find("cases", &unlike).unwrap()["n"], 1);
        store.remove("cases", &which(&json!({ "none": null })));
        store.change(
            "cases",
            &which(&json!({ "n": 1 })),
            &Members::from_iter([("of".into(), json!("b"))]),
            OffsetDateTime::UNIX_EPOCH,
        );
        store.remove("cases", &which(&json!({ "n": 2 })));
        assert_eq!(store.snapshot(), json!({ "cases": [{ "n": 1, "of": "b" }] }));
    }

    #[test]
    fn a_flood_pushes_the_oldest_out() {
        let mut store = Store::default();
        let large = Value::String("x".repeat(MAX_BYTES / 4));
        for n in 0..10 {
            store.put("cases", Members::from_iter([("n".into(), json!(n)), ("text".into(), large.clone())]));
        }
        assert_eq!(store.all("cases").map(|record| record["n"].clone()).collect::<Vec<_>>(), [7, 8, 9]);
        for n in 0..=MAX_RECORDS {
            store.put("clients", Members::from_iter([("n".into(), json!(n))]));
        }
        assert_eq!(store.all("clients").next().map(|record| record["n"].clone()), Some(json!(1)));
        // The limits of one kind do not affect the others.
        assert_eq!(store.all("cases").count(), 3);
        let gone = ["cases", "clients"].map(|kind| Dropped::Records(kind.into()));
        assert_eq!((store.gone(), store.gone().len()), (gone.into(), 0));
        store.remove("cases", &which(&json!({})));
        assert_eq!(store.collection("cases").map(Collection::weight), Some(0));
    }
}
