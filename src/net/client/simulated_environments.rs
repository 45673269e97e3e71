//! Servers on this machine that answer for real hosts.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::address::Host;

/// The simulated environments: loopback servers that answer for real host names.
#[derive(Clone, Debug, Default)]
pub struct SimulatedEnvironments {
    /// The real host names, each with its server.
    pub hosts: BTreeMap<String, SimulatedHost>,
    /// The certificate authority of these servers in PEM, which is trusted for them only. Without it, they need a
    /// certificate that this machine trusts.
    pub ca_pem: Option<String>,
}

impl SimulatedEnvironments {
    /// Returns the servers by host. A name that is no host is left out.
    pub(super) fn parsed(&self) -> BTreeMap<Host, SimulatedHost> {
        self.hosts.iter().filter_map(|(name, one)| Some((Host::parse(name)?, *one))).collect()
    }
}

/// Returns the ports of the servers by host.
pub(super) fn ports(simulated_environments: &BTreeMap<Host, SimulatedHost>) -> BTreeMap<Host, u16> {
    simulated_environments.iter().map(|(host, one)| (host.clone(), one.port)).collect()
}

/// A server on 127.0.0.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SimulatedHost {
    /// The port of the server.
    pub port: u16,
    /// The address that the real host is assumed to have.
    pub address: IpAddr,
}
