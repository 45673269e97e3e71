//! What must have happened for a check to decide anything (`assume`), and what must hold (`then`).

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::matcher::{AddressRule, Matcher, OnFailure};
use super::traffic::{CallsExpectation, DeniedHostsExpectation, ProviderRecordsExpectation, UserMessageExpectation};
use super::types::{Names, StatusRule, Text};
use super::verbs::verbs;
use crate::json_path::{FORMAT, JsonPath};

verbs! {
    /// One expectation about the evidence.
    Expectation, "expectation", later &[],
    {
        /// About the responses to a step.
        "response" => Response(ResponseExpectation),
        /// About what the partner's handler did with deliveries.
        "delivery" => Delivery(DeliveryExpectation),
        /// About the effect of an event inside the partner.
        "effect" => Effect(EffectExpectation),
        /// About what the partner showed to its client.
        "shown" => Shown(ShownExpectation),
        /// About the calls that the partner made.
        "calls" => Calls(Box<CallsExpectation>),
        /// About the user message for an outcome.
        "user_message" => UserMessage(UserMessageExpectation),
        /// About the final records of the simulated provider.
        "provider_records" => ProviderRecords(ProviderRecordsExpectation),
        /// About findings that should not exist.
        "denied_hosts" => DeniedHosts(DeniedHostsExpectation),
        /// About values of answers, captures, configuration and facts.
        "values" => Values(ValuesExpectation),
        /// About alternatives, one of which must hold.
        "any_of" => AnyOf(AnyOfExpectation),
    }
}

impl Expectation {
    /// Returns the verdict when it does not hold.
    pub fn on_failure(&self) -> OnFailure {
        match self {
            Expectation::Response(e) => e.on_failure,
            Expectation::Delivery(e) => e.on_failure,
            Expectation::Effect(e) => e.on_failure,
            Expectation::Shown(e) => e.on_failure,
            Expectation::Calls(e) => e.on_failure,
            Expectation::UserMessage(e) => e.on_failure,
            Expectation::ProviderRecords(e) => e.on_failure,
            Expectation::DeniedHosts(e) => e.on_failure,
            Expectation::Values(e) => e.on_failure,
            Expectation::AnyOf(_) => OnFailure::Fail,
        }
    }

    /// Whether it holds when nothing happened at all; the check then needs an `assume` beside it.
    pub fn bounds_from_above(&self) -> bool {
        match self {
            Expectation::Response(_) | Expectation::Values(_) | Expectation::UserMessage(_) => false,
            Expectation::Shown(e) => e.shown == ShownRule::Nothing,
            Expectation::Calls(e) => e.exactly.is_some() || e.at_most.is_some(),
            Expectation::ProviderRecords(e) => e.bounds_from_above(),
            Expectation::DeniedHosts(e) => e.exactly.is_some(),
            Expectation::Delivery(e) => !matches!(
                e.is,
                Some(
                    DeliveryRule::Accepted
                        | DeliveryRule::Acknowledged
                        | DeliveryRule::InTime
                        | DeliveryRule::AcceptedOrPutOff
                )
            ),
            Expectation::Effect(e) => e.exactly.is_some() || e.at_most.is_some(),
            Expectation::AnyOf(e) => e.any_of.iter().any(Expectation::bounds_from_above),
        }
    }
}

/// `answer: me, status: 200`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponseExpectation {
    /// The step or steps; every response to each of them counts.
    pub response: Names,
    /// The status.
    pub status: Option<StatusRule>,
    /// Headers, by name.
    #[serde(default)]
    pub header: IndexMap<String, Matcher>,
    /// Values of the JSON body, by path.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "format": FORMAT }))]
    pub body: IndexMap<JsonPath, Matcher>,
    /// The address that answered.
    pub address: Option<AddressRule>,
    /// The TLS certificate of the host that answered.
    pub certificate: Option<CertificateRule>,
    /// How many events newly took effect at the partner after the request: the difference that the step's `counts`
    /// measured.
    pub counted: Option<Matcher>,
    /// The verdict when this does not hold: fail, or inconclusive.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// A hint to show when this does not hold.
    pub hint: Option<Text>,
}

/// What a certificate must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CertificateRule {
    /// Issued by a trusted authority for this host, and not expired.
    Valid,
}

/// `delivery: altered, is: rejected`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryExpectation {
    /// `control`, `altered`, `each` or the names of steps.
    pub delivery: Names,
    /// What the handler must have done.
    pub is: Option<DeliveryRule>,
    /// The status of its answer.
    pub status: Option<Matcher>,
    /// The verdict when this does not hold: fail, or inconclusive.
    #[serde(default)]
    pub on_failure: OnFailure,
}

/// What a handler can do with a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryRule {
    /// A success status by the provider's rule, within the time that it allows.
    Accepted,
    /// Any 2xx, even if the provider does not count it as success, and at any time.
    Acknowledged,
    /// Any answer within the time that the provider allows.
    InTime,
    /// No success status, or a success status without the effect that the genuine twin had.
    Rejected,
    /// Whatever the alteration itself declares.
    AsDeclared,
    /// A success status for at least one of them; the others may be put off to a retry with 409, 429 or 503.
    AcceptedOrPutOff,
}

/// `effect: first, exactly: 1`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EffectExpectation {
    /// The step whose event to look at.
    pub effect: String,
    /// The exact number of effects.
    pub exactly: Option<u64>,
    /// The minimum number of effects.
    pub at_least: Option<u64>,
    /// The maximum number of effects.
    pub at_most: Option<u64>,
    /// The verdict when this does not hold: fail, or inconclusive.
    #[serde(default)]
    pub on_failure: OnFailure,
}

/// `shown: return_url, client: each`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShownExpectation {
    /// What must hold for the URLs that were shown.
    pub shown: ShownRule,
    /// The clients to whom they were shown, each judged separately; `each` means all. By default, the check's first
    /// client.
    pub client: Option<Names>,
    /// The action that showed them; by default, any action.
    pub by: Option<String>,
    /// The provider URL or URLs, each of which must be shown; a template. By default, any URL that the partner received
    /// for the client.
    pub url: Option<Text>,
    /// The verdict when this does not hold: fail, or inconclusive.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// A hint to show when this does not hold.
    pub hint: Option<Text>,
}

/// What must hold for a shown URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShownRule {
    /// A URL that the provider sent was shown, even with another host or query.
    ProviderUrl,
    /// Each such URL keeps the scheme, host and port that the provider sent.
    ReceivedHost,
    /// Each such URL has exactly one return URL, correctly appended and allowed by `return_url` in the profile, and
    /// keeps the query that the provider sent.
    ReturnUrl,
    /// No URL of the provider was shown.
    Nothing,
}

/// `values: ..., are: ...`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValuesExpectation {
    /// The values: a template, or a selection from a response or fact.
    pub values: Source,
    /// What the values must be as one list; a template whose value is not a list is matched directly.
    pub are: Option<Matcher>,
    /// What each value must be; there must be at least one.
    pub all_match: Option<Matcher>,
    /// The verdict when this does not hold: fail, or inconclusive.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// A hint to show when this does not hold.
    pub hint: Option<Text>,
}

/// Where values come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A template.
    Template(Text),
    /// A selection from the result of a step.
    Selection(Box<Selection>),
}

/// A selection from the result of a step: the body of its response, or the value of its fact.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// The step.
    pub of: String,
    /// The nodes to select, as a JSON path.
    #[serde(default = "JsonPath::root")]
    pub select: JsonPath,
    /// Only nodes that match: matchers by JSON path within the node.
    #[serde(default, rename = "where")]
    #[schemars(extend("propertyNames" = { "format": FORMAT }))]
    pub filter: IndexMap<JsonPath, Matcher>,
    /// What to take from each node, as a JSON path within it.
    #[serde(default = "JsonPath::root")]
    pub take: JsonPath,
    /// JSON paths that identify a node to the reader; if no node matches, the report names the nearest.
    #[serde(default)]
    pub known_by: Vec<JsonPath>,
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => Ok(Source::Template(text)),
            other => {
                serde_json::from_value(other).map(Box::new).map(Source::Selection).map_err(serde::de::Error::custom)
            }
        }
    }
}

impl JsonSchema for Source {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Source".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let selection = generator.subschema_for::<Selection>();
        schemars::json_schema!({
            "description": "a template, or `{ of: STEP, select, where, take }`",
            "if": { "type": "string" }, "then": true, "else": selection
        })
    }
}

/// `any_of: [...]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnyOfExpectation {
    /// Passes if one passes; else inconclusive if one is; else fails and shows all of them.
    #[schemars(length(min = 1))]
    pub any_of: Vec<Expectation>,
}
