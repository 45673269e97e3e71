//! Texts with their escapes undone, where every byte still knows which bytes of the original it came from.

use std::borrow::Cow;
use std::ops::Range;

/// The escapes that texts travel in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escapes {
    /// `%2F`, as in URLs.
    Percent,
    /// The same with `+` for a space, as in forms.
    Form,
    /// `\"`, `\/` and `\u00e9`, as in JSON and Markdown.
    Backslash,
    /// `&amp;` and `&#47;`, as in HTML and XML.
    Entity,
}

/// The orders in which escapes are undone; the empty one is the text itself.
pub(super) const CHAINS: &[&[Escapes]] = &[
    &[],
    &[Escapes::Percent],
    &[Escapes::Form],
    &[Escapes::Backslash],
    &[Escapes::Entity],
    &[Escapes::Percent, Escapes::Percent],
    &[Escapes::Backslash, Escapes::Backslash],
    &[Escapes::Backslash, Escapes::Percent],
    &[Escapes::Backslash, Escapes::Form],
    &[Escapes::Backslash, Escapes::Entity],
    &[Escapes::Percent, Escapes::Backslash],
    &[Escapes::Entity, Escapes::Percent],
    &[Escapes::Entity, Escapes::Backslash],
    &[Escapes::Entity, Escapes::Backslash, Escapes::Backslash],
    &[Escapes::Entity, Escapes::Backslash, Escapes::Percent],
];

/// One escape that was undone.
struct Undone {
    /// Where its bytes are in the decoded text.
    decoded: Range<usize>,
    /// Where it was written.
    written: Range<usize>,
}

/// A text after some decodings.
pub(super) struct View<'a> {
    /// The decoded bytes.
    pub(super) bytes: Cow<'a, [u8]>,
    layers: Vec<Vec<Undone>>,
}

impl<'a> View<'a> {
    /// The text as the chain leaves it; `None` if one of its steps has nothing to undo.
    pub(super) fn through(text: &'a [u8], chain: &[Escapes]) -> Option<Self> {
        let mut view = View { bytes: Cow::Borrowed(text), layers: Vec::new() };
        for escapes in chain {
            let (bytes, layer) = undo(&view.bytes, *escapes)?;
            view.bytes = Cow::Owned(bytes);
            view.layers.push(layer);
        }
        Some(view)
    }

    /// The bytes of the original that a range of the decoded text came from: whole escapes.
    pub(super) fn written(&self, range: Range<usize>) -> Range<usize> {
        self.layers
            .iter()
            .rev()
            .fold(range, |range, layer| place(layer, range.start).start..place(layer, range.end.saturating_sub(1)).end)
    }

    /// A range of the original that cuts no escape of this view's last step.
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

/// Where one decoded byte was written.
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
    let marks = |byte: u8| match escapes {
        Escapes::Percent => byte == b'%',
        Escapes::Form => byte == b'%' || byte == b'+',
        Escapes::Backslash => byte == b'\\',
        Escapes::Entity => byte == b'&',
    };
    // A form without a `+` reads like any other percent-encoding.
    let telling = |byte: &u8| if escapes == Escapes::Form { *byte == b'+' } else { marks(*byte) };
    if !text.iter().any(telling) {
        return None;
    }
    let (mut bytes, mut layer, mut at) = (Vec::with_capacity(text.len()), Vec::new(), 0);
    while let Some((first, rest)) = text.get(at..).and_then(<[u8]>::split_first) {
        let escape = if marks(*first) { one(*first, rest, escapes) } else { None };
        let length = if let Some((length, meaning)) = escape {
            let start = bytes.len();
            bytes.extend_from_slice(&meaning);
            layer.push(Undone { decoded: start..bytes.len(), written: at..at + length });
            length
        } else {
            bytes.push(*first);
            1
        };
        at += length;
    }
    (!layer.is_empty()).then_some((bytes, layer))
}

/// The length of the escape that begins with `mark`, and what it means.
fn one(mark: u8, rest: &[u8], escapes: Escapes) -> Option<(usize, Vec<u8>)> {
    match escapes {
        Escapes::Form if mark == b'+' => Some((1, vec![b' '])),
        Escapes::Percent | Escapes::Form => Some((3, vec![u8::try_from(number(rest.get(..2)?, 16)?).ok()?])),
        Escapes::Backslash => backslash(rest),
        Escapes::Entity => entity(rest),
    }
}

fn backslash(rest: &[u8]) -> Option<(usize, Vec<u8>)> {
    let meaning = match *rest.first()? {
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'f' => 12,
        b'r' => b'\r',
        b'u' => return unicode(rest),
        mark if mark.is_ascii_punctuation() => mark,
        _ => return None,
    };
    Some((2, vec![meaning]))
}

/// `u00e9`, or a pair of surrogates.
fn unicode(rest: &[u8]) -> Option<(usize, Vec<u8>)> {
    let unit = |at: usize| number(rest.get(at..at + 4)?, 16).and_then(|unit| u16::try_from(unit).ok());
    let first = unit(1)?;
    if let Some(letter) = char::from_u32(first.into()) {
        return Some((6, utf8(letter)));
    }
    let second = (rest.get(5..7)? == b"\\u").then(|| unit(7)).flatten()?;
    let letter = char::decode_utf16([first, second]).next()?.ok()?;
    Some((12, utf8(letter)))
}

fn entity(rest: &[u8]) -> Option<(usize, Vec<u8>)> {
    let end = rest.iter().take(10).position(|byte| *byte == b';')?;
    let name = rest.get(..end)?;
    let letter = match name {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(digits, 16)?)?,
        [b'#', digits @ ..] => char::from_u32(number(digits, 10)?)?,
        _ => return None,
    };
    Some((end + 2, utf8(letter)))
}

fn utf8(letter: char) -> Vec<u8> {
    letter.to_string().into_bytes()
}

/// A number without a sign, which `from_str_radix` would accept.
fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, radix).ok()
}
