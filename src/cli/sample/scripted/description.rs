//! The sample partner that a pack describes in `partner.yaml`, with its environment. The profile is generated here and
//! trusts the pack as it is, so nothing in the pack can name a command, a file, or a host other than the provider's and
//! the two hosts of sample partners.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::profile;
use super::role::{PartnerRole, host};
use crate::cli::sample::demo_setup::{DemoDefect, DemoSetup, PROFILE, Sample};
use crate::pack::load::Catalog;
use crate::pack::sample_partner::{Deployment, PackedSamplePartner, SamplePartner};
use crate::pack::types::Environment;
use crate::pack::{Pack, authentication};
use crate::profile::provider_hosts;
use crate::yaml::{Document, Problem, Problems};

/// Returns the name of a defect, which is unique in its pack.
fn fault_name(check: &str, name: &str) -> String {
    format!("{check}/{name}")
}

impl Sample {
    /// Returns the sample partner that a pack in a folder describes.
    ///
    /// # Errors
    ///
    /// Fails if the pack does not exist or describes no sample partner.
    pub(in crate::cli) fn of_folder(catalog: &Catalog, provider: &str) -> Result<Self, Problems> {
        let pack = catalog.pack(provider)?;
        let sampled = pack.sample.as_ref().ok_or_else(|| described_nowhere(&pack))?;
        Sample::scripted(&pack, sampled)
    }

    /// Builds the sample partner that a pack describes, with its defects.
    ///
    /// # Errors
    ///
    /// Fails if a defect makes the description invalid, which the lints report too.
    pub(in crate::cli) fn scripted(pack: &Arc<Pack>, sampled: &PackedSamplePartner) -> Result<Self, Problems> {
        let mut sample = played(pack, sampled, PartnerRole::Conforming)?;
        for (check, faults) in &sampled.partner.defects {
            for (name, fault) in faults {
                let defect = DemoDefect::described(fault_name(check, name), check, fault);
                sample.faulty.insert(defect.name.clone(), played(pack, sampled, PartnerRole::Faulty(fault))?);
                sample.setup.defects.push(defect);
            }
        }
        Ok(sample)
    }

    /// Builds a partner that does nothing.
    ///
    /// # Errors
    ///
    /// As [`Sample::scripted`].
    pub(in crate::cli) fn silent(pack: &Arc<Pack>, sampled: &PackedSamplePartner) -> Result<Self, Problems> {
        played(pack, sampled, PartnerRole::Silent)
    }
}

/// Returns the problem of a pack without a sample partner.
pub(in crate::cli) fn described_nowhere(pack: &Pack) -> Problem {
    let message = "this pack has no sample partner to test with: there is no `partner.yaml` beside this file";
    let problem = pack.document.problem("", message);
    problem.hint("`preflight new pack NAME --in SOMEWHERE` writes one as a starting point; copy its `partner.yaml`")
}

/// Builds the partner in a role, with its environment.
fn played(pack: &Arc<Pack>, sampled: &PackedSamplePartner, role: PartnerRole<'_>) -> Result<Sample, Problems> {
    let changed = match role {
        PartnerRole::Faulty(fault) => fault.put_into(&sampled.json),
        PartnerRole::Conforming | PartnerRole::Silent => sampled.json.clone(),
    };
    let partner: SamplePartner = sampled.document.typed_from(changed.clone()).map_err(Problems)?;
    let deployments = Deployment::ALL.into_iter().map(|deployment| {
        let described = if role.is_faulty(deployment) { &changed } else { &sampled.json };
        (format!("{}.json", deployment.word()), described_for(deployment, pack, described, role).to_string())
    });
    let mut files: IndexMap<String, String> = deployments.collect();
    files.insert("attestations.yaml".into(), profile::attested(pack).to_string());
    let described = Document::new("the demo data of partner.yaml", setup(pack, &partner, role).to_string());
    let setup: DemoSetup = described.typed().map_err(Problems)?;
    let profile = Document::new(PROFILE, profile::profile(pack, &partner, role).to_string());
    let packs = BTreeMap::from([(pack.id.clone(), pack.clone())]);
    let catalog = Catalog { packs, originals: BTreeMap::new(), warnings: Problems::default() };
    Ok(Sample {
        catalog,
        pack: pack.clone(),
        setup,
        described,
        profile,
        files,
        scripted: true,
        faulty: BTreeMap::new(),
    })
}

/// Describes the partner for the program that runs one of its deployments.
fn described_for(deployment: Deployment, pack: &Pack, partner: &Value, role: PartnerRole<'_>) -> Value {
    let mut partner = partner.clone();
    if let Some(partner) = partner.as_object_mut() {
        partner.remove("defects");
    }
    let url = match deployment {
        Deployment::Rehearsal => None,
        Deployment::Staging => Some(profile::handler(Environment::Test)),
        Deployment::Live => Some(profile::handler(Environment::Production)),
    };
    json!({
        "partner": partner,
        "webhooks": pack.facts.get("webhooks"),
        "facts": pack.facts.get("facts").cloned().unwrap_or_else(|| json!({})),
        "silent": matches!(role, PartnerRole::Silent),
        "test_endpoints": deployment != Deployment::Live,
        "url": url,
        "memory": format!("{}.memory", deployment.word()),
    })
}

/// Describes the environment of the partner, in the form of `demo.yaml`.
fn setup(pack: &Pack, partner: &SamplePartner, role: PartnerRole<'_>) -> Value {
    let variables = variables(pack);
    if matches!(role, PartnerRole::Silent) {
        return json!({ "variables": variables, "defects": [] });
    }
    let is_played = pack.provider.simulator.is_some();
    // A host that is not simulated leads to the live deployment, so the real host is never called.
    let nobody = |host: String| (host, json!({ "is": Deployment::Live.word() }));
    let mut hosts: Map<String, Value> = provider_hosts(&pack.provider.environments).into_iter().map(nobody).collect();
    let mut environments = Map::new();
    for (environment, addresses) in pack.provider.environments.iter().filter(|_| is_played) {
        hosts.extend(addresses.apis.iter().filter_map(|(api, base)| {
            Some((base.host_str()?.to_owned(), json!({ "is": format!("{environment}.{api}") })))
        }));
        environments.insert(environment.to_string(), provider_state(partner, *environment));
    }
    let mut deployments = Map::new();
    for (environment, deployment) in
        [(Environment::Test, Deployment::Staging), (Environment::Production, Deployment::Live)]
    {
        hosts.insert(host(environment).into(), json!({ "is": deployment.word() }));
        deployments.insert(deployment.word().into(), settings_of(pack, environment));
    }
    json!({
        "variables": variables,
        "hosts": hosts,
        "deployments": deployments,
        "environments": environments,
        "defects": [],
    })
}

/// Returns the variables that the profile of a sample partner may name.
fn variables(pack: &Pack) -> Value {
    let mut variables =
        json!({ "SIMULATED_ENVIRONMENTS": "{{ front }}", "PORT": "{{ port }}", "CLOSED": "{{ closed_port }}" });
    for environment in [Environment::Test, Environment::Production] {
        let upper = environment.word().to_uppercase();
        variables[format!("{upper}_KEY")] = json!(format!("{{{{ {environment}.key }}}}"));
        variables[format!("{upper}_SECRET")] = json!(format!("{{{{ {environment}.secret }}}}"));
        for name in authentication::credentials(&pack.provider.apis) {
            let value = format!("{{{{ {environment}.credentials['{name}'] }}}}");
            variables[format!("{upper}_CREDENTIALS_{name}")] = json!(value);
        }
    }
    variables
}

/// Returns what the provider holds in an environment, as the pack describes it.
fn provider_state(partner: &SamplePartner, environment: Environment) -> Value {
    let held = partner.environments.get(&environment).cloned().unwrap_or_default();
    json!({
        "key": held.key.unwrap_or_else(|| format!("{{{{ {environment}.key }}}}")),
        "prepared": held.prepared,
        "held": held.members,
        "records": held.records,
    })
}

/// Returns the variables of the deployment that is connected to an environment.
fn settings_of(pack: &Pack, environment: Environment) -> Value {
    let there = pack.provider.environments.contains_key(&environment);
    json!({
        "SAMPLE_KEY": format!("{{{{ {environment}.key }}}}"),
        "SAMPLE_SECRET": format!("{{{{ {environment}.secret }}}}"),
        "SAMPLE_CREDENTIALS": profile::credentials(pack, environment.word()),
        "SAMPLE_APIS": if there { profile::apis(pack, environment.word()) } else { "{}".into() },
    })
}
