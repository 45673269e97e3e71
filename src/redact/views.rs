//! Decoded views of a text in which every byte maps back to its original bytes.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use super::escapes::Escapes::{Apart, Backslash, Entity, Form, Lines, Percent, Quoted};
use super::escapes::{Escapes, decode_one, is_told, may_begin};

/// One decoding step, and the steps that may follow it.
struct Step(Escapes, &'static [Step]);

/// The orders of decoding as a tree, so that no step is repeated and text without marks ends at once.
const STEPS: &[Step] = &[
    Step(Percent, &[Step(Percent, &[Step(Percent, &[])]), Step(Backslash, &[]), Step(Entity, &[]), Step(Lines, &[])]),
    Step(Form, &[]),
    Step(
        Backslash,
        &[
            Step(Percent, &[Step(Percent, &[Step(Percent, &[])])]),
            Step(Form, &[]),
            Step(Entity, &[Step(Entity, &[])]),
            Step(Lines, &[Step(Quoted, &[])]),
            Step(Quoted, &[]),
            Step(Apart, &[]),
            Step(Backslash, &[Step(Backslash, &[]), Step(Percent, &[]), Step(Lines, &[])]),
        ],
    ),
    Step(
        Entity,
        &[
            Step(Percent, &[Step(Percent, &[])]),
            Step(Lines, &[]),
            Step(Quoted, &[]),
            Step(Apart, &[]),
            Step(Entity, &[Step(Backslash, &[])]),
            Step(Backslash, &[Step(Backslash, &[]), Step(Percent, &[]), Step(Lines, &[])]),
        ],
    ),
    Step(Quoted, &[Step(Percent, &[]), Step(Entity, &[])]),
    Step(Lines, &[Step(Percent, &[]), Step(Backslash, &[]), Step(Entity, &[]), Step(Quoted, &[])]),
    Step(Apart, &[]),
];

/// One decoded escape.
struct Undone {
    /// Its bytes in the decoded text.
    decoded: Range<usize>,
    /// Its bytes in the original.
    written: Range<usize>,
}

/// A text after some decoding steps.
#[derive(Clone)]
pub(super) struct View<'a> {
    /// The decoded bytes.
    pub(super) bytes: Cow<'a, [u8]>,
    layers: Vec<Rc<Vec<Undone>>>,
}

/// Visits the text itself and each decoded view of it. Joined lines are visited only if `crosses` accepts a position
/// where two of them meet.
pub(super) fn each_view<'a>(text: &'a [u8], crosses: impl Fn(&[u8], usize) -> bool, mut see: impl FnMut(&View<'a>)) {
    let plain = View { bytes: Cow::Borrowed(text), layers: Vec::new() };
    see(&plain);
    beyond(&plain, STEPS, &crosses, &mut see);
}

fn beyond<'a>(
    view: &View<'a>,
    steps: &[Step],
    crosses: &impl Fn(&[u8], usize) -> bool,
    see: &mut impl FnMut(&View<'a>),
) {
    for Step(escapes, then) in steps {
        let next = view.undone(*escapes);
        let next = next.filter(|next| *escapes != Lines || next.undone_at().any(|at| crosses(&next.bytes, at)));
        if let Some(next) = next {
            see(&next);
            beyond(&next, then, crosses, see);
        }
    }
}

impl<'a> View<'a> {
    /// Decodes a text by one step; `None` if the step changes nothing.
    pub(super) fn decode(text: &'a [u8], escapes: Escapes) -> Option<Self> {
        View { bytes: Cow::Borrowed(text), layers: Vec::new() }.undone(escapes)
    }

    /// Returns the positions in the decoded text where the last step decoded something.
    fn undone_at(&self) -> impl Iterator<Item = usize> {
        self.layers.last().into_iter().flat_map(|layer| layer.iter().map(|undone| undone.decoded.start))
    }

    fn undone(&self, escapes: Escapes) -> Option<Self> {
        let (bytes, layer) = undo(&self.bytes, escapes)?;
        let layers = self.layers.iter().cloned().chain([Rc::new(layer)]).collect();
        Some(View { bytes: Cow::Owned(bytes), layers })
    }

    /// Returns the original bytes of a decoded range: whole escapes.
    pub(super) fn written(&self, range: Range<usize>) -> Range<usize> {
        self.layers
            .iter()
            .rev()
            .fold(range, |range, layer| place(layer, range.start).start..place(layer, range.end.saturating_sub(1)).end)
    }

    /// Widens a range of the original so that it cuts no escape of the last step.
    pub(super) fn widen(&self, range: Range<usize>) -> Range<usize> {
        let Some(layer) = self.layers.last() else { return range };
        let around = |at: usize| {
            let next = layer.partition_point(|undone| undone.written.start <= at);
            let undone = next.checked_sub(1).and_then(|before| layer.get(before));
            undone.map(|undone| undone.written.clone()).filter(|written| written.contains(&at))
        };
        let start = around(range.start).map_or(range.start, |written| written.start);
        let end = around(range.end.saturating_sub(1)).map_or(range.end, |written| written.end.max(range.end));
        start..end
    }
}

/// Returns the original position of a decoded byte.
fn place(layer: &[Undone], at: usize) -> Range<usize> {
    let next = layer.partition_point(|undone| undone.decoded.start <= at);
    match next.checked_sub(1).and_then(|before| layer.get(before)) {
        None => at..at + 1,
        Some(undone) if undone.decoded.contains(&at) => undone.written.clone(),
        Some(undone) => {
            let start = undone.written.end + (at - undone.decoded.end);
            start..start + 1
        }
    }
}

fn undo(text: &[u8], escapes: Escapes) -> Option<(Vec<u8>, Vec<Undone>)> {
    if !is_told(text, escapes) {
        return None;
    }
    let (mut bytes, mut layer, mut at, mut copied) = (Vec::new(), Vec::new(), 0, 0);
    while let Some(first) = text.get(at) {
        let escape = if may_begin(*first, escapes) { decode_one(text, at, escapes) } else { None };
        let Some((length, meaning)) = escape else {
            at += 1;
            continue;
        };
        // Most texts contain nothing to decode and are not copied.
        if layer.is_empty() {
            bytes.reserve(text.len());
        }
        bytes.extend_from_slice(text.get(copied..at).unwrap_or_default());
        let start = bytes.len();
        bytes.extend_from_slice(&meaning);
        layer.push(Undone { decoded: start..bytes.len(), written: at..at + length });
        at += length;
        copied = at;
    }
    if layer.is_empty() {
        return None;
    }
    bytes.extend_from_slice(text.get(copied..).unwrap_or_default());
    Some((bytes, layer))
}
