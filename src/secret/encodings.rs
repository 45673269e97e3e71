//! The ways in which a secret may be written: itself, hexadecimal, Base64, also inside the Base64 of a larger text.
//!
//! Escapes (`%2F`, `\u00e9`, `&amp;`) are not listed here: there are too many mixtures of them. The text is decoded
//! instead, see [`super::views`].

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Shorter texts are found in everything, so they are not searched for.
pub(super) const SHORTEST: usize = 4;

/// Decoded forms of a secret are searched for from this length on: an ordinary word is valid Base64 too.
const SHORTEST_DECODED: usize = 8;

const FORGIVING: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, FORGIVING);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, FORGIVING);

/// One way of writing a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pattern {
    /// The bytes to search for.
    pub(super) bytes: Vec<u8>,
    /// The character before it holds bits of the secret too.
    pub(super) shares_head: bool,
    /// The character after it does, and padding may follow.
    pub(super) shares_tail: bool,
}

/// Every pattern that gives a secret away, none shorter than [`SHORTEST`].
pub(super) fn patterns(value: &[u8]) -> Vec<Pattern> {
    if value.len() < SHORTEST {
        return Vec::new();
    }
    let mut found = forms(value);
    for decoded in [STANDARD.decode(value).ok(), URL_SAFE.decode(value).ok(), hex::decode(value).ok()] {
        found.extend(decoded.filter(|bytes| bytes.len() >= SHORTEST_DECODED).iter().flat_map(|bytes| forms(bytes)));
    }
    found.retain(|pattern| pattern.bytes.len() >= SHORTEST);
    found.sort_unstable();
    found.dedup();
    found
}

fn forms(value: &[u8]) -> Vec<Pattern> {
    let plain = |bytes: Vec<u8>| Pattern { bytes, shares_head: false, shares_tail: false };
    let mut found = vec![
        plain(value.to_vec()),
        plain(hex::encode(value).into_bytes()),
        plain(hex::encode_upper(value).into_bytes()),
    ];
    for offset in 0..3 {
        found.extend([&STANDARD, &URL_SAFE].map(|alphabet| inside(alphabet, value, offset)));
    }
    found
}

/// The characters that the secret alone decides when `offset` bytes (modulo 3) precede it.
fn inside(alphabet: &GeneralPurpose, value: &[u8], offset: usize) -> Pattern {
    let mut padded = vec![0; offset];
    padded.extend_from_slice(value);
    let encoded = alphabet.encode(&padded).into_bytes();
    let (first, bits) = ((offset * 8).div_ceil(6), padded.len() * 8);
    let bytes = encoded.get(first..bits / 6).unwrap_or_default().to_vec();
    Pattern { bytes, shares_head: offset > 0, shares_tail: !bits.is_multiple_of(6) }
}
