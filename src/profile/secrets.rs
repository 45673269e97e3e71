//! What is secret in a profile: its keys and secrets, every value from the environment that `public_env` does not list,
//! what gives access in its URLs, and credentials in headers and variables. Nothing else decides this.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::variables::{self, Variables};
use crate::environment;
use crate::pack::{Pack, authentication};
use crate::redact::{Placed, Redactor, is_telling};
use crate::template;

/// Pointers to texts that everybody may read.
const READABLE: [&str; 2] = ["/partner", "/provider"];

/// The minimum length of a credential in a variable with a telling name, in bytes; a shorter value may be a switch.
const MIN_CREDENTIAL_CHARS: usize = 12;

/// A profile as it is written, and with its variables inserted.
pub(super) struct ProfileSources<'s> {
    pub(super) written: &'s Value,
    pub(super) json: &'s Value,
    pub(super) variables: Variables<'s>,
    pub(super) pack: Option<&'s Pack>,
    /// The folder that its relative paths start from.
    pub(super) folder: &'s Path,
    /// The credentials that only identify the partner.
    pub(super) open: &'s BTreeSet<String>,
}

/// Teaches a redactor the secrets of a text that does not parse: the value of each variable that it names, unless the
/// value is a file of the folder.
pub(super) fn learn_unread(text: &str, folder: &Path, variables: Variables<'_>, redactor: &Redactor) {
    for name in variables::named(text) {
        if let Some(value) = variables(name) {
            redactor.learn_given(&label(name), &value, &|value| is_file(folder, value));
        }
    }
}

impl ProfileSources<'_> {
    /// Teaches a redactor every secret of the profile, under stable labels.
    pub(super) fn teach(&self, redactor: &Redactor) {
        self.keys(redactor);
        let known = |value: &str| self.is_known(value);
        let public = self.public();
        crate::json::texts(self.written, &mut |pointer, text| {
            if !self.is_readable(pointer) {
                self.variables_in(text, &public, redactor);
            }
        });
        let passed = self.json.pointer("/rehearsal/pass_env").and_then(Value::as_array).into_iter().flatten();
        for name in
            passed.filter_map(Value::as_str).filter(|name| !public.contains(name) && !environment::is_needed(name))
        {
            if let Some(value) = (self.variables)(name) {
                redactor.learn_given(&label(name), &value, &known);
            }
        }
        crate::json::texts(self.json, &mut |pointer, text| {
            redactor.learn_written(&format!("profile{}", pointer.replace('/', ".")), text, &known);
            if let Some((name, credential)) = credential(pointer, text) {
                redactor.capture(&format!("partner.{name}"), credential);
            }
        });
    }

    /// Returns the variables that the profile lists as public.
    fn public(&self) -> BTreeSet<&str> {
        let listed = self.written.get("public_env").and_then(Value::as_array).into_iter().flatten();
        listed.filter_map(Value::as_str).collect()
    }

    /// Teaches a redactor the keys and secrets, which are secret wherever they come from.
    pub(super) fn keys(&self, redactor: &Redactor) {
        let environments = self.json.get("environments").and_then(Value::as_object).into_iter().flatten();
        for (environment, inside) in environments {
            let credentials = inside.get("credentials").and_then(Value::as_object).into_iter().flatten();
            let credentials = credentials.map(|(name, value)| (format!("credentials.{name}"), value));
            let named = [("api_key", "/api_key"), ("webhook.secret", "/webhook/secret")];
            let named =
                named.into_iter().filter_map(|(name, pointer)| Some((name.to_owned(), inside.pointer(pointer)?)));
            for (name, value) in named.chain(credentials).filter(|(name, _)| !authentication::is_open(self.open, name))
            {
                redactor.capture(&format!("{environment}.{}", name.replace('.', "_")), &plain(value));
            }
        }
        for (name, pointer) in [("webhook_secret", "webhook/secret"), ("api_key", "simulator/api_key")] {
            if let Some(value) = self.json.pointer(&format!("/rehearsal/{pointer}")) {
                redactor.capture(&format!("rehearsal.{name}"), &plain(value));
            }
        }
    }

    /// Teaches a redactor the variables in one text, each with the position of its value.
    fn variables_in(&self, text: &str, public: &BTreeSet<&str>, redactor: &Redactor) {
        let (mut full, mut placed, mut rest) = (String::new(), Vec::new(), text);
        while let Some(at) = rest.find("${") {
            full.push_str(&rest[..at]);
            let Some((name, after)) = template::variable(&rest[at..]) else { break };
            rest = after;
            // Even if another variable is not set, the build may print this one.
            let Some(value) = (self.variables)(name) else { continue };
            let start = full.len();
            full.push_str(&value);
            if !public.contains(name) {
                placed.push(Placed { range: start..full.len(), label: label(name), value: Cow::Owned(value) });
            }
        }
        full.push_str(rest);
        redactor.learn_placed(&full, &placed, &|value| self.is_known(value));
    }

    /// Whether the text at a pointer is meant for everybody.
    fn is_readable(&self, pointer: &str) -> bool {
        let credential = pointer.split_once("/credentials/").filter(|(above, _)| above.starts_with("/environments/"));
        READABLE.contains(&pointer)
            || credential.is_some_and(|(_, name)| authentication::is_open(self.open, &format!("credentials.{name}")))
    }

    /// Whether readers know a value anyway: it is in the partner's name, a word of the pack, or an existing file.
    fn is_known(&self, value: &str) -> bool {
        let partner = self.json.get("partner").and_then(Value::as_str).unwrap_or_default();
        is_known(value, partner, self.pack) || is_file(self.folder, value)
    }
}

/// Whether readers know a value anyway: it is in the partner's name, or a word of the pack.
pub fn is_known(value: &str, partner: &str, pack: Option<&Pack>) -> bool {
    partner.to_lowercase().contains(&value.to_lowercase()) || pack.is_some_and(|pack| pack.says(value))
}

fn is_file(folder: &Path, value: &str) -> bool {
    folder.join(value).is_file()
}

fn label(variable: &str) -> String {
    format!("variable.{}", variable.to_lowercase())
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| if value.is_number() { value.to_string() } else { String::new() }, str::to_owned)
}

/// Returns the credential in a header of a call to the partner or in a variable of its build, with its name.
fn credential<'t>(pointer: &str, text: &'t str) -> Option<(String, &'t str)> {
    let mut segments = pointer.rsplit('/');
    let (name, above) = (segments.next()?.to_lowercase(), segments.next()?);
    if !matches!(above, "headers" | "env")
        || template::is_template(text)
        || !(is_telling(&name) || name.contains("key"))
    {
        return None;
    }
    if above == "env" {
        return (text.len() >= MIN_CREDENTIAL_CHARS && !text.contains("://")).then_some((name, text));
    }
    // The scheme is not secret, and software that echoes the credential leaves it out.
    let credential = text.split_once(' ').filter(|_| name.ends_with("authorization"));
    Some((name, credential.map_or(text, |(_, credential)| credential)))
}
