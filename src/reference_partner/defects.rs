//! The mistakes that can be switched on.

use clap::ValueEnum;

/// The host that [`Defect::WhiteLabelHost`] puts in the place of the one it was given.
pub(super) const CONFIGURED_HOST: &str = "app.debitura.com";

/// One mistake a real developer makes. Exactly that behaviour changes, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum Defect {
    // Webhooks.
    /// Uses the text of the webhook secret as the key, without Base64-decoding it.
    SecretNotDecoded,
    /// Parses the body and serialises it again before computing the signature.
    ReserialisedBody,
    /// Looks at the age of a delivery, and never at its signature.
    SignatureUnchecked,
    /// Verifies what is told of clients, and waves through what is told of cases.
    CaseEventsUnverified,
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
    /// Takes the age of a delivery from the timestamp header, which nobody signed.
    AgeFromUnsignedHeader,
    /// Takes the age of a delivery from the time in its body, so that an event that is sent late is refused.
    AgeFromBody,
    /// Works before it answers, one delivery at a time: fine alone, too slow in a burst.
    SlowHandler,
    /// Lets every repetition of a delivery take effect again.
    NoDedup,
    /// Knows a repeated delivery by its signature, which every repeat has anew.
    RepeatsKnownBySignature,
    /// Looks whether an event is known, works, and remembers it then: of two deliveries at once, both take effect.
    TwinsBothCount,
    /// Knows the signature header in its documented spelling alone.
    SignatureNameAsDocumented,
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

    // Tokens.
    /// Keeps one token, and uses it for whichever client comes next.
    SharedToken,
    /// Mints a token for every invoice, although the last one still works.
    MintEveryCall,
    /// Gives up when a token has expired.
    NoRemint,
    /// Mints a new token after a 401, but does not repeat the call that met it.
    RemintWithoutRepeat,
    /// Mints and repeats again and again while the answer is 401.
    RemintForever,
    /// Tells the user that an invoice is submitted although the new token was refused too.
    #[value(name = "second-401-as-success")]
    Second401AsSuccess,

    // Onboarding.
    /// Takes 201, a client that is ready at once, for an unexpected answer, and the client for one that was not created.
    #[value(name = "refuses-201")]
    Refuses201,
    /// Believes that Debitura mails the onboarding URL to a new client, and does not show it.
    OnboardingUrlSwallowed,
    /// Tells a client that its account exists already, and does not show the approval URL.
    ApprovalUrlSwallowed,
    /// Takes a 409 for a passing trouble, and posts the client again at once.
    RepostsOnConflict,
    /// Takes a client that is linked to another partner for one that is ready.
    LinkedElsewhereAsSuccess,
    /// Knows one spelling of "linked to another partner", and repeats the call that gets the other.
    OneLiteralOnly,
    /// Posts a client again whose account is of the wrong type.
    InvalidClientTypeRepeated,
    /// Crashes on a kind of 409 that it does not know.
    CrashesOnUnknownConflict,
    /// Shows onboarding and approval URLs without a way back.
    ReturnUrlMissing,
    /// Always joins the return URL with a question mark, even where the URL has a query already.
    ReturnUrlSecondQuestionMark,
    /// Appends the return URL as it is, without percent-encoding it.
    ReturnUrlNotEncoded,
    /// Puts the return URL in the place of the query that was received.
    ReturnUrlDropsQuery,
    /// Appends the return URL where the URL is stored, and again where it is shown.
    ReturnUrlTwice,
    /// Keeps tenant ids in memory only: after a restart, a client has a new one.
    TenantIdInMemory,
    /// Sends cases without waiting for the onboarding to be completed.
    SubmitsBeforeCompletion,
    /// Never hears that a client completed its onboarding, by webhook or by asking.
    CompletionNeverNoticed,
    /// Believes that a client that was ready once stays ready, whatever terms there are to sign now.
    ResignedTermsIgnored,
    /// Renews an expired link under a new tenant id.
    ExpiredLinkNewTenant,
    /// Goes on showing the stored approval URL after it has expired.
    ExpiredLinkOldUrl,

    // Cases.
    /// Forgets the debtor's city.
    MissingCity,
    /// Sends the day by which it wants to be paid as the date of the case.
    DateInFuture,
    /// Sends the name of the currency instead of its code.
    CurrencyName,
    /// Sends the amount as a text.
    AmountAsText,
    /// Drops the state of a debtor in the US.
    UsStateDropped,
    /// Repeats a case whose answer was lost under a new reference.
    LostAnswerNewReference,
    /// Gets round a duplicate reference by taking another one.
    DuplicateNewReference,
    /// Sends the same case again and again while its reference is a duplicate.
    DuplicateLooped,
    /// Uses the tenant id as the reference of every case.
    ReferencePerClient,
    /// Leaves the dry run's `isTest: true` on in production.
    IsTestLeftOn,
    /// Sends the partner key beside the token.
    KeyBesideToken,

    // Errors.
    /// Says that a contract is missing, and does not show where to sign it.
    ContractUrlSwallowed,
    /// Sends a case again at once, and again, while the contract is missing.
    BlindRepeatOfContract,
    /// Takes a missing contract for final, and never sends the invoice again.
    NeverAfterSigning,
    /// Says that a power of attorney is missing, and does not show where to sign it.
    PoaUrlSwallowed,
    /// Says that a verification is missing, and does not show the form.
    KycUrlSwallowed,
    /// Tries to get round a missing verification with `allowPendingContracts: true`.
    PendingSwitchedOn,
    /// Repeats a case for which there is no collection partner.
    NoPartnerRepeated,
    /// Tells the user that an invoice is submitted although there is no collection partner for it.
    NoPartnerAsSuccess,
    /// Repeats a case of a blocked creditor.
    BlockedRepeated,
    /// Tells the user that an invoice is submitted although the creditor is blocked.
    BlockedAsSuccess,
    /// Shows the URL of the first error alone when there are several.
    FirstErrorOnly,
    /// Shows the URLs of errors without a way back.
    SolutionUrlWithoutReturn,
    /// Repeats at once after a 429.
    RateLimitIgnored,
    /// Reads the seconds of a 429 as a whole number, and comes back too early.
    RateLimitFloor,
    /// Takes a 429 for a refusal, and never sends the invoice again.
    RateLimitFinal,
    /// Repeats without a pause while Debitura answers 5xx.
    ServerErrorHammered,

    // KYC.
    /// Takes every case for eligible, without ever asking for a preview.
    NoPreview,
    /// Ignores that the preview asks for a verification, and sends the case.
    KycAskedAfterwards,
    /// Sends a case that the preview said is not eligible.
    SubmitsIneligible,
    /// Sends cases of countries that need a verification with the partner key instead of a token.
    KycWithoutToken,

    // Debitsuccess's notifications.
    /// Answers 202 to a notification, which counts as a failure there.
    #[value(name = "answers-202")]
    Answers202,
    /// Refuses notifications of payments, with 403.
    PaymentsRefused,
    /// Never looks at the token of a notification.
    TokenUnchecked,
    /// Lets a notification through that carries no token.
    TokenUncheckedWhenMissing,
    /// Compares the token without regard to case.
    TokenAnyCase,
    /// Compares only as much of the token as was given: its beginning will do.
    TokenPrefixOnly,
    /// Looks for the token somewhere in the header: anything around it will do.
    TokenSomewhere,
    /// Compares event names letter by letter, and takes no notice of the other spelling.
    CaseSensitiveEventNames,
    /// Lets every repetition of a notification take effect again.
    NoDedupOfTraces,
    /// Knows a repeated notification by the second in which it comes.
    RepeatsKnownByTime,
    /// Looks whether a notification is known, works, and remembers it then: of two at once, both take effect.
    TwinNoticesBothCount,
    /// Knows the header of the token in its documented spelling alone.
    TokenNameAsDocumented,
    /// Refuses notifications of events that it does not know, with 400.
    UnknownNoticeRefused,
    /// Remembers the trace id of a forged notification, and then skips the genuine one.
    TraceRememberedTooSoon,
    /// Acknowledges notifications in staging, but never stores them there.
    NoticesDropped,

    // Hosts.
    /// Has the production hosts written into the code that repeats a call after a 5xx.
    HardcodedHost,
}

impl Defect {
    /// Every defect, in the order of the documentation.
    pub fn all() -> &'static [Self] {
        Self::value_variants()
    }

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
    fn every_defect_has_a_name_and_a_line_of_help() {
        for defect in Defect::all() {
            let value = defect.to_possible_value().unwrap();
            assert!(value.get_help().is_some(), "{defect:?} has no help");
            assert_eq!(Defect::from_str(&defect.name(), false), Ok(*defect));
        }
    }
}
