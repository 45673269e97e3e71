//! A host in one spelling. All code that asks where a host is, or whether two hosts are the same, uses this type.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::Url;

use super::reach::Reach;

/// A host as hosts are compared: in lower case, in Punycode, without a trailing dot, and IPv4 within IPv6 as IPv4.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(url::Host<String>);

impl Host {
    /// Parses a name or an address as the URL standard does, IPv6 in brackets; `None` if the text is not a host.
    pub fn parse(text: &str) -> Option<Self> {
        // After a bracket, a dot does not mean the DNS root; the host is invalid, as in URLs.
        let text = text.strip_suffix('.').filter(|text| !text.ends_with(']')).unwrap_or(text);
        match url::Host::parse(text).ok()? {
            // A second dot at the end would be an empty label.
            url::Host::Domain(name) if name.is_empty() || name.ends_with('.') => None,
            url::Host::Domain(name) => Some(Host(url::Host::Domain(name.to_ascii_lowercase()))),
            url::Host::Ipv4(ip) => Some(IpAddr::from(ip).into()),
            url::Host::Ipv6(ip) => Some(IpAddr::from(ip).into()),
        }
    }

    /// Returns the host of a URL; `None` without one. In URLs of unknown schemes an address is written as a name, and
    /// is read as what it is.
    pub fn of(url: &Url) -> Option<Self> {
        match url.host()? {
            url::Host::Domain(name) => Host::parse(name),
            url::Host::Ipv4(ip) => Some(IpAddr::from(ip).into()),
            url::Host::Ipv6(ip) => Some(IpAddr::from(ip).into()),
        }
    }

    /// Returns a text in the spelling in which hosts are compared; a text that is not a host becomes lower case.
    pub fn spelling(text: &str) -> String {
        Host::parse(text).map_or_else(|| text.to_lowercase(), |host| host.to_string())
    }

    /// Returns from where it is reachable, as far as its text shows. A name is not resolved: it could lead elsewhere
    /// tomorrow.
    pub fn reach(&self) -> Reach {
        match &self.0 {
            url::Host::Domain(name) => Reach::of_name(name),
            url::Host::Ipv4(ip) => Reach::of_ip((*ip).into()),
            url::Host::Ipv6(ip) => Reach::of_ip((*ip).into()),
        }
    }

    /// Whether it is this machine.
    pub fn is_this_machine(&self) -> bool {
        self.reach() == Reach::ThisMachine
    }

    /// Whether it is this machine or inside a private network, which this machine may be in.
    pub fn is_here(&self) -> bool {
        matches!(self.reach(), Reach::ThisMachine | Reach::PrivateNetwork)
    }

    /// Whether it has no service, or serves credentials.
    pub fn is_forbidden(&self) -> bool {
        self.reach() == Reach::Forbidden
    }

    /// Whether anybody on the internet can call it. Documentation ranges do not count, although simulated environments
    /// are assigned such addresses.
    pub fn is_callable(&self) -> bool {
        let documentation = match self.address() {
            Some(IpAddr::V4(v4)) => v4.is_documentation(),
            Some(IpAddr::V6(v6)) => matches!(v6.segments(), [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..]),
            None => false,
        };
        !documentation && self.reach() == Reach::Public
    }

    /// Whether it equals another host, or is a name below that name.
    pub fn is_below(&self, parent: &Host) -> bool {
        let above = |name: &str| Some(name.strip_suffix(parent.name()?)?.ends_with('.'));
        self == parent || self.name().and_then(above) == Some(true)
    }

    /// Whether it equals another host or is its sibling: below the same parent of at least two labels.
    pub fn is_beside(&self, known: &Host) -> bool {
        let parent = known.name().and_then(|name| name.split_once('.')).map(|(_, parent)| parent);
        let parent = parent.filter(|parent| parent.contains('.')).and_then(Host::parse);
        self == known || parent.is_some_and(|parent| self.is_below(&parent))
    }

    /// Returns the address; `None` for a name.
    pub fn address(&self) -> Option<IpAddr> {
        match &self.0 {
            url::Host::Domain(_) => None,
            url::Host::Ipv4(ip) => Some((*ip).into()),
            url::Host::Ipv6(ip) => Some((*ip).into()),
        }
    }

    /// Returns the name; `None` for an address.
    pub fn name(&self) -> Option<&str> {
        match &self.0 {
            url::Host::Domain(name) => Some(name),
            url::Host::Ipv4(_) | url::Host::Ipv6(_) => None,
        }
    }

    /// Returns the addresses that are known without a resolver: the address itself, or those of this machine; `None`
    /// for the name of another machine.
    pub fn known_addresses(&self) -> Option<Vec<IpAddr>> {
        match self.address() {
            Some(ip) => Some(vec![ip]),
            None if self.is_this_machine() => Some(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]),
            None => None,
        }
    }
}

impl From<IpAddr> for Host {
    fn from(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(v4) => Host(url::Host::Ipv4(v4)),
            IpAddr::V6(v6) => Host(v6.to_ipv4_mapped().map_or(url::Host::Ipv6(v6), url::Host::Ipv4)),
        }
    }
}

/// As in URLs: IPv6 in brackets.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
