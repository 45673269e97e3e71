//! The storage of a sample partner, written to a file after each change so that a restart loses nothing, unless the
//! partner is a volatile one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::files::{self, Kind};

/// The data that a sample partner stores.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Remembered {
    /// The ids of earlier events.
    pub(super) seen: BTreeSet<String>,
    /// The events that took effect, as id and name, in order.
    pub(super) effects: Vec<(String, String)>,
    /// The values of `store`, by name.
    pub(super) kept: Map<String, Value>,
}

/// The storage of a sample partner.
pub(super) struct Memory {
    path: Option<PathBuf>,
    inner: Mutex<Remembered>,
}

impl Memory {
    /// Opens a file with the data that it already contains.
    pub(super) fn open(path: &Path, volatile: bool) -> Self {
        let path = (!volatile).then(|| path.to_owned());
        let before = path.as_ref().and_then(|path| files::read(path, Kind::Own).ok());
        let before = before.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Memory { path, inner: Mutex::new(before) }
    }

    fn locked(&self) -> MutexGuard<'_, Remembered> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the data.
    pub(super) fn read<T>(&self, look: impl FnOnce(&Remembered) -> T) -> T {
        look(&self.locked())
    }

    /// Changes the data atomically.
    pub(super) fn change<T>(&self, act: impl FnOnce(&mut Remembered) -> T) -> T {
        let mut inner = self.locked();
        let done = act(&mut inner);
        // A failed write shows in the check that looks for the stored value.
        if let (Some(path), Ok(bytes)) = (&self.path, serde_json::to_vec(&*inner)) {
            std::fs::write(path, bytes).ok();
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_there_after_a_restart_unless_the_partner_forgets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("memory");
        for (volatile, expected) in [(true, None), (false, Some(&Value::from(1)))] {
            let before = Memory::open(&path, volatile);
            before.change(|memory| memory.kept.insert("a".into(), Value::from(1)));
            let after = Memory::open(&path, volatile);
            assert_eq!(after.read(|memory| memory.kept.get("a").cloned()).as_ref(), expected, "{volatile}");
        }
    }
}
