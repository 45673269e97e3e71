//! The mistakes that can be switched on.

use clap::ValueEnum;

/// The host that [`Defect::WhiteLabelHost`] puts in the place of the one it was given.
pub(super) const CONFIGURED_HOST: &str = "app.debitura.com";

/// One mistake a real developer makes. Exactly that behaviour changes, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum Defect {
    /// Uses the text of the webhook secret as the key, without Base64-decoding it.
    SecretNotDecoded,
    /// Parses the body and serialises it again before computing the signature.
    ReserialisedBody,
    /// Looks at the age of a delivery, and never at its signature.
    SignatureUnchecked,
    /// Lets a delivery through that carries no signature header.
    KeyUncheckedWhenHeaderMissing,
    /// Accepts a signature of the body alone too, so that any timestamp will do.
    TimestampNotSigned,
    /// Compares only as much of the signature as was given: a truncated or empty one passes.
    ShortSignatureAccepted,
    /// Does not look at the age of a delivery.
    NoTimestampCheck,
    /// Accepts deliveries up to an hour old.
    TimestampWindowAnHour,
    /// Checks only that a delivery is not too old, so that any time in the future will do.
    FutureTimestampsAccepted,
    /// Works before it answers, one delivery at a time: fine alone, too slow in a burst.
    SlowHandler,
    /// Lets every repetition of a delivery take effect again.
    NoDedup,
    /// Remembers the id of a forged delivery, and then skips the genuine one.
    RemembersBeforeVerifying,
    /// Refuses events it does not know, with 400.
    UnknownEventRefused,
    /// Answers 410 instead of 401 to a bad signature, which disables the subscription at once.
    GoneOnBadSignature,
    /// Refuses the event `case.closed`, with 403.
    RefusesOneEvent,
    /// Leaves the test doors and the look-ups open in production.
    TestDoorsOpen,
    /// Acknowledges events in staging, but never stores them there.
    DropsEventsSilently,
    /// Shows clients the URLs it received with a host from its own configuration.
    WhiteLabelHost,
}

impl Defect {
    /// Every defect, in the order of the documentation.
    pub const ALL: &'static [Self] = &[
        Self::SecretNotDecoded,
        Self::ReserialisedBody,
        Self::SignatureUnchecked,
        Self::KeyUncheckedWhenHeaderMissing,
        Self::TimestampNotSigned,
        Self::ShortSignatureAccepted,
        Self::NoTimestampCheck,
        Self::TimestampWindowAnHour,
        Self::FutureTimestampsAccepted,
        Self::SlowHandler,
        Self::NoDedup,
        Self::RemembersBeforeVerifying,
        Self::UnknownEventRefused,
        Self::GoneOnBadSignature,
        Self::RefusesOneEvent,
        Self::TestDoorsOpen,
        Self::DropsEventsSilently,
        Self::WhiteLabelHost,
    ];

    /// The name used on the command line, `no-dedup` say.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// The defect that is switched on, if one is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Defects(Option<Defect>);

impl Defects {
    /// Whether this mistake is to be made.
    pub fn has(self, defect: Defect) -> bool {
        self.0 == Some(defect)
    }
}

impl From<Option<Defect>> for Defects {
    fn from(defect: Option<Defect>) -> Self {
        Self(defect)
    }
}

impl From<Defect> for Defects {
    fn from(defect: Defect) -> Self {
        Self(Some(defect))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lists_every_defect_once_and_each_has_a_line_of_help() {
        assert_eq!(Defect::ALL, Defect::value_variants());
        for defect in Defect::ALL {
            let value = defect.to_possible_value().unwrap();
            assert!(value.get_help().is_some(), "{defect:?} has no help");
            assert_eq!(Defect::from_str(&defect.name(), false), Ok(*defect));
        }
    }
}
