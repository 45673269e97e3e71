//! The `settings` of a profile, compared with what the pack asks for.

use crate::support::driven::BUILT_IN;

/// Returns the problems of a profile with these settings of the test environment.
fn problems(provider: &str, details: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("profile.yaml");
    let text = format!("partner: P\nprovider: {provider}\nenvironments:\n  test:\n    settings:\n      {details}\n");
    std::fs::write(&path, text).unwrap();
    preflight::profile::read(&path, &BUILT_IN, &|_| None, &preflight::redact::Redactor::new())
        .map_or_else(|problems| problems.to_string(), |_| "sound".to_owned())
}

#[test]
fn each_wrong_detail_is_shown_with_its_line_and_what_was_meant() {
    for (details, wanted) in [
        ("facilities: [F1, F2]", vec!["sound"]),
        ("email: ${NOT_SET}", vec!["sound"]),
        ("facility: [F1]", vec!["profile.yaml:6:", "no setting `facility`", "did you mean `facilities`?"]),
        (
            "colour: red",
            vec!["Debitsuccess has no setting `colour`", "`facilities`: the facilities whose events you want"],
        ),
        ("facilities: F1", vec!["profile.yaml:6:", "`facilities` is not a list, such as `[A, B]`"]),
        ("email: [a@b.example]", vec!["`email` is not a string"]),
        ("email: ops@acme.example", vec!["sound"]),
        ("email: first.last+x@mail.acme.co.nz", vec!["sound"]),
        ("email: jörg@bücher.example", vec!["sound"]),
        ("email: ops", vec!["profile.yaml:6:", "`email` cannot be \"ops\"", "it is the e-mail address for notices"]),
        ("email: ops@", vec!["`email` cannot be"]),
        ("email: '@acme.example'", vec!["`email` cannot be"]),
        ("email: ops@acme", vec!["`email` cannot be"]),
        ("email: ops@acme..example", vec!["`email` cannot be"]),
        ("email: ops@@acme.example", vec!["`email` cannot be"]),
        ("email: 'Ops <ops@acme.example>'", vec!["`email` cannot be"]),
        ("email: 'a@acme.example, b@acme.example'", vec!["`email` cannot be"]),
        ("email: '  '", vec!["profile.yaml:6:", "`email` is blank", "remove the line"]),
        ("email: ''", vec!["`email` is blank"]),
        ("facilities: [F1, ' ']", vec!["profile.yaml:6:", "`facilities` is blank"]),
        ("facilities: ['']", vec!["`facilities` is blank"]),
        ("facilities: [7, F1]", vec!["sound"]),
        ("facilities: [{ a: b }]", vec!["`facilities` contains a value that is not a string"]),
        ("received: ' '", vec!["`received` is blank"]),
        ("protected_by: ' '", vec!["`protected_by` is blank"]),
        ("protected_by: allow_lst", vec!["`protected_by` cannot be \"allow_lst\"", "did you mean `allow_list`?"]),
        ("protected_by: nothing", vec!["it is one of token, allow_list"]),
    ] {
        let found = problems("debitsuccess", details);
        for words in wanted {
            assert!(found.contains(words), "{details}: `{words}` is not in\n{found}");
        }
    }
}

#[test]
fn a_partner_without_a_name_is_told_of_by_whoever_reads_the_profile() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("profile.yaml");
    std::fs::write(&path, "partner: '  '\nprovider: debitsuccess\nevents: ['']\n").unwrap();
    let found = preflight::profile::read(&path, &BUILT_IN, &|_| None, &preflight::redact::Redactor::new())
        .unwrap_err()
        .to_string();
    for words in ["profile.yaml:1:", "`partner` is blank", "profile.yaml:3:", "no event ``"] {
        assert!(found.contains(words), "`{words}` is not in\n{found}");
    }
}

#[test]
fn a_provider_that_asks_for_nothing_gets_nothing() {
    let found = problems("debitura", "facilities: [F1]");
    assert!(found.contains("Debitura has no setting `facilities`") && found.contains("remove it"), "{found}");
}
