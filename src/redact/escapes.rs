//! Escapes and their meanings.

/// Kinds of escapes, and other characters between the letters of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escapes {
    /// `%2F`, as in URLs.
    Percent,
    /// The same with `+` for a space, as in forms.
    Form,
    /// `\"`, `\/`, `\x2f` and `\u00e9`, as in JSON, Markdown and string literals.
    Backslash,
    /// `&amp;` and `&#47;`, as in HTML and XML.
    Entity,
    /// `=2F`, and `=` at the end of a line, as in e-mail.
    Quoted,
    /// A line break, with the following indentation and a preceding `\` or `=`.
    Lines,
    /// `2f:3a`, `2F 3A`, `0x2f, 0x3a`: hexadecimal digits with separators.
    Apart,
}

use Escapes::{Apart, Backslash, Entity, Form, Lines, Percent, Quoted};

/// Minimum length of separated hexadecimal text, in bytes.
const MIN_SPLIT_BYTES: usize = 8;

/// Whether a text contains the mark of some escapes at all.
pub(super) fn is_told(text: &[u8], escapes: Escapes) -> bool {
    let mark = match escapes {
        Percent => b'%',
        // A form without `+` decodes like any other percent-encoding.
        Form => b'+',
        Backslash => b'\\',
        Entity => b'&',
        Quoted => b'=',
        Lines => b'\n',
        Apart => return true,
    };
    text.contains(&mark)
}

pub(super) fn may_begin(byte: u8, escapes: Escapes) -> bool {
    match escapes {
        Percent => byte == b'%',
        Form => byte == b'%' || byte == b'+',
        Backslash => byte == b'\\',
        Entity => byte == b'&',
        Quoted => byte == b'=',
        Lines => matches!(byte, b'\r' | b'\n' | b'\\' | b'='),
        Apart => byte.is_ascii_hexdigit(),
    }
}

/// Decodes the escape at a position; returns its length and its meaning.
pub(super) fn decode_one(text: &[u8], at: usize, escapes: Escapes) -> Option<(usize, Vec<u8>)> {
    let (mark, rest) = text.get(at..)?.split_first()?;
    match escapes {
        Form if *mark == b'+' => Some((1, vec![b' '])),
        Percent | Form => Some((3, vec![octet(rest)?])),
        Backslash => backslash(rest),
        Entity => entity(rest),
        Quoted => octet(rest).map(|byte| (3, vec![byte])).or_else(|| line_break(text.get(at..)?)),
        Lines => line_break(text.get(at..)?),
        Apart => {
            // Most digits are inside a word; a look at the next characters excludes them.
            let begins = rest.first().is_some_and(|next| next.is_ascii_hexdigit() || matches!(next, b'x' | b'X'));
            let before = at.checked_sub(1).and_then(|before| text.get(before));
            let within = before.is_some_and(u8::is_ascii_alphanumeric);
            if begins && !within { apart(text.get(at..)?) } else { None }
        }
    }
}

/// Reads two hexadecimal digits.
fn octet(text: &[u8]) -> Option<u8> {
    u8::try_from(number(text.get(..2)?, 16)?).ok()
}

/// Decodes a line break without meaning, with the indentation that follows it.
fn line_break(text: &[u8]) -> Option<(usize, Vec<u8>)> {
    let announced = usize::from(matches!(text.first(), Some(b'\\' | b'=')));
    let returned = announced + usize::from(text.get(announced) == Some(&b'\r'));
    (text.get(returned) == Some(&b'\n')).then(|| {
        let blanks = text.iter().skip(returned + 1).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        (returned + 1 + blanks, Vec::new())
    })
}

/// Whether a text begins with `0x`, or has a separator after its first or second pair of digits.
fn may_be_apart(text: &[u8]) -> bool {
    let between = |at: usize| text.get(at).is_some_and(|byte| b":-, \t\r\n".contains(byte));
    text.starts_with(b"0x") || text.starts_with(b"0X") || between(2) || between(4)
}

/// Decodes hexadecimal digits with separators.
fn apart(text: &[u8]) -> Option<(usize, Vec<u8>)> {
    if !may_be_apart(text) {
        return None;
    }
    let (mut at, mut bytes, mut separated) = (0, Vec::new(), false);
    let mut end = 0;
    loop {
        let sign = text.get(at..at + 2).is_some_and(|sign| matches!(sign, b"0x" | b"0X"));
        let digits = at + if sign { 2 } else { 0 };
        let Some(byte) = text.get(digits..).and_then(octet) else { break };
        bytes.push(byte);
        end = digits + 2;
        let between = text.iter().skip(end).take(4).take_while(|byte| b":-, \t\r\n".contains(byte)).count();
        at = end + between;
        separated |= between > 0 || sign;
    }
    let cut = text.get(end).is_some_and(u8::is_ascii_alphanumeric);
    (separated && !cut && bytes.len() >= MIN_SPLIT_BYTES).then_some((end, bytes))
}

fn backslash(rest: &[u8]) -> Option<(usize, Vec<u8>)> {
    let meaning = match *rest.first()? {
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'f' => 12,
        b'r' => b'\r',
        b'u' => return unicode(rest),
        b'x' => return Some((4, vec![octet(rest.get(1..)?)?])),
        mark if mark.is_ascii_punctuation() => mark,
        _ => return None,
    };
    Some((2, vec![meaning]))
}

/// Decodes `u00e9`, or a surrogate pair.
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

/// Maximum length of an entity after `&`, in bytes: numbers may begin with zeros.
const MAX_ENTITY_BYTES: usize = 14;

/// The named entities of ASCII.
const NAMED: [(&str, char); 36] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("Tab", '\t'),
    ("NewLine", '\n'),
    ("nbsp", ' '),
    ("excl", '!'),
    ("num", '#'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("lpar", '('),
    ("rpar", ')'),
    ("ast", '*'),
    ("plus", '+'),
    ("comma", ','),
    ("period", '.'),
    ("sol", '/'),
    ("colon", ':'),
    ("semi", ';'),
    ("equals", '='),
    ("quest", '?'),
    ("commat", '@'),
    ("lsqb", '['),
    ("lbrack", '['),
    ("bsol", '\\'),
    ("rsqb", ']'),
    ("rbrack", ']'),
    ("Hat", '^'),
    ("lowbar", '_'),
    ("grave", '`'),
    ("lcub", '{'),
    ("vert", '|'),
    ("verbar", '|'),
    ("rcub", '}'),
];

fn entity(rest: &[u8]) -> Option<(usize, Vec<u8>)> {
    let end = rest.iter().take(MAX_ENTITY_BYTES).position(|byte| *byte == b';')?;
    let name = rest.get(..end)?;
    let letter = match name {
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(digits, 16)?)?,
        [b'#', digits @ ..] => char::from_u32(number(digits, 10)?)?,
        name => NAMED.iter().find(|(known, _)| known.as_bytes() == name)?.1,
    };
    Some((end + 2, utf8(letter)))
}

fn utf8(letter: char) -> Vec<u8> {
    letter.to_string().into_bytes()
}

/// Parses a number without a sign, which `from_str_radix` would accept.
fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, radix).ok()
}
