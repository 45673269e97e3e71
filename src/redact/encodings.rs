//! The encodings of a secret: plain, hexadecimal, Base64 (also inside the Base64 of a larger text), and Base64 of its
//! hexadecimal, UTF-16 and Base64 forms.
//!
//! Escapes (`%2F`, `\u00e9`, `&amp;`) are not listed here, because they mix in too many ways. Instead the text is
//! decoded, see [`super::views`].

use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine as _, alphabet};

/// Minimum length of a searched secret: shorter texts occur everywhere.
pub(super) const MIN_SECRET_BYTES: usize = 4;

/// Shorter secrets are replaced only as a whole field; see [`super::redactor::Redactor::capture`].
pub(super) const SHORT: usize = 8;

/// Minimum length of a decoded form: ordinary words are valid Base64 too.
const MIN_DECODED_BYTES: usize = 8;

const FORGIVING: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, FORGIVING);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, FORGIVING);
const WITH_PADDING: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_encode_padding(true));

/// One encoding of a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pattern {
    /// The bytes to search for.
    pub(super) bytes: Vec<u8>,
    /// Whether ASCII case matters, as in Base64.
    pub(super) cased: bool,
    /// The character before the match contains bits of the secret too.
    pub(super) shares_head: bool,
    /// The character after the match contains bits too, and padding may follow.
    pub(super) shares_tail: bool,
}

impl Pattern {
    /// Whether a text of the same length matches.
    pub(super) fn occurs_as(&self, text: &[u8]) -> bool {
        if self.cased { text == self.bytes } else { text.eq_ignore_ascii_case(&self.bytes) }
    }
}

/// Returns every pattern that discloses a secret, none shorter than [`MIN_SECRET_BYTES`]. For a short secret, that is
/// only the plain text, because its encodings occur everywhere.
pub(super) fn patterns(value: &str) -> Vec<Pattern> {
    if value.len() < SHORT {
        let itself = Pattern { bytes: value.into(), cased: true, shares_head: false, shares_tail: false };
        return Some(itself).filter(|_| value.len() >= MIN_SECRET_BYTES).into_iter().collect();
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
        let decoded = decoded.filter(|bytes| bytes.len() >= MIN_DECODED_BYTES);
        found.extend(decoded.iter().flat_map(|bytes| texts(bytes).into_iter().chain(base64_of(bytes))));
    }
    found.retain(|pattern| pattern.bytes.len() >= MIN_SECRET_BYTES);
    found.sort_unstable();
    found.dedup();
    found
}

/// Returns the patterns of a text itself and of its hexadecimal form in either case.
fn texts(value: &[u8]) -> Vec<Pattern> {
    let plain = |bytes: Vec<u8>| Pattern { bytes, cased: false, shares_head: false, shares_tail: false };
    vec![plain(value.to_ascii_lowercase()), plain(hex::encode(value).into_bytes())]
}

/// Returns the patterns of a text in Base64, at any offset of the encoded text.
fn base64_of(value: &[u8]) -> Vec<Pattern> {
    let alphabets = [&STANDARD, &URL_SAFE];
    (0..3).flat_map(|offset| alphabets.map(|alphabet| inside(alphabet, value, offset))).collect()
}

/// Returns the Base64 characters that depend only on the secret if `offset` bytes (modulo 3) precede it.
fn inside(alphabet: &GeneralPurpose, value: &[u8], offset: usize) -> Pattern {
    let mut padded = vec![0; offset];
    padded.extend_from_slice(value);
    let encoded = alphabet.encode(&padded).into_bytes();
    let (first, bits) = ((offset * 8).div_ceil(6), padded.len() * 8);
    let bytes = encoded.get(first..bits / 6).unwrap_or_default().to_vec();
    Pattern { bytes, cased: true, shares_head: offset > 0, shares_tail: !bits.is_multiple_of(6) }
}
