//! The policy which hosts a rehearsed build may reach.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, SocketAddr};

use crate::address::Host;

/// The hosts that the proxy admits, besides loopback.
#[derive(Clone, Debug, Default)]
pub struct Doors {
    open: BTreeSet<Host>,
    shut: BTreeSet<Host>,
}

/// The decision about a requested host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// This machine.
    Here(Vec<IpAddr>),
    /// A host that the profile names.
    Named(Host),
    /// A host of the provider's real environments, never reachable.
    Shut,
    /// Any other host.
    Unknown,
}

impl Doors {
    /// A policy that admits some hosts, in any spelling, and always denies others.
    pub fn new<'h>(open: impl IntoIterator<Item = &'h str>, shut: impl IntoIterator<Item = &'h str>) -> Self {
        let open = open.into_iter().filter_map(Host::parse).collect();
        Doors { open, shut: shut.into_iter().filter_map(Host::parse).collect() }
    }

    /// Whether a host is always denied.
    pub fn shuts(&self, host: &str) -> bool {
        Host::parse(host).is_some_and(|host| self.shut.contains(&host))
    }

    /// The decision about a host.
    pub(crate) fn to(&self, host: &str) -> Door {
        let Some(host) = Host::parse(host) else { return Door::Unknown };
        if let Some(here) = host.known_addresses().filter(|_| host.is_this_machine()) {
            return Door::Here(here);
        }
        match (self.shut.contains(&host), self.open.contains(&host)) {
            (true, _) => Door::Shut,
            (false, true) => Door::Named(host),
            (false, false) => Door::Unknown,
        }
    }
}

/// The addresses of a host on a port.
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
        let doors = Doors::new(["Mail.Example.", "203.0.113.7", "api.provider.example"], ["API.provider.example"]);
        let here = |text: &str| Door::Here(vec![text.parse().unwrap()]);
        let both = || Door::Here(vec!["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()]);
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
            ("mail.example", Door::Named(Host::parse("mail.example").unwrap())),
            ("MAIL.example.", Door::Named(Host::parse("mail.example").unwrap())),
            ("203.0.113.7", Door::Named(Host::parse("203.0.113.7").unwrap())),
            ("api.provider.example", Door::Shut),
            ("api.provider.example.", Door::Shut),
            ("a.mail.example", Door::Unknown),
            ("mail.example.evil.example", Door::Unknown),
            ("localhost.example", Door::Unknown),
            ("10.0.0.1", Door::Unknown),
            ("169.254.169.254", Door::Unknown),
            ("0.0.0.0", Door::Unknown),
            ("", Door::Unknown),
            ("a b", Door::Unknown),
        ];
        for (host, door) in table {
            assert_eq!(doors.to(host), door, "{host}");
        }
        assert!(doors.shuts("Api.Provider.Example.") && !doors.shuts("mail.example"));
    }
}
