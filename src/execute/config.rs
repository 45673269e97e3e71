//! Values of the profile, and of the files from which production loads them.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use serde_json_path::JsonPath;

use super::World;
use crate::catalog::step::ConfigStep;
use crate::evidence::Fact;
use crate::plan::profile::{Configured, InFile};
use crate::secret::Secret;
use crate::yaml::{Document, LARGEST};

/// Reads one value.
pub(super) fn read(world: &World, step: &ConfigStep) -> Fact {
    let dotted = step.dotted();
    let inside = world.plan.read.profile.environments.get(&step.environment);
    let secret = match step.config.as_str() {
        "api_key" => inside.and_then(|inside| inside.api_key.as_ref()),
        "webhook.secret" => inside.and_then(|inside| inside.webhook.as_ref()?.secret.as_ref()),
        _ => None,
    };
    if let Some(secret) = secret {
        return Fact {
            place: place(world, &dotted),
            line: line(world, &dotted),
            value: Some(about(world, secret)),
            trouble: None,
        };
    }
    let api = step.config.strip_prefix("apis.").and_then(|api| inside?.apis.get(api));
    match api {
        Some(Configured::InFile(source)) => from_file(world, source),
        Some(Configured::Text(_)) => Fact {
            place: place(world, &dotted),
            line: line(world, &dotted),
            value: None,
            trouble: Some("only the profile says so; name the `file` and `key` that production loads it from".into()),
        },
        None => Fact {
            place: place(world, &dotted),
            line: line(world, &dotted),
            value: world.plan.bound.shown(&dotted),
            trouble: None,
        },
    }
}

fn place(world: &World, dotted: &str) -> String {
    format!("{}: {dotted}", world.plan.bound.profile_name)
}

fn line(world: &World, dotted: &str) -> Option<usize> {
    let pointer = format!("/{}", dotted.replace('.', "/"));
    Some(world.plan.read.document.locate(&pointer, None).line).filter(|line| *line > 0)
}

/// What may be known of a secret: its label, its form and its length.
fn about(world: &World, secret: &Secret) -> Value {
    let text = secret.expose();
    let decoded = STANDARD.decode(text).is_ok_and(|bytes| !bytes.is_empty());
    json!({ "value": world.redactor.text(text), "base64": decoded, "bytes": text.len() })
}

fn from_file(world: &World, source: &InFile) -> Fact {
    let path = world.plan.read.folder.join(&source.file);
    let place = format!("{}: {}", source.file.display(), source.key);
    match value_of(&path, &source.key) {
        Ok((value, line)) => Fact { place, line, value: Some(world.redactor.json(&value)), trouble: None },
        Err(trouble) => Fact { place, line: None, value: None, trouble: Some(trouble) },
    }
}

/// The value of a key in a file, with its line where the file has lines.
fn value_of(path: &Path, key: &str) -> Result<(Value, Option<usize>), String> {
    let size = std::fs::metadata(path).map_err(|error| format!("the file cannot be read: {error}"))?.len();
    if size > LARGEST as u64 {
        return Err(format!("the file is larger than {LARGEST} bytes"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| format!("the file cannot be read: {error}"))?;
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
    if matches!(extension.as_str(), "json" | "yaml" | "yml") {
        return in_structure(&text, key);
    }
    in_variables(&text, key)
}

/// The value of a key in a list of `NAME=value`. Only the lines of that key are read: what is wrong with the others is
/// not our business, and may be secret.
fn in_variables(text: &str, key: &str) -> Result<(Value, Option<usize>), String> {
    let name = |line: &str| {
        line.trim_start().trim_start_matches("export ").split_once('=').map(|(name, _)| name.trim().to_owned())
    };
    // A later line of the same key overrides an earlier one in some loaders and not in others: both must be right.
    let mut found: Vec<(usize, String)> = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| name(line).is_some_and(|name| name == key)) {
        // Whoever loads it puts other variables in; which values they have there, we cannot know.
        if line.contains('$') {
            return Err(format!("line {} refers to another variable, so its value is not known here", at + 1));
        }
        let parsed = dotenvy::from_read_iter(line.as_bytes()).next().and_then(Result::ok);
        let (_, value) = parsed.ok_or_else(|| format!("line {} is not NAME=value", at + 1))?;
        found.push((at + 1, value));
    }
    match found.as_slice() {
        [] => Err(format!("there is no `{key}`")),
        [(line, value), rest @ ..] if rest.iter().all(|(_, other)| other == value) => Ok((json!(value), Some(*line))),
        several => {
            let lines: Vec<String> = several.iter().map(|(line, _)| line.to_string()).collect();
            Err(format!("`{key}` has different values in the lines {}", lines.join(", ")))
        }
    }
}

fn in_structure(text: &str, key: &str) -> Result<(Value, Option<usize>), String> {
    let document = Document::new("", text);
    let json = document.parse().map_err(|problem| problem.message)?;
    let path = if key.starts_with('$') { key.to_owned() } else { format!("$.{key}") };
    let found =
        JsonPath::parse(&path).map_err(|error| format!("`{key}` is neither a JSON path nor a dotted name: {error}"))?;
    let value = found.query(&json).first().cloned().ok_or_else(|| format!("there is no `{key}`"))?;
    let pointer = path.trim_start_matches('$').replace('.', "/");
    Ok((value, Some(document.locate(&pointer, None).line).filter(|line| *line > 0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn env_json_and_yaml_files_give_a_value_and_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let env = write(".env.production", "# hosts\nexport A_API=\"https://a.example\"\r\nB=1\n");
        assert_eq!(value_of(&env, "A_API"), Ok((json!("https://a.example"), Some(2))));
        assert_eq!(value_of(&env, "C"), Err("there is no `C`".into()));
        let json = write("c.json", "{\n \"apis\": { \"a\": \"https://a.example\" }\n}");
        assert_eq!(value_of(&json, "$.apis.a"), Ok((json!("https://a.example"), Some(2))));
        let yaml = write("c.yml", "apis:\n  a: https://a.example\n");
        assert_eq!(value_of(&yaml, "apis.a"), Ok((json!("https://a.example"), Some(2))));
    }

    #[test]
    fn a_key_with_two_values_is_not_decided_by_chance() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        std::fs::write(&path, "A=1\nA=2\n").unwrap();
        assert!(value_of(&path, "A").unwrap_err().contains("different values in the lines 1, 2"));
    }

    #[test]
    fn neither_other_lines_nor_our_own_variables_come_into_it() {
        let text = "PASSWORD=hunter2 and more\nA=https://a.example\nB=https://${HOME}.example\nC='x\n";
        assert_eq!(in_variables(text, "A"), Ok((json!("https://a.example"), Some(2))));
        assert!(in_variables(text, "B").unwrap_err().contains("line 3 refers to another variable"));
        assert_eq!(in_variables(text, "C"), Err("line 4 is not NAME=value".into()));
    }
}
