//! The expectations `provider_records` and `denied_hosts`: the provider's records, and the other hosts that the build
//! tried to reach.

use preflight::evidence::{DeniedHost, Entry, EntryKind};
use serde_json::json;

use super::evidence::Is::{Failed, Held, Unknown};
use super::evidence::{Play, Thing, records, row};

#[test]
fn records_are_counted_in_the_end_and_a_missing_collection_is_empty() {
    for (expectation, held, expected) in [
        ("{ provider_records: { cases: 1 } }", json!({ "cases": [{}] }), Held),
        (
            "{ provider_records: { cases: 1 } }",
            json!({ "cases": [{}, {}] }),
            Failed("the number of cases at the provider is 2"),
        ),
        ("{ provider_records: { cases: 0 } }", json!({}), Held),
        ("{ provider_records: { cases: { at_least: 1 } } }", json!({}), Failed("is 0")),
        ("{ provider_records: { cases: { at_most: 1 }, kyc: 0 } }", json!({ "cases": [{}] }), Held),
    ] {
        row(expectation, expectation, vec![records("client", held)], expected);
    }
    row("nobody looked", "{ provider_records: { cases: 0 } }", Vec::new(), Unknown("were not read"));
    let two = || vec![records("a", json!({ "cases": [{}] })), records("b", json!({}))];
    Play::new(&["a", "b"], &[], &["{ provider_records: { cases: 1 } }"], two()).is("the first", Held);
    Play::new(&["a", "b"], &[], &["{ provider_records: { cases: 1 }, client: each }"], two())
        .is("each", Failed("the client b"));
}

fn refused(hosts: &[&str]) -> Vec<Thing> {
    let one = |host: &&str| DeniedHost { host: (*host).to_owned(), port: 443 };
    let entry =
        |refused| Thing(Entry { from: 1, to: 1, step: None, client: None, what: EntryKind::DeniedHost(refused) });
    hosts.iter().map(one).map(entry).collect()
}

#[test]
fn hosts_are_compared_after_parsing() {
    let none = "{ denied_hosts: '{{ provider.hosts }}', exactly: 0 }";
    for (host, expected) in [
        ("cdn.example", Held),
        ("real.example.evil.example", Held),
        ("REAL.example", Failed("REAL.example:443")),
        ("real.example.", Failed("real.example.:443")),
        ("xn--bcher-kva.example", Failed("xn--bcher-kva.example")),
    ] {
        row(host, none, refused(&[host]), expected);
    }
    row("any", "{ denied_hosts: all, at_least: 1 }", refused(&["cdn.example"]), Held);
    row("not one", "{ denied_hosts: all, at_least: 1 }", refused(&[]), Failed("none"));
    row("not two", "{ denied_hosts: all, exactly: 2 }", refused(&["a.example"]), Failed("a.example:443"));
    row(
        "no list",
        "{ denied_hosts: '{{ profile.rehearsal.workers }}', exactly: 0 }",
        refused(&[]),
        Unknown("not a list of hosts"),
    );
}
