//! Generates the profile of a sample partner that its pack describes.

use serde_json::{Map, Value, json};

use super::role::{PartnerRole, host};
use crate::pack::sample_partner::{EnvironmentPart, SamplePartner};
use crate::pack::types::Environment;
use crate::pack::{Pack, authentication};
use crate::profile::provider_hosts;

/// The base URL of the rehearsed build.
const BUILD: &str = "http://127.0.0.1:${PORT}";

/// The time limits of the sample partner, which reacts at once.
const TIMING: [(&str, &str); 2] = [("reacts_within", "300ms"), ("retries_within", "600ms")];

/// Returns the URL of a deployment's webhook handler.
pub(super) fn handler(environment: Environment) -> String {
    format!("https://{}/webhook", host(environment))
}

/// Returns the base URLs of the APIs for the program, as templates over the object named `within`.
pub(super) fn apis(pack: &Pack, within: &str) -> String {
    let named = |api: &String| (api.clone(), json!(format!("{{{{ {within}['{api}_api'] }}}}")));
    let played = pack.provider.apis.keys().filter(|_| pack.provider.simulator.is_some());
    Value::Object(played.map(named).collect()).to_string()
}

/// Returns the additional credentials for the program, as templates over the object named `within`.
pub(super) fn credentials(pack: &Pack, within: &str) -> String {
    let names = authentication::credentials(&pack.provider.apis).into_iter();
    let named = |name: String| (name.clone(), json!(format!("{{{{ {within}.credentials['{name}'] }}}}")));
    Value::Object(names.map(named).collect()).to_string()
}

/// Attests, as a sample person, the checks that only a person can answer and the items that no check serves. Without
/// this, the former would block checks that need them, and the latter would be inconclusive.
pub(super) fn attested(pack: &Pack) -> Value {
    let asked = pack.checks.iter().filter(|packed| packed.check.only_asks());
    let asked = asked.map(|packed| ("check", &packed.check.id));
    let alone = pack.unserved().map(|item| ("item", &item.id));
    let one = |(word, id): (&str, &String)| json!({ word: id, "who": "A person", "when": "2026-01-01", "evidence": "a sample", "expires": "2099-12-31" });
    json!({ "attestations": asked.chain(alone).map(one).collect::<Vec<_>>() })
}

/// Returns the profile as JSON, which is YAML too.
pub(super) fn profile(pack: &Pack, partner: &SamplePartner, role: PartnerRole<'_>) -> Value {
    let mut profile = json!({ "partner": "Sample Partner", "provider": pack.id, "trust": { &pack.id: trust(pack) } });
    if matches!(role, PartnerRole::Silent) {
        profile["rehearsal"] = rehearsal(pack, partner, role);
        return profile;
    }
    let part = &partner.profile;
    let said = json!({ "branding": part.branding, "return_url": part.return_url, "events": part.events });
    for (name, value) in said.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        profile[name] = value.clone();
    }
    profile["attestations"] = json!("attestations.yaml");
    let both = [Environment::Test, Environment::Production];
    profile["environments"] =
        both.map(|one| (one.word().to_owned(), environment(pack, partner, one))).into_iter().collect();
    profile["rehearsal"] = rehearsal(pack, partner, role);
    profile["connect_to"] = simulated_environments(pack);
    profile
}

/// Trusts everything that the pack declares: the profile is generated, and no real host can be reached.
fn trust(pack: &Pack) -> Value {
    let hosts = pack.provider.environments.iter().map(|(environment, addresses)| {
        let hosts = addresses.apis.values().filter_map(|base| base.host_str());
        (environment.to_string(), json!(hosts.collect::<Vec<_>>()))
    });
    let allows: Vec<String> = pack.provider.production_allows.iter().map(ToString::to_string).collect();
    json!({
        "digest": format!("sha256:{}", pack.digest),
        "hosts": hosts.collect::<Map<_, _>>(),
        "production_allows": allows,
        "production_fields": pack.provider.production_fields,
    })
}

fn environment(pack: &Pack, partner: &SamplePartner, environment: Environment) -> Value {
    let nothing = EnvironmentPart::default();
    let part = partner.profile.environments.get(&environment).unwrap_or(&nothing);
    let (upper, mut said) = (environment.word().to_uppercase(), Map::new());
    if let Some(addresses) = pack.provider.environments.get(&environment).filter(|known| !known.apis.is_empty()) {
        let mut apis: Map<String, Value> =
            addresses.apis.iter().map(|(api, base)| (api.clone(), json!(base.as_str()))).collect();
        apis.extend(part.apis.iter().map(|(api, base)| (api.clone(), json!(base))));
        said.insert("apis".into(), Value::Object(apis));
        said.insert("api_key".into(), json!(part.api_key.clone().unwrap_or_else(|| format!("${{{upper}_KEY}}"))));
    }
    let credentials = authentication::credentials(&pack.provider.apis).into_iter();
    let variable = |name: String| (name.clone(), json!(format!("${{{upper}_CREDENTIALS_{name}}}")));
    let mut credentials: Map<String, Value> = credentials.map(variable).collect();
    credentials.extend(part.credentials.iter().map(|(name, text)| (name.clone(), json!(text))));
    said.insert("credentials".into(), Value::Object(credentials));
    if pack.provider.webhooks.is_some() {
        let hook = part.webhook.clone().unwrap_or_default();
        let url = hook.url.unwrap_or_else(|| handler(environment));
        let secret = hook.secret.unwrap_or_else(|| format!("${{{upper}_SECRET}}"));
        said.insert("webhook".into(), json!({ "url": url, "secret": secret }));
    }
    said.insert("settings".into(), Value::Object(part.settings.clone()));
    said.insert("known_clients".into(), Value::Object(part.known_clients.clone()));
    if environment == Environment::Test {
        let base = format!("https://{}", host(environment));
        said.insert("actions".into(), actions(pack, partner, &base));
        let request = format!("GET {base}/events?type={{{{ event }}}}");
        said.insert(
            "lookups".into(),
            json!({ "received": { "request": request, "count": "$.count", "within": "3s" } }),
        );
    }
    Value::Object(said)
}

/// Returns every action that the pack's partner can perform. For a silent partner they are declared too, and do
/// nothing.
fn actions(pack: &Pack, partner: &SamplePartner, base: &str) -> Value {
    let one = |name: &String| {
        let mut json = Map::from_iter([("client".to_owned(), json!("{{ client }}"))]);
        let told = pack.provider.actions.get(name).into_iter().flat_map(|word| word.arguments.keys());
        json.extend(told.map(|argument| (argument.clone(), json!(format!("{{{{ {argument} }}}}")))));
        let capture = partner.capture.get(name).cloned().unwrap_or_default();
        (name.clone(), json!({ "request": format!("POST {base}/actions/{name}"), "json": json, "capture": capture }))
    };
    Value::Object(partner.actions.keys().map(one).collect())
}

fn rehearsal(pack: &Pack, partner: &SamplePartner, role: PartnerRole<'_>) -> Value {
    let mut rehearsal = json!({
        "start": { "command": ["{{ preflight }}", "sample", "rehearsal.json"], "ready": format!("{BUILD}/health") },
        "env": {
            "PORT": "${PORT}",
            "PARTNER_STOP_ON_EOF": "1",
            "SAMPLE_KEY": "{{ simulator.api_key }}",
            "SAMPLE_SECRET": "{{ simulator.webhook_secret }}",
            "SAMPLE_APIS": apis(pack, "simulator"),
            "SAMPLE_CREDENTIALS": credentials(pack, "simulator"),
        },
        "concurrency": 64,
        "timing": Map::from_iter(TIMING.map(|(name, span)| (name.to_owned(), json!(span)))),
        "actions": actions(pack, partner, BUILD),
        "lookups": {
            "processed": { "request": format!("GET {BUILD}/events/{{{{ event_id }}}}"), "count": "$.count" },
        },
    });
    if pack.provider.webhooks.is_some() {
        // A silent partner has no handler: nothing listens on this port.
        let base = if matches!(role, PartnerRole::Silent) { "http://127.0.0.1:${CLOSED}" } else { BUILD };
        rehearsal["webhook"] = json!({ "url": format!("{base}/webhook") });
    }
    if let Some(verification) = &partner.profile.verification {
        rehearsal["verification"] = json!(verification);
    }
    if let Some(workers) = partner.profile.workers {
        rehearsal["workers"] = json!(workers);
    }
    rehearsal
}

/// Connects every host to this machine, each with a simulated address of its own.
fn simulated_environments(pack: &Pack) -> Value {
    let own = [host(Environment::Test), host(Environment::Production)].map(str::to_owned);
    let all = provider_hosts(&pack.provider.environments).into_iter().chain(own).zip((1_u8..=254).cycle());
    let one = |(host, n): (String, u8)| {
        (host, json!({ "at": "${SIMULATED_ENVIRONMENTS}", "address": format!("203.0.113.{n}") }))
    };
    json!({ "ca": "simulated-environments.pem", "hosts": all.map(one).collect::<Map<_, _>>() })
}
