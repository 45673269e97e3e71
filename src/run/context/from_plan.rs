//! What a run derives from its plan before anything is sent or started: the gate, the simulated environments, the
//! captured bodies.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::address::Host;
use crate::files::{self, Kind};
use crate::net::client::{SimulatedEnvironments, SimulatedHost};
use crate::net::gate::{Gate, ProviderHosts, Rules};
use crate::plan::Plan;
use crate::profile::production_hosts;
use crate::redact::Redactor;
use crate::yaml::Document;

/// Why a run cannot start, such as an unreadable file that the profile names.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct SetupError(pub String);

pub(in crate::run) fn gate(plan: &Plan) -> Result<Gate, SetupError> {
    let host = |text: &str| Host::parse(text).ok_or_else(|| SetupError(format!("`{text}` is not a host")));
    let handlers = production_hosts(&plan.read.profile);
    let named = plan.read.profile.rehearsal.iter().flat_map(|rehearsal| &rehearsal.hosts);
    let provider_hosts = |addresses: &crate::pack::provider::Addresses| ProviderHosts {
        apis: addresses.apis.clone(),
        other_hosts: addresses.pages.iter().chain(&addresses.obsolete).cloned().collect(),
    };
    let trusted = &plan.read.trusted;
    let fetches = |hosts: &BTreeSet<String>| hosts.iter().filter_map(|text| Host::parse(text)).collect();
    Gate::new(&Rules {
        environments: trusted
            .environments
            .iter()
            .map(|(environment, addresses)| (*environment, provider_hosts(addresses)))
            .collect(),
        production_allows: trusted.production_allows.clone(),
        test_only: trusted.test_only.clone(),
        production_handlers: handlers.iter().map(|text| host(text)).collect::<Result<_, _>>()?,
        named: named.map(|text| host(text)).collect::<Result<_, _>>()?,
        fetches: trusted.fetches.as_ref().map(fetches),
    })
    .map_err(|error| SetupError(error.to_string()))
}

pub(in crate::run) fn simulated_environments(plan: &Plan) -> Result<SimulatedEnvironments, SetupError> {
    let Some(word) = &plan.read.profile.simulated_environments else { return Ok(SimulatedEnvironments::default()) };
    let ca_pem = word.ca.as_ref().map(|path| {
        let path = plan.read.folder.join(path);
        files::text(&path, Kind::Certificates)
            .map_err(|why| SetupError(format!("{} {why}; {}", path.display(), why.hint())))
    });
    let hosts = word
        .hosts
        .iter()
        .map(|(host, place)| (host.clone(), SimulatedHost { port: place.at.port(), address: place.address }));
    Ok(SimulatedEnvironments { hosts: hosts.collect(), ca_pem: ca_pem.transpose()? })
}

/// Reads the captured bodies of events that the profile names.
pub(in crate::run) fn captured_bodies(plan: &Plan, redactor: &Redactor) -> Result<BTreeMap<String, Value>, SetupError> {
    let bodies = plan.read.profile.rehearsal.iter().flat_map(|rehearsal| &rehearsal.bodies);
    bodies
        .map(|(event, path)| {
            let path = plan.read.folder.join(path);
            let document = Document::read(&path, &path.display().to_string())
                .map_err(|problem| SetupError(problem.render(false)))?
                .kept_by(redactor);
            // A captured body may contain numbers that the YAML parser does not read.
            let captured = serde_json::from_str(&document.text).or_else(|_| document.parse());
            let value = captured.map_err(|problems| SetupError(problems.render(false)))?;
            Ok((event.clone(), value))
        })
        .collect()
}
