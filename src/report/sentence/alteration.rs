//! How a delivery differs from a genuine one.

use super::plain::{age, code};
use super::speaker::Speaker;
use crate::evidence::Expected;
use crate::pack::alteration::{BodyVariation, Clock, HeaderNames, KeyVariation, SignatureVariation, Variation};

impl Speaker<'_> {
    /// The differences, none for a genuine delivery.
    pub(super) fn variation(self, variation: &Variation) -> Vec<String> {
        let Variation { key, without_header, headers, body, message, signature, age: sent, event, .. } = variation;
        let clocks: Vec<&str> = variation.clocks.iter().copied().map(clock_words).collect();
        let only = if clocks.is_empty() { String::new() } else { format!(", in {} only", clocks.join(" and in ")) };
        let sent = sent.map(|sent| age(sent) + &only);
        let names = variation.header_names.map(|HeaderNames::LowerCase| "with header names in lower case");
        let key = key.map(key_words).map(str::to_owned);
        let without = without_header.as_ref().map(|name| format!("without the header {}", code(name)));
        let headers =
            headers.iter().map(|(name, text)| format!("with {} in the header {}", self.text(text), code(name)));
        let body = body.map(body_words).map(str::to_owned);
        let message = message.as_ref().map(|text| format!("with {} as the signed content", self.text(text)));
        let signature = signature.map(signature_words).map(str::to_owned);
        let event = event.as_ref().map(|event| format!("named {}", code(event)));
        let one = [key, without].into_iter().flatten();
        one.chain(headers)
            .chain([body, message, signature, sent, event, names.map(str::to_owned)].into_iter().flatten())
            .collect()
    }
}

/// What a variant expects for itself.
pub(super) fn wanted(variation: &Variation) -> Option<&'static str> {
    variation.expect.map(|expected| match expected {
        Expected::Accepted => "to be accepted",
        Expected::Rejected => "to be rejected",
    })
}

fn key_words(key: KeyVariation) -> &'static str {
    match key {
        KeyVariation::Other => "signed with an unknown key",
        KeyVariation::Undecoded => "signed with the text of the secret instead of the decoded key",
        KeyVariation::Rotated => "signed with the right key and with unknown ones, as after a rotation, in every order",
    }
}

fn clock_words(clock: Clock) -> &'static str {
    match clock {
        Clock::Signed => "the signed time",
        Clock::Unsigned => "the unsigned time",
        Clock::Body => "the body",
    }
}

fn body_words(body: BodyVariation) -> &'static str {
    match body {
        BodyVariation::Changed => "with a field of the body changed after signing",
        BodyVariation::Spaced => "with unusual white space in the body",
        BodyVariation::Reordered => "with the fields of the body in another order",
        BodyVariation::Escaped => "with characters of the body written as `\\u` escapes",
        BodyVariation::NonAscii => "with non-ASCII characters in the body",
        BodyVariation::UnknownMember => "with an unknown field and a very large number in the body",
        BodyVariation::SignedIndented => "signed as if the body had been parsed and serialised again with indentation",
        BodyVariation::SignedSorted => "signed as if the body had been parsed and serialised again with sorted keys",
        BodyVariation::SignedCompact => {
            "signed as if the body had been parsed and serialised again without white space"
        }
    }
}

fn signature_words(signature: SignatureVariation) -> &'static str {
    match signature {
        SignatureVariation::Truncated => "with only the first half of the signature",
        SignatureVariation::Empty => "with an empty signature",
        SignatureVariation::UpperCase => "with the signature in upper case",
        SignatureVariation::OtherEncoding => "with the signature in the other usual encoding",
    }
}
