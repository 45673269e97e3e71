//! The ways in which a secret may be written: itself, hexadecimal, Base64, also inside the Base64 of a larger text, and
//! Base64 of its hexadecimal, its UTF-16 and its Base64.
//!
//! Escapes (`%2F`, `\u00e9`, `&amp;`) are not listed here: there are too many mixtures of them. The text is decoded
//! instead, see [`super::views`].

use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine as _, alphabet};

/// Shorter texts are found in everything, so they are not searched for.
pub(super) const SHORTEST: usize = 4;

/// Shorter secrets hide a whole field or nothing; see [`super::redactor::Redactor::learn`].
pub(super) const SHORT: usize = 8;

/// Decoded forms of a secret are searched for from this length on: an ordinary word is valid Base64 too.
const SHORTEST_DECODED: usize = 8;

const FORGIVING: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, FORGIVING);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, FORGIVING);
const WITH_PADDING: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_encode_padding(true));

/// One way of writing a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pattern {
    /// The bytes to search for.
    pub(super) bytes: Vec<u8>,
    /// Whether the case of ASCII letters counts, as it does in Base64.
    pub(super) cased: bool,
    /// The character before it holds bits of the secret too.
    pub(super) shares_head: bool,
    /// The character after it does, and padding may follow.
    pub(super) shares_tail: bool,
}

impl Pattern {
    /// Whether a text of the same length is this.
    pub(super) fn is(&self, text: &[u8]) -> bool {
        if self.cased { text == self.bytes } else { text.eq_ignore_ascii_case(&self.bytes) }
    }
}

/// Every pattern that gives a secret away, none shorter than [`SHORTEST`]. Of a short secret itself alone: what it is
/// encoded as is found in everything.
pub(super) fn patterns(value: &str) -> Vec<Pattern> {
    if value.len() < SHORT {
        let itself = Pattern { bytes: value.into(), cased: true, shares_head: false, shares_tail: false };
        return Some(itself).filter(|_| value.len() >= SHORTEST).into_iter().collect();
    }
    let mut found = texts(value.as_bytes());
    if !value.is_ascii() {
        found.extend([value.to_lowercase(), value.to_uppercase()].iter().flat_map(|text| texts(text.as_bytes())));
    }
    let joined: String = value.lines().map(str::trim_start).collect();
    found.extend(texts(joined.as_bytes()));
    let utf16: Vec<u16> = value.encode_utf16().collect();
    let [little, big] = [u16::to_le_bytes, u16::to_be_bytes]
        .map(|bytes| utf16.iter().flat_map(|unit| bytes(*unit)).collect::<Vec<u8>>());
    found.extend([&little, &big].into_iter().flat_map(|bytes| texts(bytes)));
    let bytes = value.as_bytes();
    let again = [hex::encode(bytes), hex::encode_upper(bytes), WITH_PADDING.encode(bytes), URL_SAFE.encode(bytes)];
    found.extend(base64_of(bytes));
    found.extend([little, big].into_iter().chain(again.map(String::into_bytes)).flat_map(|bytes| base64_of(&bytes)));
    for decoded in [STANDARD.decode(value).ok(), URL_SAFE.decode(value).ok(), hex::decode(value).ok()] {
        let decoded = decoded.filter(|bytes| bytes.len() >= SHORTEST_DECODED);
        found.extend(decoded.iter().flat_map(|bytes| texts(bytes).into_iter().chain(base64_of(bytes))));
    }
    found.retain(|pattern| pattern.bytes.len() >= SHORTEST);
    found.sort_unstable();
    found.dedup();
    found
}

/// A text itself, and in hexadecimal, in letters of any case.
fn texts(value: &[u8]) -> Vec<Pattern> {
    let plain = |bytes: Vec<u8>| Pattern { bytes, cased: false, shares_head: false, shares_tail: false };
    vec![plain(value.to_ascii_lowercase()), plain(hex::encode(value).into_bytes())]
}

/// A text in Base64, wherever it stands in what was encoded.
fn base64_of(value: &[u8]) -> Vec<Pattern> {
    let alphabets = [&STANDARD, &URL_SAFE];
    (0..3).flat_map(|offset| alphabets.map(|alphabet| inside(alphabet, value, offset))).collect()
}

/// The characters that the secret alone decides when `offset` bytes (modulo 3) precede it.
fn inside(alphabet: &GeneralPurpose, value: &[u8], offset: usize) -> Pattern {
    let mut padded = vec![0; offset];
    padded.extend_from_slice(value);
    let encoded = alphabet.encode(&padded).into_bytes();
    let (first, bits) = ((offset * 8).div_ceil(6), padded.len() * 8);
    let bytes = encoded.get(first..bits / 6).unwrap_or_default().to_vec();
    Pattern { bytes, cased: true, shares_head: offset > 0, shares_tail: !bits.is_multiple_of(6) }
}
