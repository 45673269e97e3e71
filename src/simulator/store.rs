//! What the played provider holds: collections of records, tokens, and what was arranged for clients.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::overlay::Installed;
use super::step::Reply;

/// So many records of a kind and tokens are held; then the oldest go.
const MOST: usize = 20_000;
/// So many answers are remembered for repeats.
const MOST_ANSWERS: usize = 100;
/// So many bytes of records are held, as JSON; then the oldest of the same kind go.
const MOST_BYTES: usize = 32 << 20;

/// One record.
pub(super) type Members = Map<String, Value>;

/// Everything that is held.
#[derive(Debug, Default)]
pub(super) struct Store {
    collections: BTreeMap<String, VecDeque<Members>>,
    bytes: usize,
    tokens: VecDeque<Token>,
    answers: VecDeque<Remembered>,
    entered: BTreeMap<String, u64>,
    /// The states that clients will start in, by what they are recognised by.
    pub(super) prepared: BTreeMap<String, String>,
    /// For whom identifiers stand: everything that a call can be recognised by, and the client that was prepared.
    owners: HashMap<String, String>,
    /// What is arranged to go otherwise.
    pub(super) overlays: Vec<Installed>,
}

/// A token that was issued.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) text: String,
    /// The key of its client; `None`: the partner's own.
    pub(super) client: Option<String>,
    pub(super) expires: OffsetDateTime,
    pub(super) revoked: bool,
}

/// An answer that a repeat gets again.
#[derive(Debug)]
pub(super) struct Remembered {
    pub(super) key: String,
    pub(super) body: Value,
    pub(super) reply: Reply,
}

/// Which records are meant.
#[derive(Clone, Debug, Default)]
pub(super) struct Which {
    /// Members and the values they must have.
    pub(super) like: Members,
    /// Members and the values they must not have.
    pub(super) unlike: Members,
}

impl Which {
    /// A criterion without a value selects nothing, so that a missing id never means everything.
    fn holds(&self, record: &Members) -> bool {
        self.like.iter().all(|(name, value)| !value.is_null() && record.get(name) == Some(value))
            && !self.unlike.iter().any(|(name, value)| record.get(name) == Some(value))
    }
}

impl Store {
    /// A copy of the records alone, to be thrown away.
    pub(super) fn copy(&self) -> Self {
        Store { collections: self.collections.clone(), ..Store::default() }
    }

    /// The records of a collection, oldest first.
    pub(super) fn all(&self, collection: &str) -> impl Iterator<Item = &Members> {
        self.collections.get(collection).into_iter().flatten()
    }

    /// The latest record that is meant.
    pub(super) fn find(&self, collection: &str, which: &Which) -> Option<&Members> {
        self.collections.get(collection)?.iter().rev().find(|record| which.holds(record))
    }

    /// One that holds some records from the beginning.
    pub(super) fn holding(collections: &BTreeMap<String, Vec<Members>>) -> Self {
        let mut store = Store::default();
        for (collection, records) in collections {
            for record in records {
                store.put(collection, record.clone());
            }
        }
        store
    }

    pub(super) fn put(&mut self, collection: &str, record: Members) {
        let records = self.collections.entry(collection.to_owned()).or_default();
        self.bytes += size(&record);
        records.push_back(record);
        while records.len() > MOST || (self.bytes > MOST_BYTES && records.len() > 1) {
            self.bytes = self.bytes.saturating_sub(records.pop_front().as_ref().map_or(0, size));
        }
    }

    pub(super) fn change(&mut self, collection: &str, which: &Which, set: &Members) {
        let records = self.collections.get_mut(collection).into_iter().flatten();
        for record in records.filter(|record| which.holds(record)) {
            let before = size(record);
            record.extend(set.clone());
            self.bytes = (self.bytes + size(record)).saturating_sub(before);
        }
    }

    pub(super) fn remove(&mut self, collection: &str, which: &Which) {
        if let Some(records) = self.collections.get_mut(collection) {
            for gone in records.iter().filter(|record| which.holds(record)) {
                self.bytes = self.bytes.saturating_sub(size(gone));
            }
            records.retain(|record| !which.holds(record));
        }
    }

    pub(super) fn issue(&mut self, token: Token) {
        push(&mut self.tokens, token, MOST);
    }

    /// A token that was ever issued, still valid or not.
    pub(super) fn token(&self, text: &str) -> Option<&Token> {
        self.tokens.iter().rev().find(|token| token.text == text)
    }

    pub(super) fn revoke(&mut self, text: &str) {
        self.tokens.iter_mut().filter(|token| token.text == text).for_each(|token| token.revoked = true);
    }

    pub(super) fn remember(&mut self, answer: Remembered) {
        push(&mut self.answers, answer, MOST_ANSWERS);
    }

    pub(super) fn remembered(&self, key: &str) -> Option<&Remembered> {
        self.answers.iter().find(|answer| answer.key == key)
    }

    /// Remembers that an identifier stands for a client that was prepared.
    pub(super) fn know(&mut self, identifier: &str, owner: &str) {
        self.owners.insert(identifier.to_lowercase(), owner.to_owned());
    }

    /// The client that was prepared and that an identifier stands for.
    pub(super) fn owner(&self, identifier: &str) -> Option<&String> {
        self.owners.get(&identifier.to_lowercase())
    }

    /// Notes that a client has entered a state, and gives the number of that entry.
    pub(super) fn enter(&mut self, client: &str) -> u64 {
        let entered = self.entered.entry(client.to_owned()).or_default();
        *entered += 1;
        *entered
    }

    /// The number of a client's latest entry into a state.
    pub(super) fn entered(&self, client: &str) -> u64 {
        self.entered.get(client).copied().unwrap_or_default()
    }

    /// The records with one of some values in a member: a list for each collection.
    pub(super) fn with(&self, member: &str, values: &[Value]) -> Members {
        let mine = |record: &&Members| record.get(member).is_some_and(|value| values.contains(value));
        let of = |records: &VecDeque<Members>| records.iter().filter(mine).cloned().map(Value::Object).collect();
        self.collections.iter().map(|(name, records)| (name.clone(), of(records))).collect()
    }

    /// What is held, as JSON: a list for each collection.
    pub(super) fn snapshot(&self) -> Value {
        self.collections.iter().map(|(name, records)| (name.clone(), json!(records))).collect()
    }
}

fn push<T>(list: &mut VecDeque<T>, item: T, most: usize) {
    if list.len() >= most {
        list.pop_front();
    }
    list.push_back(item);
}

/// How long a record is as JSON.
fn size(record: &Members) -> usize {
    serde_json::to_vec(record).map_or(0, |bytes| bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn which(like: &Value) -> Which {
        Which { like: like.as_object().cloned().unwrap_or_default(), unlike: Members::new() }
    }

    #[test]
    fn the_latest_record_is_found_and_a_missing_value_selects_nothing() {
        let mut store = Store::default();
        for n in 1..=2 {
            store.put("cases", Members::from_iter([("n".into(), json!(n)), ("of".into(), json!("a"))]));
        }
        assert_eq!(store.find("cases", &which(&json!({ "of": "a" }))).unwrap()["n"], 2);
        assert_eq!(store.find("cases", &which(&json!({ "of": null }))), None);
        let unlike = Which { unlike: Members::from_iter([("n".into(), json!(2))]), ..which(&json!({ "of": "a" })) };
        assert_eq!(store.find("cases", &unlike).unwrap()["n"], 1);
        store.remove("cases", &which(&json!({ "none": null })));
        store.change("cases", &which(&json!({ "n": 1 })), &Members::from_iter([("of".into(), json!("b"))]));
        store.remove("cases", &which(&json!({ "n": 2 })));
        assert_eq!(store.snapshot(), json!({ "cases": [{ "n": 1, "of": "b" }] }));
    }

    #[test]
    fn a_flood_pushes_the_oldest_out() {
        let mut store = Store::default();
        let large = Value::String("x".repeat(MOST_BYTES / 4));
        for n in 0..10 {
            store.put("cases", Members::from_iter([("n".into(), json!(n)), ("text".into(), large.clone())]));
        }
        assert_eq!(store.all("cases").map(|record| record["n"].clone()).collect::<Vec<_>>(), [7, 8, 9]);
        for n in 0..=MOST {
            store.put("clients", Members::from_iter([("n".into(), json!(n))]));
        }
        assert_eq!(store.all("clients").next().map(|record| record["n"].clone()), Some(json!(1)));
        store.remove("cases", &which(&json!({ "n": 9 })));
        assert!(store.bytes < MOST_BYTES);
    }
}
