//! Decides which hosts a rehearsed build may reach.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, SocketAddr};

use crate::address::Host;

/// Which hosts the proxy admits besides loopback, and which it always denies.
#[derive(Clone, Debug, Default)]
pub struct HostPolicy {
    open: BTreeSet<Host>,
    shut: BTreeSet<Host>,
}

/// The decision about a requested host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HostDecision {
    /// The host is this machine, with these addresses.
    Here(Vec<IpAddr>),
    /// The profile lists the host.
    Named(Host),
    /// The host belongs to the provider's real environments and is always denied.
    Shut,
    /// Any other host, which is denied as well.
    Unknown,
}

impl HostPolicy {
    /// Creates a policy that admits the `open` hosts, in any spelling, and always denies the `shut` ones.
    pub fn new<'h>(open: impl IntoIterator<Item = &'h str>, shut: impl IntoIterator<Item = &'h str>) -> Self {
        let open = open.into_iter().filter_map(Host::parse).collect();
        HostPolicy { open, shut: shut.into_iter().filter_map(Host::parse).collect() }
    }

    /// Whether a host is always denied.
    pub fn shuts(&self, host: &str) -> bool {
        Host::parse(host).is_some_and(|host| self.shut.contains(&host))
    }

    /// Decides about a requested host.
    pub(crate) fn to(&self, host: &str) -> HostDecision {
        let Some(host) = Host::parse(host) else { return HostDecision::Unknown };
        if let Some(here) = host.known_addresses().filter(|_| host.is_this_machine()) {
            return HostDecision::Here(here);
        }
        match (self.shut.contains(&host), self.open.contains(&host)) {
            (true, _) => HostDecision::Shut,
            (false, true) => HostDecision::Named(host),
            (false, false) => HostDecision::Unknown,
        }
    }
}

/// Returns the addresses of a host, with a port.
pub(super) async fn addresses(host: &Host, port: u16) -> io::Result<Vec<SocketAddr>> {
    match host.known_addresses() {
        Some(known) => Ok(known.into_iter().map(|ip| (ip, port).into()).collect()),
        None => Ok(tokio::net::lookup_host((host.to_string(), port)).await?.collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_judged_by_what_they_parse_to() {
        let policy =
            HostPolicy::new(["Mail.Example.", "203.0.113.7", "api.provider.example"], ["API.provider.example"]);
        let here = |text: &str| HostDecision::Here(vec![text.parse().unwrap()]);
        let both = || HostDecision::Here(vec!["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()]);
        let table = [
            ("127.0.0.1", here("127.0.0.1")),
            ("127.9.9.9", here("127.9.9.9")),
            ("2130706433", here("127.0.0.1")),
            ("0x7f.1", here("127.0.0.1")),
            ("[::1]", here("::1")),
            ("[::ffff:127.0.0.1]", here("127.0.0.1")),
            ("localhost", both()),
            ("LocalHost.", both()),
            ("app.localhost", both()),
            ("mail.example", HostDecision::Named(Host::parse("mail.example").unwrap())),
            ("MAIL.example.", HostDecision::Named(Host::parse("mail.example").unwrap())),
            ("203.0.113.7", HostDecision::Named(Host::parse("203.0.113.7").unwrap())),
            ("api.provider.example", HostDecision::Shut),
            ("api.provider.example.", HostDecision::Shut),
            ("a.mail.example", HostDecision::Unknown),
            ("mail.example.evil.example", HostDecision::Unknown),
            ("localhost.example", HostDecision::Unknown),
            ("10.0.0.1", HostDecision::Unknown),
            ("169.254.169.254", HostDecision::Unknown),
            ("0.0.0.0", HostDecision::Unknown),
            ("", HostDecision::Unknown),
            ("a b", HostDecision::Unknown),
        ];
        for (host, decision) in table {
            assert_eq!(policy.to(host), decision, "{host}");
        }
        assert!(policy.shuts("Api.Provider.Example.") && !policy.shuts("mail.example"));
    }
}
