//! Which checks serve which item of a checklist.

use super::check::Check;
use super::model::Pack;
use super::provider::Item;

impl Pack {
    /// Returns the checks that serve an item.
    pub fn serving(&self, item: &Item) -> impl Iterator<Item = &Check> + use<'_> {
        let id = item.id.clone();
        self.checks.iter().map(|packed| &packed.check).filter(move |check| check.items.contains(&id))
    }

    /// Returns the items that no check serves.
    pub fn unserved(&self) -> impl Iterator<Item = &Item> {
        self.provider.items.iter().filter(|item| self.serving(item).next().is_none())
    }
}
