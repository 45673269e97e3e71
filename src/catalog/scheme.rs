//! How a provider signs, delivers and repeats its webhooks.

use std::collections::BTreeMap;
use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::words::{Span, StatusRule, Text, Where};
use crate::template;

pub use super::variation::{
    Arrangement, BodyVariation, Clock, HeaderNames, KeyVariation, SignatureVariation, Variation,
};

/// The provider's webhooks.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// The method of a delivery.
    #[serde(default)]
    pub method: DeliveryMethod,
    /// The headers of a delivery, as templates over `event`, `id`, `t`, `mac`, `signatures`, `secret`, `url` and
    /// `method`, with the filter `base64`.
    pub headers: IndexMap<String, Text>,
    /// How the body is written.
    #[serde(default)]
    pub body: BodyType,
    /// The media type, where it is not the usual one of such a body.
    pub content_type: Option<String>,
    /// The message authentication code, if there is one.
    pub mac: Option<Mac>,
    /// What secrets look like.
    #[serde(default)]
    pub secret: SecretRule,
    /// The time that a delivery says it was sent at, `t`.
    #[serde(default)]
    pub timestamp: Timestamp,
    /// What counts as a success.
    pub success: Success,
    /// The delay before each attempt.
    pub retries: Vec<Span>,
    /// By how much of itself a delay is longer or shorter at random, at most: `0.1` is a tenth.
    #[schemars(range(min = 0, max = 1))]
    #[serde(default)]
    pub jitter: f64,
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
    #[serde(rename = "known_defects")]
    pub mistakes: IndexMap<String, Variation>,
}

/// The methods of deliveries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum DeliveryMethod {
    /// `POST`.
    #[default]
    Post,
    /// `PUT`.
    Put,
    /// `PATCH`.
    Patch,
}

impl DeliveryMethod {
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            DeliveryMethod::Post => "POST",
            DeliveryMethod::Put => "PUT",
            DeliveryMethod::Patch => "PATCH",
        }
    }
}

/// How bodies are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BodyType {
    /// JSON.
    #[default]
    Json,
    /// The members of one object as a form.
    Form,
}

/// What the secret of a subscription looks like.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SecretRule {
    /// What it begins with; not part of the key.
    pub prefix: String,
    /// The most characters that it may have.
    pub at_most: Option<usize>,
}

/// The time that a delivery says it was sent at.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Timestamp {
    /// How it is written.
    pub unit: TimeUnit,
    /// How old a delivery may be that is still to be accepted.
    pub tolerance: Option<Span>,
}

/// How times of sending are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// Whole seconds since 1970.
    #[default]
    Seconds,
    /// Whole milliseconds since 1970.
    Milliseconds,
    /// RFC 3339 in UTC, with whole seconds.
    Rfc3339,
}

/// A message authentication code.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mac {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// How the secret's text becomes the key.
    pub key: KeyForm,
    /// The bytes that are signed, as a template over `t`, `id`, `event`, `body`, `url` and `method`.
    #[serde(rename = "signed_content")]
    pub message: Text,
    /// How the code is written.
    pub encoding: Encoding,
    /// How several signatures stand in one header, where a delivery is signed with the previous secret too for a time.
    pub signatures: Option<Signatures>,
}

/// Several signatures in one header, which templates of headers read as `signatures`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signatures {
    /// One of them, as a template over `mac` and `t`.
    #[serde(rename = "format")]
    pub each: Text,
    /// What stands between them.
    pub joined_by: String,
    /// For how long after a secret was replaced deliveries are signed with both.
    pub overlap: Option<Span>,
}

/// The algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Algorithm {
    /// HMAC with SHA-256, RFC 2104.
    #[serde(rename = "hmac-sha256")]
    HmacSha256,
    /// HMAC with SHA-512, RFC 2104.
    #[serde(rename = "hmac-sha512")]
    HmacSha512,
    /// HMAC with SHA-1, RFC 2104, which some providers still use.
    #[serde(rename = "hmac-sha1")]
    HmacSha1,
}

/// How a secret's text becomes key bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyForm {
    /// Standard Base64.
    Base64,
    /// Hexadecimal.
    Hex,
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
    /// The kind of record that is then created in the simulator: the mail that says so, for one.
    pub creates: Option<String>,
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

impl Webhooks {
    /// Whether the time that a header says is the one that is signed: it stands beside the code, or none does.
    pub fn signs_time_of(&self, header: &str) -> bool {
        let several = self.mac.as_ref().and_then(|mac| mac.signatures.as_ref());
        let each = several.is_some_and(|several| reads(&several.each, "t"));
        let code = |text: &str| reads(text, "mac") || reads(text, "signatures");
        let beside = |text: &String| code(text) && (reads(text, "t") || (each && reads(text, "signatures")));
        code(header) || !self.headers.values().any(beside)
    }

    /// Whether deliveries have such a clock.
    pub fn has(&self, clock: Clock) -> bool {
        let each = self.mac.as_ref().and_then(|mac| mac.signatures.as_ref()).map(|several| &several.each);
        let timed = || self.headers.values().filter(|text| reads(text, "t"));
        match clock {
            Clock::Signed => timed().any(|text| self.signs_time_of(text)) || each.is_some_and(|each| reads(each, "t")),
            Clock::Unsigned => timed().any(|text| !self.signs_time_of(text)),
            Clock::Body => self.time.iter().any(|place| matches!(place, Where::Body(_))),
        }
    }
}

/// Whether a template reads a name.
fn reads(text: &str, name: &str) -> bool {
    template::names(text).unwrap_or_default().iter().any(|read| read == name)
}
