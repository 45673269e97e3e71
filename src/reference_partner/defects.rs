//! The defects that can be switched on.

use clap::ValueEnum;

/// The host that [`Defect::WhiteLabelHost`] puts in place of the received one.
pub(super) const CONFIGURED_HOST: &str = "app.debitura.com";

/// A mistake that real developers make. Exactly that behaviour changes, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum Defect {
    // Webhooks.
    /// Uses the text of the webhook secret as the key, without Base64-decoding it.
    SecretNotDecoded,
    /// Parses the body and serialises it again before computing the signature.
    ReserialisedBody,
    /// Checks the age of a delivery, but never its signature.
    SignatureUnchecked,
    /// Verifies events about clients, but not events about cases.
    CaseEventsUnverified,
    /// Accepts a delivery without a signature header.
    KeyUncheckedWhenHeaderMissing,
    /// Also accepts a signature of the body alone, so that any timestamp is valid.
    TimestampNotSigned,
    /// Compares only as many characters of the signature as were sent: a truncated or empty one passes.
    ShortSignatureAccepted,
    /// Does not check the age of a delivery.
    NoTimestampCheck,
    /// Accepts deliveries up to an hour old.
    TimestampWindowAnHour,
    /// Checks only that a delivery is not too old, so that any future time is valid.
    FutureTimestampsAccepted,
    /// Takes the age of a delivery from the timestamp header, which is not signed.
    AgeFromUnsignedHeader,
    /// Takes the age of a delivery from the time in its body, so that a late delivery is rejected.
    AgeFromBody,
    /// Works before it answers, one delivery at a time: fast enough alone, too slow in a burst.
    SlowHandler,
    /// Lets every redelivery of an event take effect again.
    NoDedup,
    /// Recognises a redelivery by its signature, which is new for each one.
    RepeatsKnownBySignature,
    /// Looks up an event, processes it, and only then records it: of two concurrent deliveries, both take effect.
    TwinsBothCount,
    /// Recognises only the documented spelling of the signature header.
    SignatureNameAsDocumented,
    /// Records the id of a forged delivery, and then skips the genuine one.
    RemembersBeforeVerifying,
    /// Rejects unknown events with 400.
    UnknownEventRejected,
    /// Answers 410 instead of 401 to a bad signature, which disables the subscription at once.
    GoneOnBadSignature,
    /// Rejects the event `case.closed` with 403.
    RejectsOneEvent,
    /// Leaves the test endpoints and the lookups enabled in production.
    TestEndpointsOpen,
    /// Acknowledges events in staging, but never stores them.
    DropsEventsSilently,
    /// Shows clients the URLs it received with a host from its own configuration.
    WhiteLabelHost,

    // Tokens.
    /// Keeps one token, and uses it for every client.
    SharedToken,
    /// Mints a token for every invoice, although the previous one is still valid.
    MintEveryCall,
    /// Gives up when a token has expired.
    NoRemint,
    /// Mints a new token after a 401, but does not retry the failed call.
    RemintWithoutRepeat,
    /// Mints and retries again and again while the response is 401.
    RemintForever,
    /// Tells the user that an invoice is submitted although the new token was rejected too.
    #[value(name = "second-401-as-success")]
    Second401AsSuccess,

    // Onboarding.
    /// Treats 201, a client that is ready at once, as an unexpected response, and the client as not created.
    #[value(name = "refuses-201")]
    Refuses201,
    /// Assumes that Debitura e-mails the onboarding URL to a new client, and does not show it.
    OnboardingUrlSwallowed,
    /// Tells a client that its account already exists, and does not show the approval URL.
    ApprovalUrlSwallowed,
    /// Treats a 409 as a temporary problem, and posts the client again at once.
    RepostsOnConflict,
    /// Treats a client that is linked to another partner as ready.
    LinkedElsewhereAsSuccess,
    /// Recognises one spelling of "linked to another partner", and retries the call after the other.
    OneLiteralOnly,
    /// Posts a client again although its account has the wrong type.
    InvalidClientTypeRepeated,
    /// Crashes on an unknown kind of 409.
    CrashesOnUnknownConflict,
    /// Shows onboarding and approval URLs without a return URL.
    ReturnUrlMissing,
    /// Always appends the return URL with a question mark, even if the URL already has a query.
    ReturnUrlSecondQuestionMark,
    /// Appends the return URL without percent-encoding it.
    ReturnUrlNotEncoded,
    /// Replaces the received query with the return URL.
    ReturnUrlDropsQuery,
    /// Appends the return URL when the URL is stored, and again when it is shown.
    ReturnUrlTwice,
    /// Keeps tenant ids in memory only: after a restart, a client gets a new one.
    TenantIdInMemory,
    /// Sends cases without waiting for the onboarding to be completed.
    SubmitsBeforeCompletion,
    /// Never learns that a client completed its onboarding, neither by webhook nor by polling.
    CompletionNeverNoticed,
    /// Assumes that a client that was ready once stays ready, even if there are new terms to sign.
    ResignedTermsIgnored,
    /// Renews an expired link under a new tenant id.
    ExpiredLinkNewTenant,
    /// Keeps showing the stored approval URL after it has expired.
    ExpiredLinkOldUrl,

    // Cases.
    /// Omits the debtor's city.
    MissingCity,
    /// Sends the payment deadline as the date of the case.
    DateInFuture,
    /// Sends the name of the currency instead of its code.
    CurrencyName,
    /// Sends the amount as a string.
    AmountAsText,
    /// Omits the state of a debtor in the US.
    UsStateDropped,
    /// Retries a case whose response was lost under a new reference.
    LostAnswerNewReference,
    /// Avoids a duplicate reference by choosing another one.
    DuplicateNewReference,
    /// Sends the same case again and again while its reference is a duplicate.
    DuplicateLooped,
    /// Uses the tenant id as the reference of every case.
    ReferencePerClient,
    /// Leaves the dry run's `isTest: true` on in production.
    IsTestLeftOn,
    /// Sends the partner key in addition to the token.
    KeyBesideToken,

    // Errors.
    /// Says that a contract is missing, and does not show where to sign it.
    ContractUrlSwallowed,
    /// Resends a case at once, and again, while the contract is missing.
    BlindRepeatOfContract,
    /// Treats a missing contract as final, and never sends the invoice again.
    NeverAfterSigning,
    /// Says that a power of attorney is missing, and does not show where to sign it.
    PoaUrlSwallowed,
    /// Says that a verification is missing, and does not show the form.
    KycUrlSwallowed,
    /// Tries to bypass a missing verification with `allowPendingContracts: true`.
    PendingSwitchedOn,
    /// Retries a case for which there is no collection partner.
    NoPartnerRepeated,
    /// Tells the user that an invoice is submitted although there is no collection partner for it.
    NoPartnerAsSuccess,
    /// Retries a case of a blocked creditor.
    BlockedRepeated,
    /// Tells the user that an invoice is submitted although the creditor is blocked.
    BlockedAsSuccess,
    /// Shows only the URL of the first error when there are several.
    FirstErrorOnly,
    /// Shows the URLs of errors without a return URL.
    SolutionUrlWithoutReturn,
    /// Retries at once after a 429.
    RateLimitIgnored,
    /// Truncates the seconds of a 429 to a whole number, and retries too early.
    RateLimitFloor,
    /// Treats a 429 as a rejection, and never sends the invoice again.
    RateLimitFinal,
    /// Retries without a pause while Debitura answers 5xx.
    ServerErrorHammered,

    // KYC.
    /// Treats every case as eligible, without asking for a preview.
    NoPreview,
    /// Ignores that the preview requires a verification, and sends the case.
    KycAskedAfterwards,
    /// Sends a case that the preview reported as not eligible.
    SubmitsIneligible,
    /// Sends cases of countries that require a verification with the partner key instead of a token.
    KycWithoutToken,

    // Debitsuccess's notifications.
    /// Answers 202 to a notification, which counts as a failure there.
    #[value(name = "answers-202")]
    Answers202,
    /// Rejects notifications of payments with 403.
    PaymentsRefused,
    /// Never checks the token of a notification.
    TokenUnchecked,
    /// Accepts a notification without a token.
    TokenUncheckedWhenMissing,
    /// Compares the token case-insensitively.
    TokenAnyCase,
    /// Compares only as many characters of the token as were sent: a prefix passes.
    TokenPrefixOnly,
    /// Searches for the token anywhere in the header: additional text passes.
    TokenSomewhere,
    /// Compares event names case-sensitively, and ignores the other spelling.
    CaseSensitiveEventNames,
    /// Lets every redelivery of a notification take effect again.
    NoDedupOfTraces,
    /// Recognises a redelivered notification by the second in which it arrives.
    RepeatsKnownByTime,
    /// Looks up a notification, processes it, and only then records it: of two concurrent ones, both take effect.
    TwinNoticesBothCount,
    /// Recognises only the documented spelling of the token header.
    TokenNameAsDocumented,
    /// Rejects notifications of unknown events with 400.
    UnknownNoticeRejected,
    /// Records the trace id of a forged notification, and then skips the genuine one.
    TraceRememberedTooSoon,
    /// Acknowledges notifications in staging, but never stores them.
    NoticesDropped,

    // Hosts.
    /// Hardcodes the production hosts in the code that retries a call after a 5xx.
    HardcodedHost,
}

impl Defect {
    /// Returns every defect, in the order of the documentation.
    pub fn all() -> &'static [Self] {
        Self::value_variants()
    }

    /// Returns the name used on the command line, such as `no-dedup`.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// The defect that is switched on, if any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ActiveDefect(Option<Defect>);

impl ActiveDefect {
    /// Whether this defect is switched on.
    pub fn has(self, defect: Defect) -> bool {
        self.0 == Some(defect)
    }
}

impl From<Option<Defect>> for ActiveDefect {
    fn from(defect: Option<Defect>) -> Self {
        Self(defect)
    }
}

impl From<Defect> for ActiveDefect {
    fn from(defect: Defect) -> Self {
        Self(Some(defect))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_defect_has_a_name_and_a_line_of_help() {
        for defect in Defect::all() {
            let value = defect.to_possible_value().unwrap();
            assert!(value.get_help().is_some(), "{defect:?} has no help");
            assert_eq!(Defect::from_str(&defect.name(), false), Ok(*defect));
        }
    }
}
