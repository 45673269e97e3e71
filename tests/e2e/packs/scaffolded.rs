//! The files that `new` writes pass the linter and the test, and no existing file is overwritten.

use std::collections::BTreeSet;

use super::folder::Folder;

#[test]
fn a_new_pack_with_a_new_check_lints_clean_and_passes_its_test() {
    let folder = Folder::scaffolded();
    let said = folder.run(&["new", "check", "acme/webhooks.answers-new-kinds"]).with(0).out;
    assert!(said.contains("new     checks/acme/webhooks/answers-new-kinds.yaml"), "{said}");
    assert!(said.contains("changed checks/acme/partner.yaml"), "{said}");
    let linted = folder.run(&["lint", "checks"]).with(0);
    assert_eq!((linted.out.as_str(), linted.err.as_str()), ("1 pack with 4 checks: no errors\n", ""));
    let tested = folder.run(&["test", "checks"]).with(0);
    for check in
        ["webhooks.accepts-genuine", "webhooks.rejects-forged", "webhooks.deduplicates", "webhooks.answers-new-kinds"]
    {
        assert_eq!(tested.line(check), [check, "pass", "1 of 1 caught", "inconclusive"]);
    }
    assert!(tested.out.contains("4 of 4 checks pass, fail and are inconclusive as expected"), "{}", tested.out);
}

#[test]
fn every_file_that_is_begun_leads_an_editor_to_the_schema_that_validates() {
    let folder = Folder::scaffolded();
    folder.run(&["new", "check", "acme/webhooks.other"]).with(0);
    folder.run(&["new", "pack", "second"]).with(0);
    let yaml = folder.all().into_iter().filter(|(path, _)| path.extension().is_some_and(|found| found == "yaml"));
    let mut schemas = BTreeSet::new();
    for (path, text) in yaml {
        let line = text.lines().next().unwrap().strip_prefix("# yaml-language-server: $schema=");
        let schema = path.parent().unwrap().join(line.unwrap_or_else(|| panic!("{}", path.display())));
        let name = schema.file_stem().unwrap().to_str().unwrap().to_owned();
        let printed = folder.run(&["schema", &name]).with(0).out;
        assert_eq!(std::fs::read_to_string(&schema).unwrap(), printed, "{}", path.display());
        schemas.insert(name);
    }
    assert_eq!(schemas.into_iter().collect::<Vec<_>>(), ["check", "partner", "provider"]);
}

#[test]
fn a_check_of_a_pack_without_webhooks_is_a_question_to_a_person() {
    let folder = Folder::new();
    folder.write(
        "checks/plain/provider.yaml",
        "name: Plain\nversion: \"1\"\nitems: [{ id: a.b, section: A, text: B }]\n",
    );
    folder.write("checks/plain/partner.yaml", "defects: {}\n");
    let question = "id: a.b\ntitle: B\nitems: [a.b]\nstage: static\ndocs: https://docs.plain.example/\nwhy: Because.\nfix: Do it.\nwhen: [{ ask: Is it so? }]\n";
    folder.write("checks/plain/a/b.yaml", question);
    let said = folder.run(&["new", "check", "plain/a.c"]).with(2).says("`items` is not a YAML block");
    assert!(said.err.contains("- { id: a.c, section: \"A\""), "the line to add is not shown: {}", said.err);
    folder.change(
        "checks/plain/provider.yaml",
        "items: [{ id: a.b, section: A, text: B }]",
        "items:\n- { id: a.b, section: A, text: B }",
    );
    folder.run(&["new", "check", "plain/a.c"]).with(0);
    folder.run(&["lint", "checks"]).with(0);
    let tested = folder.run(&["test", "checks"]).with(0);
    assert_eq!(tested.line("a.c"), ["a.c", "-", "-", "-"]);
    assert!(tested.out.contains("2 rest on attestations"), "{}", tested.out);
}

#[test]
fn nothing_that_exists_is_overwritten_and_nothing_is_half_written() {
    let folder = Folder::scaffolded();
    folder.run(&["new", "check", "acme/orders.example"]).with(0);
    let before = folder.all();
    for (arguments, words) in [
        (["new", "pack", "acme"], "checks/acme: already exists"),
        (["new", "check", "acme/orders.example"], "checks/acme/orders/example.yaml: already exists"),
        (["new", "check", "acme/webhooks.deduplicates"], "webhooks/deduplicates.yaml: already exists"),
        (["new", "check", "acne/orders.other"], "did you mean `acme`?"),
        (["new", "check", "acme"], "`acme` is not a valid check name"),
        (["new", "check", "acme/../../orders.other"], "is not a valid check name"),
        (["new", "pack", "../acme"], "`../acme` is not a valid pack name"),
        (["new", "pack", "Acme_2"], "use lower-case letters, digits and single hyphens"),
    ] {
        folder.run(&arguments).with(2).says(words);
    }
    assert_eq!(folder.all(), before);
}

#[test]
fn a_check_of_an_item_that_is_there_adds_none() {
    let folder = Folder::scaffolded();
    let provider = std::fs::read_to_string(folder.path("checks/acme/provider.yaml")).unwrap();
    folder.run(&["new", "check", "acme/webhooks.other", "--item", "webhooks.delivery"]).with(0);
    assert_eq!(std::fs::read_to_string(folder.path("checks/acme/provider.yaml")).unwrap(), provider);
    let check = std::fs::read_to_string(folder.path("checks/acme/webhooks/other.yaml")).unwrap();
    assert!(check.contains("\nitems: [webhooks.delivery]\n"), "{check}");
    folder.run(&["lint", "checks"]).with(0);
    let tested = folder.run(&["test", "checks", "--only", "webhooks.other"]).with(0);
    assert_eq!(tested.line("webhooks.other")[1..], ["pass", "1 of 1 caught", "inconclusive"]);
    let wrong = ["new", "check", "acme/webhooks.third", "--item", "webhooks.delivry"];
    folder.run(&wrong).with(2).says("did you mean `webhooks.delivery`?");
}

#[test]
fn a_new_pack_goes_where_it_is_told_to() {
    let folder = Folder::new();
    let said = folder.run(&["new", "pack", "acme", "--in", "somewhere"]).with(0).out;
    assert!(said.contains("preflight test somewhere/checks"), "{said}");
    assert!(folder.path("somewhere/fixtures/acme/events/order.paid.json").is_file());
    folder.run(&["lint", "somewhere/checks"]).with(0);
}

#[test]
fn words_that_are_something_else_in_yaml_are_begun_as_text() {
    let folder = Folder::new();
    for name in ["null", "true", "yes"] {
        folder.run(&["new", "pack", name, "--in", name]).with(0);
        folder.run(&["new", "check", &format!("{name}/null.one"), "--in", name]).with(0);
        folder.run(&["lint", &format!("{name}/checks")]).with(0);
    }
}

#[test]
fn an_event_of_any_name_is_delivered_by_that_name() {
    for (name, written) in
        [("'say \"paid\": # now'", r#"deliver: "say \"paid\": # now""#), ("'null'", r#"deliver: "null""#)]
    {
        let folder = Folder::scaffolded();
        folder.change("checks/acme/provider.yaml", "    order.paid: {", &format!("    {name}: {{"));
        for check in ["rejects-forged", "deduplicates"] {
            let path = format!("checks/acme/webhooks/{check}.yaml");
            folder.change(&path, "deliver: order.paid", &format!("deliver: {name}"));
        }
        folder.run(&["new", "check", "acme/webhooks.other"]).with(0);
        let check = folder.read("checks/acme/webhooks/other.yaml");
        assert!(check.contains(written), "{check}");
        folder.run(&["lint", "checks"]).with(0);
    }
    // A name that looks like a template is not delivered, so the new check asks for one.
    let folder = Folder::scaffolded();
    folder.change("checks/acme/provider.yaml", "    order.paid: {", "    '{{ key }}': {");
    for check in ["rejects-forged", "deduplicates"] {
        let path = format!("checks/acme/webhooks/{check}.yaml");
        folder.change(&path, "deliver: order.paid", "deliver: each");
    }
    if folder.run(&["lint", "checks"]).code == Some(0) {
        folder.run(&["new", "check", "acme/webhooks.other"]).with(0);
        assert!(folder.read("checks/acme/webhooks/other.yaml").contains("ask: "));
    }
}

#[test]
fn a_new_check_leaves_the_line_ends_of_other_lines_alone() {
    let folder = Folder::scaffolded();
    let files = ["checks/acme/provider.yaml", "checks/acme/partner.yaml"];
    for file in files {
        folder.write(file, &folder.read(file).replace('\n', "\r\n"));
    }
    folder.run(&["new", "check", "acme/webhooks.other"]).with(0);
    for file in files {
        let text = folder.read(file);
        assert!(text.contains("webhooks.other"), "{text}");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{file}");
    }
    folder.run(&["lint", "checks"]).with(0);
}

#[test]
fn the_folder_of_packs_may_be_named_by_its_place() {
    let folder = Folder::scaffolded();
    for (at, named) in [("checks", "."), ("checks/acme", ".."), (".", "checks/acme/.."), (".", "./checks/")] {
        super::folder::run(&folder.path(at), &["lint", named]).with(0);
    }
}

#[test]
fn fixtures_that_are_a_link_are_told_and_not_read() {
    let folder = Folder::scaffolded();
    std::fs::rename(folder.path("fixtures"), folder.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(folder.path("elsewhere"), folder.path("fixtures")).unwrap();
    folder.run(&["lint", "checks"]).with(2).says("fixtures: is a link, so it is not read");
}

#[test]
fn an_api_that_asks_for_no_header_is_refused() {
    let folder = Folder::scaffolded();
    let text = folder.read("checks/acme/provider.yaml");
    let folder_with = |header: &str| {
        folder.write("checks/acme/provider.yaml", &format!("{text}\napis: {{ main: {{ header: {header} }} }}\n"));
        folder.run(&["lint", "checks"])
    };
    assert!(!folder_with("{ X-Api-Key: \"{{ api_key }}\" }").err.contains("header"));
    folder_with("{}").with(2).says("header");
}

#[test]
fn ports_that_there_are_not_enough_of_are_told() {
    let folder = Folder::new();
    folder.run(&["simulate", "debitura", "--port", "65535"]).with(2).says("each on its own port");
}
