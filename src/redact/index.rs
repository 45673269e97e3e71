//! Finds any of many secrets in a text, in any encoding, fast enough for every text.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};

use super::encodings::{Pattern, SHORT, patterns};
use super::escapes::Escapes;
use super::line_breaks::Joints;
use super::views::{View, each_view};

/// Length of a pattern's end that the automaton contains; the rest is compared. Tokens are long, numerous, and begin
/// alike.
const MAX_INDEXED_BYTES: usize = 10;

/// An occurrence of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Its bytes in the searched text.
    pub(crate) range: Range<usize>,
    /// The number that [`Index::add`] returned.
    pub(crate) id: usize,
    /// Whether the secret is so short that only a whole field is replaced.
    pub(crate) short: bool,
    /// Number of bytes that identify this secret: secrets that differ only in their last bits share most of their
    /// Base64.
    sure: usize,
}

/// A growing set of secrets.
#[derive(Default)]
pub(crate) struct Index {
    state: RwLock<State>,
}

/// The secrets and the automata over them. Secrets arrive one by one during a run, so each automaton covers a block,
/// and small blocks are merged into larger ones: every secret is built into few automata.
#[derive(Default)]
struct State {
    values: Vec<Arc<str>>,
    ids: HashMap<Arc<str>, usize>,
    blocks: Arc<Vec<Arc<Block>>>,
    covered: usize,
}

struct Block {
    from: usize,
    to: usize,
    patterns: Vec<(usize, Pattern)>,
    /// `None` if it was too large to build; then everything counts as a secret.
    automaton: Option<AhoCorasick>,
    joints: OnceLock<Joints>,
}

impl Index {
    /// Adds a value; returns its number, and whether it is new.
    pub(crate) fn add(&self, value: &str) -> (usize, bool) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = state.ids.get(value) {
            return (*id, false);
        }
        let (id, value) = (state.values.len(), Arc::<str>::from(value));
        state.values.push(Arc::clone(&value));
        state.ids.insert(value, id);
        (id, true)
    }

    /// Returns the number of a known value.
    pub(crate) fn id(&self, value: &str) -> Option<usize> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).ids.get(value).copied()
    }

    /// Returns the value with a number.
    pub(crate) fn value(&self, id: usize) -> Option<Arc<str>> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).values.get(id).cloned()
    }

    /// Finds all occurrences of secrets, except those inside a longer one.
    pub(crate) fn find(&self, text: &[u8]) -> Vec<Hit> {
        let blocks = self.blocks();
        let mut hits = Vec::new();
        if blocks.is_empty() {
            return hits;
        }
        let crosses = |text: &[u8], at: usize| blocks.iter().any(|block| block.joints().may_cross(text, at));
        each_view(text, crosses, |view| blocks.iter().for_each(|block| block.find(view, &mut hits)));
        hits.sort_unstable_by_key(|hit| (hit.range.start, Reverse(hit.range.end), Reverse(hit.sure), hit.id));
        hits.dedup();
        let mut kept: Vec<Hit> = Vec::new();
        for hit in hits {
            let within =
                |last: &Hit| hit.range.end <= last.range.end && (&hit.range, hit.sure) != (&last.range, last.sure);
            if !kept.last().is_some_and(within) {
                kept.push(hit);
            }
        }
        kept
    }

    /// Returns the ranges to replace: disjoint, in order, without cutting an escape. A short secret is included only if
    /// `counts` accepts it.
    pub(crate) fn places(&self, text: &[u8], counts: impl Fn(&Hit) -> bool) -> Vec<Hit> {
        let mut places: Vec<Hit> = Vec::new();
        let mut lengths = Vec::new();
        let mut found = self.find(text);
        found.retain(|hit| !hit.short || counts(hit));
        if found.is_empty() {
            return places;
        }
        let simple = [Escapes::Percent, Escapes::Backslash, Escapes::Entity].map(|one| View::decode(text, one));
        for Hit { range, id, short, sure } in found {
            let length = range.len();
            let range = simple.iter().flatten().fold(range, |range, view| view.widen(range));
            match (places.last_mut(), lengths.last_mut()) {
                (Some(last), Some(best)) if range.start < last.range.end => {
                    last.range.end = last.range.end.max(range.end);
                    last.range.start = last.range.start.min(range.start);
                    if length > *best {
                        (last.id, *best) = (id, length);
                    }
                }
                _ => {
                    places.push(Hit { range, id, short, sure });
                    lengths.push(length);
                }
            }
        }
        places
    }

    fn blocks(&self) -> Arc<Vec<Arc<Block>>> {
        {
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            if state.covered == state.values.len() {
                return Arc::clone(&state.blocks);
            }
        }
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let (mut from, to) = (state.covered, state.values.len());
        let mut blocks = state.blocks.as_ref().clone();
        while let Some(last) = blocks.pop_if(|last| last.to - last.from <= 4 * (to - from)) {
            from = last.from;
        }
        blocks.push(Arc::new(Block::over(&state.values, from, to)));
        state.blocks = Arc::new(blocks);
        state.covered = to;
        Arc::clone(&state.blocks)
    }
}

impl Block {
    fn over(values: &[Arc<str>], from: usize, to: usize) -> Self {
        let of = |(id, value): (usize, &Arc<str>)| patterns(value).into_iter().map(move |one| (id, one));
        let patterns: Vec<_> = values.iter().enumerate().take(to).skip(from).flat_map(of).collect();
        let ends =
            patterns.iter().map(|(_, Pattern { bytes, .. })| &bytes[bytes.len().saturating_sub(MAX_INDEXED_BYTES)..]);
        let automaton = AhoCorasickBuilder::new().ascii_case_insensitive(true).build(ends).ok();
        Block { from, to, patterns, automaton, joints: OnceLock::new() }
    }

    fn joints(&self) -> &Joints {
        self.joints.get_or_init(|| Joints::from_patterns(self.patterns.iter().map(|(_, pattern)| pattern)))
    }

    fn find(&self, view: &View<'_>, hits: &mut Vec<Hit>) {
        let Some(automaton) = &self.automaton else {
            return hits.push(Hit { range: view.written(0..view.bytes.len()), id: self.from, short: false, sure: 0 });
        };
        for found in automaton.find_overlapping_iter(&*view.bytes) {
            let Some((id, pattern)) = self.patterns.get(found.pattern().as_usize()) else { continue };
            let start = found.end().checked_sub(pattern.bytes.len());
            let range =
                start.map(|start| start..found.end()).filter(|range| pattern.occurs_as(&view.bytes[range.clone()]));
            if let Some(range) = range {
                let range = view.written(with_shared(&view.bytes, range, pattern));
                let sure = pattern.bytes.len();
                hits.push(Hit { range, id: *id, short: sure < SHORT, sure });
            }
        }
    }
}

/// Extends a range by the characters at its ends that contain some bits of the secret, and by the padding.
fn with_shared(text: &[u8], range: Range<usize>, pattern: &Pattern) -> Range<usize> {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    let Range { mut start, mut end } = range;
    if pattern.shares_head && start.checked_sub(1).and_then(|at| text.get(at)).is_some_and(is_letter) {
        start -= 1;
    }
    if pattern.shares_tail && text.get(end).is_some_and(is_letter) {
        end += 1;
        end += text.iter().skip(end).take(2).take_while(|byte| **byte == b'=').count();
    }
    start..end
}
