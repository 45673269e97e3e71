//! The gate, the proxy, the profile and the simulator say the same about every address.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::json;
use url::Url;

use crate::address::{Host, Reach};
use crate::net::client::{SimulatedEnvironments, player};
use crate::net::gate::{Draft, Gate, Purpose, Rules, SigningKey};
use crate::net::proxy::{HostDecision, HostPolicy};
use crate::pack::types::Stage;
use crate::profile::hosts_in;
use crate::simulator::{MayDeliver, Options, url_parts};

/// Addresses that careless code takes for others.
const NASTY: [&str; 44] = [
    "localhost",
    "LOCALHOST",
    "localhost.",
    "localhost..",
    "a.localhost",
    "A.LocalHost.",
    "notlocalhost",
    "localhost.example",
    "localhost.localdomain",
    "notlocalhost.example",
    "l%6fcalhost",
    "ｌocalhost",
    "127.0.0.1",
    "127.0.0.1.",
    "127.0.0.1.example",
    "127.1",
    "127.0.0.1.nip.io",
    "0x7f.1",
    "0x7f000001",
    "2130706433",
    "0177.0.0.1",
    "017700000001",
    "127。0。0。1",
    "128.0.0.1",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "0.0.0.0",
    "0",
    "[::]",
    "10.0.0.1",
    "[::ffff:10.0.0.1]",
    "[fd00::1]",
    "169.254.169.254",
    "[::ffff:169.254.169.254]",
    "metadata.google.internal",
    "host.docker.internal",
    "intranet",
    "acme.example",
    "bücher.example",
];

static GATE: LazyLock<Gate> = LazyLock::new(|| Gate::new(&Rules::default()).unwrap());

static MAY_DELIVER: LazyLock<MayDeliver> = LazyLock::new(|| {
    let client = player(&SimulatedEnvironments::default()).unwrap();
    Options::rehearsal("key", Url::parse("https://pages.example").unwrap(), client).may_deliver
});

/// Generates the nasty addresses and random ones, each in any spelling.
fn addresses() -> impl Strategy<Value = String> {
    let v4 = (any::<u32>(), prop::sample::select(vec![0x7f00_0000, 0x0a00_0000, 0xc0a8_0000, 0xa9fe_0000, 0]), 0..6)
        .prop_map(|(number, start, form)| {
            let number = if start == 0 { number } else { start | number & 0xffff };
            let ip = Ipv4Addr::from_bits(number);
            match form {
                0 => number.to_string(),
                1 => format!("0x{number:x}"),
                2 => format!("0{number:o}"),
                3 => format!("{}.{}", number >> 24, number & 0x00ff_ffff),
                4 => format!("[::ffff:{ip}]"),
                _ => ip.to_string(),
            }
        });
    let v6 = any::<u128>().prop_map(|number| format!("[{}]", Ipv6Addr::from_bits(number)));
    let host = prop_oneof![6 => prop::sample::select(NASTY.to_vec()).prop_map(str::to_owned), 3 => v4, 1 => v6];
    (host, 0..10).prop_map(|(host, trick)| match trick {
        0 => host.to_uppercase(),
        1 => format!("{host}."),
        2 => format!("a.{host}"),
        3 => format!("not{host}"),
        4 => format!("{host}.example"),
        5 => host.replace('a', "%61"),
        _ => host,
    })
}

/// Asks each part about one address; fails if one of them differs.
fn agree(text: &str) {
    let (address, host) = (format!("http://{text}/x"), Host::parse(text));
    let of_url = Url::parse(&address).ok().as_ref().and_then(Host::of);
    assert_eq!(of_url, host, "{text} as a text and in a URL");
    let is_this_machine = host.as_ref().is_some_and(Host::is_this_machine);

    let draft = Draft {
        purpose: Purpose::Delivery { stage: Stage::Rehearsal, key: SigningKey::Issued },
        method: "POST".into(),
        url: address.clone(),
        headers: vec![],
        body: vec![],
        credentials: vec![],
    };
    let admitted = GATE.admit(draft).ok();
    assert_eq!(admitted.is_some(), host.as_ref().is_some_and(Host::is_here), "the gate on {text}");
    let called = admitted.map(|admitted| Host::of(&admitted.url));
    assert!(called.is_none_or(|called| called == host), "the gate calls another host than {text}");

    let door = HostPolicy::new([], []).to(text);
    assert_eq!(matches!(door, HostDecision::Here(_)), is_this_machine, "the proxy on {text}");
    let named = HostPolicy::new([text], []).to(&text.to_lowercase());
    assert_eq!(
        matches!(named, HostDecision::Here(_) | HostDecision::Named(_)),
        host.is_some(),
        "the proxy on {text}, if named"
    );

    let shown = hosts_in(&json!({ "return_url": address }));
    let told = host.as_ref().filter(|host| !host.is_this_machine() && !host.is_forbidden());
    assert_eq!(shown.into_iter().next(), told.map(ToString::to_string), "the profile on {text}");

    let parts = url_parts(&address);
    let is_public = host.as_ref().is_some_and(|host| host.reach() == Reach::Public);
    assert_eq!(parts["loopback"].as_bool().unwrap_or_default(), is_this_machine, "the simulator on {text}");
    assert_eq!(parts["public"].as_bool().unwrap_or_default(), is_public, "the simulator on {text}");
    let delivered = Url::parse(&address).is_ok_and(|url| MAY_DELIVER(&url));
    assert_eq!(delivered, is_this_machine, "a delivery to {text}");
}

#[test]
fn all_parts_agree_on_nasty_addresses() {
    for text in &NASTY {
        agree(text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_parts_agree_on_every_address(text in addresses()) {
        agree(&text);
    }
}
