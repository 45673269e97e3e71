//! Names that templates read from profiles, checked against the schema of profiles.

use std::sync::LazyLock;

use serde_json::Value;

/// The schema of profiles; a test compares this file to the schema that the program generates.
static SCHEMA: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../schemas/profile.json")).unwrap_or_default());

/// Names that templates can read although no profile contains them, because Preflight computes them.
const WORKED_OUT: [&str; 1] = ["rehearsal.test_endpoints"];

/// Returns the part of a dotted name that no profile can have, with the names that are possible there; none if the
/// whole name is possible.
pub(super) fn unknown(name: &str) -> Option<(String, Vec<&'static str>)> {
    if WORKED_OUT.contains(&name) {
        return None;
    }
    let mut here = vec![&*SCHEMA];
    for part in name.split('.') {
        let shapes: Vec<&Value> = here.iter().flat_map(|schema| alternatives(schema, 0)).collect();
        let inside: Vec<&Value> = shapes.iter().filter_map(|shape| member(shape, part)).collect();
        if inside.is_empty() {
            let known = shapes.iter().filter_map(|shape| shape["properties"].as_object());
            return Some((part.to_owned(), known.flat_map(|map| map.keys()).map(String::as_str).collect()));
        }
        // A value of any shape may contain any name.
        if inside.iter().any(|schema| is_open(schema)) {
            return None;
        }
        here = inside;
    }
    None
}

/// Returns a schema with all alternatives that it allows.
fn alternatives(schema: &'static Value, depth: usize) -> Vec<&'static Value> {
    if depth > 8 {
        return Vec::new();
    }
    let referred = schema["$ref"].as_str().and_then(|to| SCHEMA.pointer(to.trim_start_matches('#')));
    let several = ["anyOf", "oneOf", "allOf"].iter().filter_map(|word| schema[word].as_array()).flatten();
    let chosen = ["then", "else"].iter().filter_map(|word| schema.get(word));
    let inner = referred.into_iter().chain(several).chain(chosen);
    std::iter::once(schema).chain(inner.flat_map(|inner| alternatives(inner, depth + 1))).collect()
}

/// Returns the schema of a field or element of such a shape.
fn member(shape: &'static Value, name: &str) -> Option<&'static Value> {
    let rest = || shape.get("additionalProperties").filter(|rest| **rest != Value::Bool(false));
    let item = || shape.get("items").filter(|_| name.parse::<usize>().is_ok());
    shape["properties"].get(name).or_else(rest).or_else(item)
}

fn is_open(schema: &Value) -> bool {
    let says = ["type", "$ref", "anyOf", "oneOf", "allOf", "if", "properties"];
    schema == &Value::Bool(true) || !says.iter().any(|word| schema.get(word).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_profile_can_say_is_known_and_what_it_cannot_is_told_with_what_is_near() {
        for name in [
            "partner",
            "branding.logo_url",
            "environments.production.webhook.url",
            "environments.test.settings.anything.below",
            "environments.test.apis.referral",
            "rehearsal.workers",
            "rehearsal.test_endpoints",
            "events.0",
        ] {
            assert_eq!(unknown(name), None, "{name}");
        }
        for (name, part, near) in [
            ("partnr", "partnr", "partner"),
            ("branding.logo", "logo", "logo_url"),
            ("environments.test.api_keys", "api_keys", "api_key"),
            ("rehearsal.webhook.uri", "uri", "url"),
        ] {
            let (found, known) = unknown(name).unwrap();
            assert!(found == part && known.contains(&near), "{name}: {found}, {known:?}");
        }
    }
}
