//! Every word of the pack language is explained in a sentence.

use std::fmt::Write as _;

use preflight::pack::Pack;
use preflight::pack::expectations::Expectation;
use preflight::pack::given::Given;
use preflight::pack::load::Catalog;
use preflight::pack::step::Step;
use preflight::report::sentence::{Sentence, Speaker};
use serde::de::DeserializeOwned;

use super::program::snapshot;

const GIVEN: [&str; 6] = [
    "{ client: ready }",
    "{ clients: { a: new, b: { state: ready, override: { credential: expired } } }, variant: production }",
    "{ client: ready, override: { credential: expired, once: true } }",
    "{ client: ready, override: [{ on: POST /cases, nth: 2, reply: rate-limited, with: { retryAfter: 1.5 } }, { on: GET /me, status: 500, delay: 90s }] }",
    "{ client: ready, override: { on: POST /cases, nth: 1, drop_connection: after_processing } }",
    "{ client: ready, override: { nth: 11, drop_connection: before_processing, change: { data.url: \"\" } } }",
];

const STEPS: [&str; 24] = [
    "{ request: GET /me, api: referral, as: me }",
    "{ request: POST /x, api: referral, environment: production, json: { a: { b: \"{{ item }}\", c: [] } }, for_each: \"{{ provider.facts.kyc_countries }}\", capture: { ids: \"$[*].id\" }, counts: \"{{ item }}\", sends: $.n }",
    "{ request: \"GET {{ me.reply.logoUrl }}\", follow: true, as: logo }",
    "{ deliver: each }",
    "{ deliver: case.created, with: { key: other, age: 1d }, as: old }",
    "{ deliver: { again: old }, burst: 20 }",
    "{ deliver: case.created, copies: 2 }",
    "{ deliver: case.created, alter: { a: { age: 1h, clocks: [signed, body], expect: rejected }, b: { age: 1h, clocks: [unsigned] }, c: { header_names: lower_case } } }",
    "{ deliver: case.created, alter: { a: { key: undecoded }, b: { key: rotated, expect: accepted }, c: { without_header: X-A }, d: { headers: { X-A: \"{{ mac }}\" } }, e: {} } }",
    "{ deliver: case.created, alter: { a: { body: changed }, b: { body: spaced }, c: { body: reordered }, d: { body: escaped }, e: { body: non_ascii }, f: { body: unknown_member } } }",
    "{ deliver: case.created, alter: { a: { body: signed_indented }, b: { body: signed_sorted }, c: { body: signed_compact }, d: { signed_content: \"{{ t }}{{ body }}\" } } }",
    "{ deliver: case.created, alter: { a: { signature: truncated }, b: { signature: empty }, c: { signature: upper_case }, d: { signature: other_encoding } } }",
    "{ deliver: case.created, alter: { a: { age: 0s, expect: accepted }, b: { age: -330s, expect: rejected }, c: { event: other.name } } }",
    "{ action: submit_case, client: a, with: { debtor: { country: US } }, subject: second, as: submission }",
    "{ action: preview_case, optional: true, unless: { provider_records: { cases: 1 } } }",
    "{ action: restart }",
    "{ event: kyc.verified, client: b, as: verified }",
    "{ event: terms.changed, unless: { calls: POST /cases } }",
    "{ config: apis.referral, environment: test, as: address }",
    "{ ask: Has somebody looked? }",
    "{ wait: reaction }",
    "{ wait: retry, at_least: 1200ms }",
    "{ wait: retry, until: { any_of: [{ provider_records: { cases: 1 } }, { calls: GET /cases, at_least: 1 }] } }",
    "{ wait: reaction, at_least: 2m }",
];

const EXPECTATIONS: [&str; 39] = [
    "{ response: me }",
    "{ response: [me, logo], status: [200, 3xx], header: { content-type: { starts_with: image/ } }, on_failure: inconclusive, hint: look at both }",
    "{ response: me, address: public, certificate: valid, counted: { at_least: 1 } }",
    "{ response: me, body: { $.a: 1, $.b: { not_equals: x }, $.c: { not: true }, $.d: { not: { starts_with: x } } } }",
    "{ response: me, body: { $.a: { exists: true }, $.b: { exists: false }, $.c: { one_of: [x, y, z] }, $.d: { matches: \"^#\" } } }",
    "{ response: me, body: { $.a: { contains: x }, $.b: { contains_all: \"{{ provider.facts.poa_countries }}\" }, $.c: { at_least: 1, at_most: 1 }, $.d: { at_most: 2.5 } } }",
    "{ response: me, body: { $.a: { max_length: 9 }, $.b: { equals_ignoring_case: \"{{ profile.x }}\" }, $.c: { same_url_as: \"https://a.example/{{ b }}\" } } }",
    "{ response: me, body: { $.a: { url: { scheme: https, host: a.example, port: [443, 8443] } }, $.b: { url: {} }, $.c: { contrast: { with: \"#fff\", at_least: 4.5 } }, $.d: { equals: { x: [1, null] } } } }",
    "{ delivery: control, is: accepted }",
    "{ delivery: altered, is: rejected }",
    "{ delivery: each, is: as_declared }",
    "{ delivery: twins, is: accepted_or_put_off }",
    "{ delivery: [first, second], is: accepted, status: { not: 410 } }",
    "{ delivery: altered, status: { not: 410 }, on_failure: inconclusive }",
    "{ effect: first, exactly: 1 }",
    "{ effect: first, exactly: 0 }",
    "{ effect: first, at_least: 1, at_most: 2 }",
    "{ shown: provider_url, client: each }",
    "{ shown: received_host }",
    "{ shown: return_url, client: [a, b], hint: exactly one }",
    "{ shown: nothing, by: second }",
    "{ shown: provider_url, url: \"{{ posts.last.reply.url }}\", by: second }",
    "{ calls: POST /cases }",
    "{ calls: POST /cases, exactly: 0 }",
    "{ calls: [POST /cases, POST /clients], answered: 400, exactly: 1, as: bad }",
    "{ calls: bad, at_least: 1, at_most: 3 }",
    "{ calls: { api: customer }, client: each, credential: own }",
    "{ calls: { repeats: bad, except: [$.date] }, after: bad, before: mint, gap: { at_least: 1.5s, growing: true } }",
    "{ calls: { api: customer, answered: 5xx }, at_most: \"{{ profile.rehearsal.workers }}\" }",
    "{ calls: POST /cases, answered: dropped, nth: 2, as: lost }",
    "{ calls: POST /cases, same: [body], except: [$.date], distinct: [$.creditorReference], credential: token }",
    "{ calls: POST /cases, carries: \"{{ client.tenant }}\", header: { XApiKey: { exists: false } }, body: { $.isTest: { not: true } } }",
    "{ user_message: submission, unlike: success }",
    "{ provider_records: { cases: 1, kyc: { at_least: 1 } }, client: [a] }",
    "{ denied_hosts: all, exactly: 0 }",
    "{ denied_hosts: \"{{ provider.hosts }}\", at_least: 1, hint: a host in the code }",
    "{ values: \"{{ trial.value }}\", are: { not_equals: \"{{ live.value }}\" } }",
    "{ values: { of: live, select: \"$[*]\", where: { $.isActive: true }, take: \"$.events[*]\" }, are: { contains: x }, all_match: { max_length: 3 } }",
    "{ any_of: [{ response: me, status: 200 }, { any_of: [{ effect: first, exactly: 1 }, { user_message: a, unlike: b }] }] }",
];

fn read<T: DeserializeOwned>(text: &str) -> T {
    let value: serde_json::Value = serde_yaml::from_str(text).unwrap();
    serde_json::from_value(value).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn write(out: &mut String, sentence: &Sentence, depth: usize) {
    assert!(!sentence.text.trim().is_empty());
    writeln!(out, "{}{}", "  ".repeat(depth), sentence.text).unwrap();
    sentence.parts.iter().for_each(|part| write(out, part, depth + 1));
}

fn said(pack: &Pack) -> String {
    let speaker = Speaker::new(pack);
    let mut out = String::new();
    for text in GIVEN {
        for (pointer, sentence) in speaker.given(&read::<Given>(text)) {
            assert!(pointer.starts_with("/given/"), "{pointer}");
            write(&mut out, &sentence, 0);
        }
    }
    let steps = STEPS.iter().map(|text| speaker.step(&read::<Step>(text)));
    let expectations = EXPECTATIONS.iter().map(|text| speaker.expectation(&read::<Expectation>(text)));
    for sentence in steps.chain(expectations) {
        write(&mut out, &sentence, 0);
    }
    out
}

#[test]
fn every_word_of_the_language_has_a_sentence() {
    snapshot("sentences", &said(&Catalog::built_in().unwrap().packs["debitura"]));
}
