//! Names of profiles in templates, held against what a profile can say.

use std::sync::LazyLock;

use serde_json::Value;

/// What a profile can say: the schema that its reader writes, and that a test holds this file to.
static SCHEMA: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../schemas/profile.json")).unwrap_or_default());

/// Names that no profile says, because they are worked out from it.
const WORKED_OUT: [&str; 1] = ["rehearsal.doors"];

/// What of a dotted name no profile can have, with the names that it can have there; none if it can have it.
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
        // What may be anything has anything in it.
        if inside.iter().any(|schema| is_open(schema)) {
            return None;
        }
        here = inside;
    }
    None
}

/// The shapes that a schema allows.
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

/// What a member of such a shape may be.
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
            "rehearsal.doors",
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
