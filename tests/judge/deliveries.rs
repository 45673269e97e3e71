//! Verdicts on evidence that was written by hand: what a forged delivery that got no answer proves.

use preflight::catalog::load::Catalog;
use preflight::catalog::words::Stage;
use preflight::evidence::{Answer, Delivery, Entry, Evidence, Outcome, Request, Role, Trouble, TroubleKind, What};
use preflight::judge::{Case, Verdict, judge};
use preflight::plan::Bound;

fn delivery(role: Role, outcome: Outcome, effects: Option<u64>) -> Entry {
    let delivery = Delivery {
        role,
        event: "client.linked".into(),
        event_id: "an-id".into(),
        age_s: 0,
        request: Request { method: "POST".into(), ..Request::default() },
        outcome,
        latency_ms: 3,
        documented: false,
        effects,
    };
    Entry { from: 0, to: 3, step: None, client: None, what: What::Delivery(delivery) }
}

fn forged_without_answer(twin: Option<u64>, effects: Option<u64>) -> Verdict {
    let catalog = Catalog::built_in().unwrap();
    let pack = &catalog.packs["debitura"];
    let packed = pack.checks.iter().find(|packed| packed.check.id == "webhooks.refuses-forged").unwrap();
    let accepted = || Outcome::Answered(Answer { status: 200, ..Answer::default() });
    let broken = Outcome::Trouble(Trouble { kind: TroubleKind::Broken, detail: "the connection ended".into() });
    let varied = Role::Varied { name: "another key".into(), expect: None };
    let entries = vec![
        delivery(Role::Control, accepted(), twin),
        delivery(varied, broken, effects),
        delivery(Role::Control, accepted(), None),
    ];
    let evidence = Evidence { entries, ..Evidence::default() };
    let bound = Bound::default();
    let case = Case {
        check: &packed.check,
        stage: Stage::Rehearsal,
        provider: &pack.provider,
        bound: &bound,
        evidence: &evidence,
    };
    judge(&case).verdict
}

#[test]
fn a_forged_delivery_without_an_answer_is_refused_only_where_its_effect_shows_it() {
    assert!(matches!(forged_without_answer(None, None), Verdict::Undecided(_)));
    assert!(matches!(forged_without_answer(Some(0), Some(0)), Verdict::Undecided(_)));
    assert!(matches!(forged_without_answer(Some(1), Some(1)), Verdict::Fail(_)));
    assert_eq!(forged_without_answer(Some(1), Some(0)), Verdict::Pass);
}

/// The verdict on a genuine delivery that got no whole answer in time.
fn late(provider: &str) -> Verdict {
    let catalog = Catalog::built_in().unwrap();
    let pack = &catalog.packs[provider];
    let packed = pack.checks.iter().find(|packed| packed.check.id == "webhooks.accepts-genuine").unwrap();
    let late = Outcome::Trouble(Trouble { kind: TroubleKind::Timeout, detail: "no whole answer".into() });
    let evidence = Evidence { entries: vec![delivery(Role::Plain, late, None)], ..Evidence::default() };
    let (check, provider, bound) = (&packed.check, &pack.provider, Bound::default());
    judge(&Case { check, stage: Stage::Rehearsal, provider, bound: &bound, evidence: &evidence }).verdict
}

#[test]
fn a_late_answer_is_a_failure_only_where_the_provider_names_a_limit() {
    assert!(matches!(late("debitura"), Verdict::Fail(_)));
    let Verdict::Undecided(finding) = late("debitsuccess") else { panic!("nobody wrote a limit down") };
    assert!(finding.reason.contains("names no time limit"), "{}", finding.reason);
}
