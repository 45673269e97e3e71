//! What `test` reports about a wrong pack: which of the three tests of which check failed, and why.

use super::folder::Folder;

const PARTNER: &str = "checks/acme/partner.yaml";

/// Something that is wrong with a pack, and the resulting message.
struct Wrong {
    file: &'static str,
    from: &'static str,
    to: &'static str,
    /// The check, and the cells of its line in the table.
    line: [&'static str; 4],
    says: &'static [&'static str],
}

fn wrongs() -> [Wrong; 4] {
    [
        Wrong {
            file: PARTNER,
            from: "first: [{ if: duplicate, status: 200 }, { status: 200, effect: true }]",
            to: "first: [{ if: duplicate and verified, status: 200 }]",
            line: ["webhooks.rejects-forged", "pass", "0 OF 1 caught", "inconclusive"],
            says: &[
                "`webhooks.rejects-forged` does not catch this defect: in rehearsal it passes",
                "checks/acme/partner.yaml:",
                "signature-unchecked:",
                "preflight demo --checks checks --provider acme --defect webhooks.rejects-forged/signature-unchecked",
            ],
        },
        Wrong {
            file: PARTNER,
            from: "\n  - { if: duplicate, status: 200 }\n",
            to: "\n",
            line: ["webhooks.deduplicates", "NO PASS", "0 OF 1 caught", "inconclusive"],
            says: &[
                "the correct partner does not pass `webhooks.deduplicates`: in rehearsal it fails",
                "checks/acme/webhooks/deduplicates.yaml:",
            ],
        },
        Wrong {
            file: PARTNER,
            from: "first: [{ if: verified and not stale, status: 200, effect: true }]",
            to: "first: [{ status: 200, effect: true }]",
            line: ["webhooks.deduplicates", "pass", "0 OF 1 caught", "inconclusive"],
            says: &["this defect fails checks other than `webhooks.deduplicates`: webhooks.rejects-forged", "also: ["],
        },
        Wrong {
            file: PARTNER,
            from: "  webhooks.deduplicates:\n    forgets-what-it-saw:\n      description: An event that is delivered twice takes effect twice.\n      first: [{ if: verified and not stale, status: 200, effect: true }]\n",
            to: "",
            line: ["webhooks.deduplicates", "pass", "NO DEFECT", "inconclusive"],
            says: &["nothing proves that `webhooks.deduplicates` can fail", "add a defect that it must catch"],
        },
    ]
}

#[test]
fn each_of_the_three_tests_that_does_not_hold_is_told_with_its_place() {
    for wrong in wrongs() {
        let folder = Folder::scaffolded();
        folder.change(wrong.file, wrong.from, wrong.to);
        let mut ended = folder.run(&["test", "checks"]).with(1);
        assert_eq!(ended.line(wrong.line[0]), wrong.line, "{}", ended.err);
        for words in wrong.says {
            ended = ended.says(words);
        }
    }
}

/// A check whose `assume` holds whatever happens.
const HASTY: &str = "id: orders.none-too-early
title: No order before there is a customer
items: [orders.creation]
stage: rehearsal
docs: https://docs.shop.example/orders
why: It would be nobody's.
fix: Wait.
given: { client: new }
when:
  - { action: create_customer }
assume:
  - { provider_records: { orders: 0 } }
then:
  - { provider_records: { orders: 0 } }
";

#[test]
fn a_check_that_a_silent_partner_passes_is_told() {
    let folder = Folder::rich();
    folder.write("checks/shop/orders/none-too-early.yaml", HASTY);
    let ended = folder.run(&["test", "checks", "--only", "orders.none-*"]).with(1);
    let ended = ended.says("`orders.none-too-early` is not inconclusive for a silent partner: in rehearsal it passes");
    let ended = ended.says("under `assume`");
    assert_eq!(ended.line("orders.none-too-early"), ["orders.none-too-early", "pass", "NO DEFECT", "DECIDED"]);
    assert!(!ended.out.contains("webhooks."), "only what was asked for is shown: {}", ended.out);
}

#[test]
fn a_pack_without_a_sample_partner_is_sent_to_where_one_is_written() {
    let folder = Folder::scaffolded();
    std::fs::remove_file(folder.path(PARTNER)).unwrap();
    folder.run(&["lint", "checks"]).with(0);
    let ended = folder.run(&["test", "checks"]).with(2).says("this pack has no sample partner to test with");
    ended.says("preflight new pack");
    folder.run(&["test", "elsewhere"]).with(2).says("elsewhere: cannot be read");
}

#[test]
fn a_selection_that_selects_nothing_is_wrong_input() {
    let folder = Folder::scaffolded();
    folder
        .run(&["test", "checks", "--only", "webhook.deduplicates"])
        .with(2)
        .says("did you mean `webhooks.deduplicates`?");
}
