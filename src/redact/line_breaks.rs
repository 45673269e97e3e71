//! Where a secret could be broken over lines. To search every text once more with its lines put together takes as long as
//! to search it, so first it is asked whether any place where two lines meet looks like the inside of a secret.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use super::encodings::Pattern;

/// So many bytes across a break are looked at.
const WIDTH: usize = 6;

/// What stands inside of patterns, in pieces.
pub(super) struct Joints(HashSet<u64, BuildHasherDefault<Mixed>>);

/// Mixes a number well enough for a set that nobody outside can fill.
#[derive(Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31);
    }
}

impl Joints {
    pub(super) fn of<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> Self {
        Joints(patterns.flat_map(|pattern| pattern.bytes.windows(WIDTH)).map(folded).collect())
    }

    /// Whether a secret may go on across a place in a text where lines were put together, or something escaped, which is
    /// not known here.
    pub(super) fn may_cross(&self, text: &[u8], at: usize) -> bool {
        let around = text.get(at.saturating_sub(WIDTH - 1)..text.len().min(at + WIDTH - 1)).unwrap_or_default();
        around.iter().any(|byte| b"%\\&=".contains(byte))
            || around.windows(WIDTH).any(|piece| self.0.contains(&folded(piece)))
    }
}

/// A piece as a number, in small letters.
fn folded(piece: &[u8]) -> u64 {
    piece.iter().fold(0, |number, byte| number << 8 | u64::from(byte.to_ascii_lowercase()))
}
