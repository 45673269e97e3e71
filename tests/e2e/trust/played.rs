//! The simulator of a pack and the commands of a profile: neither affects the other.

use super::ground::Ground;

const SIMULATOR: &str = r#"
simulator:
  correlate_by: [$.id]
  records: { client: { in: clients, of: client } }
  client: { in: clients, key: id, identified_by: [$.id], starts: new }
  default_replies: { unknown_route: none, unauthenticated: none, malformed: none, wrong_type: none, too_large: none, not_here: none }
  replies: { none: { status: 404 }, grown: { status: 200, body: { a: "BODY" } } }
  routes: { main: { GET /me: { validate: [{ if: "CONDITION", reply: none }], outcomes: [{ reply: grown }] } } }
  states: { new: {} }
"#;

/// Creates a pack whose simulator is called once, in a rehearsal.
fn playing(body: &str, condition: &str, client: &str) -> Ground {
    let ground = Ground::new("play");
    let provider = std::fs::read_to_string(ground.path("provider.yaml")).unwrap();
    let simulator = SIMULATOR.replace("BODY", body).replace("CONDITION", condition);
    ground.write("provider.yaml", &(provider + &simulator));
    ground.write("fixtures/client.json", client);
    let check = std::fs::read_to_string(ground.path("hostile/it.yaml")).unwrap();
    ground.write("hostile/it.yaml", &check.replace("stage: test", "stage: rehearsal"));
    ground
}

const CLIENT: &str = r#"{ "id": "{{ fresh.id }}" }"#;

#[test]
fn a_simulator_that_would_not_end_is_told_or_cut() {
    let table = [
        ("a long text", "{{ 'x' * 1000000000 }}", "false", CLIENT, "pass"),
        ("lists of lists", "{{ [range(100000)] * 10000 }}", "false", CLIENT, "pass"),
        ("a condition", "x", "range(100000) | map('string') | join('x') | length > 1", CLIENT, "pass"),
        ("a fixture in itself", "x", "false", r#"{ "id": { "$is": "client" } }"#, "includes itself"),
    ];
    for (name, body, condition, client, said) in table {
        let ran = playing(body, condition, client).run();
        let unit = ran.unit("it");
        assert!(unit["verdict"] == said || ran.reason("it").contains(said), "{name}: {unit}");
        assert!(ran.peak_mib < 150 && ran.took.as_secs() < 10, "{name}: {} MiB, {:?}", ran.peak_mib, ran.took);
    }
}

#[test]
fn a_simulator_with_statements_is_wrong_input() {
    let of_fixture = r#"{ "id": "{% for x in y %}" }"#;
    for (body, client) in [("{% for x in range(9) %}x{% endfor %}", CLIENT), ("x", of_fixture)] {
        let said = playing(body, "false", client).refused(&"0".repeat(64));
        assert!(said.contains("no statements or comments"), "{said}");
    }
}

#[test]
fn nothing_of_a_pack_reaches_what_a_profile_has_started() {
    for name in ["provider.name", "provider.facts.program", "client.name", "profile.partner", "note", "item"] {
        let ground = playing("x", "false", CLIENT);
        let profile = std::fs::read_to_string(ground.path("profile.yaml")).unwrap();
        let start = format!("start: {{ command: [\"{{{{ {name} }}}}\"], ready: \"http://127.0.0.1:9/\", within: 1s }}");
        ground.write("profile.yaml", &profile.replace("rehearsal:\n", &format!("rehearsal:\n  {start}\n")));
        let said = ground.refused(&"0".repeat(64));
        assert!(said.contains(&format!("this template cannot read `{name}`")), "{name}: {said}");
    }
}
