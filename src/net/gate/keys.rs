//! Keeps the registered secrets by environment, so that the gate finds them in a call by itself.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

use crate::pack::types::Environment;
use crate::redact::{Index, Secret};

/// The registered keys, tokens and webhook secrets of real environments.
#[derive(Default)]
pub(super) struct Keys {
    index: Index,
    owners: RwLock<Vec<BTreeSet<Environment>>>,
}

impl Keys {
    pub(super) fn register(&self, environment: Environment, secret: &Secret) {
        if secret.is_empty() {
            return;
        }
        let mut owners = self.owners.write().unwrap_or_else(PoisonError::into_inner);
        let (id, _) = self.index.add(secret.expose());
        let length = owners.len().max(id + 1);
        owners.resize_with(length, BTreeSet::new);
        if let Some(environments) = owners.get_mut(id) {
            environments.insert(environment);
        }
    }

    /// Returns the environments of each key that is found in the texts, in any usual encoding.
    pub(super) fn owners<'a>(&self, texts: impl Iterator<Item = &'a [u8]>) -> Vec<BTreeSet<Environment>> {
        let hits: Vec<_> = texts.flat_map(|text| self.index.find(text)).collect();
        let owners = self.owners.read().unwrap_or_else(PoisonError::into_inner);
        hits.iter().filter_map(|hit| owners.get(hit.id).cloned()).collect()
    }
}
