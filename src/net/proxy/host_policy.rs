//! The policy which hosts a rehearsed build may reach.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::Host;

use crate::net::address::{self, Reach};

/// The hosts that the proxy admits, besides loopback.
#[derive(Clone, Debug, Default)]
pub struct Doors {
    open: BTreeSet<String>,
    shut: BTreeSet<String>,
}

/// The decision about a requested host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// This machine.
    Here(Vec<IpAddr>),
    /// A host that the profile names.
    Named(Host<String>),
    /// A host of the provider's real environments, never reachable.
    Shut,
    /// Any other host.
    Unknown,
}

impl Doors {
    /// A policy that admits some hosts, in any spelling, and always denies others.
    pub fn new<'h>(open: impl IntoIterator<Item = &'h str>, shut: impl IntoIterator<Item = &'h str>) -> Self {
        Doors { open: open.into_iter().map(spelled).collect(), shut: shut.into_iter().map(spelled).collect() }
    }

    /// Whether a host is always denied.
    pub fn shuts(&self, host: &str) -> bool {
        self.shut.contains(&spelled(host))
    }

    /// The decision about a host.
    pub(super) fn to(&self, host: &str) -> Door {
        let Some(host) = address::host(host) else { return Door::Unknown };
        if let Some(here) = loopback(&host) {
            return Door::Here(here);
        }
        let spelled = host.to_string();
        match (self.shut.contains(&spelled), self.open.contains(&spelled)) {
            (true, _) => Door::Shut,
            (false, true) => Door::Named(host),
            (false, false) => Door::Unknown,
        }
    }
}

/// The addresses of a host on a port.
pub(super) async fn addresses(host: &Host<String>, port: u16) -> io::Result<Vec<SocketAddr>> {
    match host {
        Host::Domain(name) => Ok(tokio::net::lookup_host((name.as_str(), port)).await?.collect()),
        Host::Ipv4(ip) => Ok(vec![(*ip, port).into()]),
        Host::Ipv6(ip) => Ok(vec![(*ip, port).into()]),
    }
}

/// A host normalised for comparison; an invalid host stays as it is.
pub(super) fn spelled(text: &str) -> String {
    address::host(text).map_or_else(|| text.to_owned(), |host| host.to_string())
}

/// The loopback addresses of a host. A name is not resolved: it could lead elsewhere.
fn loopback(host: &Host<String>) -> Option<Vec<IpAddr>> {
    (Reach::of_host(host) == Reach::ThisMachine).then(|| match host {
        Host::Domain(_) => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
        Host::Ipv4(ip) => vec![(*ip).into()],
        Host::Ipv6(ip) => vec![(*ip).into()],
    })
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
            ("mail.example", Door::Named(Host::Domain("mail.example".into()))),
            ("MAIL.example.", Door::Named(Host::Domain("mail.example".into()))),
            ("203.0.113.7", Door::Named(Host::Ipv4([203, 0, 113, 7].into()))),
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
