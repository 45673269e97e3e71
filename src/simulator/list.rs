//! Makes a page of a list: the matching records in their order, and their total. Records outside the page are counted
//! and not copied.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::collection::{Collection, Key, RecordPosition, inside};
use super::expressions::Scope;
use super::query::InvalidParameter;
use super::script::Script;
use super::store::Store;
use super::values::Members;
use crate::pack::simulator::{List, Sort};

/// The filters and the order of a query.
struct Wanted<'a> {
    list: &'a List,
    /// Fields, each with the values that it may have.
    among: Vec<(&'a str, Vec<Value>)>,
    /// Fields, each with its earliest and its latest time.
    between: Vec<(&'a str, Option<OffsetDateTime>, Option<OffsetDateTime>)>,
    /// The text that one of the searched fields must contain, in lower case.
    search: Option<String>,
    order: Vec<(&'a str, bool)>,
}

/// Returns the page for a query as templates read it. `query` contains the parameters.
pub(super) fn page(
    script: &Script,
    store: &Store,
    list: &List,
    query: &Value,
    scope: &Scope,
) -> Result<Value, InvalidParameter> {
    let empty = Collection::default();
    let records = store.collection(&list.within).unwrap_or(&empty);
    let wanted = Wanted::new(script, records, list, query, scope)?;
    let number = |name: &str| {
        let given = query.get(name)?;
        given.as_u64().or_else(|| given.as_str()?.parse().ok()).and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0)
    };
    let size = number("pagesize").unwrap_or(list.size as usize).min(list.at_most as usize);
    let page = number("page").unwrap_or(1);
    let skipped = (page - 1).saturating_mul(size);
    let chosen = wanted.chosen(records);
    let total = chosen.as_ref().map_or(records.len(), Vec::len);
    let counts = list.counts.iter().map(|(name, members)| {
        let members: Vec<(&str, Vec<Value>)> =
            members.iter().map(|(member, value)| (member.as_str(), values(&script.words.fill(value, scope)))).collect();
        (name.clone(), json!(count(records, chosen.as_deref(), &members)))
    });
    let counts: Map<String, Value> = counts.collect();
    let places = wanted.ordered(records, chosen, skipped, size);
    let items: Vec<&Members> = places.into_iter().filter_map(|place| records.get(place)).collect();
    let pages = total.div_ceil(size.max(1));
    let told = json!({ "items": items, "page": page, "size": size, "total": total, "pages": pages });
    let Value::Object(told) = told else { return Ok(Value::Null) };
    Ok(told.into_iter().chain(counts).collect())
}

impl<'a> Wanted<'a> {
    fn new(
        script: &Script,
        records: &Collection,
        list: &'a List,
        query: &Value,
        scope: &Scope,
    ) -> Result<Self, InvalidParameter> {
        let value = |text: &String| script.words.value(text, scope);
        let time = |text: &String| value(text).as_str().and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
        let restricting = list.members.iter().map(|(name, text)| (name.as_str(), value(text)));
        let mut among: Vec<(&str, Vec<Value>)> =
            restricting.filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, values(&value))).collect();
        if list.within == script.spec.client.within {
            among.extend(visible(script, records).map(|states| ("state", states)));
        }
        let from = list.from.iter().map(|(name, text)| (name.as_str(), time(text), None));
        let to = list.to.iter().map(|(name, text)| (name.as_str(), None, time(text)));
        let between = from.chain(to).filter(|(_, from, to)| from.is_some() || to.is_some()).collect();
        let search = list.search.as_ref().and_then(|search| value(&search.text).as_str().map(str::to_lowercase));
        let order = match &list.sort {
            Some(sort) => order(sort, query)?,
            None => Vec::new(),
        };
        Ok(Wanted { list, among, between, search, order })
    }

    /// Returns the positions of matching records, oldest first; `None` if all records match.
    fn chosen(&self, records: &Collection) -> Option<Vec<RecordPosition>> {
        if self.among.is_empty() && self.between.is_empty() && self.search.is_none() {
            return None;
        }
        let known = self.among.iter().filter_map(|(name, values)| sets(records, name, values));
        let nearest = known.min_by_key(|sets| sets.iter().map(|set| set.len()).sum::<usize>());
        // With a single filter, a record in its index matches.
        let is_all = nearest.is_some() && self.among.len() == 1 && self.between.is_empty() && self.search.is_none();
        let holds = |place: &RecordPosition| is_all || records.get(*place).is_some_and(|record| self.holds(record));
        Some(match (nearest, &self.search) {
            (Some(sets), _) => {
                let mut places: Vec<RecordPosition> = sets.into_iter().flatten().copied().filter(holds).collect();
                places.sort_unstable();
                places.dedup();
                places
            }
            // The index may contain further fields of the same records, for other lists.
            (None, Some(text)) => records.having(text).filter(holds).collect(),
            (None, None) => records.places().filter(holds).collect(),
        })
    }

    fn holds(&self, record: &Members) -> bool {
        let time = |name: &str| OffsetDateTime::parse(record.get(name)?.as_str()?, &Rfc3339).ok();
        has(record, &self.among)
            && self.between.iter().all(|(name, from, to)| {
                time(name).is_some_and(|time| from.is_none_or(|from| from <= time) && to.is_none_or(|to| time <= to))
            })
            && self.search.as_ref().is_none_or(|wanted| {
                let members = self.list.search.iter().flat_map(|search| &search.members);
                let mut texts = members.filter_map(|name| inside(record, name)?.as_str());
                texts.any(|text| text.to_lowercase().contains(wanted))
            })
    }

    /// Returns the positions on a page. Reads as few records as possible: those of a sorted index up to the end of the
    /// page, or only the matching ones.
    fn ordered(
        &self,
        records: &Collection,
        chosen: Option<Vec<RecordPosition>>,
        skipped: usize,
        size: usize,
    ) -> Vec<RecordPosition> {
        let cut = |places: &mut dyn Iterator<Item = RecordPosition>| places.skip(skipped).take(size).collect();
        let (total, end) = (records.len(), skipped.saturating_add(size));
        let kept = match self.order.as_slice() {
            [(member, down)] => records.in_order(member).map(|places| (places, *down)),
            _ => None,
        };
        match (chosen, kept) {
            (None, None) if self.order.is_empty() => cut(&mut records.places()),
            (None, Some((places, down))) => cut(&mut turned(places, down)),
            (Some(chosen), Some((places, down)))
                if end.saturating_mul(total) < chosen.len().saturating_mul(chosen.len()) =>
            {
                cut(&mut turned(places, down).filter(|place| chosen.binary_search(place).is_ok()))
            }
            (Some(chosen), _) => cut(&mut self.sorted(records, chosen).into_iter()),
            (None, None) => cut(&mut self.sorted(records, records.places().collect()).into_iter()),
        }
    }

    fn sorted(&self, records: &Collection, chosen: Vec<RecordPosition>) -> Vec<RecordPosition> {
        if self.order.is_empty() {
            return chosen;
        }
        let keys = |place: &RecordPosition| -> Vec<Key> {
            let record = records.get(*place);
            self.order.iter().map(|(name, _)| Key::from_value(record.and_then(|record| inside(record, name)))).collect()
        };
        let compared = |a: Ordering, down: bool| if down { a.reverse() } else { a };
        let last_down = self.order.last().is_some_and(|(_, down)| *down);
        let mut keyed: Vec<(Vec<Key>, RecordPosition)> =
            chosen.into_iter().map(|place| (keys(&place), place)).collect();
        keyed.sort_by(|(a, at), (b, bt)| {
            let mut sides = a.iter().zip(b).zip(&self.order).map(|((a, b), (_, down))| compared(a.cmp(b), *down));
            sides.find(|ordering| ordering.is_ne()).unwrap_or_else(|| compared(at.cmp(bt), last_down))
        });
        keyed.into_iter().map(|(_, place)| place).collect()
    }
}

/// Iterates over positions in order, or in reverse order if `down`.
fn turned<'p>(
    places: impl DoubleEndedIterator<Item = RecordPosition> + 'p,
    down: bool,
) -> Box<dyn Iterator<Item = RecordPosition> + 'p> {
    if down { Box::new(places.rev()) } else { Box::new(places) }
}

/// Returns the indexed positions for each of some values in a field; `None` if the field has no index.
fn sets<'c>(records: &'c Collection, member: &str, values: &[Value]) -> Option<Vec<&'c BTreeSet<RecordPosition>>> {
    values.iter().map(|value| records.with(member, value)).collect()
}

fn has(record: &Members, members: &[(&str, Vec<Value>)]) -> bool {
    members.iter().all(|(name, values)| record.get(*name).is_some_and(|value| values.contains(value)))
}

/// Counts the records with given field values, among some records or all.
fn count(records: &Collection, chosen: Option<&[RecordPosition]>, members: &[(&str, Vec<Value>)]) -> usize {
    let known = match members {
        [(name, values)] => sets(records, name, values),
        _ => None,
    };
    let all = || records.places().collect();
    match (known, chosen) {
        (Some(sets), None) => sets.iter().map(|set| set.len()).sum(),
        (Some(sets), Some(chosen)) => match sets.iter().map(|set| set.len()).sum::<usize>() {
            0 => 0,
            number if number == records.len() => chosen.len(),
            _ => chosen.iter().filter(|place| sets.iter().any(|set| set.contains(place))).count(),
        },
        (None, chosen) => {
            let holds = |place: &RecordPosition| records.get(*place).is_some_and(|record| has(record, members));
            chosen.map_or_else(all, <[RecordPosition]>::to_vec).iter().filter(|place| holds(place)).count()
        }
    }
}

/// Returns the states of visible clients; `None` if every existing client is visible.
fn visible(script: &Script, records: &Collection) -> Option<Vec<Value>> {
    let (hidden, seen): (Vec<_>, Vec<_>) = script.spec.states.iter().partition(|(_, state)| state.hidden);
    let hides = hidden.iter().any(|(name, _)| records.with("state", &json!(name)).is_none_or(|set| !set.is_empty()));
    hides.then(|| seen.into_iter().map(|(name, _)| json!(name)).collect())
}

fn values(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

/// Returns the fields by which a list is sorted, each with whether it is descending.
fn order<'s>(sort: &'s Sort, query: &Value) -> Result<Vec<(&'s str, bool)>, InvalidParameter> {
    let asked = query.get(sort.parameter.to_lowercase()).and_then(Value::as_str);
    let read = |text: &str| -> Result<Vec<(&'s str, bool)>, InvalidParameter> {
        let mut order = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (field, way) = part.split_once(':').unwrap_or((part, "asc"));
            let known = sort.by.iter().find(|(name, _)| name.eq_ignore_ascii_case(field.trim()));
            let down = way.trim().eq_ignore_ascii_case("desc");
            match known.filter(|_| down || way.trim().eq_ignore_ascii_case("asc")) {
                Some((_, member)) => order.push((member.as_str(), down)),
                None if sort.ignores_unknown => {}
                None => {
                    let message = format!("The value '{part}' is not valid.");
                    return Err(InvalidParameter { field: sort.parameter.clone(), message });
                }
            }
        }
        Ok(order)
    };
    let order = read(asked.unwrap_or_default())?;
    if order.is_empty() { read(&sort.default) } else { Ok(order) }
}
