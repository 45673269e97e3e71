//! Classifies hosts: this machine, a private network, the internet, or never called. The only place with this rule.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

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

    /// Classifies a name without resolving it.
    pub fn of_name(name: &str) -> Self {
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        let below = |parent: &str| name.strip_suffix(parent).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        if below("localhost") {
            Reach::ThisMachine
        } else if !name.contains('.') || INSIDE.iter().any(|end| below(end)) {
            Reach::Inside
        } else {
            Reach::Public
        }
    }

    /// Classifies a host without resolving it.
    pub fn of_host<S: AsRef<str>>(host: &Host<S>) -> Self {
        match host {
            Host::Domain(name) => Reach::of_name(name.as_ref()),
            Host::Ipv4(ip) => Reach::of_ip((*ip).into()),
            Host::Ipv6(ip) => Reach::of_ip((*ip).into()),
        }
    }

    /// Classifies the host of a URL; `None` without a host.
    pub fn of_url(url: &Url) -> Option<Self> {
        url.host().as_ref().map(Reach::of_host)
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
            // Nobody calls this machine through a transition mechanism.
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

/// Normalises a host: without a trailing dot, in lower case, and IPv4 within IPv6 as IPv4.
pub fn normal<S: AsRef<str>>(host: &Host<S>) -> Host<String> {
    match host {
        Host::Domain(name) => {
            let name = name.as_ref();
            Host::Domain(name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase())
        }
        Host::Ipv4(ip) => Host::Ipv4(*ip),
        Host::Ipv6(ip) => ip.to_ipv4_mapped().map_or(Host::Ipv6(*ip), Host::Ipv4),
    }
}

/// Parses and normalises a host; `None` if the text is not one.
pub fn host(text: &str) -> Option<Host<String>> {
    Host::parse(text.strip_suffix('.').unwrap_or(text)).ok().map(|host| normal(&host))
}

/// Whether an address is reachable from the internet.
pub fn is_public(ip: IpAddr) -> bool {
    Reach::of_ip(ip) == Reach::Public
}

/// Whether an address has no service, or serves credentials.
pub fn is_forbidden(ip: IpAddr) -> bool {
    Reach::of_ip(ip) == Reach::Forbidden
}

/// Whether a URL stays on this machine or its private network, as far as its host shows.
pub fn is_here(url: &Url) -> bool {
    matches!(Reach::of_url(url), Some(Reach::ThisMachine | Reach::PrivateNetwork))
}

/// Whether anybody on the internet can call a URL, as far as its host shows. Documentation ranges do not count,
/// although simulated environments are assigned such addresses.
pub fn is_callable(url: &Url) -> bool {
    let documentation = match url.host().as_ref().map(normal) {
        Some(Host::Ipv4(v4)) => v4.is_documentation(),
        Some(Host::Ipv6(v6)) => matches!(v6.segments(), [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..]),
        Some(Host::Domain(_)) | None => false,
    };
    !documentation && Reach::of_url(url) == Some(Reach::Public)
}

/// The IPv4 address inside a compatible, translated or tunnelled IPv6 address.
fn carried(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let within = |high: u16, low: u16| Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    match v6.segments() {
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => within(high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => within(high, low),
        _ => None,
    }
}

/// The IPv6 metadata address of a large cloud, inside the unique-local range.
fn is_metadata(v6: Ipv6Addr) -> bool {
    v6 == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)
}

/// Whether a host equals a known one or is its sibling: below the same parent of at least two labels.
pub fn is_beside(host: &str, known: &str) -> bool {
    let parent = known.split_once('.').map(|(_, parent)| parent).filter(|parent| parent.contains('.'));
    host == known || parent.is_some_and(|parent| host == parent || host.ends_with(&format!(".{parent}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(text: &str) -> Option<Reach> {
        Url::parse(&format!("https://{text}/x")).ok().as_ref().and_then(Reach::of_url)
    }

    #[test]
    fn hosts_are_on_this_machine_in_a_private_network_forbidden_inside_or_public() {
        let table = [
            (
                Reach::Public,
                "93.184.216.34 203.0.113.7 172.32.0.1 172.15.9.9 100.128.0.1 100.63.9.9 192.0.2.1 11.0.0.1",
            ),
            (Reach::Public, "[2606:2800:220:1::1] [2001:db8::1] [::ffff:8.8.8.8] [64:ff9b::808:808] [2002:808:808::1]"),
            (Reach::Public, "acme.example ACME.Example. hooks.acme.test localhost.example notlocalhost.example"),
            (Reach::Public, "internal.acme.example local.example 1.2.3.4.acme.example xn--bcher-kva.example"),
            (Reach::ThisMachine, "127.0.0.1 127.9.9.9 127.1 2130706433 0x7f.1 0x7F000001 017700000001 0177.0.0.1"),
            (Reach::ThisMachine, "[::1] [::ffff:127.0.0.1] [0:0:0:0:0:ffff:7f00:1] 127.0.0.1."),
            (Reach::ThisMachine, "localhost LocalHost. app.localhost a.b.localhost."),
            (Reach::PrivateNetwork, "10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 167772161 0xa000001 192.168.257"),
            (Reach::PrivateNetwork, "[fd12::1] [fc00::1] [fec0::1] [::ffff:10.0.0.1]"),
            (Reach::Forbidden, "169.254.169.254 169.254.1.1 2852039166 0xa9fea9fe [::ffff:169.254.169.254] [fe80::1]"),
            (Reach::Forbidden, "0.0.0.0 0 0.1.2.3 [::] 224.0.0.1 255.255.255.255 240.0.0.1 [ff02::1] [febf::1]"),
            (Reach::Forbidden, "[fd00:ec2::254] 100.100.100.200 168.63.129.16 192.0.0.192 [::ffff:0.0.0.0]"),
            (Reach::Forbidden, "[::127.0.0.1] [64:ff9b::7f00:1] [2002:7f00:1::] [64:ff9b::a00:1] [2002:c0a8:1::1]"),
            (Reach::Inside, "100.64.0.1 100.127.255.254 198.18.0.1 198.19.255.1 [::ffff:100.64.0.1]"),
            (Reach::Inside, "metadata.google.internal metadata.google.internal. METADATA.Google.Internal db.internal"),
            (Reach::Inside, "printer.local host.docker.internal box.lan nas.home app.corp wiki.intranet intranet"),
            (Reach::Inside, "router.home.arpa localhost.localdomain metadata instance-data"),
        ];
        for (expected, hosts) in table {
            for host in hosts.split(' ') {
                assert_eq!(reach(host), Some(expected), "{host}");
            }
        }
        assert_eq!(Url::parse("data:,x").ok().as_ref().and_then(Reach::of_url), None);
    }

    #[test]
    fn a_host_has_one_spelling() {
        for (text, spelled) in [
            ("Acme.Example.", "acme.example"),
            ("[::ffff:10.0.0.1]", "10.0.0.1"),
            ("0x7f.1", "127.0.0.1"),
            ("[0:0::1]", "[::1]"),
            ("bücher.example", "xn--bcher-kva.example"),
        ] {
            assert_eq!(host(text).map(|host| host.to_string()).as_deref(), Some(spelled), "{text}");
        }
        assert_eq!((host("a b"), host("")), (None, None));
    }
}
