//! What people write: keys of packs and profiles, in files, schemas and docs.

use std::path::Path;

use serde_json::Value;

use super::tables::{CHECK, PARTNER, PROFILE, PROVIDER, SCHEMA_ONLY, VALUES, Words};
use super::{files, lines, none, text};

/// Matches a YAML key at the start of a line or within braces.
const KEY: &str = r"(^|^[^#]*[\s{,\[-])WORD:(\s|$)";

/// Returns the words that are banned in a YAML file below `checks`.
fn keys_of(file: &Path) -> Words {
    match file.file_name().and_then(|name| name.to_str()) {
        Some("provider.yaml") => PROVIDER,
        Some("partner.yaml") => PARTNER,
        _ => CHECK,
    }
}

/// Collects every property and every enum value of a schema.
fn vocabulary(schema: &Value, properties: &mut Vec<String>, values: &mut Vec<String>) {
    match schema {
        Value::Object(map) => {
            properties.extend(
                map.get("properties").and_then(Value::as_object).into_iter().flat_map(|map| map.keys().cloned()),
            );
            let listed = map.get("enum").and_then(Value::as_array).into_iter().flatten().chain(map.get("const"));
            values.extend(listed.filter_map(Value::as_str).map(str::to_owned));
            map.values().for_each(|value| vocabulary(value, properties, values));
        }
        Value::Array(list) => list.iter().for_each(|value| vocabulary(value, properties, values)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn schemas_have_no_old_word() {
    let tables: [(&str, &[Words]); 4] = [
        ("check", &[CHECK, SCHEMA_ONLY]),
        ("provider", &[PROVIDER, SCHEMA_ONLY]),
        ("partner", &[PARTNER]),
        ("profile", &[PROFILE]),
    ];
    let mut found = Vec::new();
    for file in files("schemas", ".json") {
        let (text, name) = (text(&file), file.file_stem().unwrap().to_str().unwrap());
        let (mut properties, mut values) = (Vec::new(), Vec::new());
        vocabulary(&serde_json::from_str(&text).unwrap(), &mut properties, &mut values);
        let banned = tables.iter().filter(|(kind, _)| *kind == name).flat_map(|(_, tables)| *tables);
        let old = banned.copied().flatten().filter(|(old, _)| properties.iter().any(|name| name == old));
        let old = old.chain(VALUES.iter().filter(|(old, _)| values.iter().any(|value| value == old)));
        for (old, new) in old {
            let line = text.lines().position(|line| line.contains(&format!("\"{old}\""))).unwrap_or_default() + 1;
            found.push(format!("{}:{line}: say `{new}` instead of `{old}`", file.display()));
        }
    }
    none(&found);
}

#[test]
fn packs_and_profiles_have_no_old_key() {
    let packs = ["checks", "tests/e2e/packs/shop/checks"].into_iter().flat_map(|folder| files(folder, ".yaml"));
    let profiles = files("tests/e2e", "profile.yaml").into_iter().chain(files("fixtures", "profile.yaml"));
    let all = packs.map(|file| (keys_of(&file), file)).chain(profiles.map(|file| (PROFILE, file)));
    none(
        &all.flat_map(|(words, file)| lines(&file.display().to_string(), 1, &text(&file), KEY, words))
            .collect::<Vec<_>>(),
    );
}

/// Returns the words that are banned in a YAML block, by the kind of file that its keys indicate.
fn kind_of(block: &str) -> Option<Words> {
    let has = |keys: &[&str]| block.lines().any(|line| keys.iter().any(|key| line.starts_with(key)));
    if has(&["partner:", "rehearsal:", "environments:", "connect_to:"]) {
        Some(PROFILE)
    } else if has(&["stage:", "given:", "when:", "assume:", "then:"]) {
        Some(CHECK)
    } else if has(&["simulator:", "webhooks:", "apis:"]) {
        Some(PROVIDER)
    } else {
        None
    }
}

#[test]
fn blocks_of_the_docs_have_no_old_key() {
    let pages = files("docs/src", ".md").into_iter().chain(["README.md".into(), "CONTRIBUTING.md".into()]);
    let mut found = Vec::new();
    for page in pages {
        let text = text(&page);
        let mut block: Option<(usize, String)> = None;
        for (index, line) in text.lines().enumerate() {
            match block.take() {
                None if line.trim_start().starts_with("```yaml") => block = Some((index + 2, String::new())),
                None => {}
                Some((first, inner)) if line.trim_start().starts_with("```") => {
                    let Some(words) = kind_of(&inner) else { continue };
                    found.extend(lines(&page.display().to_string(), first, &inner, KEY, words));
                }
                Some((first, inner)) => block = Some((first, inner + line + "\n")),
            }
        }
    }
    none(&found);
}
