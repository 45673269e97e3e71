//! The items, the readiness, the exit code and the `JUnit` file agree in every case: a table over levels, verdicts,
//! `--strict`, selections and attestations.

use preflight::cli::Exit;
use preflight::judge::{ItemVerdict, Judgement, Readiness, RunKind, Verdict, conclude};
use preflight::report::junit;
use preflight::report::model::VerdictLabel;
use preflight::yaml::Document;
use time::macros::datetime;

use super::final_verdict::{ALL, Row, Stands, planned, reported};

fn rows() -> impl Iterator<Item = Row> {
    let stands = ALL.into_iter().flat_map(|hard| {
        ALL.into_iter().flat_map(move |soft| {
            ALL.into_iter()
                .flat_map(move |lone| [Stands::Pass, Stands::Inconclusive].map(|later| [hard, soft, lone, later]))
        })
    });
    stands.flat_map(|stand| {
        (0..16_u8).filter_map(move |bits| {
            let bit = |at: u8| bits & (1 << at) != 0;
            let row =
                Row { stand, attestations: bit(0), strict: bit(1), selection: bit(2), simulated_environments: bit(3) };
            let asked = row.selection || !stand.contains(&Stands::NotSelected);
            // Simulated environments matter only if everything else passes.
            let worth = !row.simulated_environments || stand[0] == Stands::Pass;
            (asked && worth).then_some(row)
        })
    })
}

/// Returns the verdict of an item, restated in the plainest way: a single deciding check decides it.
fn word(stands: Stands) -> ItemVerdict {
    match stands {
        Stands::Pass => ItemVerdict::Pass,
        Stands::Fail => ItemVerdict::Fail,
        Stands::Inconclusive => ItemVerdict::Inconclusive,
        Stands::Attested => ItemVerdict::Attested,
        Stands::Waived => ItemVerdict::Waived,
        Stands::NotSelected => ItemVerdict::NotDecided,
        Stands::NotApplicable => ItemVerdict::NotApplicable,
    }
}

#[test]
fn items_answer_exit_code_and_junit_agree() {
    let (plan, mut seen) = (planned(), 0);
    for row in rows() {
        let report = reported(&plan, row);
        let xml = junit::render(&report, false).unwrap();
        let (failures, errors) = (xml.matches("<failure ").count(), xml.matches("<error ").count());
        let exit = Exit::from_report(&report);
        let all = || format!("{row:?}: {:?}, {exit:?}, {failures} failures, {errors} errors", report.readiness);
        assert_eq!(exit == Exit::Success, failures + errors == 0, "green if and only if 0: {}", all());
        assert_eq!(exit == Exit::NotReady, failures > 0, "a failure if and only if 1: {}", all());
        assert_eq!(exit == Exit::Inconclusive, failures == 0 && errors > 0, "errors alone if and only if 3: {}", all());

        let of = |id: &str| report.items.iter().find(|item| item.id == id).unwrap();
        assert_eq!(of("a.both").verdict, word(row.stand[0]), "the required check decides: {}", all());
        let risky = row.stand[1] == Stands::Fail;
        assert_eq!(!of("a.both").risks.is_empty(), risky, "a recommended failure is a risk of it: {}", all());
        let lone = if row.stand[2] == Stands::Fail { ItemVerdict::Risk } else { word(row.stand[2]) };
        assert_eq!(of("b.lone").verdict, lone, "the recommended check decides alone, and never red: {}", all());
        let why = "so it does not concern";
        let shown = row.stand[0] != Stands::NotApplicable || of("a.both").reason.contains(why);
        assert!(shown, "the statement of the profile is shown: {}", all());
        let alone = if row.attestations { ItemVerdict::Attested } else { ItemVerdict::Unchecked };
        assert_eq!(of("d.none").verdict, alone, "a person decides: {}", all());

        let full = matches!(
            report.readiness,
            Readiness::Ready | Readiness::ReadyWithRisks | Readiness::NotReady | Readiness::Inconclusive
        );
        assert_eq!(full, !row.selection, "a selection is empty of readiness: {}", all());
        let good = |item: &ItemVerdict| match item {
            ItemVerdict::Pass
            | ItemVerdict::Attested
            | ItemVerdict::Waived
            | ItemVerdict::Risk
            | ItemVerdict::NotApplicable => true,
            ItemVerdict::Fail | ItemVerdict::Inconclusive | ItemVerdict::NotDecided | ItemVerdict::Unchecked => false,
        };
        if matches!(report.readiness, Readiness::Ready | Readiness::ReadyWithRisks) {
            assert!(report.items.iter().all(|item| good(&item.verdict)) && !row.simulated_environments, "{}", all());
        }
        if report.readiness == Readiness::SelectionPassed {
            let held = |verdict| matches!(verdict, VerdictLabel::Pass | VerdictLabel::Attested);
            assert!(report.checks.iter().any(|unit| held(unit.verdict)), "something in it passed: {}", all());
        }
        if row.strict {
            let lax = reported(&plan, Row { strict: false, ..row });
            assert_eq!(lax.readiness, report.readiness, "readiness is a rule, however strict the run: {}", all());
            let stricter = Exit::from_report(&lax) != exit;
            assert!(!stricter || (exit == Exit::NotReady && report.summary.risks > 0), "only risks: {}", all());
        }
        seen += 1;
    }
    assert!(seen > 3_000, "{seen}");
}

/// The cases that a reader would ask about, by name.
#[test]
fn what_the_answer_is() {
    use Stands::{Attested, Fail, Inconclusive, NotApplicable, NotSelected, Pass, Waived};
    let plan = planned();
    let table: &[(&str, [Stands; 4], bool, bool, Readiness)] = &[
        ("all is well", [Pass; 4], true, false, Readiness::Ready),
        ("nobody vouched for the item without a check", [Pass; 4], false, false, Readiness::Inconclusive),
        (
            "a recommended failure beside a required pass",
            [Pass, Fail, Pass, NotApplicable],
            true,
            false,
            Readiness::ReadyWithRisks,
        ),
        (
            "a recommended failure that alone decides an item",
            [Pass, Pass, Fail, Pass],
            true,
            false,
            Readiness::ReadyWithRisks,
        ),
        ("the same, inconclusive", [Pass, Pass, Inconclusive, Pass], true, false, Readiness::Inconclusive),
        ("a waiver of what counts", [Waived, Pass, Pass, Pass], true, false, Readiness::ReadyWithRisks),
        ("a waiver of what does not", [Pass, Waived, Pass, NotApplicable], true, false, Readiness::Ready),
        (
            "a person's word for what a machine could see",
            [Attested, Pass, Pass, Pass],
            true,
            false,
            Readiness::ReadyWithRisks,
        ),
        (
            "blocked by a check that is only recommended",
            [Pass, Inconclusive, Pass, Inconclusive],
            true,
            false,
            Readiness::Inconclusive,
        ),
        ("nothing concerns this partner", [NotApplicable; 4], false, false, Readiness::Inconclusive),
        (
            "a selection of one that passes",
            [Pass, NotSelected, NotSelected, NotSelected],
            false,
            true,
            Readiness::SelectionPassed,
        ),
        (
            "a selection of a recommended failure",
            [NotSelected, Fail, NotSelected, NotSelected],
            true,
            true,
            Readiness::SelectionInconclusive,
        ),
        (
            "a selection of a recommended doubt",
            [NotSelected, Inconclusive, NotSelected, NotSelected],
            true,
            true,
            Readiness::SelectionInconclusive,
        ),
        (
            "a selection of a waiver",
            [Waived, NotSelected, NotSelected, NotSelected],
            true,
            true,
            Readiness::SelectionInconclusive,
        ),
        (
            "a selection of a person's word",
            [Attested, NotSelected, NotSelected, NotSelected],
            true,
            true,
            Readiness::SelectionPassed,
        ),
        (
            "a selection of what does not concern",
            [NotApplicable, NotSelected, NotSelected, NotSelected],
            true,
            true,
            Readiness::SelectionInconclusive,
        ),
        ("a selection of a failure", [Fail, Pass, NotSelected, NotSelected], true, true, Readiness::SelectionFailed),
    ];
    for (what, stand, attestations, selection, readiness) in table {
        let row = Row {
            stand: *stand,
            attestations: *attestations,
            strict: false,
            selection: *selection,
            simulated_environments: false,
        };
        let report = reported(&plan, row);
        assert_eq!(report.readiness, *readiness, "{what}");
    }
    let simulated_environments =
        Row { stand: [Pass; 4], attestations: true, strict: false, selection: false, simulated_environments: true };
    let report = reported(&plan, simulated_environments);
    assert_eq!(report.readiness, Readiness::Inconclusive);
    assert!(report.meaning().contains("simulated environments"), "{}", report.meaning());
}

/// An attestation of an item counts only on the days for which it is valid.
#[test]
fn a_word_about_an_item_expires() {
    let plan = planned();
    for (when, expires, word, said) in [
        ("2026-01-01", "2026-06-01", ItemVerdict::Attested, "A attested on 2026-01-01 until 2026-06-01: B"),
        ("2026-01-01", "2026-05-31", ItemVerdict::Unchecked, "d.none: the attestation of A expired on 2026-05-31"),
        (
            "2026-06-02",
            "2027-01-01",
            ItemVerdict::Unchecked,
            "d.none: the attestation of A is dated 2026-06-02, in the future",
        ),
    ] {
        let text = format!("attestations: [{{ item: d.none, who: A, when: {when}, evidence: B, expires: {expires} }}]");
        let attestations = Document::new("attestations.yaml", text).typed().unwrap();
        let judgement = plan.checks.iter().map(|_| Judgement { verdict: Verdict::Pass, remarks: Vec::new() }).collect();
        let today = datetime!(2026-06-01 12:00 UTC).date();
        let concluded =
            conclude(&plan.checks, &plan.pack.provider.items, judgement, &attestations, today, RunKind::default());
        let item = concluded.items.last().unwrap();
        assert_eq!(item.word, word);
        assert!(item.reason.contains(said) || concluded.remarks.iter().any(|remark| remark.contains(said)), "{said}");
    }
}
