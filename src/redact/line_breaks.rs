//! Finds line breaks inside which a secret may continue. Searching every text again with its lines joined would double
//! the time, so this first asks whether any two joined lines look like the inside of a secret.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use super::encodings::Pattern;

/// Number of bytes examined across a break.
const WIDTH: usize = 6;

/// Hashed pieces from the inside of patterns.
pub(super) struct Joints(HashSet<u64, BuildHasherDefault<Mixed>>);

/// A hash function that suffices for a set that no outsider can fill.
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
    pub(super) fn from_patterns<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> Self {
        Joints(patterns.flat_map(|pattern| pattern.bytes.windows(WIDTH)).map(folded).collect())
    }

    /// Whether a secret may continue across a position where lines were joined: the text around it occurs in a secret
    /// or contains an escape.
    pub(super) fn may_cross(&self, text: &[u8], at: usize) -> bool {
        let around = text.get(at.saturating_sub(WIDTH - 1)..text.len().min(at + WIDTH - 1)).unwrap_or_default();
        around.iter().any(|byte| b"%\\&=".contains(byte))
            || around.windows(WIDTH).any(|piece| self.0.contains(&folded(piece)))
    }
}

/// Packs a piece into a number, in lower case.
fn folded(piece: &[u8]) -> u64 {
    piece.iter().fold(0, |number, byte| number << 8 | u64::from(byte.to_ascii_lowercase()))
}
