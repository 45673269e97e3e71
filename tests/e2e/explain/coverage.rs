//! The command `coverage`: items and their checks.

use super::program::{Desk, in_order, snapshot};

#[test]
fn an_item_without_a_check_is_named_and_counts() {
    let (out, err) = Desk::new().run("coverage debitura", 1);
    assert!(err.is_empty(), "{err}");
    let wanted = [
        "39 of 40 items have a check",
        "Production readiness: 3 of 3 items have a check",
        "readiness.production-credentials  Production API key",
        "readiness.account-enabled  static, attestation",
        "Production dry run: 0 of 1 item has a check",
        "NO CHECK",
        "Items without a check:\n  dry-run.production-case  First production case",
        "Checks without an item: none",
    ];
    in_order(&out, &wanted);
}

#[test]
fn a_pack_whose_items_all_have_checks_is_covered() {
    let desk = Desk::new();
    let (out, _) = desk.run("coverage acme --checks checks", 0);
    snapshot("covered", &out);
    desk.change("checks/acme/webhooks/accepts-genuine.yaml", ", hooks.time]", "]");
    let (out, _) = desk.run("coverage acme --checks checks", 1);
    in_order(
        &out,
        &["2 of 3 items", "Webhooks: 1 of 2 items", "hooks.time", "NO CHECK", "Items without a check:\n  hooks.time"],
    );
}

#[test]
fn items_that_only_a_person_answers_are_covered_and_said_to_be() {
    let desk = Desk::new();
    desk.change("checks/acme/api/me.yaml", "{ request: GET /me, api: main, as: me }", "{ ask: Does it work? }");
    desk.change("checks/acme/api/me.yaml", "then: [ { response: me, status: 200 } ]\n", "");
    desk.change("checks/acme/api/me.yaml", "[test, production]", "static\nlevel: recommended");
    let (out, _) = desk.run("coverage acme --checks checks", 0);
    in_order(
        &out,
        &["3 of 3 items have a check, 1 of them by attestation only", "api.me  static, recommended, attestation"],
    );
}

#[test]
fn a_wrong_provider_is_answered_with_the_nearest() {
    let (out, err) = Desk::new().run("coverage debitur", 2);
    assert!(out.is_empty() && err.contains("did you mean `debitura`?"), "{err}");
}
