//! A pack that also has an API. The words of `partner.yaml` suffice for tokens, retries, rate limits and reactions.

use super::folder::{rich, run};

const CHECKS: [&str; 10] = [
    "account.branding",
    "account.credentials",
    "account.reports",
    "orders.created",
    "orders.remint",
    "orders.limited",
    "webhooks.accepted",
    "webhooks.token-checked",
    "webhooks.looked-into",
    "webhooks.secret-differs",
];

#[test]
fn every_check_of_a_pack_with_an_api_passes_fails_and_stays_inconclusive_as_it_must() {
    let linted = run(rich(), &["lint", "checks"]).with(0);
    assert_eq!(linted.err, "");
    let tested = run(rich(), &["test", "checks"]).with(0);
    for check in CHECKS {
        let faults = if check == "account.branding" { 2 } else { 1 };
        assert_eq!(tested.line(check), [check, "pass", &format!("{faults} of {faults} caught"), "inconclusive"]);
    }
    assert_eq!(tested.line("account.agreement"), ["account.agreement", "-", "-", "-"]);
}

#[test]
fn one_fault_of_a_pack_can_be_looked_at_as_a_report() {
    let demo = ["demo", "--checks", "checks", "--provider", "shop"];
    let listed = run(rich(), &[&demo[..], &["--defect", "help"]].concat()).with(0);
    assert!(listed.out.contains("orders.remint/no-mint"), "{}", listed.out);
    let shown = run(rich(), &[&demo[..], &["--only", "orders.*", "--defect", "orders.remint/no-mint"]].concat());
    let shown = shown.with(1);
    assert!(shown.out.contains("FAIL  orders.remint") && shown.out.contains("NOT built in"), "{}", shown.out);
}

#[test]
fn the_matrix_of_a_pack_in_a_folder_is_complete() {
    let arguments = ["test", "shop", "--checks", "checks", "--only", "account.*"];
    let ended = run(rich(), &arguments).with(0);
    assert!(ended.out.contains("5 tested, 0 wrong"), "{}", ended.out);
}
