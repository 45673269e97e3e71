//! The records of one kind, oldest first, with indexes for lookups by field.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use serde_json::Value;

use super::values::Members;
use crate::json::weight;

/// Estimated memory per field of a record, besides its name and value, in bytes.
const MAX_FIELD_BYTES: usize = 64;

/// Estimated memory per index entry, in bytes.
const MAX_INDEX_BYTES: usize = 200;

/// The indexed fields of a collection.
#[derive(Clone, Debug, Default)]
pub(super) struct Indexed {
    /// Fields by whose values records are looked up.
    pub(super) found_by: BTreeSet<String>,
    /// Fields by which records are sorted.
    pub(super) sorted_by: BTreeSet<String>,
    /// Fields with full-text search; a dot in a name selects a nested field.
    pub(super) searched: BTreeSet<String>,
}

/// The position of a record. Later records have larger numbers.
pub(super) type RecordPosition = u64;

/// Records of one kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Collection {
    records: BTreeMap<RecordPosition, Arc<Members>>,
    next: RecordPosition,
    /// Approximate memory of records and indexes, in bytes.
    weight: usize,
    found: HashMap<String, HashMap<String, BTreeSet<RecordPosition>>>,
    sorted: HashMap<String, BTreeSet<(Key, RecordPosition)>>,
    searched: BTreeSet<String>,
    /// The searchable text of each record, in lower case.
    texts: BTreeMap<RecordPosition, String>,
}

/// Separates the texts of two fields. Nobody searches for this character.
const SEPARATOR: &str = "\0";

/// A sort key. Null sorts first, then numbers, then texts regardless of case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    None,
    Number(u64),
    Text(String),
}

impl Key {
    pub(super) fn from_value(value: Option<&Value>) -> Self {
        match value {
            None | Some(Value::Null) => Key::None,
            Some(Value::Number(number)) => {
                let bits = number.as_f64().unwrap_or_default().to_bits();
                // The bits of negative numbers are inverted, so they sort in order and before all other numbers.
                Key::Number(if bits >> 63 == 0 { bits | 1 << 63 } else { !bits })
            }
            Some(Value::String(text)) => Key::Text(text.to_lowercase()),
            Some(other) => Key::Text(other.to_string()),
        }
    }
}

impl Key {
    fn len(&self) -> usize {
        match self {
            Key::None | Key::Number(_) => 0,
            Key::Text(text) => text.len(),
        }
    }
}

impl Collection {
    pub(super) fn new(indexed: &Indexed) -> Self {
        let found = indexed.found_by.iter().map(|name| (name.clone(), HashMap::new())).collect();
        let sorted = indexed.sorted_by.iter().map(|name| (name.clone(), BTreeSet::new())).collect();
        Collection { found, sorted, searched: indexed.searched.clone(), ..Collection::default() }
    }

    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// Returns all records, oldest first.
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = &Members> {
        self.records.values().map(|record| &**record)
    }

    pub(super) fn get(&self, place: RecordPosition) -> Option<&Members> {
        self.records.get(&place).map(|record| &**record)
    }

    pub(super) fn places(&self) -> impl DoubleEndedIterator<Item = RecordPosition> {
        self.records.keys().copied()
    }

    /// Returns the positions of records that contain a text in a field with full-text search, oldest first. The text
    /// must be in lower case.
    pub(super) fn having(&self, text: &str) -> impl Iterator<Item = RecordPosition> {
        // Compiled once, because a new search in each of thousands of short texts would cost more than the search
        // itself. If the pattern cannot be compiled, every record is a candidate, and the caller checks it.
        let searched = AhoCorasick::new([text]).ok();
        let found = move |texts: &str| searched.as_ref().is_none_or(|searched| searched.is_match(texts));
        self.texts.iter().filter(move |(_, texts)| found(texts)).map(|(place, _)| *place)
    }

    /// Returns all positions in the order of a field; `None` if records are not sorted by it.
    pub(super) fn in_order(&self, member: &str) -> Option<impl DoubleEndedIterator<Item = RecordPosition>> {
        Some(self.sorted.get(member)?.iter().map(|(_, place)| *place))
    }

    /// Returns the positions of records with a value in a field; `None` if the field has no index.
    pub(super) fn with(&self, member: &str, value: &Value) -> Option<&BTreeSet<RecordPosition>> {
        static NONE: BTreeSet<RecordPosition> = BTreeSet::new();
        self.found.get(member).map(|values| values.get(&value.to_string()).unwrap_or(&NONE))
    }

    /// Returns the latest matching record.
    pub(super) fn find(&self, which: &RecordFilter) -> Option<&Members> {
        match self.nearest(which) {
            Some(places) => places.iter().rev().filter_map(|place| self.get(*place)).find(|record| which.holds(record)),
            None => self.all().rev().find(|record| which.holds(record)),
        }
    }

    /// Returns the positions of all matching records, oldest first.
    pub(super) fn which(&self, which: &RecordFilter) -> Vec<RecordPosition> {
        let holds = |place: &RecordPosition| self.get(*place).is_some_and(|record| which.holds(record));
        match self.nearest(which) {
            Some(places) => places.iter().copied().filter(holds).collect(),
            None => self.places().filter(holds).collect(),
        }
    }

    /// Returns the smallest indexed set that contains all matching records.
    fn nearest(&self, which: &RecordFilter) -> Option<&BTreeSet<RecordPosition>> {
        let known = which.like.iter().filter_map(|(name, value)| self.with(name, value));
        known.min_by_key(|places| places.len())
    }

    pub(super) fn put(&mut self, record: Members) {
        let place = self.next;
        self.next += 1;
        self.index(place, &record, true);
        self.records.insert(place, Arc::new(record));
    }

    /// Changes fields of a record. Returns the record as it was before.
    pub(super) fn change(&mut self, place: RecordPosition, set: &Members) -> Option<Arc<Members>> {
        let before = self.records.get(&place).cloned()?;
        self.index(place, &before, false);
        let mut record = (*before).clone();
        record.extend(set.clone());
        self.index(place, &record, true);
        self.records.insert(place, Arc::new(record));
        Some(before)
    }

    pub(super) fn remove(&mut self, place: RecordPosition) -> Option<Arc<Members>> {
        let record = self.records.remove(&place)?;
        self.index(place, &record, false);
        Some(record)
    }

    pub(super) fn oldest(&self) -> Option<RecordPosition> {
        self.places().next()
    }

    /// Adds a record to the indexes or removes it from them, and updates the weight.
    fn index(&mut self, place: RecordPosition, record: &Members, there: bool) {
        let mut weight: usize = record.iter().map(|(name, value)| name.len() + weight(value) + MAX_FIELD_BYTES).sum();
        for (name, values) in &mut self.found {
            let key = record.get(name).unwrap_or(&Value::Null).to_string();
            weight += MAX_INDEX_BYTES + key.len();
            let places = values.entry(key.clone()).or_default();
            if there {
                places.insert(place);
            } else {
                places.remove(&place);
                if places.is_empty() {
                    values.remove(&key);
                }
            }
        }
        if !self.searched.is_empty() {
            let texts = self.searched.iter().filter_map(|name| inside(record, name)?.as_str());
            let texts: String = texts.flat_map(|text| [text.to_lowercase(), SEPARATOR.to_owned()]).collect();
            weight += texts.len();
            if there {
                self.texts.insert(place, texts)
            } else {
                self.texts.remove(&place)
            };
        }
        for (name, order) in &mut self.sorted {
            let entry = (Key::from_value(record.get(name)), place);
            weight += MAX_INDEX_BYTES + entry.0.len();
            if there {
                order.insert(entry);
            } else {
                order.remove(&entry);
            }
        }
        self.weight = if there { self.weight + weight } else { self.weight.saturating_sub(weight) };
    }
}

/// Returns a field of a record. A dot in the name selects a nested field.
pub(super) fn inside<'r>(record: &'r Members, name: &str) -> Option<&'r Value> {
    let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
    rest.map_or_else(
        || record.get(first),
        |rest| rest.split('.').try_fold(record.get(first)?, |value, part| value.get(part)),
    )
}

/// Which records are meant.
#[derive(Clone, Debug, Default)]
pub(super) struct RecordFilter {
    /// Fields with the values they must have.
    pub(super) like: Members,
    /// Fields with the values they must not have.
    pub(super) unlike: Members,
}

impl RecordFilter {
    /// Whether a record matches. A field without a value in `like` matches nothing, so that a missing id never selects
    /// everything.
    pub(super) fn holds(&self, record: &Members) -> bool {
        self.like.iter().all(|(name, value)| !value.is_null() && record.get(name) == Some(value))
            && !self.unlike.iter().any(|(name, value)| record.get(name) == Some(value))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_sorted_by_kind_number_and_text() {
        let values = [json!(null), json!(-7.5), json!(-1), json!(0), json!(2), json!(10), json!("Aa"), json!("b")];
        let keys: Vec<Key> = values.iter().map(|value| Key::from_value(Some(value))).collect();
        assert!(keys.is_sorted(), "{keys:?}");
        assert_eq!(Key::from_value(None), Key::from_value(Some(&Value::Null)));
    }

    #[test]
    fn records_are_found_and_sorted_as_they_are_now() {
        let (found_by, sorted_by) = (BTreeSet::from(["of".to_owned()]), BTreeSet::from(["n".to_owned()]));
        let searched = found_by.clone();
        let mut collection = Collection::new(&Indexed { found_by, sorted_by, searched });
        for n in [3, 1, 2] {
            collection.put(Members::from_iter([("n".into(), json!(n)), ("of".into(), json!("a"))]));
        }
        collection.change(1, &Members::from_iter([("n".into(), json!(9)), ("of".into(), json!("b"))]));
        collection.remove(0);
        assert_eq!(collection.in_order("n").unwrap().collect::<Vec<_>>(), [2, 1]);
        assert_eq!(collection.with("of", &json!("a")).unwrap().iter().copied().collect::<Vec<_>>(), [2]);
        assert_eq!(collection.with("of", &json!("b")).map(BTreeSet::len), Some(1));
        assert_eq!(["a", "b", "c"].map(|text| collection.having(text).collect::<Vec<_>>()), [vec![2], vec![1], vec![]]);
        assert!(collection.with("n", &json!(9)).is_none() && collection.in_order("of").is_none());
    }
}
