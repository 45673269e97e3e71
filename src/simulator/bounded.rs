//! A bounded map that drops its oldest entry when full.

use std::collections::{HashMap, VecDeque};

/// A map with at most `MAX_ENTRIES` entries.
#[derive(Debug)]
pub(super) struct Bounded<V, const MAX_ENTRIES: usize> {
    values: HashMap<String, V>,
    /// The names, oldest first.
    order: VecDeque<String>,
}

impl<V, const MAX_ENTRIES: usize> Default for Bounded<V, MAX_ENTRIES> {
    fn default() -> Self {
        Bounded { values: HashMap::new(), order: VecDeque::new() }
    }
}

impl<V, const MAX_ENTRIES: usize> Bounded<V, MAX_ENTRIES> {
    pub(super) fn get(&self, name: &str) -> Option<&V> {
        self.values.get(name)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        self.values.get_mut(name)
    }

    /// Returns the value of a name, and inserts it if it is absent.
    pub(super) fn get_or_put(&mut self, name: &str, new: impl FnOnce() -> V) -> &mut V {
        if !self.values.contains_key(name) {
            self.order.push_back(name.to_owned());
            if self.order.len() > MAX_ENTRIES
                && let Some(oldest) = self.order.pop_front()
            {
                self.values.remove(&oldest);
            }
        }
        self.values.entry(name.to_owned()).or_insert_with(new)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &V)> {
        self.order.iter().filter_map(|name| Some((name, self.values.get(name)?)))
    }

    /// Inserts a value. Returns whether the oldest entry was dropped.
    pub(super) fn put(&mut self, name: &str, value: V) -> bool {
        if self.values.insert(name.to_owned(), value).is_none() {
            self.order.push_back(name.to_owned());
        }
        let oldest = if self.order.len() > MAX_ENTRIES { self.order.pop_front() } else { None };
        oldest.is_some_and(|oldest| self.values.remove(&oldest).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_and_what_is_there_is_replaced() {
        let mut bounded = Bounded::<u8, 2>::default();
        let gone = ["a", "b", "a", "c"].map(|name| bounded.put(name, 1));
        assert_eq!(gone, [false, false, false, true]);
        assert!(bounded.get("a").is_none());
        assert_eq!(bounded.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["b", "c"]);
    }
}
