//! Errors in emails to the provider, and in settings of some partners.

use super::folder::{CALL, PROVIDER, snapshot};
use super::packs::{Fault, told};

/// The sound pack with emails and settings.
const LETTERS: &str = "facts: { limit: 10 }
settings: { office: { description: the office, kind: text } }
emails:
  hello: { to: { test: \"{{ profile.partner }}\" }, subject: Hello, text: \"{{ environment.settings.office }}\" }
";

#[test]
fn letters_and_what_is_asked_of_some_alone() {
    let faults: &[Fault] = &[
        ("a sound letter", &[(PROVIDER, "facts: { limit: 10 }\n", LETTERS)]),
        (
            "a detail that is not declared",
            &[(PROVIDER, "facts: { limit: 10 }\n", LETTERS), (PROVIDER, "settings.office", "settings.ofice")],
        ),
        (
            "a name that no letter knows",
            &[(PROVIDER, "facts: { limit: 10 }\n", LETTERS), (PROVIDER, "profile.partner", "profil.partner")],
        ),
        (
            "a template that does not parse",
            &[(PROVIDER, "facts: { limit: 10 }\n", LETTERS), (PROVIDER, "subject: Hello", "subject: \"{{ 1 + }}\"")],
        ),
        (
            "a detail whose form is no regular expression",
            &[
                (PROVIDER, "facts: { limit: 10 }\n", LETTERS),
                (PROVIDER, "description: the office, kind: text", "description: the office, kind: text, matches: '('"),
            ],
        ),
        (
            "an answer whose shape is no schema",
            &[(PROVIDER, "facts: { limit: 10 }\n", "facts: { limit: 10 }\nanswers: { GET /me: { type: thing } }\n")],
        ),
        ("a record that nobody describes", &[(PROVIDER, "after_failures: 8", "after_failures: 8, creates: mail")]),
        ("a condition that does not parse", &[(CALL, "when:", "applies: { if: \"1 +\", otherwise: never }\nwhen:")]),
        ("a look-up of nothing", &[(CALL, "when:\n", "when:\n  - { config: lookups.processed, environment: test }\n")]),
    ];
    snapshot("packs-letters", &told(faults));
}
