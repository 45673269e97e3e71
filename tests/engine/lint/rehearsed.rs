//! Errors in the parts of a rehearsal: states, overrides, events, and expectations about calls.

use std::fmt::Write as _;

use super::folder::{Folder, PROVIDER, snapshot};

pub(crate) const CHECK: &str = "checks/acme/api/thing.yaml";

/// The further lines of the sound pack, so that it can be rehearsed.
const SIMULATOR: &str = r#"actions:
  sign_up: { description: Takes a client in. }
simulator:
  correlate_by: [$.email, bearer]
  records: { client: { in: clients, of: records/client } }
  replies: { fine: { status: 200 }, missing: { status: 404 } }
  default_replies: { unknown_route: missing, unauthenticated: missing, malformed: missing, wrong_type: missing, too_large: missing, not_here: missing }
  routes: { main: { POST /things: { outcomes: [{ reply: fine }] }, "GET /things/{id}": { outcomes: [{ reply: fine }] } } }
  client: { in: clients, key: id, identified_by: [$.email], starts: new }
  setup: { ready: { from: new, by: [{ action: sign_up }, { event: thing.made }] } }
  states: { new: {}, ready: { events: { thing.made: [{}] } } }
"#;

const SOUND: &str = r#"id: api.thing
title: Sends one thing
items: [api.key]
stage: rehearsal
docs: https://docs.acme.example/things
why: Two things would be one too many.
fix: Send one.
given:
  clients:
    a: ready
    b: { state: ready, override: { on: POST /things, nth: 1, reply: missing, with: { x: 1 } } }
when:
  - { action: sign_up, client: a, as: first }
  - { event: thing.made, client: a, as: made }
  - { wait: reaction, until: { calls: POST /things, at_least: 1 } }
  - { action: sign_up, client: b, as: second, unless: { provider_records: { clients: 1 } } }
assume:
  - { calls: POST /things, client: a, after: made, at_least: 1, as: things }
then:
  - { calls: { repeats: things, except: [$.at] }, client: each, at_most: 1 }
  - { calls: ["GET /things/*", "GET /things/{{ things.request.id }}"], before: things, at_most: 1 }
  - { calls: things, same: [$.id, body], gap: { growing: true } }
  - { user_message: second, unlike: first }
  - { shown: provider_url, by: second, url: "{{ things.reply.url }}" }
  - { provider_records: { clients: 1 }, client: [a, b] }
  - { denied_hosts: all, exactly: 0 }
"#;

pub(crate) fn sound() -> Folder {
    let folder = Folder::sound();
    let provider = std::fs::read_to_string(folder.path(PROVIDER)).unwrap();
    folder.write(PROVIDER, format!("{provider}{SIMULATOR}"));
    folder.write("fixtures/acme/records/client.json", r#"{ "id": "{{ body.id }}" }"#);
    folder.write(CHECK, SOUND);
    folder
}

#[test]
fn a_sound_rehearsal_is_told_nothing() {
    let catalog = sound().read().unwrap_or_else(|problems| panic!("{problems}"));
    assert!(catalog.warnings.0.is_empty(), "{}", catalog.warnings);
}

#[test]
fn what_a_rehearsal_names_is_there_and_says_something() {
    let faults = [
        ("an unknown state", CHECK, "a: ready", "a: redy"),
        ("a state without a simulator", CHECK, "", ""),
        ("a client that is called each", CHECK, "    a: ready", "    each: ready\n    a: ready"),
        ("an overlay that changes nothing", CHECK, "nth: 1, reply: missing, with: { x: 1 }", "nth: 1"),
        ("an overlay on no route", CHECK, "on: POST /things, ", ""),
        ("an overlay on an unknown route", CHECK, "on: POST /things", "on: POST /thing"),
        ("an unknown reply", CHECK, "reply: missing", "reply: mising"),
        ("`with` without a reply", CHECK, "reply: missing", "status: 503"),
        ("an unknown event", CHECK, "event: thing.made", "event: thing.mad"),
        ("an unknown client of an event", CHECK, "event: thing.made, client: a", "event: thing.made, client: c"),
        ("an unknown action", CHECK, "action: sign_up, client: a", "action: sign_in, client: a"),
        ("an unknown client of an action", CHECK, "sign_up, client: b", "sign_up, client: bb"),
        (
            "an unknown collection in `unless`",
            CHECK,
            "unless: { provider_records: { clients",
            "unless: { provider_records: { client",
        ),
        (
            "a name in `until`",
            CHECK,
            "until: { calls: POST /things, at_least: 1 }",
            "until: { calls: things, at_least: 1 }",
        ),
        ("an unknown client of calls", CHECK, "POST /things, client: a", "POST /things, client: [a, d]"),
        ("calls on an unknown route", CHECK, "{ calls: POST /things, client: a", "{ calls: PUT /things, client: a"),
        ("an unknown step in `after`", CHECK, "after: made", "after: maid"),
        ("calls named later", CHECK, "after: made", "after: things"),
        ("a name that has a meaning", CHECK, "as: things", "as: made"),
        ("an unknown name", CHECK, "calls: things, same", "calls: thing, same"),
        ("repeats of an unknown name", CHECK, "repeats: things", "repeats: thing"),
        ("an unknown API", CHECK, "repeats: things", "api: mian"),
        ("a JSON path of a repeat", CHECK, "except: [$.at]", "except: [at]"),
        ("a JSON path", CHECK, "same: [$.id, body]", "same: [$.id, id]"),
        (
            "calls of which nothing is said",
            CHECK,
            "calls: things, same: [$.id, body], gap: { growing: true }",
            "calls: things",
        ),
        ("a gap of which nothing is said", CHECK, "gap: { growing: true }", "gap: {}"),
        ("an unknown step in `user_message`", CHECK, "user_message: second", "user_message: secnd"),
        ("a step that is empty in `unlike`", CHECK, "unlike: first", "unlike: made"),
        ("an unknown step in `by`", CHECK, "by: second", "by: third"),
        ("an unknown name in a template", CHECK, "{{ things.reply.url }}", "{{ thing.reply.url }}"),
        (
            "an unknown collection",
            CHECK,
            "provider_records: { clients: 1 }, client: [a, b]",
            "provider_records: { cases: 1 }",
        ),
        ("findings of which nothing is said", CHECK, "denied_hosts: all, exactly: 0", "denied_hosts: all"),
        ("a way from an unknown state", PROVIDER, "from: new", "from: nwe"),
        ("a way through an unknown action", PROVIDER, "{ action: sign_up }", "{ action: sign_in }"),
        ("a way through an unknown event", PROVIDER, "{ event: thing.made }", "{ event: thing.maid }"),
        ("ways in a circle", PROVIDER, "from: new", "from: ready"),
    ];
    let mut text = String::new();
    for (name, path, from, to) in faults {
        let folder = sound();
        if from.is_empty() {
            folder.change(PROVIDER, &SIMULATOR[SIMULATOR.find("simulator:").unwrap()..], "");
            folder.remove("fixtures/acme/records/client.json");
        } else {
            folder.change(path, from, to);
        }
        writeln!(text, "=== {name}\n{}", folder.told()).unwrap();
    }
    snapshot("rehearsed", &text);
}
