//! Verdicts on handwritten evidence: what a forged delivery without a response proves.

use preflight::evidence::{
    Body, Delivery, DeliveryRole, Entry, EntryKind, Evidence, Outcome, Request, Response, TransportError,
    TransportErrorKind,
};
use preflight::judge::{Case, Judgement, Verdict, judge};
use preflight::pack::load::Catalog;
use preflight::pack::types::Stage;
use preflight::profile::Inputs;
use serde_json::json;

fn delivery(role: DeliveryRole, outcome: Outcome, effects: Option<u64>) -> Entry {
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
    Entry { from: 0, to: 3, step: None, client: None, what: EntryKind::Delivery(delivery) }
}

fn forged_without_answer(twin: Option<u64>, effects: Option<u64>) -> Verdict {
    let catalog = Catalog::built_in().unwrap();
    let pack = &catalog.packs["debitura"];
    let packed = pack.checks.iter().find(|packed| packed.check.id == "webhooks.rejects-forged").unwrap();
    let accepted = || Outcome::Answered(Response { status: 200, ..Response::default() });
    let broken = Outcome::TransportError(TransportError {
        kind: TransportErrorKind::Broken,
        detail: "the connection ended".into(),
    });
    let altered = DeliveryRole::Altered { name: "another key".into(), expect: None };
    let entries = vec![
        delivery(DeliveryRole::Control, accepted(), twin),
        delivery(altered, broken, effects),
        delivery(DeliveryRole::Control, accepted(), None),
    ];
    let evidence = Evidence { entries, ..Evidence::default() };
    let bound = Inputs::default();
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
    assert!(matches!(forged_without_answer(None, None), Verdict::Inconclusive(_)));
    assert!(matches!(forged_without_answer(Some(0), Some(0)), Verdict::Inconclusive(_)));
    assert!(matches!(forged_without_answer(Some(1), Some(1)), Verdict::Fail(_)));
    assert_eq!(forged_without_answer(Some(1), Some(0)), Verdict::Pass);
}

/// Judges a forged delivery by its response, its latency and its effects.
fn forged(outcome: Outcome, latency_ms: u64, effects: Option<u64>) -> Judgement {
    let catalog = Catalog::built_in().unwrap();
    let pack = &catalog.packs["debitura"];
    let packed = pack.checks.iter().find(|packed| packed.check.id == "webhooks.rejects-forged").unwrap();
    let mut altered = delivery(DeliveryRole::Altered { name: "another key".into(), expect: None }, outcome, effects);
    if let EntryKind::Delivery(delivery) = &mut altered.what {
        delivery.latency_ms = latency_ms;
    }
    let control =
        || delivery(DeliveryRole::Control, Outcome::Answered(Response { status: 200, ..Response::default() }), Some(1));
    let evidence = Evidence { entries: vec![control(), altered, control()], ..Evidence::default() };
    let (check, provider, bound) = (&packed.check, &pack.provider, Inputs::default());
    judge(&Case { check, stage: Stage::Rehearsal, provider, bound: &bound, evidence: &evidence })
}

#[test]
fn a_forged_delivery_is_refused_by_what_is_no_success_and_a_crash_is_remarked() {
    for (status, location) in [(401, ""), (404, ""), (302, "/login"), (308, "/hooks/")] {
        let judgement = forged(answered(status, location, ""), 3, None);
        assert_eq!((judgement.verdict, judgement.remarks), (Verdict::Pass, Vec::new()), "{status}");
    }
    let judgement = forged(answered(500, "", "<b>ValueError</b>"), 3, Some(0));
    assert_eq!(judgement.verdict, Verdict::Pass);
    assert!(
        judgement.remarks[0].contains("rejected by a crash") && judgement.remarks[0].contains("500 ValueError"),
        "{judgement:?}"
    );
    assert!(matches!(forged(answered(500, "", ""), 3, Some(1)).verdict, Verdict::Fail(_)), "it had worked on it");
    assert!(
        matches!(forged(answered(200, "", ""), 12_000, None).verdict, Verdict::Fail(_)),
        "late is accepted all the same"
    );
}

/// Judges two genuine events in a row: the first is accepted, and the row says what happened to the second.
fn second(what: &str, documented: bool, effects: [Option<u64>; 2], outcome: Outcome, latency_ms: u64) -> Verdict {
    let catalog = Catalog::built_in().unwrap();
    let pack = &catalog.packs["debitura"];
    let packed = pack.checks.iter().find(|packed| packed.check.id == what).unwrap();
    let taken = Outcome::Answered(Response { status: 200, ..Response::default() });
    let mut entries =
        vec![delivery(DeliveryRole::Plain, taken, effects[0]), delivery(DeliveryRole::Plain, outcome, effects[1])];
    for (at, entry) in entries.iter_mut().enumerate() {
        entry.step = Some(["alone", "one_by_one"][at].into());
        (entry.from, entry.to) = (at as u64 * 10, at as u64 * 10 + 5);
    }
    if let EntryKind::Delivery(second) = &mut entries[1].what {
        (second.event, second.event_id) = ("case.closed".into(), "another-id".into());
        (second.documented, second.latency_ms) = (documented, latency_ms);
    }
    entries.push(Entry { from: 10, to: 15, step: None, client: None, what: EntryKind::Wrote("KeyError: 'x'".into()) });
    let evidence = Evidence { entries, ..Evidence::default() };
    let bound =
        Inputs { profile: json!({ "rehearsal": { "actions": { "onboard_client": {} } } }), ..Inputs::default() };
    let (check, provider) = (&packed.check, &pack.provider);
    judge(&Case { check, stage: Stage::Rehearsal, provider, bound: &bound, evidence: &evidence }).verdict
}

fn answered(status: u16, location: &str, body: &str) -> Outcome {
    let headers = Vec::from_iter((!location.is_empty()).then(|| ("location".to_owned(), location.to_owned())));
    let body = if body.is_empty() { Body::Empty } else { Body::Text(body.into()) };
    Outcome::Answered(Response { status, headers, body })
}

fn trouble(kind: TransportErrorKind) -> Outcome {
    Outcome::TransportError(TransportError { kind, detail: "it ended".into() })
}

#[test]
fn what_a_handler_does_to_a_genuine_event_is_named_as_what_it_is() {
    const ELSEWHERE: &str = "senders do not follow redirects";
    const CRASH: &str = "Find the error in the handler's log";
    const CUT: &str = "why the connection ended";
    let table = [
        (
            "301 to https",
            answered(301, "https://a.example/hooks", ""),
            "301, a redirect to https://a.example/hooks",
            ELSEWHERE,
        ),
        ("302 to a login", answered(302, "/login", "<html>Moved</html>"), "302, a redirect to /login", ELSEWHERE),
        ("303", answered(303, "/thanks", ""), "303, a redirect to /thanks", ELSEWHERE),
        ("307 to a slash", answered(307, "/hooks/", ""), "307, a redirect to /hooks/", ELSEWHERE),
        ("308 to a slash", answered(308, "/hooks/", ""), "308, a redirect to /hooks/", ELSEWHERE),
        ("308 to nowhere", answered(308, "", ""), "308, a redirect without Location", ELSEWHERE),
        ("500", answered(500, "", "<h1>Oops</h1>\n KeyError"), "500 Oops KeyError", CRASH),
        ("502 of a proxy", answered(502, "", ""), "502", CRASH),
        ("503", answered(503, "", "no worker"), "503 no worker", CRASH),
        ("a status that HTTP does not know", answered(999, "", ""), "999", CRASH),
        ("cut off", trouble(TransportErrorKind::Broken), "it ended", CUT),
        ("larger than anybody reads", trouble(TransportErrorKind::TooLarge), "it ended", CUT),
        ("nobody listens any more", trouble(TransportErrorKind::Connect), "it ended", CUT),
        ("no answer at all", trouble(TransportErrorKind::Timeout), "it ended", "Put the event into a queue"),
        ("401", answered(401, "", "bad signature"), "401 bad signature", ""),
        ("403", answered(403, "", ""), "403", ""),
    ];
    for (what, outcome, words, fix) in table {
        for documented in [false, true] {
            let verdict = second("webhooks.accepts-genuine", documented, [None, None], outcome.clone(), 3);
            let Verdict::Fail(finding) = verdict else { panic!("{what}: {verdict:?}") };
            assert!(
                finding.observed.as_ref().unwrap().contains(&format!("case.closed: {words}")),
                "{what}: {finding:?}"
            );
            assert!(finding.because.as_ref().unwrap().contains("KeyError: 'x'"), "{what}: {finding:?}");
            assert_eq!(finding.began, Some(10), "{what}: the exchange that failed");
            let advice = finding.fix.unwrap_or_default();
            assert!(advice.contains(fix) && advice.is_empty() == fix.is_empty(), "{what}: {advice}");
        }
    }
    for status in [400, 404, 410, 415, 422, 429] {
        let refused = answered(status, "", "closingCode missing");
        let Verdict::Inconclusive(finding) =
            second("webhooks.accepts-genuine", false, [None, None], refused.clone(), 3)
        else {
            panic!("{status}: nobody documented the body")
        };
        assert!(finding.reason.contains("closingCode missing"), "{}", finding.reason);
        assert!(!finding.fix.unwrap().contains("HMAC"));
        assert!(
            matches!(second("webhooks.accepts-genuine", true, [None, None], refused, 3), Verdict::Fail(_)),
            "{status}"
        );
    }
}

#[test]
fn too_late_is_a_matter_of_the_time_limit_and_of_nothing_else() {
    let late = || answered(200, "", "");
    assert_eq!(second("webhooks.accepts-genuine", false, [None, None], late(), 12_000), Verdict::Pass);
    let Verdict::Fail(finding) = second("webhooks.answers-in-time", false, [None, None], late(), 12_000) else {
        panic!("12 s are too long")
    };
    assert!(finding.observed.unwrap().contains("case.closed: 200, too late: after 12 s"));
    // However an event was rejected, this says nothing about the time limit.
    for outcome in [answered(422, "", ""), answered(500, "", ""), answered(308, "/x", "")] {
        let verdict = second("webhooks.answers-in-time", false, [None, None], outcome, 12);
        assert!(!matches!(verdict, Verdict::Fail(_)), "{verdict:?}");
    }
}

#[test]
fn acknowledged_is_not_taken_in() {
    let taken = || answered(200, "", "");
    let judge = |documented, effects| second("webhooks.accepts-genuine", documented, effects, taken(), 3);
    assert_eq!(judge(false, [None, None]), Verdict::Pass, "nobody can look");
    assert_eq!(judge(false, [Some(1), Some(1)]), Verdict::Pass);
    assert_eq!(judge(true, [Some(1), None]), Verdict::Pass, "the look-up knows nothing of this event");
    for (what, documented, effects) in [
        ("one event of two, which software may rightly ignore", true, [Some(1), Some(0)]),
        ("a body that nobody documented", false, [Some(0), Some(0)]),
        ("one such body of two", false, [Some(1), Some(0)]),
    ] {
        let Verdict::Inconclusive(finding) = judge(documented, effects) else { panic!("{what}") };
        assert!(finding.reason.contains("shows no effect"), "{what}: {}", finding.reason);
    }
    let Verdict::Fail(finding) = judge(true, [Some(0), Some(0)]) else { panic!("documented, and nothing took effect") };
    assert!(finding.observed.unwrap().contains("no effect") && finding.fix.unwrap().contains("Store the event before"));
}

/// Judges a genuine delivery that got no complete response in time.
fn late(provider: &str) -> Verdict {
    let catalog = Catalog::built_in().unwrap();
    let pack = &catalog.packs[provider];
    let packed = pack.checks.iter().find(|packed| packed.check.id == "webhooks.accepts-genuine").unwrap();
    let late =
        Outcome::TransportError(TransportError { kind: TransportErrorKind::Timeout, detail: "no whole answer".into() });
    let evidence = Evidence { entries: vec![delivery(DeliveryRole::Plain, late, None)], ..Evidence::default() };
    let (check, provider, bound) = (&packed.check, &pack.provider, Inputs::default());
    judge(&Case { check, stage: Stage::Rehearsal, provider, bound: &bound, evidence: &evidence }).verdict
}

#[test]
fn a_late_answer_is_a_failure_only_where_the_provider_names_a_limit() {
    assert!(matches!(late("debitura"), Verdict::Fail(_)));
    let Verdict::Inconclusive(finding) = late("debitsuccess") else { panic!("nobody wrote a limit down") };
    assert!(finding.reason.contains("documents no time limit"), "{}", finding.reason);
}
