//! Which network addresses are public, which are the machine's own or its neighbours', and which nobody may call.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address as it is judged: IPv4 within IPv6 is IPv4.
fn plain(ip: IpAddr) -> IpAddr {
    ip.to_canonical()
}

/// Whether the internet could reach it. Not: loopback, private, link-local (cloud metadata too), unique-local, shared
/// by a carrier (100.64/10), unspecified, multicast, broadcast. Addresses reserved for documentation count as public,
/// because stand-ins are taken to have them.
pub fn is_public(ip: IpAddr) -> bool {
    let shared = |v4: Ipv4Addr| matches!(v4.octets(), [100, 64..=127, _, _]);
    !is_local(ip)
        && !is_forbidden(ip)
        && match plain(ip) {
            IpAddr::V4(v4) => !shared(v4),
            IpAddr::V6(_) => true,
        }
}

/// Whether it belongs to this machine or to a private network: loopback, private, unique-local.
pub fn is_local(ip: IpAddr) -> bool {
    match plain(ip) {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => v6.is_loopback() || (v6.is_unique_local() && !is_metadata(v6)),
    }
}

/// Whether nothing useful answers there, or something that hands out credentials: unspecified, link-local (cloud
/// metadata), multicast, broadcast.
pub fn is_forbidden(ip: IpAddr) -> bool {
    match plain(ip) {
        IpAddr::V4(v4) => v4.octets()[0] == 0 || v4.is_link_local() || v4.is_multicast() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_unspecified() || v6.is_unicast_link_local() || v6.is_multicast() || is_metadata(v6),
    }
}

/// The address at which a large cloud serves metadata over IPv6, inside the unique-local range.
fn is_metadata(v6: Ipv6Addr) -> bool {
    v6 == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)
}

/// Whether a host is a known one or stands beside it: below the same parent, which has at least two labels.
pub fn is_beside(host: &str, known: &str) -> bool {
    let parent = known.split_once('.').map(|(_, parent)| parent).filter(|parent| parent.contains('.'));
    host == known || parent.is_some_and(|parent| host == parent || host.ends_with(&format!(".{parent}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_public_local_or_forbidden() {
        let table = [
            ("93.184.216.34", true, false, false),
            ("203.0.113.7", true, false, false),
            ("2606:2800:220:1::1", true, false, false),
            ("127.0.0.1", false, true, false),
            ("127.9.9.9", false, true, false),
            ("::1", false, true, false),
            ("10.1.2.3", false, true, false),
            ("172.16.0.1", false, true, false),
            ("172.31.255.255", false, true, false),
            ("172.32.0.1", true, false, false),
            ("192.168.1.1", false, true, false),
            ("fd12::1", false, true, false),
            ("100.64.0.1", false, false, false),
            ("100.128.0.1", true, false, false),
            ("169.254.169.254", false, false, true),
            ("fe80::1", false, false, true),
            ("febf::1", false, false, true),
            ("0.0.0.0", false, false, true),
            ("::", false, false, true),
            ("224.0.0.1", false, false, true),
            ("ff02::1", false, false, true),
            ("255.255.255.255", false, false, true),
            ("::ffff:127.0.0.1", false, true, false),
            ("::ffff:169.254.169.254", false, false, true),
            ("::ffff:8.8.8.8", true, false, false),
        ];
        for (text, public, local, forbidden) in table {
            let ip: IpAddr = text.parse().unwrap();
            assert_eq!((is_public(ip), is_local(ip), is_forbidden(ip)), (public, local, forbidden), "{text}");
        }
    }

    #[test]
    fn the_metadata_service_is_forbidden_although_unique_local() {
        assert!(is_forbidden("fd00:ec2::254".parse().unwrap()));
        assert!(!is_public("fd00:ec2::254".parse().unwrap()) && !is_local("fd00:ec2::254".parse().unwrap()));
    }
}
