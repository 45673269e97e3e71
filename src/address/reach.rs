//! Classifies from where names and addresses are reachable. The only place with this rule.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// From where a host is reachable, as far as its text shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// This machine: loopback, `localhost` and every name below it.
    ThisMachine,
    /// A private network, which this machine may be in: private and unique-local addresses.
    PrivateNetwork,
    /// Addresses without a service, or with cloud metadata: unspecified, link-local, metadata, multicast, broadcast,
    /// reserved.
    Forbidden,
    /// Known only inside some network: shared address space of carriers, benchmarking ranges, and names outside public
    /// DNS.
    Inside,
    /// The internet. Documentation ranges count, because simulated environments are assigned such addresses.
    Public,
}

/// Name suffixes outside public DNS: reserved for private networks, or used there so widely that they are never
/// delegated.
const INSIDE: [&str; 9] =
    ["internal", "local", "localdomain", "home.arpa", "lan", "home", "corp", "intranet", "private"];

/// Metadata addresses of large clouds outside the link-local range.
const METADATA: [Ipv4Addr; 2] = [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16)];

impl Reach {
    /// Classifies an address. IPv4 within IPv6 counts as IPv4.
    pub fn of_ip(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(v4) => Reach::of_v4(v4),
            IpAddr::V6(v6) => Reach::of_v6(v6),
        }
    }

    /// Classifies a name, as a [`Host`](super::Host) spells it.
    pub(super) fn of_name(name: &str) -> Self {
        let below = |parent: &str| name.strip_suffix(parent).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        if below("localhost") {
            Reach::ThisMachine
        } else if !name.contains('.') || INSIDE.iter().any(|end| below(end)) {
            Reach::Inside
        } else {
            Reach::Public
        }
    }

    fn of_v4(v4: Ipv4Addr) -> Self {
        match v4.octets() {
            [127, ..] => Reach::ThisMachine,
            _ if v4.is_private() => Reach::PrivateNetwork,
            _ if v4.is_link_local() || v4.is_multicast() || METADATA.contains(&v4) => Reach::Forbidden,
            [0 | 240..=255, ..] | [192, 0, 0, _] => Reach::Forbidden,
            [100, 64..=127, _, _] | [198, 18 | 19, _, _] => Reach::Inside,
            _ => Reach::Public,
        }
    }

    fn of_v6(v6: Ipv6Addr) -> Self {
        if let Some(v4) = carried(v6) {
            // Nobody calls this machine or a private network through a transition mechanism.
            return if Reach::of_v4(v4) == Reach::Public { Reach::Public } else { Reach::Forbidden };
        }
        if v6.is_loopback() {
            Reach::ThisMachine
        } else if v6.is_unspecified() || v6.is_unicast_link_local() || v6.is_multicast() || is_metadata(v6) {
            Reach::Forbidden
        } else if v6.is_unique_local() || v6.segments()[0] & 0xffc0 == 0xfec0 {
            Reach::PrivateNetwork
        } else {
            Reach::Public
        }
    }
}

/// Whether an address is reachable from the internet.
pub fn is_public(ip: IpAddr) -> bool {
    Reach::of_ip(ip) == Reach::Public
}

/// Whether an address has no service, or serves credentials.
pub fn is_forbidden(ip: IpAddr) -> bool {
    Reach::of_ip(ip) == Reach::Forbidden
}

/// Returns the IPv4 address inside a compatible, translated or tunnelled IPv6 address.
fn carried(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let within = |high: u16, low: u16| Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    match v6.segments() {
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => within(high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => within(high, low),
        _ => None,
    }
}

/// Whether an address is the IPv6 metadata address of a large cloud, inside the unique-local range.
fn is_metadata(v6: Ipv6Addr) -> bool {
    v6 == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)
}
