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
