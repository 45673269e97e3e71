//! What a pack says about its provider: `provider.yaml`.

use std::collections::BTreeMap;
use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::deeds::{ActionWord, CleanUp, Deed};
use super::pages::ReturnUrl;
use super::simulated::Simulated;
use super::words::{Age, Environment, Route, Span, StatusRule, Text, Where};

/// The provider: its checklist, its addresses, how one authenticates, how it signs, and how to play it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// The name as people know it.
    pub name: String,
    /// The version of the pack.
    pub version: String,
    /// The page that the checklist was taken from.
    pub docs: Option<String>,
    /// The checklist, in the provider's order.
    pub items: Vec<Item>,
    /// The addresses, by environment.
    #[serde(default)]
    pub environments: BTreeMap<Environment, Addresses>,
    /// The provider's APIs and how one authenticates to each.
    #[serde(default)]
    pub apis: IndexMap<String, Api>,
    /// What a partner's build can be asked to do, by the name that profiles give to it.
    #[serde(default)]
    pub actions: IndexMap<String, ActionWord>,
    /// What a person does in the real test environment for something to happen there that a rehearsal plays, by the
    /// simulator's name for it.
    #[serde(default)]
    pub people: IndexMap<String, Deed>,
    /// How a client that a run created in the test environment is taken away again.
    pub clean_up: Option<CleanUp>,
    /// Calls other than `GET` and `HEAD` that may go to production.
    #[serde(default)]
    pub production_allows: Vec<Route>,
    /// Operations that exist in the test environment alone and never go to production, whatever their method.
    #[serde(default)]
    pub test_only: Vec<Route>,
    /// The members of production answers that may be kept; everything else is dropped before it is recorded.
    #[serde(default)]
    pub production_keeps: Vec<String>,
    /// How the provider writes the names in its JSON.
    #[serde(default)]
    pub member_names: MemberNames,
    /// Named facts that checks and fixtures refer to, as `{{ provider.facts.NAME }}`.
    #[serde(default)]
    pub facts: BTreeMap<String, Value>,
    /// How a client comes back from the provider's pages.
    pub return_url: Option<ReturnUrl>,
    /// How webhooks are signed, delivered and repeated.
    pub webhooks: Option<Webhooks>,
    /// How the provider is played in rehearsal.
    pub simulator: Option<Simulated>,
}

/// One line of the provider's checklist.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The stable id, `section.words`.
    pub id: String,
    /// The section's heading.
    pub section: String,
    /// The provider's words.
    pub words: String,
}

/// Where an environment is.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Addresses {
    /// The base URL of each API.
    #[serde(default)]
    pub apis: BTreeMap<String, url::Url>,
    /// Further hosts of this environment, of pages that people see. They never receive a key.
    #[serde(default)]
    pub pages: Vec<String>,
    /// Spellings of its hosts that are out of date.
    #[serde(default)]
    pub obsolete: Vec<String>,
}

/// How one authenticates to an API.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Api {
    /// A key in one or more headers, as templates over `api_key`.
    Header(BTreeMap<String, Text>),
    /// A bearer token that another call gives.
    Bearer(Bearer),
}

/// A bearer token and where it comes from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bearer {
    /// The API that mints.
    pub from: String,
    /// The call that mints.
    pub mint: Route,
    /// The path of the token in its answer.
    pub token: String,
    /// How long a token lives.
    pub lifetime: Span,
}

/// How the names in JSON answers are to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberNames {
    /// As they are.
    #[default]
    Exact,
    /// The provider writes `Url` or `url`; both are read as `url`.
    CamelCase,
}

/// The provider's webhooks.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// The headers of a delivery, as templates over `event`, `id`, `t`, `mac` and `secret`.
    pub headers: IndexMap<String, Text>,
    /// The media type of the body.
    #[serde(default = "json_type")]
    pub content_type: String,
    /// The message authentication code, if there is one.
    pub mac: Option<Mac>,
    /// What counts as a success.
    pub success: Success,
    /// The delay before each attempt.
    pub retries: Vec<Span>,
    /// When a subscription is switched off.
    pub disable: Disable,
    /// Where the id of an event sits, by which deliveries are told apart.
    pub id: Where,
    /// Where times of sending sit in the body; all of them move together.
    #[serde(default)]
    pub time: Vec<Where>,
    /// Where the event's name sits in the body, beside any header.
    pub name: Option<Where>,
    /// The action of a profile after which the partner knows the client that deliveries are about.
    pub known_after: Option<String>,
    /// The events, in the provider's order.
    pub events: IndexMap<String, Event>,
    /// Mistakes that handlers are known to make, by what to say of them, and how a delivery would have to be signed
    /// for such a handler to accept it.
    #[serde(default)]
    pub mistakes: IndexMap<String, Variation>,
}

fn json_type() -> String {
    "application/json".into()
}

/// A message authentication code.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mac {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// How the secret's text becomes the key.
    pub key: KeyForm,
    /// The bytes that are signed, as a template over `t`, `id`, `event` and `body`.
    pub message: Text,
    /// How the code is written.
    pub encoding: Encoding,
}

/// The algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Algorithm {
    /// HMAC with SHA-256, RFC 2104.
    #[serde(rename = "hmac-sha256")]
    HmacSha256,
}

/// How a secret's text becomes key bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyForm {
    /// Standard Base64.
    Base64,
    /// The text's own bytes.
    Text,
}

/// How bytes are written in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Lower-case hexadecimal.
    Hex,
    /// Standard Base64.
    Base64,
}

/// What the provider takes for a success.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Success {
    /// The statuses.
    pub status: StatusRule,
    /// The time allowed, if the provider names one.
    pub within: Option<Span>,
}

impl Success {
    /// The time to wait for an answer: the provider's own, or 30 s where it names none.
    pub fn patience(&self) -> Duration {
        self.within.map_or(Duration::from_secs(30), |span| span.0)
    }
}

/// When a subscription is switched off.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Disable {
    /// After so many failures in a row.
    pub after_failures: u32,
    /// What the subscription then says.
    pub reason: Option<String>,
    /// Statuses that switch it off at once, with what it then says.
    #[serde(default)]
    pub at_once_on: BTreeMap<u16, String>,
}

/// An event of the provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// The fixture that holds its body, below `fixtures/<provider>/`, without `.json`.
    pub body: String,
    /// Whether the checklist asks every partner to subscribe to it.
    #[serde(default)]
    pub required: bool,
    /// How well its body is documented.
    pub documented: Documented,
}

/// How well the body of an event is documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Documented {
    /// Field by field.
    Fully,
    /// Some of it; a handler may ask for more.
    Partly,
    /// Not at all.
    No,
}

/// One way in which a delivery differs from a genuine one.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variation {
    /// Another key, or the right one in another form.
    pub key: Option<KeyVariation>,
    /// Headers to leave out.
    #[serde(default)]
    pub without_header: Option<String>,
    /// Headers to write otherwise, as templates.
    #[serde(default)]
    pub headers: IndexMap<String, Text>,
    /// The body, written otherwise (and signed so) or changed after signing.
    pub body: Option<BodyVariation>,
    /// Other bytes to sign, as a template.
    pub message: Option<Text>,
    /// The code, damaged.
    pub signature: Option<SignatureVariation>,
    /// How far in the past the delivery claims to be; negative: ahead.
    pub age: Option<Age>,
    /// Another event name.
    pub event: Option<String>,
    /// What this variant expects, where the series does not say it for all.
    pub expect: Option<crate::evidence::Expected>,
}

/// Other keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyVariation {
    /// A key nobody knows.
    Other,
    /// The secret's text itself, where it should have been decoded.
    Undecoded,
}

/// Other bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BodyVariation {
    /// One member's value changed after signing.
    Changed,
    /// Unusual white space between the tokens.
    Spaced,
    /// The members in another order.
    Reordered,
    /// Letters written as `\u` escapes.
    Escaped,
    /// Letters beyond ASCII in a member nobody reads.
    NonAscii,
    /// A member nobody knows, with a number beyond 2^53.
    UnknownMember,
    /// Signed as if parsed and written again with two spaces of indent.
    SignedIndented,
    /// Signed as if parsed and written again with sorted keys.
    SignedSorted,
    /// Signed as if parsed and written again without white space.
    SignedCompact,
}

/// Damaged codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignatureVariation {
    /// Only its first half.
    Truncated,
    /// Nothing.
    Empty,
    /// In upper case.
    UpperCase,
    /// In the other usual encoding.
    OtherEncoding,
}
