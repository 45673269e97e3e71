//! Random keys, secrets and credentials for both real environments of a sample partner, used for one run.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::pack::authentication;
use crate::pack::provider::Provider;
use crate::pack::types::Environment;
use crate::redact::Redactor;
use crate::run::issue;
use crate::webhook;

/// What was generated, by environment.
pub(super) struct Keys(BTreeMap<Environment, Issued>);

struct Issued {
    key: String,
    secret: String,
    credentials: BTreeMap<String, String>,
}

impl Keys {
    /// Generates keys such as a provider issues, and registers them with the redactor.
    pub(super) fn new(provider: &Provider, redactor: &Redactor) -> Self {
        let open = authentication::open_credentials(&provider.apis);
        let issued = [Environment::Test, Environment::Production].map(|environment| {
            let credentials = authentication::credentials(&provider.apis).into_iter().map(|name| (name, fresh()));
            let secret = webhook::issue(provider.webhooks.as_ref());
            let issued = Issued { key: issue(), secret, credentials: credentials.collect() };
            redactor.capture(&format!("{environment}.api_key"), &issued.key);
            redactor.capture(&format!("{environment}.webhook_secret"), &issued.secret);
            for (name, value) in issued.credentials.iter().filter(|(name, _)| !open.contains(*name)) {
                redactor.capture(&format!("{environment}.credentials.{name}"), value);
            }
            (environment, issued)
        });
        Keys(issued.into())
    }

    /// Returns the credentials of an environment.
    pub(super) fn credentials(&self, environment: Environment) -> BTreeMap<String, String> {
        self.0.get(&environment).map(|issued| issued.credentials.clone()).unwrap_or_default()
    }

    /// Returns the values that templates read, by environment.
    pub(super) fn scope(&self) -> Value {
        let one = |(environment, issued): (&Environment, &Issued)| {
            let Issued { key, secret, credentials } = issued;
            (environment.to_string(), json!({ "key": key, "secret": secret, "credentials": credentials }))
        };
        Value::Object(self.0.iter().map(one).collect())
    }
}

/// Returns a random text of digits and letters that is safe in any context.
fn fresh() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}
