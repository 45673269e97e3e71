//! The old words, by the place in which each is banned.

/// Old words, each with the new one.
pub(super) type Words = &'static [(&'static str, &'static str)];

/// Keys of a check.
pub(super) const CHECK: Words = &[
    ("alone", "isolation"),
    ("answer", "response"),
    ("contain_all", "contains_all"),
    ("differs_from", "not_equals"),
    ("each", "for_each"),
    ("either", "any_of"),
    ("findings", "denied_hosts"),
    ("overlay", "override"),
    ("pattern", "matches"),
    ("presented", "shown"),
    ("provider", "provider_records"),
    ("seen", "assume"),
    ("told", "user_message"),
    ("unmet", "on_failure"),
    ("varied", "altered"),
    ("vary", "alter"),
    ("who", "responsible"),
];

/// Keys of `provider.yaml`.
pub(super) const PROVIDER: Words = &[
    ("about", "correlate_by"),
    ("becomes", "new_state"),
    ("clean_up", "cleanup"),
    ("details", "settings"),
    ("holds", "initial_records"),
    ("letters", "emails"),
    ("member_names", "field_names"),
    ("mistakes", "known_defects"),
    ("overlay", "override"),
    ("production_keeps", "production_fields"),
    ("recognised_by", "identified_by"),
    ("refusals", "default_replies"),
    ("refuse", "validate"),
    ("says", "description"),
    ("ways", "setup"),
    ("words", "text"),
];

/// Keys of `partner.yaml`.
pub(super) const PARTNER: Words = &[
    ("again", "retry"),
    ("faults", "defects"),
    ("forgets", "volatile"),
    ("keep", "store"),
    ("kept", "stored"),
    ("learn", "capture"),
    ("proven", "verified"),
    ("seen", "duplicate"),
];

/// Keys of a profile.
pub(super) const PROFILE: Words = &[
    ("details", "settings"),
    ("given", "known_clients"),
    ("inspect", "lookups"),
    ("learn", "capture"),
    ("pass", "pass_env"),
    ("person_within", "manual_step_within"),
    ("presented", "shown"),
    ("production_keeps", "production_fields"),
    ("reaches", "allow_hosts"),
    ("stand_ins", "connect_to"),
    ("told", "user_message"),
    ("verifies", "verification"),
];

/// Properties that only a schema shows for sure. In YAML, the same word may be a member of a body, or a name.
pub(super) const SCHEMA_ONLY: Words = &[("message", "signed_content"), ("people", "manual_steps")];

/// Values of an enum, in any schema.
pub(super) const VALUES: Words = &[
    ("expected", "as_declared"),
    ("later", "deferred"),
    ("refused", "rejected"),
    ("source", "static"),
    ("undecided", "inconclusive"),
    ("vouched", "attested"),
];

/// Properties of the JSON report, and names of properties in `JUnit`.
pub(super) const REPORT: Words = &[
    ("repeat", "rerun"),
    ("stand_ins", "simulated_environments"),
    ("undecided", "inconclusive"),
    ("unit", "check"),
    ("units", "checks"),
    ("vouched", "attested"),
    ("who", "responsible"),
    ("words", "text"),
];

/// Commands, options and words of the help.
pub(super) const HELP: Words = &[
    ("deed", "action"),
    ("errand", "manual step"),
    ("fault", "defect"),
    ("inspect", "lookup"),
    ("letter", "email"),
    ("mistake", "defect"),
    ("overlay", "override"),
    ("stand-in", "simulated environment"),
    ("undecided", "inconclusive"),
    ("vouch", "attest"),
];

/// Parts of the id of a check, and of the name of a file below `checks`.
pub(super) const IDS: Words =
    &[("letter", "email"), ("refuse", "reject"), ("refused", "rejected"), ("refuses", "rejects")];

/// Names of files and folders below `src`.
pub(super) const FILES: Words = &[
    ("apart", "secret_derived"),
    ("courier", "delivery"),
    ("deed", "action"),
    ("doors", "routes"),
    ("errand", "manual_step"),
    ("faults", "defects"),
    ("leaks", "validate/secrets"),
    ("letter", "email"),
    ("letters", "emails"),
    ("mistakes", "defects"),
    ("mistrust", "validate/trust"),
    ("occasion", "event_instance"),
    ("overlay", "override"),
    ("overlays", "overrides"),
    ("played", "validate/simulator"),
    ("sofar", "conditions"),
    ("stand_ins", "simulated_environments"),
    ("undecided", "inconclusive"),
    ("vouched", "attestations"),
    ("words", "types, prose or labels"),
    ("world", "run_context"),
];

/// Types of the code that are still being renamed: see the ignored test.
pub(super) const TYPES: Words = &[
    ("Arrived", "ReceivedDelivery"),
    ("Beginning", "ClientSetup"),
    ("Begun", "SetupResult"),
    ("Bound", "Inputs"),
    ("Deed", "PerformedAction"),
    ("Doing", "CheckContext"),
    ("Errand", "ManualStep"),
    ("Examined", "Verification"),
    ("Holds", "ConditionFn"),
    ("Judged", "FinalVerdict"),
    ("Manner", "Timing"),
    ("Minting", "TokenRequest"),
    ("Occasion", "EventInstance"),
    ("Order", "DeliverySpec"),
    ("Outside", "RunHooks"),
    ("Overlay", "Override"),
    ("Parcel", "SignedRequest"),
    ("Realm", "ProviderHosts"),
    ("Road", "ClientKind"),
    ("Settled", "FinalVerdict"),
    ("Staged", "Demo"),
    ("Trouble", "TransportError"),
    ("Unkeyed", "AuthError"),
    ("Unstaged", "DemoError"),
    ("VerdictWord", "Verdict"),
    ("Vouched", "Attestations"),
    ("World", "RunContext"),
];
