//! Builds that still run but no longer answer: found and named once, and not waited for by every check. A build that is
//! only slow is waited for.

use std::time::Duration;

use super::stage::Stage;
use crate::support::play::Ran;

/// Runs a check that has the partner call an endpoint of its own, five further checks, and one that restarts the build.
fn after(door: &str) -> Ran {
    let mut stage = Stage::new();
    stage.plain_action(&format!("enter: {{ request: \"POST http://127.0.0.1:{}/{door}\" }}", stage.port));
    stage.add("timing: { reacts_within: 300ms, retries_within: 3s, answers_within: 8s }");
    stage.add("variants: { anew: { env: { PARTNER_ID: client-of-the-variant } } }");
    stage.check("a_first", "{ client: ready }", &["{ action: enter }"]);
    stage.isolate("a_first", "exclusive");
    for at in 0..5 {
        stage.check(&format!("b_{at}"), "{ client: ready }", &[]);
        stage.isolate(&format!("b_{at}"), "exclusive");
    }
    let asked = "{ request: GET /clients/client-of-the-variant, api: main, as: it }";
    stage.check("c_anew", "{ variant: anew, client: ready }", &[asked]);
    stage.isolate("c_anew", "restarts");
    stage.run()
}

#[test]
fn one_that_does_not_answer_any_more_is_named_and_not_waited_for_again() {
    for (door, words) in [("freeze", "is stopped (SIGSTOP)"), ("lock", "answered for")] {
        let ran = after(door);
        let names = ["a_first", "b_0", "b_1", "b_2", "b_3", "b_4"];
        for name in names {
            let (reason, unit) = (ran.reason(name), ran.unit(name));
            assert_eq!(
                (&unit["verdict"], &unit["responsible"]),
                (&"inconclusive".into(), &"partner".into()),
                "{door}: {unit}"
            );
            assert!(reason.contains("the partner's build stopped answering"), "{door} {name}: {reason}");
            assert!(reason.contains(words) && reason.contains("/ready"), "{door} {name}: {reason}");
        }
        assert_eq!(ran.unit("c_anew")["verdict"], "pass", "{door}: {}", ran.console);
        assert!(ran.json["remarks"].to_string().contains("stopped answering"), "{door}: {}", ran.json["remarks"]);
        assert!(ran.complaints.contains("stopped answering"), "{door}: it is said at once: {}", ran.complaints);
        // Each of the checks would have waited for eight seconds.
        assert!(ran.took < Duration::from_secs(35), "{door}: {:?}", ran.took);
    }
}

#[test]
fn one_that_is_slow_keeps_its_verdicts() {
    let ran = after("be_slow");
    for name in ["a_first", "b_0", "b_4", "c_anew"] {
        assert_eq!(ran.unit(name)["verdict"], "pass", "{name}: {}", ran.console);
    }
    assert!(!ran.console.contains("stopped answering"), "{}", ran.console);
}
