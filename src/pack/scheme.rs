//! How a provider signs, delivers and retries its webhooks.

use std::collections::BTreeMap;
use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::types::{Span, StatusRule, Text, Where};
use crate::template;

pub use super::alteration::{
    Alteration, Arrangement, BodyAlteration, Clock, HeaderNames, KeyAlteration, SignatureAlteration,
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
    /// The format of the body.
    #[serde(default)]
    pub body: BodyType,
    /// The media type, if it is not the usual one for the format.
    pub content_type: Option<String>,
    /// The message authentication code, if there is one.
    pub mac: Option<Mac>,
    /// The form of secrets.
    #[serde(default)]
    pub secret: SecretRule,
    /// The time of sending in a delivery, `t`.
    #[serde(default)]
    pub timestamp: Timestamp,
    /// What counts as a success.
    pub success: Success,
    /// The delay before each attempt.
    pub retries: Vec<Span>,
    /// The maximum random jitter of a delay, as a fraction of it: `0.1` is a tenth.
    #[schemars(range(min = 0, max = 1))]
    #[serde(default)]
    pub jitter: f64,
    /// When a subscription is disabled.
    pub disable: Disable,
    /// The path of the event's id, which tells deliveries apart.
    pub id: Where,
    /// The paths of sending times in the body; all of them change together.
    #[serde(default)]
    pub time: Vec<Where>,
    /// The path of the event's name in the body, besides any header.
    pub name: Option<Where>,
    /// The action after which the partner knows the client that deliveries are about.
    pub known_after: Option<String>,
    /// The events, in the provider's order.
    pub events: IndexMap<String, Event>,
    /// Known defects of handlers, by a description, and how to sign a delivery so that such a handler accepts it.
    #[serde(default)]
    pub known_defects: IndexMap<String, Alteration>,
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
    /// Returns the name of the method in HTTP.
    pub fn word(self) -> &'static str {
        match self {
            DeliveryMethod::Post => "POST",
            DeliveryMethod::Put => "PUT",
            DeliveryMethod::Patch => "PATCH",
        }
    }
}

/// The format of bodies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BodyType {
    /// JSON.
    #[default]
    Json,
    /// The fields of one object as a form.
    Form,
}

/// The form of a subscription's secret.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SecretRule {
    /// Its prefix, which is not part of the key.
    pub prefix: String,
    /// Its maximum number of characters.
    pub at_most: Option<usize>,
}

/// The time of sending in a delivery.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Timestamp {
    /// Its format.
    pub unit: TimeUnit,
    /// The maximum age of a delivery that must still be accepted.
    pub tolerance: Option<Span>,
}

/// The format of sending times.
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
    /// How to decode the text of the secret into the key.
    pub key: KeyForm,
    /// The signed content, as a template over `t`, `id`, `event`, `body`, `url` and `method`.
    pub signed_content: Text,
    /// The encoding of the code.
    pub encoding: Encoding,
    /// How one header carries several signatures while deliveries are also signed with the previous secret.
    pub signatures: Option<Signatures>,
}

/// Several signatures in one header, which header templates read as `signatures`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signatures {
    /// The format of each signature, as a template over `mac` and `t`.
    pub format: Text,
    /// The separator between them.
    pub joined_by: String,
    /// How long after a replacement deliveries are signed with both secrets.
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

/// How to decode the text of a secret into key bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyForm {
    /// Standard Base64.
    Base64,
    /// Hexadecimal.
    Hex,
    /// The bytes of the text.
    Text,
}

/// The encoding of bytes in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Lower-case hexadecimal.
    Hex,
    /// Standard Base64.
    Base64,
}

/// What the provider counts as a success.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Success {
    /// The statuses.
    pub status: StatusRule,
    /// The time limit, if the provider has one.
    pub within: Option<Span>,
}

impl Success {
    /// Returns the time to wait for an answer: the limit of the provider, or 30 s if it has none.
    pub fn patience(&self) -> Duration {
        self.within.map_or(Duration::from_secs(30), |span| span.0)
    }
}

/// When a subscription is disabled.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Disable {
    /// The number of consecutive failures that disables it.
    pub after_failures: u32,
    /// The reason that the subscription then shows.
    pub reason: Option<String>,
    /// The kind of record that the simulator then creates, such as the mail that reports it.
    pub creates: Option<String>,
    /// Statuses that disable it at once, with the reason that it then shows.
    #[serde(default)]
    pub at_once_on: BTreeMap<u16, String>,
}

/// An event of the provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// The fixture with its body, under `fixtures/<provider>/`, without `.json`.
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
    /// Completely, field by field.
    Fully,
    /// In part; a handler may need more.
    Partly,
    /// Not at all.
    No,
}

impl Webhooks {
    /// Whether the time in a header is the signed one: the header also carries the signature, or no header carries
    /// both.
    pub fn signs_time_of(&self, header: &str) -> bool {
        let several = self.mac.as_ref().and_then(|mac| mac.signatures.as_ref());
        let each = several.is_some_and(|several| reads(&several.format, "t"));
        let code = |text: &str| reads(text, "mac") || reads(text, "signatures");
        let beside = |text: &String| code(text) && (reads(text, "t") || (each && reads(text, "signatures")));
        code(header) || !self.headers.values().any(beside)
    }

    /// Whether deliveries have this clock.
    pub fn has(&self, clock: Clock) -> bool {
        let each = self.mac.as_ref().and_then(|mac| mac.signatures.as_ref()).map(|several| &several.format);
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
