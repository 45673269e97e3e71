//! How a delivery differs from a genuine one.

use super::plain::{age, code};
use super::speaker::Speaker;
use crate::evidence::DeclaredExpectation;
use crate::pack::alteration::{Alteration, BodyAlteration, Clock, HeaderNames, KeyAlteration, SignatureAlteration};

impl Speaker<'_> {
    /// Lists the differences from a genuine delivery; empty if there are none.
    pub(super) fn alteration(self, alteration: &Alteration) -> Vec<String> {
        let Alteration {
            key, without_header, headers, body, signed_content: message, signature, age: sent, event, ..
        } = alteration;
        let clocks: Vec<&str> = alteration.clocks.iter().copied().map(clock_words).collect();
        let only = if clocks.is_empty() { String::new() } else { format!(", in {} only", clocks.join(" and in ")) };
        let sent = sent.map(|sent| age(sent) + &only);
        let names = alteration.header_names.map(|HeaderNames::LowerCase| "with header names in lower case");
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

/// Returns what an altered delivery declares as its expected outcome.
pub(super) fn wanted(alteration: &Alteration) -> Option<&'static str> {
    alteration.expect.map(|expected| match expected {
        DeclaredExpectation::Accepted => "to be accepted",
        DeclaredExpectation::Rejected => "to be rejected",
    })
}

fn key_words(key: KeyAlteration) -> &'static str {
    match key {
        KeyAlteration::Other => "signed with an unknown key",
        KeyAlteration::Undecoded => "signed with the text of the secret instead of the decoded key",
        KeyAlteration::Rotated => {
            "signed with the right key and with unknown ones, as after a rotation, in every order"
        }
    }
}

fn clock_words(clock: Clock) -> &'static str {
    match clock {
        Clock::Signed => "the signed time",
        Clock::Unsigned => "the unsigned time",
        Clock::Body => "the body",
    }
}

fn body_words(body: BodyAlteration) -> &'static str {
    match body {
        BodyAlteration::Changed => "with a field of the body changed after signing",
        BodyAlteration::Spaced => "with unusual white space in the body",
        BodyAlteration::Reordered => "with the fields of the body in another order",
        BodyAlteration::Escaped => "with characters of the body written as `\\u` escapes",
        BodyAlteration::NonAscii => "with non-ASCII characters in the body",
        BodyAlteration::UnknownMember => "with an unknown field and a very large number in the body",
        BodyAlteration::SignedIndented => "signed as if the body had been parsed and serialised again with indentation",
        BodyAlteration::SignedSorted => "signed as if the body had been parsed and serialised again with sorted keys",
        BodyAlteration::SignedCompact => {
            "signed as if the body had been parsed and serialised again without white space"
        }
    }
}

fn signature_words(signature: SignatureAlteration) -> &'static str {
    match signature {
        SignatureAlteration::Truncated => "with only the first half of the signature",
        SignatureAlteration::Empty => "with an empty signature",
        SignatureAlteration::UpperCase => "with the signature in upper case",
        SignatureAlteration::OtherEncoding => "with the signature in the other usual encoding",
    }
}
