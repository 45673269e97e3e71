//! A journal whose entries are in the order in which they ended. It is append-only and bounded, and new entries can be
//! awaited.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::watch;

/// Maximum number of entries. Later ones are only counted.
const MAX_ENTRIES: usize = 50_000;
/// Maximum memory of all entries, in bytes. Later ones are only counted.
const MAX_BYTES: usize = 48 << 20;
/// Maximum number of entries about one client, so that a flood about it leaves room for others.
const MAX_ENTRIES_PER_CLIENT: usize = 2_500;
/// Maximum memory of the entries about one client, in bytes.
const MAX_BYTES_PER_CLIENT: usize = 16 << 20;

/// An entry of a journal, with the time that it took.
#[derive(Debug)]
pub struct Entry<T> {
    /// When it started.
    pub from: Instant,
    /// When it was over.
    pub to: Instant,
    /// What happened, not redacted.
    pub what: T,
}

/// A growing list of entries. Clones share the same entries.
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
    shares: HashMap<String, Share>,
}

/// The number of entries about one client, and their bytes.
#[derive(Debug, Default)]
struct Share {
    entries: usize,
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
        let kept = Mutex::new(Kept { entries: Vec::new(), bytes: 0, dropped: 0, shares: HashMap::new() });
        Journal { inner: Arc::new(Inner { kept, length: watch::Sender::new(0) }) }
    }
}

impl<T> Journal<T> {
    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.kept(|kept| kept.entries.len())
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the entries from index `n` on.
    pub fn since(&self, n: usize) -> Vec<Arc<Entry<T>>> {
        self.kept(|kept| kept.entries.get(n..).unwrap_or_default().to_vec())
    }

    /// Returns the number of entries that were dropped: because of the limits for all, or for this client.
    pub fn dropped(&self, client: &str) -> u64 {
        self.kept(|kept| kept.dropped + kept.shares.get(client).map_or(0, |share| share.dropped))
    }

    /// Waits until there are more than `seen` entries.
    pub async fn changed(&self, seen: usize) {
        let mut length = self.inner.length.subscribe();
        // The sender lives in `self`, so only the condition ends the wait.
        drop(length.wait_for(|length| *length > seen).await);
    }

    /// Adds an entry of about `bytes` bytes, about a client if one is given. Returns false if there was no room.
    pub(super) fn add(&self, entry: Entry<T>, bytes: usize, client: Option<&str>) -> bool {
        let (length, room) = self.kept(|kept| {
            let room = kept.has_room(bytes, client);
            if room {
                kept.bytes += bytes;
                kept.entries.push(Arc::new(entry));
            }
            (kept.entries.len(), room)
        });
        self.inner.length.send_if_modified(|known| std::mem::replace(known, length.max(*known)) < length);
        room
    }

    fn kept<R>(&self, look: impl FnOnce(&mut Kept<T>) -> R) -> R {
        look(&mut self.inner.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> Kept<T> {
    /// Whether there is room for an entry. An entry without room is counted as dropped.
    fn has_room(&mut self, bytes: usize, client: Option<&str>) -> bool {
        if self.entries.len() >= MAX_ENTRIES || self.bytes + bytes > MAX_BYTES {
            self.dropped += 1;
            return false;
        }
        let Some(client) = client else { return true };
        let share = self.shares.entry(client.to_owned()).or_default();
        let room = share.entries < MAX_ENTRIES_PER_CLIENT && share.bytes + bytes <= MAX_BYTES_PER_CLIENT;
        if room {
            (share.entries, share.bytes) = (share.entries + 1, share.bytes + bytes);
        } else {
            share.dropped += 1;
        }
        room
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
        journal.add(entry(1), 1, None);
        journal.changed(0).await;
        let waiting = tokio::spawn({
            let journal = journal.clone();
            async move {
                journal.changed(1).await;
                journal.since(1).iter().map(|e| e.what).collect::<Vec<_>>()
            }
        });
        journal.add(entry(2), 1, None);
        assert_eq!(waiting.await.unwrap(), [2]);
        assert!(journal.since(7).is_empty());
    }

    #[test]
    fn a_flood_is_counted_and_not_kept() {
        let journal = Journal::default();
        for n in 0..3 {
            journal.add(entry(n), MAX_BYTES / 2, None);
        }
        assert_eq!((journal.len(), journal.dropped("anybody")), (2, 1));
    }

    #[test]
    fn a_flood_about_one_client_takes_nothing_from_another() {
        let journal = Journal::default();
        for _ in 0..MAX_ENTRIES_PER_CLIENT + 5 {
            journal.add(entry(1), 1, Some("loud"));
        }
        journal.add(entry(2), MAX_BYTES_PER_CLIENT + 1, Some("large"));
        journal.add(entry(3), 1, Some("quiet"));
        assert_eq!(journal.len(), MAX_ENTRIES_PER_CLIENT + 1);
        assert_eq!(["loud", "large", "quiet"].map(|client| journal.dropped(client)), [5, 1, 0]);
    }
}
