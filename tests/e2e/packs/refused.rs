//! What a sample partner must not do: name a command, a file or a host of its own, or refer to something that does not
//! exist.

use super::folder::Folder;

/// Lines that are added to `partner.yaml`, and the resulting messages.
const REFUSED: [(&str, &[&str]); 16] = [
    ("profile: { rehearsal: { start: { command: [sh, -c, id] } } }", &["`rehearsal` is not allowed here"]),
    ("profile: { environments: { test: { actions: { a: { command: [id] } } } } }", &["`actions` is not allowed here"]),
    ("profile: { attestations: /etc/passwd }", &["`attestations` is not allowed here"]),
    (
        "profile: { environments: { production: { apis: { main: { file: /etc/passwd, key: root } } } } }",
        &["expected a text, found a map"],
    ),
    ("actions: { a: [{ command: [id] }] }", &["must have exactly one of the keys call, retry, store, answer"]),
    (
        "profile: { branding: { logo_url: \"https://collects.secrets.test/logo.svg\" } }",
        &["`collects.secrets.test` belongs to neither the provider nor a sample partner", "partner.example"],
    ),
    (
        "profile: { environments: { test: { webhook: { url: \"https://192.0.2.7/hook\" } } } }",
        &["`192.0.2.7` belongs to neither"],
    ),
    (
        "actions: { a: [{ call: \"POST @127.0.0.1:48123/x\", api: main }] }",
        &["`POST @127.0.0.1:48123/x` is not a method and a path with one leading `/`", "such as `POST /orders`"],
    ),
    ("actions: { a: [{ call: \"GET //127.0.0.1/x\", api: main }] }", &["a path with one leading `/`"]),
    ("actions: { a: [{ answer: {} }] }", &["provider.yaml has no action `a`"]),
    ("apis: { main: { headers: {} } }", &["Acme has no API `main`"]),
    ("capture: { a: { tenant: $.id } }", &["there is no action `a`"]),
    ("profile: { verification: \"{% for a in b %}{% endfor %}\" }", &["only `{{ expression }}` is allowed"]),
    (
        "pages: { /logo.svg: { content_type: image/svg+xml, txt: x } }",
        &["`txt` is not allowed here", "did you mean `text`?"],
    ),
    ("environments: { staging: {} }", &["staging"]),
    ("volatile: 1", &["expected true or false, found `1`"]),
];

#[test]
fn what_a_sample_partner_may_not_say_is_refused_where_it_stands() {
    let folder = Folder::scaffolded();
    let text = folder.read("checks/acme/partner.yaml");
    for (line, words) in REFUSED {
        folder.write("checks/acme/partner.yaml", &format!("{text}\n{line}\n"));
        for command in ["lint", "test"] {
            let mut ended = folder.run(&[command, "checks"]).with(2).says("checks/acme/partner.yaml:");
            for words in words {
                ended = ended.says(words);
            }
        }
    }
}

/// Texts in `partner.yaml`, their replacements, and the resulting messages.
const WRONG_FAULTS: [(&str, &str, &[&str]); 11] = [
    (
        "{ if: verified and not stale, status: 200, effect: true }",
        "{ if: verified and not state, status: 200, effect: true }",
        &["`state` is unknown here", "did you mean `stale`?"],
    ),
    (
        "{ if: not verified or stale, status: 401 }",
        "{ if: not verifed or stale, status: 401 }",
        &["`verifed` is unknown here", "did you mean `verified`?"],
    ),
    (
        "  webhooks.rejects-forged:\n",
        "  webhooks.rejects-forgd:\n",
        &["there is no check `webhooks.rejects-forgd`", "did you mean `webhooks.rejects-forged`?"],
    ),
    (
        "first: [{ status: 401 }]",
        "also: [webhooks.deduplicate]\n      first: [{ status: 401 }]",
        &["there is no check `webhooks.deduplicate`"],
    ),
    (
        "first: [{ status: 401 }]",
        "also: [webhooks.accepts-genuine]\n      first: [{ status: 401 }]",
        &["`also` must name other checks"],
    ),
    ("first: [{ status: 401 }]", "first: []", &["this defect changes nothing"]),
    ("first: [{ status: 401 }]", "first: [{ state: 401 }]", &["with this defect: `state` is not allowed here"]),
    (
        "first: [{ status: 401 }]",
        "change: { profile: { rehearsal: { start: { command: [id] } } } }",
        &["with this defect: `rehearsal` is not allowed here"],
    ),
    (
        "first: [{ status: 401 }]",
        "change: { profile: { branding: { logo_url: \"https://a.test/\" } } }",
        &["`a.test` belongs to neither"],
    ),
    (
        "  - { status: 200, effect: true }\n\n",
        "  - { if: known_event, status: 200 }\n\n",
        &["the last rule does not answer every delivery"],
    ),
    (
        "{ if: not verified or stale, status: 401 }",
        "{ if: not verified or, status: 401 }",
        &["the template is invalid"],
    ),
];

#[test]
fn a_fault_that_is_none_is_refused_where_it_stands() {
    for (from, to, words) in WRONG_FAULTS {
        let folder = Folder::scaffolded();
        folder.change("checks/acme/partner.yaml", from, to);
        let mut ended = folder.run(&["lint", "checks"]).with(2).says("checks/acme/partner.yaml:");
        for words in words {
            ended = ended.says(words);
        }
    }
}

#[test]
fn a_check_without_a_fault_is_a_warning_of_the_lint() {
    let folder = Folder::scaffolded();
    let text = folder.read("checks/acme/partner.yaml");
    let shorter = text.split("  webhooks.deduplicates:").next().unwrap();
    folder.write("checks/acme/partner.yaml", shorter);
    folder.run(&["lint", "checks"]).with(0).says("nothing proves that webhooks.deduplicates can fail");
}
