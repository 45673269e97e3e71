mod agreement;

use url::Url;

use super::{Host, Reach};

fn reach(text: &str) -> Option<Reach> {
    Url::parse(&format!("https://{text}/x")).ok().as_ref().and_then(Host::of).map(|host| host.reach())
}

#[test]
fn hosts_are_on_this_machine_in_a_private_network_forbidden_inside_or_public() {
    let table = [
        (Reach::Public, "93.184.216.34 203.0.113.7 172.32.0.1 172.15.9.9 100.128.0.1 100.63.9.9 192.0.2.1 11.0.0.1"),
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
    assert_eq!(Url::parse("data:,x").ok().as_ref().and_then(Host::of), None);
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
        assert_eq!(Host::parse(text).map(|host| host.to_string()).as_deref(), Some(spelled), "{text}");
    }
    assert_eq!((Host::parse("a b"), Host::parse("")), (None, None));
}

#[test]
fn an_address_in_an_unknown_scheme_is_what_it_says() {
    let of = |text: &str| Url::parse(text).ok().as_ref().and_then(Host::of).map(|host| host.to_string());
    assert_eq!(of("redis://LOCALHOST.:6379").as_deref(), Some("localhost"));
    assert_eq!(of("postgres://127.1/x").as_deref(), Some("127.0.0.1"));
    assert_eq!((of("https://a.example../"), of("mailto:a@a.example")), (None, None));
}

#[test]
fn hosts_are_below_and_beside_others_by_whole_labels() {
    let host = |text: &str| Host::parse(text).unwrap();
    for (one, other, below, beside) in [
        ("a.example.com", "example.com", true, false),
        ("A.Example.com.", "a.example.COM", true, true),
        ("b.example.com", "a.example.com", false, true),
        ("example.com", "a.example.com", false, true),
        ("notexample.com", "example.com", false, false),
        ("notexample.com", "a.example.com", false, false),
        ("example.com", "other.com", false, false),
        ("10.0.0.5", "10.0.0.5", true, true),
        ("7.0.0.6", "10.0.0.6", false, false),
    ] {
        let (one_host, other_host) = (host(one), host(other));
        assert_eq!(one_host.is_below(&other_host), below, "{one} below {other}");
        assert_eq!(one_host.is_beside(&other_host), beside, "{one} beside {other}");
    }
}
