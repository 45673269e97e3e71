//! What people vouch for: attestations, and waivers of failures, in a file beside the profile.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::Date;
use time::macros::format_description;

use crate::yaml::{Document, Problems};

/// The name of the file, where the profile names no other.
pub const FILE: &str = "attestations.yaml";

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Vouched {
    /// Statements of people about checks that a machine could not decide.
    pub attestations: Vec<Attestation>,
    /// Failures that are accepted for a time.
    pub waivers: Vec<Waiver>,
}

/// A named person's word for a check.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// The check's id, or a unit `id@stage`.
    pub check: String,
    /// The person.
    pub who: String,
    /// The day on which it was so.
    pub when: Day,
    /// What it rests on: a document, a ticket, a mail.
    pub evidence: String,
    /// The last day on which it counts.
    pub expires: Day,
}

/// A failure that is accepted for a time.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The check's id, or a unit `id@stage`.
    pub check: String,
    /// The person who accepts it.
    pub who: String,
    /// Why.
    pub reason: String,
    /// The last day on which it counts.
    pub expires: Day,
}

/// A day, `2026-11-22`, in UTC.
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
            .map_err(|_| serde::de::Error::custom(format!("`{text}` is not a day such as 2026-11-22")))
    }
}

impl JsonSchema for Day {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "description": "a day such as 2026-11-22" })
    }
}

/// Reads the file of attestations; one that the profile does not name may be absent.
///
/// # Errors
///
/// Every structural problem, and every check that does not exist.
pub fn read(folder: &Path, named: Option<&Path>, known: &[String]) -> Result<Vouched, Problems> {
    let path = folder.join(named.unwrap_or(Path::new(FILE)));
    if named.is_none() && !path.exists() {
        return Ok(Vouched::default());
    }
    let document = Document::read(&path, &path.display().to_string())?;
    let value = document.parse()?;
    if value.is_null() {
        return Ok(Vouched::default());
    }
    let vouched: Vouched = document.typed_from(value).map_err(Problems)?;
    let attested =
        vouched.attestations.iter().enumerate().map(|(at, a)| (format!("/attestations/{at}/check"), &a.check));
    let waived = vouched.waivers.iter().enumerate().map(|(at, w)| (format!("/waivers/{at}/check"), &w.check));
    let problems: Vec<_> = attested
        .chain(waived)
        .filter(|(_, check)| !known.contains(check))
        .map(|(pointer, check)| {
            document
                .problem(&pointer, format!("there is no check `{check}`"))
                .nearest(check, known.iter().map(String::as_str))
        })
        .collect();
    if problems.is_empty() { Ok(vouched) } else { Err(Problems(problems)) }
}
