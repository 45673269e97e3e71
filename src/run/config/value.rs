//! Reads configuration values from the profile, and from the files that production loads.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::file;
use crate::evidence::Fact;
use crate::pack::step::ConfigStep;
use crate::profile::{self, Configured, FileKey};
use crate::redact::Secret;
use crate::run::context::run_context::RunContext;

/// Reads the value that a `config` step names.
pub(in crate::run) fn read(run: &RunContext, step: &ConfigStep) -> Fact {
    let dotted = step.dotted();
    if let Some(name) = step.config.strip_prefix("emails.") {
        return write_email(run, step, name);
    }
    let inside = run.plan.read.profile.environments.get(&step.environment);
    let secret = match step.config.as_str() {
        "api_key" => inside.and_then(|inside| inside.api_key.as_ref()),
        "webhook.secret" => inside.and_then(|inside| inside.webhook.as_ref()?.secret.as_ref()),
        _ => None,
    };
    if let Some(secret) = secret {
        return Fact {
            place: place(run, &dotted),
            line: line(run, &dotted),
            value: Some(about(run, secret)),
            trouble: None,
        };
    }
    let api = step.config.strip_prefix("apis.").and_then(|api| inside?.apis.get(api));
    match api {
        Some(Configured::InFile(source)) => from_file(run, source),
        Some(Configured::Text(_)) => Fact {
            place: place(run, &dotted),
            line: line(run, &dotted),
            value: None,
            trouble: Some(
                "only the profile states this value; name the `file` and `key` that production loads it from".into(),
            ),
        },
        None => {
            let given = run.plan.bound.shown(&dotted);
            // The length of an absent optional value is 0, whatever the secret would be.
            let value = given.or_else(|| step.optional.then(|| json!({ "characters": 0, "bytes": 0 })));
            Fact { place: place(run, &dotted), line: line(run, &dotted), value, trouble: None }
        }
    }
}

/// Writes an email to the provider as the profile defines it.
fn write_email(run: &RunContext, step: &ConfigStep, name: &str) -> Fact {
    let plan = &run.plan;
    let (place, line) = (format!("the email `{name}` for {}", step.environment), None);
    match profile::write_email(&plan.read, &plan.bound, &plan.pack, name, step.environment) {
        Ok(email) => Fact { place, line, value: Some(json!(email.to_string())), trouble: None },
        Err(lacking) => Fact { place, line, value: None, trouble: Some(lacking.join("; ")) },
    }
}

fn place(run: &RunContext, dotted: &str) -> String {
    format!("{}: {dotted}", run.plan.bound.profile_name)
}

fn line(run: &RunContext, dotted: &str) -> Option<usize> {
    let pointer = format!("/{}", dotted.replace('.', "/"));
    Some(run.plan.read.document.locate(&pointer, None).line).filter(|line| *line > 0)
}

/// Returns what may be disclosed about a secret: its label, form and length.
fn about(run: &RunContext, secret: &Secret) -> Value {
    let text = secret.expose();
    let decoded = STANDARD.decode(text).is_ok_and(|bytes| !bytes.is_empty());
    let characters = text.chars().count();
    json!({ "value": run.redactor.text(text), "base64": decoded, "bytes": text.len(), "characters": characters })
}

fn from_file(run: &RunContext, source: &FileKey) -> Fact {
    let path = run.plan.read.folder.join(&source.file);
    let place = format!("{}: {}", source.file.display(), source.key);
    match file::value_of(&path, &source.key) {
        Ok((value, line)) => {
            // The key may name the wrong value, and other values in the file are probably secrets too.
            let plan = &run.plan;
            let known = |value: &str| crate::profile::is_known(value, &plan.read.profile.partner, Some(&plan.pack));
            run.redactor.learn_given(&format!("file.{}", source.key), &value, &known);
            Fact { place, line: Some(line), value: Some(run.redactor.json(&json!(value))), trouble: None }
        }
        Err(why) => Fact { place, line: None, value: None, trouble: Some(why.to_string()) },
    }
}
