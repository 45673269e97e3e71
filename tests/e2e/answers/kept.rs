//! What is recorded of responses, and that judging reads nothing but the record.

use std::sync::Arc;

use preflight::evidence::Evidence;
use preflight::judge::{Case, judge};
use preflight::pack::check::Isolation;
use preflight::profile::Inputs;
use preflight::report::model::VerdictLabel;
use preflight::report::{console, json, junit, markdown};
use preflight::run::{self, Done, RunContext as Run, RunHooks, StopReason};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::provider::{World, json_answer, me, on, status};
use crate::support::driven::checks;

/// Details of a person, none of which may be recorded.
const PERSON: [&str; 3] = ["Jane Personal", "jane@private.example", "+45 12 34 56 78"];

#[tokio::test]
async fn nothing_personal_that_production_says_is_in_any_report() {
    let setup = World::new().await;
    let personal = json!({
        "contactEmail": PERSON[1], "owner": { "name": PERSON[0], "phones": [PERSON[2]] }, "note": PERSON[0],
        "users": [{ "id": 1, "email": PERSON[1], "fullName": PERSON[0] }],
    });
    on(&setup.test, "GET /me", json_answer(&me(&setup, &json!({})))).await;
    on(&setup.test, "GET /v1/Webhooks", json_answer(&json!([]))).await;
    let answer = json_answer(&me(&setup, &personal)).insert_header("x-account-owner", PERSON[0]);
    on(&setup.production, "GET /me", answer).await;
    let text = format!("Ask {} <{}>, {}", PERSON[0], PERSON[1], PERSON[2]);
    on(&setup.production, "GET /v1/Webhooks", status(500).set_body_string(text)).await;
    let report = setup.report(&["*@production"]).await;
    let passed = checks(&report, VerdictLabel::Pass);
    assert!(passed.contains(&"readiness.production-key@production".to_owned()), "{passed:?}");
    let look = console::Look { colour: false, width: None, timings: false };
    let texts = [
        console::render(&report, look),
        junit::render(&report, true).unwrap(),
        json::render(&report, true).unwrap(),
        markdown::render(&report),
    ];
    for text in texts {
        for word in PERSON {
            assert!(!text.contains(word), "{word} is in\n{text}");
        }
    }
}

/// Carries out every check of a plan. Returns the plan and the evidence that is judged.
async fn carried_out(setup: &World, only: &[&str]) -> (Arc<preflight::plan::Plan>, Vec<Done>) {
    let planned = setup.planned(only);
    let hooks = RunHooks { jobs: None, people: None };
    let run = Arc::new(Run::new(planned.plan.clone(), planned.redactor.clone(), hooks).unwrap());
    let (_sender, stop) = watch::channel(StopReason::No);
    let mut done = Vec::new();
    for isolation in [Isolation::Shared, Isolation::Exclusive] {
        let checks = run::phase(&planned.plan, isolation);
        done.extend(run::execute(&run, &checks, isolation, &stop, || ()).await);
    }
    run.tear_down().await;
    (planned.plan.clone(), done)
}

#[tokio::test]
async fn evidence_that_was_written_and_read_again_gets_the_same_verdicts() {
    let setup = World::new().await;
    let odd = json!({ "fontColor": "white", "referralFeePercentage": 0.1, "big": 12_345_678_901_234_567_890_u64, "tiny": 1e-300 });
    setup.both("GET /me", json_answer(&me(&setup, &odd))).await;
    on(&setup.test, "GET /v1/Webhooks", json_answer(&json!([]))).await;
    on(&setup.production, "GET /v1/Webhooks", status(503)).await;
    on(&setup.pages, "GET /logo.svg", status(200).set_body_raw(vec![0xff_u8, 0xfe], "image/png")).await;
    let (plan, done) = carried_out(&setup, &[]).await;
    assert!(done.len() > 8, "{} units were carried out", done.len());
    let again = |value: Value| serde_json::from_str::<Value>(&value.to_string()).unwrap();
    let bound: Inputs = serde_json::from_value(again(serde_json::to_value(&plan.bound).unwrap())).unwrap();
    for one in &done {
        let unit = &plan.checks[one.at];
        let evidence: Evidence = serde_json::from_value(again(serde_json::to_value(&one.evidence).unwrap())).unwrap();
        assert_eq!(evidence, one.evidence, "{}", unit.id());
        let case = |bound, evidence| Case {
            check: &unit.packed.check,
            stage: unit.stage,
            provider: &plan.pack.provider,
            bound,
            evidence,
        };
        assert_eq!(judge(&case(&bound, &evidence)), judge(&case(&plan.bound, &one.evidence)), "{}", unit.id());
    }
}
