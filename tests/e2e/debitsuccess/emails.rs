//! The subscription email, printed from the profile.

use crate::support::program::Desk;

const PROFILE: &str = r#"
partner: Acme Invoicing
provider: debitsuccess
events: [customer.Schedule.Suspension.Added, Realtime.Account.Payment.Declined]
environments:
  test:
    webhook: { url: "https://${HOST}/hooks", secret: "${TEST_TOKEN}" }
    settings: { facilities: [F1, F2], email: webhooks@acme.example }
  production:
    webhook: { url: https://acme.example/hooks, secret: written-down-by-mistake }
    settings: { facilities: [F3], email: webhooks@acme.example }
"#;

/// Runs an `email` command in a folder with a profile. Returns what it printed.
fn letter(profile: &str, arguments: &str, code: i32) -> (String, String) {
    let desk = Desk::new();
    desk.write("profile.yaml", profile);
    let mut command = desk.command(&format!("email --profile profile.yaml {arguments}"));
    command.env("HOST", "staging.acme.example").env("TEST_TOKEN", "tell-nobody-of-this");
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{out}\n{err}");
    for secret in ["tell-nobody-of-this", "written-down-by-mistake"] {
        assert!(!out.contains(secret) && !err.contains(secret), "{out}\n{err}");
    }
    (out, err)
}

#[test]
fn the_letter_for_test_is_whole_but_for_the_token_which_a_person_puts_in() {
    let (out, _) = letter(PROFILE, "--environment test", 0);
    let wanted = "To: testapi.support@debitsuccess.com\n\
        Subject: Webhook subscription for Acme Invoicing (test environment)\n\n\
        Hello,\n\n\
        please register a webhook for us in your integrations test environment:\n\n\
        URL: https://staging.acme.example/hooks\n\
        Token: ${TEST_TOKEN}\n\
        Facility: F1, F2\n\
        Events: customer.Schedule.Suspension.Added, Realtime.Account.Payment.Declined\n\
        Email Address: webhooks@acme.example\n\n\
        Kind regards\n\
        Acme Invoicing\n\n\
        [${TEST_TOKEN} stands for a secret: replace it with the value before you send this, and delete this line]\n";
    assert_eq!(out, wanted);
}

#[test]
fn without_an_environment_both_are_printed_and_a_token_that_was_written_down_is_not() {
    let (out, _) = letter(PROFILE, "", 0);
    let (test, live) = out.split_once("\n----\n").unwrap();
    assert!(test.contains("integrations test environment") && test.contains("Facility: F1, F2"), "{test}");
    assert!(live.contains("To: liveapi.support@debitsuccess.com") && live.contains("Facility: F3"), "{live}");
    assert!(live.contains("Token: <production.webhook_secret>"), "{live}");
}

#[test]
fn without_a_token_one_is_asked_for_and_behind_an_allow_list_none_is() {
    let plain = PROFILE.replace(", secret: \"${TEST_TOKEN}\"", "");
    let (out, _) = letter(&plain, "--environment test", 0);
    assert!(out.contains("Token: please make one") && !out.contains("stands for a secret"), "{out}");
    let listed = plain.replace("facilities: [F1, F2]", "facilities: [F1, F2], protected_by: allow_list");
    let (out, _) = letter(&listed, "--environment test", 0);
    assert!(out.contains("Token: none, we rely on an allow-list"), "{out}");
}

#[test]
fn the_markdown_report_shows_both_letters() {
    let desk = Desk::new();
    desk.write("profile.yaml", PROFILE);
    let mut command = desk.command("run --profile profile.yaml --stage static --only *request --markdown out.md");
    let output = command.env("HOST", "staging.acme.example").env("TEST_TOKEN", "tell-nobody-of-this").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let report = desk.read("out.md");
    for words in ["```text\nTo: testapi.", "\nToken: ${TEST_TOKEN}\n", "```text\nTo: liveapi.", "Facility: F1, F2\n"] {
        assert!(report.contains(words), "{words}: {report}");
    }
    assert!(!report.contains("tell-nobody") && !report.contains("written-down"), "{report}");
}

#[test]
fn everything_that_a_letter_lacks_is_told_at_once() {
    let bare = "partner: Acme\nprovider: debitsuccess\nenvironments: { test: { settings: { email: \"${MAIL}\" } } }\n";
    let (_, err) = letter(bare, "", 2);
    for words in [
        "add `environments.test.webhook.url`",
        "add `environments.test.settings.facilities`",
        "add `events`",
        "set MAIL, profile.yaml:3",
    ] {
        assert!(err.contains(words), "{words}\n{err}");
    }
    assert!(!err.contains("secret") && !err.contains("protected_by"), "the letter can do without: {err}");
}

#[test]
fn a_letter_with_gaps_is_not_written() {
    for (full, empty, place) in [
        ("facilities: [F1, F2]", "facilities: []", "`environments.test.settings.facilities`"),
        ("email: webhooks@acme.example }\n  production", "email: \" \" }\n  production", "`email` is blank"),
    ] {
        let (out, err) = letter(&PROFILE.replace(full, empty), "--environment test", 2);
        assert!(out.is_empty() && err.contains(place), "{out}{err}");
    }
}

#[test]
fn a_provider_that_nobody_writes_to_has_no_letters() {
    let (_, err) = letter("partner: Acme\nprovider: debitura\n", "", 2);
    assert!(err.contains("the pack of Debitura has no emails"), "{err}");
    let (_, err) = letter("partner: Acme\nprovider: debitsuccess\n", "", 2);
    assert!(err.contains("has no environments"), "{err}");
}

#[test]
fn a_secret_that_is_a_variable_only_in_part_is_shown_in_no_part() {
    let profile = PROFILE.replace("\"${TEST_TOKEN}\"", "\"half-of-it-${TEST_TOKEN}\"");
    let (out, _) = letter(&profile, "--environment test", 0);
    assert!(!out.contains("half-of-it"), "{out}");
    assert!(out.contains("\nToken: (the secret in profile.yaml, line 7)\n"), "{out}");
    assert!(
        out.contains("[(the secret in profile.yaml, line 7) stands for a secret: replace it with the value"),
        "{out}"
    );
}
