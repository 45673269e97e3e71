//! What a sample partner remembers. It is written to a file after each change, so that a restart loses nothing, unless
//! the partner is one that forgets.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::files::{self, Kind};

/// What is remembered.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Remembered {
    /// The ids of events that came before.
    pub(super) seen: BTreeSet<String>,
    /// The events that took effect, as id and name, in their order.
    pub(super) effects: Vec<(String, String)>,
    /// Values by name.
    pub(super) kept: Map<String, Value>,
}

/// The memory of a sample partner.
pub(super) struct Memory {
    path: Option<PathBuf>,
    inner: Mutex<Remembered>,
}

impl Memory {
    /// The memory in a file, with what is there already.
    pub(super) fn open(path: &Path, forgets: bool) -> Self {
        let path = (!forgets).then(|| path.to_owned());
        let before = path.as_ref().and_then(|path| files::read(path, Kind::Own).ok());
        let before = before.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Memory { path, inner: Mutex::new(before) }
    }

    fn locked(&self) -> MutexGuard<'_, Remembered> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads it.
    pub(super) fn read<T>(&self, look: impl FnOnce(&Remembered) -> T) -> T {
        look(&self.locked())
    }

    /// Changes it, as one step that nothing comes between.
    pub(super) fn change<T>(&self, act: impl FnOnce(&mut Remembered) -> T) -> T {
        let mut inner = self.locked();
        let done = act(&mut inner);
        // A file that cannot be written shows in the check that looks for what was kept.
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
        for (forgets, expected) in [(true, None), (false, Some(&Value::from(1)))] {
            let before = Memory::open(&path, forgets);
            before.change(|memory| memory.kept.insert("a".into(), Value::from(1)));
            let after = Memory::open(&path, forgets);
            assert_eq!(after.read(|memory| memory.kept.get("a").cloned()).as_ref(), expected, "{forgets}");
        }
    }
}
