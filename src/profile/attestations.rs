//! What people attest: attestations, and waivers of failures, in a file beside the profile.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::Date;
use time::macros::format_description;

use crate::pack::Pack;
use crate::pack::provider::Item;
use crate::redact::Redactor;
use crate::yaml::{Document, Problem, Problems};

/// The name of the file, unless the profile names another.
pub const FILE: &str = "attestations.yaml";

/// The attestations file.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Attestations {
    /// Statements of people about what a machine cannot decide.
    pub attestations: Vec<Attestation>,
    /// Failures that a person accepts for a time.
    pub waivers: Vec<Waiver>,
}

/// A named person's attestation of a check, or of a checklist item that no check serves.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// The id of the check, or `id@stage` for one stage.
    pub check: Option<String>,
    /// Instead of `check`: the id of an item that no check serves.
    pub item: Option<String>,
    /// The name and role of the person.
    pub who: String,
    /// The date on which the statement was true.
    pub when: Day,
    /// The evidence: a document, a ticket, a mail.
    pub evidence: String,
    /// The last day on which it is valid.
    pub expires: Day,
}

impl Attestation {
    /// Returns the id of the check or the item that it is about.
    pub fn about(&self) -> &str {
        self.check.as_deref().or(self.item.as_deref()).unwrap_or_default()
    }
}

/// A failure that a person accepts for a time.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The id of the check, or `id@stage` for one stage.
    pub check: String,
    /// The person who accepts it.
    pub who: String,
    /// The reason.
    pub reason: String,
    /// The last day on which it is valid.
    pub expires: Day,
}

/// A date such as `2026-11-22`, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub Date);

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Date::parse(&text, format_description!("[year]-[month]-[day]"))
            .map(Day)
            .map_err(|_| serde::de::Error::custom(format!("`{text}` is not a date such as 2026-11-22")))
    }
}

impl JsonSchema for Day {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "description": "a date such as 2026-11-22" })
    }
}

/// Reads the attestations file, which may be absent unless the profile names it.
///
/// # Errors
///
/// Every structural problem, and every statement about a check or an item that does not exist, or about an item that
/// has checks.
pub fn read(folder: &Path, named: Option<&Path>, pack: &Pack, redactor: &Redactor) -> Result<Attestations, Problems> {
    let path = folder.join(named.unwrap_or(Path::new(FILE)));
    if named.is_none() && !path.exists() {
        return Ok(Attestations::default());
    }
    let document = Document::read(&path, &path.display().to_string())?.kept_by(redactor);
    let value = document.parse()?;
    if value.is_null() {
        return Ok(Attestations::default());
    }
    let attestations: Attestations = document.typed_from(value).map_err(Problems)?;
    let names = AttestableNames::from_pack(pack);
    let attested = attestations.attestations.iter().enumerate();
    let attested = attested.filter_map(|(at, one)| names.attested(&document, &format!("/attestations/{at}"), one));
    let waived = attestations.waivers.iter().enumerate();
    let waived = waived.filter_map(|(at, one)| names.check(&document, &format!("/waivers/{at}/check"), &one.check));
    let problems: Vec<Problem> = attested.chain(waived).collect();
    if problems.is_empty() { Ok(attestations) } else { Err(Problems(problems)) }
}

/// The checks and items that a statement can be about.
struct AttestableNames {
    /// The ids of checks, with each of their stages and without.
    checks: Vec<String>,
    /// Each item, with the checks that serve it.
    items: Vec<(String, Vec<String>)>,
}

impl AttestableNames {
    fn from_pack(pack: &Pack) -> Self {
        let checks = || pack.checks.iter().map(|packed| &packed.check);
        let units = checks().flat_map(|check| check.stage.0.iter().map(move |stage| format!("{}@{stage}", check.id)));
        let serving = |item: &Item| pack.serving(item).map(|check| check.id.clone()).collect();
        AttestableNames {
            checks: units.chain(checks().map(|check| check.id.clone())).collect(),
            items: pack.provider.items.iter().map(|item| (item.id.clone(), serving(item))).collect(),
        }
    }

    /// Reports an attestation that does not name exactly one check or item, or names an unknown one.
    fn attested(&self, document: &Document, pointer: &str, one: &Attestation) -> Option<Problem> {
        match (&one.check, &one.item) {
            (Some(check), None) => self.check(document, &format!("{pointer}/check"), check),
            (None, Some(item)) => self.item(document, &format!("{pointer}/item"), item),
            (Some(_), Some(_)) => {
                let message = "this attestation names both a check and an item";
                Some(
                    document
                        .problem_at_key(pointer, "item", message)
                        .hint("write two attestations, or remove one of the words"),
                )
            }
            (None, None) => {
                let message = "this attestation names neither a check nor an item";
                let hint = "add `check: ID`, or `item: ID` for an item that no check serves";
                Some(document.problem(pointer, message).hint(hint))
            }
        }
    }

    fn check(&self, document: &Document, pointer: &str, check: &str) -> Option<Problem> {
        if self.checks.iter().any(|known| known == check) {
            return None;
        }
        let problem = document.problem(pointer, format!("there is no check `{check}`"));
        let items = self.items.iter().filter(|(_, serving)| serving.is_empty());
        let items: Vec<String> = items.map(|(item, _)| format!("item: {item}")).collect();
        let near = problem.clone().nearest(&format!("item: {check}"), items.iter().map(String::as_str));
        let near = near.nearest(check, self.checks.iter().map(String::as_str));
        match self.items.iter().find(|(item, _)| item == check) {
            Some((item, serving)) if serving.is_empty() => {
                Some(problem.hint(format!("this is an item that no check serves: write `item: {item}`")))
            }
            Some((_, serving)) => Some(problem.hint(served(serving))),
            None => Some(near),
        }
    }

    fn item(&self, document: &Document, pointer: &str, item: &str) -> Option<Problem> {
        let Some((_, serving)) = self.items.iter().find(|(known, _)| known == item) else {
            let problem = document.problem(pointer, format!("there is no item `{item}`"));
            if self.checks.iter().any(|check| check == item) {
                return Some(problem.hint(format!("this is a check: write `check: {item}`")));
            }
            return Some(problem.nearest(item, self.items.iter().map(|(id, _)| id.as_str())));
        };
        let message = || format!("the item `{item}` has checks, so attest those");
        (!serving.is_empty()).then(|| document.problem(pointer, message()).hint(served(serving)))
    }
}

/// Returns the hint for an item that checks serve.
fn served(serving: &[String]) -> String {
    format!("this is an item: write `check: ID` with the check that a person must attest: {}", serving.join(", "))
}
