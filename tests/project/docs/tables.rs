//! The tables of the pack language, as the schema has it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use preflight::pack::check::Check;
use preflight::pack::expectations::ShownRule;
use preflight::pack::given::Override;
use preflight::pack::matcher::Predicate;
use preflight::pack::provider::Provider;
use preflight::pack::sample_partner::SamplePartner;
use preflight::pack::scheme::Alteration;
use preflight::pack::scheme::Webhooks;
use preflight::pack::simulator::SimulatorSpec;
use preflight::pack::traffic::{CallsWhere, Credential, Gap};
use preflight::profile::Profile;
use preflight::yaml::schema_of;
use schemars::JsonSchema;
use serde_json::Value;

/// Expectations with so many keys, or such special ones, that each has a table of its own.
const OF_THEIR_OWN: [&str; 5] = ["calls", "denied_hosts", "provider_records", "shown", "user_message"];

type Rows = Vec<Vec<String>>;

pub(crate) fn of_the_schema() -> BTreeMap<&'static str, String> {
    let check = schema_of::<Check>();
    let named = |name: &str| verbs(&check, "Expectation", &|verb| verb == name);
    let mut calls = named("calls");
    calls.extend(keys::<CallsWhere>("calls."));
    calls.extend(keys::<Gap>("gap."));
    calls.extend(values::<Credential>("credential"));
    let mut shown = named("shown");
    shown.extend(values::<ShownRule>("shown"));
    let parts = ["`actions", "`manual_steps", "`cleanup", "`simulator.setup", "`settings", "`emails"];
    let mut provider = keys::<Provider>("");
    provider.retain(|row| parts.iter().any(|part| row[0].starts_with(part)));
    let mut webhooks = keys::<Webhooks>("");
    webhooks.retain(|row| !row[0].starts_with("`known_defects."));
    let mut partner = keys::<SamplePartner>("");
    partner.retain(|row| !row[0].starts_with("`profile.environments.") && !row[0].starts_with("`environments."));
    let mut simulator = keys::<SimulatorSpec>("");
    simulator.retain(|row| !row[0].starts_with("`setup"));
    let acts = schema_of::<SamplePartner>();
    let word = |rows: &Rows| table(&["Word", "What it says"], rows);
    BTreeMap::from([
        ("profile", table(&["Key", "What it says"], &keys::<Profile>(""))),
        ("check", word(&flat(&check, &check["properties"]))),
        ("steps", word(&verbs(&check, "Step", &|_| true))),
        ("expectations", word(&verbs(&check, "Expectation", &|verb| !OF_THEIR_OWN.contains(&verb)))),
        ("calls", word(&calls)),
        ("denied_hosts", word(&named("denied_hosts"))),
        ("shown", word(&shown)),
        ("provider_records", word(&named("provider_records"))),
        ("user_message", word(&named("user_message"))),
        ("override", word(&keys::<Override>(""))),
        ("matchers", word(&matchers(&check))),
        ("alteration", word(&keys::<Alteration>(""))),
        ("webhooks", word(&webhooks)),
        ("acts", word(&verbs(&acts, "Act", &|_| true))),
        ("partner", word(&partner)),
        ("simulator", word(&simulator)),
        ("provider.yaml", table(&["Key", "What it says"], &provider)),
    ])
}

/// Returns a table of Markdown. An empty cell is one that somebody forgot.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    assert!(!rows.is_empty(), "{head:?}");
    let mut text = format!("\n| {} |\n|{}\n", head.join(" | "), "---|".repeat(head.len()));
    for row in rows {
        assert!(row.len() == head.len() && row.iter().all(|cell| !cell.is_empty()), "{row:?}");
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
        writeln!(text, "| {} |", cells.join(" | ")).unwrap();
    }
    text + "\n"
}

/// Returns the verbs of a kind, each with its further keys.
fn verbs(check: &Value, kind: &str, wanted: &dyn Fn(&str) -> bool) -> Rows {
    let mut rows = Rows::new();
    for rule in check["$defs"][kind]["allOf"].as_array().unwrap() {
        let known = rule["if"]["required"][0].as_str().filter(|_| rule["then"].get("not").is_none());
        let Some(verb) = known.filter(|verb| wanted(verb)) else { continue };
        let shape = resolved(check, &rule["then"]);
        rows.push(vec![format!("**`{verb}`**"), words(check, &shape["properties"][verb])]);
        let others = shape["properties"].as_object().unwrap().iter().filter(|(name, _)| *name != verb);
        rows.extend(others.map(|(name, rule)| vec![format!("· `{name}`"), words(check, rule)]));
    }
    rows
}

fn flat(schema: &Value, properties: &Value) -> Rows {
    let row = |(name, rule): (&String, &Value)| vec![format!("`{name}`"), words(schema, rule)];
    properties.as_object().unwrap().iter().map(row).collect()
}

/// Returns the values of a closed set, each with its meaning.
fn values<T: JsonSchema>(word: &str) -> Rows {
    let schema = schema_of::<T>();
    let row = |one: &Value| {
        let value = one["const"].as_str().unwrap();
        vec![format!("`{word}: {value}`"), one["description"].as_str().unwrap().to_owned()]
    };
    schema["oneOf"].as_array().unwrap().iter().map(row).collect()
}

/// Returns the predicates, each with the description of its variant, and asserts that the schema of a matcher has the
/// same words.
fn matchers(check: &Value) -> Rows {
    let predicates = schema_of::<Predicate>();
    let row = |one: &Value| {
        let name = one["required"][0].as_str().unwrap();
        vec![format!("`{name}`"), one["description"].as_str().unwrap().to_owned()]
    };
    let rows: Rows = predicates["oneOf"].as_array().unwrap().iter().map(row).collect();
    let known = check["$defs"]["Matcher"]["then"]["properties"].as_object().unwrap();
    assert!(known.keys().map(|name| format!("`{name}`")).eq(rows.iter().map(|row| row[0].clone())));
    rows
}

/// Returns the schema behind references, options, maps and lists.
fn resolved<'s>(schema: &'s Value, rule: &'s Value) -> &'s Value {
    if let Some(name) = rule["$ref"].as_str() {
        return resolved(schema, schema.pointer(name.trim_start_matches('#')).unwrap());
    }
    let inner = rule["anyOf"].as_array().and_then(|any| any.iter().find(|one| one.get("$ref").is_some()));
    inner.map_or(rule, |inner| resolved(schema, inner))
}

/// Returns the description of a property, with its values if they are a closed set.
fn words(schema: &Value, rule: &Value) -> String {
    let shape = resolved(schema, rule);
    let mut text = rule["description"].as_str().or(shape["description"].as_str()).unwrap_or_default().to_owned();
    let variants = shape["oneOf"].as_array().into_iter().flatten().filter_map(|one| one["const"].as_str());
    let plain = shape["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let values: Vec<String> = variants.chain(plain).map(|value| format!("`{value}`")).collect();
    if !values.is_empty() {
        write!(text, " One of {}.", values.join(", ")).unwrap();
    }
    let default =
        rule.get("default").filter(|value| value.is_number() || value.as_str().is_some_and(|t| !t.is_empty()));
    if let Some(default) = default {
        write!(text, " Without it: {}.", default.as_str().map_or_else(|| default.to_string(), str::to_owned)).unwrap();
    }
    text
}

/// Returns every key of a type and of the types inside it, by its dotted name.
fn keys<T: JsonSchema>(above: &str) -> Rows {
    let schema = schema_of::<T>();
    let mut rows = Rows::new();
    walk(&schema, &schema, above, &mut rows);
    rows
}

fn walk(schema: &Value, shape: &Value, above: &str, rows: &mut Rows) {
    for (name, rule) in shape["properties"].as_object().unwrap() {
        let path = format!("{above}{name}");
        rows.push(vec![format!("`{path}`"), words(schema, rule)]);
        let mut inner = resolved(schema, rule);
        let mut below = path;
        if let Some(member) = inner.get("additionalProperties").filter(|member| member.is_object()) {
            (inner, below) = (resolved(schema, member), format!("{below}.NAME"));
        } else if let Some(members) = inner["properties"]
            .as_object()
            .filter(|members| members.keys().all(|key| ["test", "production"].contains(&key.as_str())))
        {
            // A map by environment. Both environments have the same shape.
            let member = members.values().next().unwrap();
            (inner, below) = (resolved(schema, member), format!("{below}.ENVIRONMENT"));
        }
        let inner = if inner.get("properties").is_some() { inner } else { resolved(schema, &inner["else"]) };
        if inner.get("properties").is_some() {
            walk(schema, inner, &format!("{below}."), rows);
        }
    }
}
