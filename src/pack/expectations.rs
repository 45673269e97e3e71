//! What must have happened for a check to say anything (`seen`), and what must hold (`then`).

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::matcher::{AddressRule, Matcher, Unmet};
use super::traffic::{CallsExpectation, FindingsExpectation, ProviderExpectation, ToldExpectation};
use super::types::{Names, StatusRule, Text};
use super::verbs::verbs;

verbs! {
    /// One small statement about the evidence.
    Expectation, "expectation", later &[],
    {
        /// About the answers that a step got.
        "answer" => Answer(AnswerExpectation),
        /// About what the partner's handler did with deliveries.
        "delivery" => Delivery(DeliveryExpectation),
        /// About what an event changed inside the partner.
        "effect" => Effect(EffectExpectation),
        /// About what the partner showed to its client.
        "presented" => Presented(PresentedExpectation),
        /// About the calls that the partner made.
        "calls" => Calls(Box<CallsExpectation>),
        /// About what the partner said of an outcome.
        "told" => Told(ToldExpectation),
        /// About what the simulated provider holds in the end.
        "provider" => Provider(ProviderExpectation),
        /// About what was found where nothing should be.
        "findings" => Findings(FindingsExpectation),
        /// About values of answers, captures, configuration and facts.
        "values" => Values(ValuesExpectation),
        /// About several ways of which one will do.
        "either" => Either(EitherExpectation),
    }
}

impl Expectation {
    /// How bad it is when it is not met.
    pub fn unmet(&self) -> Unmet {
        match self {
            Expectation::Answer(e) => e.unmet,
            Expectation::Delivery(e) => e.unmet,
            Expectation::Effect(e) => e.unmet,
            Expectation::Presented(e) => e.unmet,
            Expectation::Calls(e) => e.unmet,
            Expectation::Told(e) => e.unmet,
            Expectation::Provider(e) => e.unmet,
            Expectation::Findings(e) => e.unmet,
            Expectation::Values(e) => e.unmet,
            Expectation::Either(_) => Unmet::Fail,
        }
    }

    /// Whether it holds when nothing happened at all: then a check needs a `seen` beside it.
    pub fn bounds_from_above(&self) -> bool {
        match self {
            Expectation::Answer(_) | Expectation::Values(_) | Expectation::Told(_) => false,
            Expectation::Presented(e) => e.presented == PresentedRule::Nothing,
            Expectation::Calls(e) => e.exactly.is_some() || e.at_most.is_some(),
            Expectation::Provider(e) => e.bounds_from_above(),
            Expectation::Findings(e) => e.exactly.is_some(),
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
            Expectation::Either(e) => e.either.iter().any(Expectation::bounds_from_above),
        }
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let name = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let names = match &value {
            serde_json::Value::Array(list) => list.iter().map(name).collect::<Option<Vec<_>>>(),
            other => name(other).map(|one| vec![one]),
        };
        names
            .filter(|names| !names.is_empty())
            .map(Names)
            .ok_or_else(|| serde::de::Error::custom("expected a name or a list of names"))
    }
}

impl JsonSchema for Names {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Names".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "a name or a list of names",
            "if": { "type": "array" },
            "then": { "minItems": 1, "items": { "type": "string" } },
            "else": { "type": "string" }
        })
    }
}

/// `answer: me, status: 200`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerExpectation {
    /// The step or steps; every answer of each is meant.
    pub answer: Names,
    /// The status.
    pub status: Option<StatusRule>,
    /// Headers, by name.
    #[serde(default)]
    pub header: IndexMap<String, Matcher>,
    /// Values of the JSON body, by path.
    #[serde(default)]
    pub body: IndexMap<String, Matcher>,
    /// The address that answered.
    pub address: Option<AddressRule>,
    /// The certificate of the host that answered.
    pub certificate: Option<CertificateRule>,
    /// Whether the partner took note of what the request sent out: the difference that the step's `counts` found.
    pub counted: Option<Matcher>,
    /// How bad it is when this is not met.
    #[serde(default)]
    pub unmet: Unmet,
    /// What else to say when it is not met.
    pub hint: Option<Text>,
}

/// What a certificate must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CertificateRule {
    /// Issued by an authority that is trusted, for this host, and in date.
    Valid,
}

/// `delivery: varied, is: refused`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryExpectation {
    /// `control`, `varied`, `each` or the names of steps.
    pub delivery: Names,
    /// What the handler must have done.
    pub is: Option<DeliveryRule>,
    /// The status of its answer.
    pub status: Option<Matcher>,
    /// How bad it is when this is not met.
    #[serde(default)]
    pub unmet: Unmet,
}

/// What a handler can do with a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryRule {
    /// A success by the provider's rule, in the time that it allows.
    Accepted,
    /// Any success that HTTP knows, whether or not the provider takes it for one, and however long it takes.
    Acknowledged,
    /// An answer in the time that the provider allows, whatever it says.
    InTime,
    /// No success, or a success without effect where the genuine twin had one.
    Refused,
    /// Whatever the variant itself expects.
    Expected,
    /// A success of one of them at least; others may be put off to a later repeat, with 409, 429 or 503.
    AcceptedOrPutOff,
}

/// `effect: first, exactly: 1`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EffectExpectation {
    /// The step whose event is meant.
    pub effect: String,
    /// It took effect so often.
    pub exactly: Option<u64>,
    /// It took effect at least so often.
    pub at_least: Option<u64>,
    /// It took effect at most so often.
    pub at_most: Option<u64>,
    /// How bad it is when this is not met.
    #[serde(default)]
    pub unmet: Unmet,
}

/// `presented: return_url, client: each`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PresentedExpectation {
    /// What must be true of the URLs that were presented.
    pub presented: PresentedRule,
    /// The clients to whom, each for itself; `each` means all. Without it, the check's first client.
    pub client: Option<Names>,
    /// The action that presented them; without it, any.
    pub by: Option<String>,
    /// The URL or URLs of the provider that are meant, each of which must be presented; a template. Without it, any
    /// that the partner received for the client.
    pub url: Option<Text>,
    /// How bad it is when this is not met.
    #[serde(default)]
    pub unmet: Unmet,
    /// What else to say when it is not met.
    pub hint: Option<Text>,
}

/// What of a presented URL is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PresentedRule {
    /// A URL that the provider had sent was presented, whatever became of its host and query.
    ProviderUrl,
    /// Each such URL has the scheme, host and port that were received.
    ReceivedHost,
    /// Each such URL has exactly one return URL, well joined, that the profile's `return_url` allows, and the query
    /// that was received beside it.
    ReturnUrl,
    /// No URL of the provider was presented.
    Nothing,
}

/// `values: ..., are: ...`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValuesExpectation {
    /// The values: a template, or a selection of an answer or fact.
    pub values: Source,
    /// What they must be, as one list (a template that gives no list is taken as it is).
    pub are: Option<Matcher>,
    /// What each must be; there must be at least one.
    pub each: Option<Matcher>,
    /// How bad it is when this is not met.
    #[serde(default)]
    pub unmet: Unmet,
    /// What else to say when it is not met.
    pub hint: Option<Text>,
}

/// Where values come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A template.
    Template(Text),
    /// A selection of what a step gave.
    Selection(Selection),
}

/// A selection of what a step gave: the body of its answer, or the value of its fact.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// The step.
    pub of: String,
    /// The nodes that are looked at, as a JSON path.
    #[serde(default = "root")]
    pub select: String,
    /// Only those of which this holds: matchers by JSON path in the node.
    #[serde(default, rename = "where")]
    pub filter: IndexMap<String, Matcher>,
    /// What is taken of each, as a JSON path in the node.
    #[serde(default = "root")]
    pub take: String,
    /// By what a reader knows a node, as JSON paths in it: where none is as it should be, the nearest is named.
    #[serde(default)]
    pub known_by: Vec<String>,
}

fn root() -> String {
    "$".into()
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => Ok(Source::Template(text)),
            other => serde_json::from_value(other).map(Source::Selection).map_err(serde::de::Error::custom),
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

/// `either: [...]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EitherExpectation {
    /// Pass if one passes, else undecided if one is, else fail with all of them shown.
    #[schemars(length(min = 1))]
    pub either: Vec<Expectation>,
}
