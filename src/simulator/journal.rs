//! What happened, in the order in which it ended: append-only, bounded, and awaitable.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::watch;

/// So many entries are kept; later ones are counted.
const MOST: usize = 100_000;
/// So many bytes of bodies are kept over all entries; later entries are counted.
const MOST_BYTES: usize = 32 << 20;

/// One entry.
#[derive(Debug)]
pub struct Entry<T> {
    /// When it started.
    pub from: Instant,
    /// When it was over.
    pub to: Instant,
    /// What it was; not redacted.
    pub what: T,
}

/// A record that grows. Clones are the same record.
#[derive(Debug)]
pub struct Journal<T> {
    inner: Arc<Inner<T>>,
}

#[derive(Debug)]
struct Inner<T> {
    kept: Mutex<Kept<T>>,
    length: watch::Sender<usize>,
}

#[derive(Debug)]
struct Kept<T> {
    entries: Vec<Arc<Entry<T>>>,
    bytes: usize,
    dropped: u64,
}

impl<T> Clone for Journal<T> {
    fn clone(&self) -> Self {
        Journal { inner: Arc::clone(&self.inner) }
    }
}

impl<T> Default for Journal<T> {
    fn default() -> Self {
        let kept = Mutex::new(Kept { entries: Vec::new(), bytes: 0, dropped: 0 });
        Journal { inner: Arc::new(Inner { kept, length: watch::Sender::new(0) }) }
    }
}

impl<T> Journal<T> {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.kept(|kept| kept.entries.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries from the `n`th on, counted from 0.
    pub fn since(&self, n: usize) -> Vec<Arc<Entry<T>>> {
        self.kept(|kept| kept.entries.get(n..).unwrap_or_default().to_vec())
    }

    /// How many entries were not kept because there were too many.
    pub fn dropped(&self) -> u64 {
        self.kept(|kept| kept.dropped)
    }

    /// Waits until there are more than `seen` entries.
    pub async fn changed(&self, seen: usize) {
        let mut length = self.inner.length.subscribe();
        // The sender lives in `self`, so there is no other end than the one that is waited for.
        drop(length.wait_for(|length| *length > seen).await);
    }

    /// Adds an entry that takes about so many bytes.
    pub(super) fn add(&self, entry: Entry<T>, bytes: usize) {
        let length = self.kept(|kept| {
            if kept.entries.len() >= MOST || kept.bytes + bytes > MOST_BYTES {
                kept.dropped += 1;
            } else {
                kept.bytes += bytes;
                kept.entries.push(Arc::new(entry));
            }
            kept.entries.len()
        });
        self.inner.length.send_if_modified(|known| std::mem::replace(known, length.max(*known)) < length);
    }

    fn kept<R>(&self, look: impl FnOnce(&mut Kept<T>) -> R) -> R {
        look(&mut self.inner.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(what: u32) -> Entry<u32> {
        Entry { from: Instant::now(), to: Instant::now(), what }
    }

    #[tokio::test]
    async fn whoever_waits_for_an_entry_gets_it() {
        let journal = Journal::default();
        journal.add(entry(1), 1);
        journal.changed(0).await;
        let waiting = tokio::spawn({
            let journal = journal.clone();
            async move {
                journal.changed(1).await;
                journal.since(1).iter().map(|e| e.what).collect::<Vec<_>>()
            }
        });
        journal.add(entry(2), 1);
        assert_eq!(waiting.await.unwrap(), [2]);
        assert!(journal.since(7).is_empty());
    }

    #[test]
    fn a_flood_is_counted_and_not_kept() {
        let journal = Journal::default();
        for n in 0..3 {
            journal.add(entry(n), MOST_BYTES / 2);
        }
        assert_eq!((journal.len(), journal.dropped()), (2, 1));
    }
}
