//! Emails to the provider, written from the profile. Instead of a secret, they contain the name of its variable.

use serde_json::{Map, Value, json};

use super::inputs::Inputs;
use super::loaded::LoadedProfile;
use crate::pack::Pack;
use crate::pack::types::Environment;
use crate::template;

/// An email, ready to be sent except for the secrets that a person inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// The recipient.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The text of the body.
    pub text: String,
    /// The placeholders for secrets in it, such as `${ACME_TOKEN}`.
    pub stand_for_secrets: Vec<String>,
}

impl std::fmt::Display for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "To: {}\nSubject: {}\n\n{}", self.to, self.subject, self.text.trim_end())?;
        for name in &self.stand_for_secrets {
            writeln!(
                f,
                "\n[{name} stands for a secret: replace it with the value before you send this, and delete this line]"
            )?;
        }
        Ok(())
    }
}

/// Writes an email of the pack for an environment.
///
/// # Errors
///
/// How to provide each value that the email needs and the profile lacks, or what is wrong with the email itself.
pub fn write_email(
    read: &LoadedProfile,
    bound: &Inputs,
    pack: &Pack,
    name: &str,
    environment: Environment,
) -> Result<Email, Vec<String>> {
    let lacking = lacks(read, bound, pack, name, environment);
    if !lacking.is_empty() {
        return Err(lacking.iter().map(|name| bound.how_to_give(name)).collect());
    }
    let (scope, hidden) = scope(read, bound, environment);
    let parts = parts(pack, name, environment);
    let mut texts = parts.iter().map(|text| template::render_text(text, &scope));
    let mut next = || texts.next().unwrap_or_else(|| Ok(String::new())).map_err(|error| vec![error.to_string()]);
    let (to, subject, text) = (next()?, next()?, next()?);
    if parts.is_empty() {
        return Err(vec![format!("the pack `{}` has no email `{name}` for {environment}", pack.id)]);
    }
    let stand_for_secrets = hidden
        .into_iter()
        .filter(|name| [&to, &subject, &text].iter().any(|part| part.contains(name.as_str())))
        .collect();
    Ok(Email { to, subject, text, stand_for_secrets })
}

/// Returns the dotted names that an email needs and the profile lacks. A name that the email can do without is not
/// among them.
pub(crate) fn lacks(
    read: &LoadedProfile,
    bound: &Inputs,
    pack: &Pack,
    name: &str,
    environment: Environment,
) -> Vec<String> {
    let (scope, _) = scope(read, bound, environment);
    let parts = parts(pack, name, environment);
    let mut names: Vec<String> = parts.iter().flat_map(|text| template::names(text).unwrap_or_default()).collect();
    names.sort();
    names.dedup();
    names.retain(|name| template::lookup(&scope, name).is_none());
    let needed = |wanted: &String| {
        let mut others = scope.clone();
        names.iter().filter(|other| *other != wanted).for_each(|other| put(&mut others, other, json!("…")));
        parts.iter().any(|text| template::render_text(text, &others).is_err())
    };
    let whole = |name: &String| match name.strip_prefix("environment.") {
        Some(rest) => format!("environments.{environment}.{rest}"),
        None => name.strip_prefix("profile.").unwrap_or(name).to_owned(),
    };
    names.iter().filter(|name| needed(name)).map(whole).collect()
}

/// Returns the recipient, the subject and the text as templates; none if there is no such email.
fn parts<'p>(pack: &'p Pack, name: &str, environment: Environment) -> Vec<&'p str> {
    let email = pack.provider.emails.get(name);
    let parts = email.and_then(|email| Some([email.to.get(&environment)?, &email.subject, &email.text]));
    parts.into_iter().flatten().map(String::as_str).collect()
}

/// Returns the values that the email's templates read, and the placeholders for secrets among them.
fn scope(read: &LoadedProfile, bound: &Inputs, environment: Environment) -> (Value, Vec<String>) {
    let (bound, hidden) = readable(read, bound);
    let mut values: Map<String, Value> = bound.values(environment.stage());
    if let Some(inside) = values.get_mut("environment") {
        if !inside.is_object() {
            *inside = json!({});
        }
        inside["name"] = json!(environment.word());
    }
    let mut scope = Value::Object(values);
    drop_absent(&mut scope);
    (scope, hidden)
}

/// Returns the profile with the names of variables instead of labels, for a person who knows the variables, and all its
/// placeholders for secrets.
fn readable(read: &LoadedProfile, bound: &Inputs) -> (Inputs, Vec<String>) {
    let (mut readable, mut hidden) = (bound.clone(), Vec::new());
    let written = read.document.parse().unwrap_or_default();
    crate::json::texts(&written, &mut |pointer, raw| {
        let label = bound.profile.pointer(pointer).and_then(Value::as_str);
        let is_hidden = label.is_some_and(|label| read.json.pointer(pointer).is_some_and(|full| full != label));
        let shown = match label {
            // A person inserts the secret, whether its variable is set here or not.
            _ if raw.contains("${") && (is_hidden || is_secret(pointer)) => placeholder(read, raw, pointer),
            // Where the profile contains the secret itself, its label is there already.
            Some(label) if is_hidden => label.to_owned(),
            Some(_) | None => return,
        };
        if let Some(place) = readable.profile.pointer_mut(pointer) {
            *place = json!(shown);
        }
        hidden.push(shown);
    });
    (readable, hidden)
}

/// Whether the value at a pointer is a key or a secret.
fn is_secret(pointer: &str) -> bool {
    pointer.ends_with("/api_key") || pointer.ends_with("/webhook/secret") || pointer.contains("/credentials/")
}

/// Returns the placeholder for a secret: the text as it is written, if that is only a variable, or a URL. Otherwise
/// what is written beside the variables is part of the secret, and the placeholder names its line.
fn placeholder(read: &LoadedProfile, raw: &str, pointer: &str) -> String {
    let inner = raw.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    if inner.is_some_and(|name| !name.contains(['}', '$'])) || raw.contains("://") {
        return raw.to_owned();
    }
    let name = read.document.name.rsplit('/').next().unwrap_or_default();
    format!("(the secret in {name}, line {})", read.document.locate(pointer, None).line)
}

/// Removes null and empty values: they count as absent, and would otherwise appear in the email as a word or a gap.
fn drop_absent(value: &mut Value) {
    let absent = |value: &Value| match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::String(text) => text.trim().is_empty(),
        Value::Object(_) | Value::Bool(_) | Value::Number(_) => false,
    };
    if let Value::Object(map) = value {
        map.retain(|_, inner| !absent(inner));
        map.values_mut().for_each(drop_absent);
    }
}

/// Sets the value at a dotted name, with the maps that lead there.
fn put(value: &mut Value, dotted: &str, new: Value) {
    let mut at = value;
    for part in dotted.split('.') {
        if !at.is_object() {
            *at = json!({});
        }
        at = &mut at[part];
    }
    *at = new;
}
