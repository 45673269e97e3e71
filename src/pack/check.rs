//! One check: the content of a YAML file below `checks/<provider>/`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::expectations::{DeliveryRule, Expectation};
use super::given::Given;
use super::step::Step;
use super::types::{Listed, OneOrMany, Stage, Text};

/// One verifiable statement that serves one or more items of the provider's checklist.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The id, `section.name`, which matches the folder and the file name.
    pub id: String,
    /// What the check proves, as one sentence without a full stop.
    pub title: String,
    /// The checklist items that the check serves.
    pub items: Vec<String>,
    /// Whether readiness depends on the check.
    #[serde(default)]
    pub level: Level,
    /// The stages in which it runs; each is planned and reported separately.
    pub stage: Stages,
    /// What may run at the same time.
    #[serde(default)]
    pub isolation: Isolation,
    /// Checks that must pass first; if one does not, it blocks this check.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Who must act when it does not pass, if not the partner.
    #[serde(default)]
    pub responsible: ResponsibleParty,
    /// The provider's page.
    pub docs: url::Url,
    /// The consequence of a failure, in one sentence.
    pub why: Text,
    /// How to fix a failure; begins with a verb.
    pub fix: Text,
    /// The partners to which it applies, if not to all; for others it is skipped.
    pub applies: Option<Applies>,
    /// The set-up of both sides before the check begins.
    #[serde(default)]
    pub given: Given,
    /// The steps that the check takes.
    pub when: Vec<Step>,
    /// What must have happened for the check to decide anything; otherwise it is inconclusive.
    #[serde(default)]
    pub assume: Vec<Expectation>,
    /// What must hold; otherwise the check fails.
    #[serde(default)]
    pub then: Vec<Expectation>,
}

impl Check {
    /// Whether only a person can answer it, because all its steps are questions.
    pub fn only_asks(&self) -> bool {
        self.when.iter().all(|step| step.question().is_some())
    }

    /// Returns the questions that a person is asked.
    pub fn questions(&self) -> Vec<&str> {
        self.when.iter().filter_map(Step::question).collect()
    }

    /// Whether it has a control of its own: an expectation under `assume` that a genuine delivery must have met.
    pub fn has_control(&self) -> bool {
        self.assume.iter().any(is_control)
    }

    /// Returns what it requires the handler to do with its deliveries.
    pub fn wants_of_deliveries(&self) -> impl Iterator<Item = DeliveryRule> {
        self.then.iter().filter_map(|expectation| match expectation {
            Expectation::Delivery(e) => e.is,
            Expectation::Response(_)
            | Expectation::Effect(_)
            | Expectation::Shown(_)
            | Expectation::Calls(_)
            | Expectation::UserMessage(_)
            | Expectation::ProviderRecords(_)
            | Expectation::DeniedHosts(_)
            | Expectation::Values(_)
            | Expectation::AnyOf(_) => None,
        })
    }

    /// Returns the part of the id before its first dot.
    pub fn section(&self) -> &str {
        self.id.split('.').next().unwrap_or(&self.id)
    }
}

/// Whether an expectation requires that a delivery was accepted or had an effect.
fn is_control(expectation: &Expectation) -> bool {
    match expectation {
        Expectation::Delivery(e) => matches!(e.is, Some(DeliveryRule::Accepted | DeliveryRule::Acknowledged)),
        Expectation::Effect(e) => e.at_least.is_some_and(|least| least > 0),
        Expectation::AnyOf(e) => e.any_of.iter().any(is_control),
        Expectation::Response(_)
        | Expectation::Shown(_)
        | Expectation::Calls(_)
        | Expectation::UserMessage(_)
        | Expectation::ProviderRecords(_)
        | Expectation::DeniedHosts(_)
        | Expectation::Values(_) => false,
    }
}

/// The partners to which a check applies.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Applies {
    /// An expression over `profile`, `environment` and `provider`; a missing name counts as absent.
    #[serde(rename = "if")]
    pub condition: String,
    /// The reason to show when it does not apply.
    pub otherwise: String,
}

/// Whether readiness depends on a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Readiness depends on it.
    #[default]
    Required,
    /// A failure is a risk, but does not prevent readiness.
    Recommended,
}

/// Who must act when a check does not pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResponsibleParty {
    /// The company whose integration is checked.
    #[default]
    Partner,
    /// The person at the provider who signs off.
    AccountManager,
}

/// What may run at the same time as a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// Other shared checks may run at the same time.
    #[default]
    Shared,
    /// No other check may run at the same time.
    Exclusive,
    /// No other check may run at the same time, and it comes last because it restarts the partner.
    Restarts,
}

/// One stage or several.
pub type Stages = OneOrMany<Stage>;

impl Listed for Stage {
    const EXPECTED: &'static str = "a stage or a list of stages";
    const IS_UNIQUE: bool = true;
}
