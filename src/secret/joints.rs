//! Where a secret could be broken over lines. To search every text once more with its lines put together takes as long as
//! to search it, so first it is asked whether any place where two lines meet looks like the inside of a secret.

use std::collections::HashSet;

use super::encodings::Pattern;

/// So many bytes across a break are looked at.
const WIDTH: usize = 6;

/// Bits of the filter, as a power of two.
const BITS: u32 = 20;

/// What stands inside of patterns, in pieces.
pub(super) struct Joints {
    pieces: HashSet<[u8; WIDTH]>,
    /// Says of most pieces that they are not there, in less time.
    filter: Vec<u64>,
}

impl Joints {
    pub(super) fn of<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> Self {
        let mut joints = Joints { pieces: HashSet::new(), filter: vec![0; 1 << (BITS - 6)] };
        for piece in patterns.flat_map(|pattern| pattern.bytes.windows(WIDTH)) {
            let piece = folded(piece);
            let (word, bit) = place(piece);
            if let Some(word) = joints.filter.get_mut(word) {
                *word |= bit;
            }
            joints.pieces.insert(piece);
        }
        joints
    }

    fn has(&self, piece: [u8; WIDTH]) -> bool {
        let (word, bit) = place(piece);
        self.filter.get(word).is_some_and(|word| word & bit != 0) && self.pieces.contains(&piece)
    }

    /// Whether a secret may go on across a place in a text where lines were put together, or something escaped, which is
    /// not known here.
    pub(super) fn may_cross(&self, text: &[u8], at: usize) -> bool {
        let around = text.get(at.saturating_sub(WIDTH - 1)..text.len().min(at + WIDTH - 1)).unwrap_or_default();
        around.iter().any(|byte| b"%\\&=".contains(byte)) || around.windows(WIDTH).any(|piece| self.has(folded(piece)))
    }
}

fn folded(piece: &[u8]) -> [u8; WIDTH] {
    let mut folded = [0; WIDTH];
    folded.iter_mut().zip(piece).for_each(|(place, byte)| *place = byte.to_ascii_lowercase());
    folded
}

fn place(piece: [u8; WIDTH]) -> (usize, u64) {
    let [a, b, c, d, e, f] = piece;
    let hash = u64::from_le_bytes([a, b, c, d, e, f, 0, 0]).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - BITS);
    (usize::try_from(hash >> 6).unwrap_or_default(), 1 << (hash & 63))
}
