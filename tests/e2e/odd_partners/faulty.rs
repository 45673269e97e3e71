//! Partners with defects: each fails the check about its defect, and the report says what was observed.

use std::time::Duration;

use preflight::report::model::VerdictLabel;

use super::correct::{Says, open, profile, rehearsed};
use super::handler::{AgeFrom, Repeats, Verifies, Way, start};
use crate::support::driven::{checks, pack_with, row, run, told};

/// A defect: its name, how the handler works, what its profile says, the checks that fail, and what is observed.
type Fault = (&'static str, Way, Says, &'static [&'static str], &'static str);

/// Rehearses a partner with each defect, all at the same time, and asserts what fails.
async fn each_is_caught(faults: &[Fault]) {
    let runs = faults.iter().map(|(_, way, says, _, _)| rehearsed(*way, *says));
    let reports = futures_util::future::join_all(runs).await;
    for ((name, _, _, failing, observed), report) in faults.iter().zip(&reports) {
        let wanted: Vec<String> = failing.iter().map(|id| format!("{id}@rehearsal")).collect();
        assert_eq!(checks(report, VerdictLabel::Fail), wanted, "{name}:\n{}", open(report));
        assert!(told(row(report, &wanted[0])).contains(observed), "{name}:\n{}", open(report));
    }
}

#[tokio::test]
async fn each_fault_fails_its_own_check_and_says_what_was_seen() {
    each_is_caught(&[
        (
            "500 for one event whose body is documented",
            Way { answers: |event| (event == "client.onboarding.poa_signed").then_some(500), ..Way::default() },
            Says { more: "events: [client.linked, client.onboarding.poa_signed]", ..Says::default() },
            &["webhooks.accepts-genuine"],
            "client.onboarding.poa_signed: 500",
        ),
        (
            "500 for one event whose body nobody documented",
            Way { answers: |event| (event == "case.closed").then_some(500), ..Way::default() },
            Says::default(),
            &["webhooks.accepts-genuine"],
            "case.closed: 500 not this one",
        ),
        (
            "a redirect for everything",
            Way { answers: |_| Some(308), ..Way::default() },
            Says { no_clients: true, ..Says::default() },
            &["webhooks.accepts-genuine"],
            "client.linked: 308, a redirect",
        ),
        (
            "everything is accepted",
            Way { verification: Verifies::Never, ..Way::default() },
            Says::default(),
            &["webhooks.rejects-forged", "webhooks.rejects-stale"],
            "another key: 200; the secret not decoded: 200",
        ),
        (
            "verifies only where there is a header",
            Way { verification: Verifies::WhenThereIsAHeader, ..Way::default() },
            Says::default(),
            &["webhooks.rejects-forged"],
            "no signature: 200",
        ),
        (
            "a window of 14 minutes",
            Way { oldest: 840, ..Way::default() },
            Says::default(),
            &["webhooks.rejects-stale"],
            "too old: 200",
        ),
        (
            "refuses after 200 s",
            Way { oldest: 200, ..Way::default() },
            Says::default(),
            &["webhooks.rejects-stale"],
            "nearly too old: 401",
        ),
        (
            "the key is not decoded",
            Way { decodes: false, ..Way::default() },
            Says::default(),
            &["webhooks.accepts-genuine"],
            "client.linked: 401",
        ),
        (
            "an event takes effect twice",
            Way { repeats: Repeats::Unknown, ..Way::default() },
            Says::default(),
            &["webhooks.deduplicates"],
            "it took effect 2 times",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_repeat_that_is_known_by_luck_and_an_age_that_nobody_signed_are_caught() {
    each_is_caught(&[
        (
            "a repeat is known by its signature",
            Way { repeats: Repeats::BySignature, ..Way::default() },
            Says::default(),
            &["webhooks.deduplicates"],
            "it took effect 2 times",
        ),
        (
            "a repeat is known by its second",
            Way { repeats: Repeats::BySecond, ..Way::default() },
            Says::default(),
            &["webhooks.deduplicates"],
            "it took effect 2 times",
        ),
        (
            "two at once are both new",
            Way { repeats: Repeats::Late, works: |_| Duration::from_millis(40), ..Way::default() },
            Says::default(),
            &["webhooks.twins-at-once"],
            "it took effect 2 times",
        ),
        (
            "the second of two at once is refused",
            Way { twin: Some(500), works: |_| Duration::from_millis(40), ..Way::default() },
            Says::default(),
            &["webhooks.twins-at-once"],
            "client.linked: 500",
        ),
        (
            "the age by the header",
            Way { age_from: AgeFrom::Header, ..Way::default() },
            Says::default(),
            &["webhooks.rejects-stale"],
            "an old signature with a fresh header: 200; an old signature with everything else fresh: 200",
        ),
        (
            "the age by the body",
            Way { age_from: AgeFrom::Body, ..Way::default() },
            Says::default(),
            &["webhooks.rejects-stale"],
            "an old event sent now: 401 no; an old signature with a fresh body: 200",
        ),
        (
            "the age by the freshest clock",
            Way { age_from: AgeFrom::Freshest, ..Way::default() },
            Says::default(),
            &["webhooks.rejects-stale"],
            "an old signature with a fresh header: 200; an old signature with a fresh body: 200; an old signature with \
             everything else fresh: 200",
        ),
        (
            "the age by the oldest clock",
            Way { age_from: AgeFrom::Oldest, ..Way::default() },
            Says::default(),
            &["webhooks.rejects-stale"],
            "an old event sent now: 401",
        ),
        (
            "everything takes effect, and repeats are known by nothing, at once too",
            Way { repeats: Repeats::Unknown, works: |_| Duration::from_millis(20), ..Way::default() },
            Says::default(),
            &["webhooks.deduplicates"],
            "it took effect 2 times",
        ),
    ])
    .await;
}

/// The command that repeats an exchange repeats the failing one, and neither a diagnosis nor a control.
#[tokio::test]
async fn the_line_that_repeats_is_that_of_the_failing_delivery() {
    for (way, unit, failing) in [
        (Way { decodes: false, ..Way::default() }, "webhooks.accepts-genuine@rehearsal", "401 no"),
        (
            Way { verification: Verifies::WhenThereIsAHeader, ..Way::default() },
            "webhooks.rejects-forged@rehearsal",
            "200 after",
        ),
        (Way { oldest: 200, ..Way::default() }, "webhooks.rejects-stale@rehearsal", "401 no"),
    ] {
        let report = rehearsed(way, Says::default()).await;
        let row = row(&report, unit);
        assert_eq!(row.verdict, VerdictLabel::Fail, "{}", told(row));
        let of_series = |line: &&preflight::report::model::TimelineRow| !line.what.ends_with("genuine");
        let mut lines = row.evidence.iter().filter(|line| line.kind == "delivery").filter(of_series);
        let first = lines.find(|line| line.outcome.starts_with(failing)).unwrap();
        assert!(row.rerun.is_some() && row.rerun == first.curl, "{unit}: {:?}\n{:#?}", row.rerun, row.evidence);
    }
}

/// A crash over one event does not prevent checks with controls of their own from reporting what they found.
#[tokio::test]
async fn a_crash_over_one_event_leaves_what_is_seen_of_the_others() {
    let way = Way { answers: |event| (event == "case.closed").then_some(500), ..Way::default() };
    let report = rehearsed(way, Says::default()).await;
    assert_eq!(checks(&report, VerdictLabel::Fail), ["webhooks.accepts-genuine@rehearsal"], "{}", open(&report));
    assert_eq!(checks(&report, VerdictLabel::Pass).len(), 10, "{}", open(&report));
    let line =
        row(&report, "webhooks.accepts-genuine@rehearsal").evidence.iter().find(|line| line.what == "case.closed");
    assert!(line.unwrap().outcome.starts_with("500 not this one after"), "{line:?}");
}

/// An event that was acknowledged and then dropped does not count as processed.
#[tokio::test]
async fn what_is_acknowledged_and_dropped_does_not_pass() {
    let all = rehearsed(Way { notes: |_| false, ..Way::default() }, Says::default()).await;
    let first = row(&all, "webhooks.accepts-genuine@rehearsal");
    assert_eq!(first.verdict, VerdictLabel::Inconclusive, "{}", told(first));
    assert!(first.reason.contains("no effect") && first.fix.contains("Store the event before"), "{}", told(first));
    let remembers = row(&all, "webhooks.verifies-before-remembering@rehearsal");
    assert_eq!(remembers.verdict, VerdictLabel::Inconclusive, "no control had an effect: {}", told(remembers));
    let says = Says { more: "events: [client.onboarding.poa_signed]", ..Says::default() };
    let documented = rehearsed(Way { notes: |_| false, ..Way::default() }, says).await;
    let first = row(&documented, "webhooks.accepts-genuine@rehearsal");
    assert_eq!(first.verdict, VerdictLabel::Fail, "{}", told(first));
    assert!(told(first).contains("client.onboarding.poa_signed: 200, but no effect"), "{}", told(first));
}

/// The pack's time limit is shortened. An event that takes too long is still accepted.
#[tokio::test]
async fn one_slow_event_fails_the_time_limit_alone() {
    let quick = pack_with(&[("provider.yaml", "status: 2xx, within: 10s", "status: 2xx, within: 500ms")]);
    for event in ["case.closed", "client.linked"] {
        let slow: fn(&str) -> Duration = match event {
            "case.closed" => |event| Duration::from_millis(if event == "case.closed" { 700 } else { 0 }),
            _ => |event| Duration::from_millis(if event == "client.linked" { 700 } else { 0 }),
        };
        let at = start(Way { slow, ..Way::default() }).await;
        let more: &'static str = Box::leak(quick.trust.clone().into_boxed_str());
        let profile = profile(at, Says { more, ..Says::default() });
        let report = run(&quick.catalog, &profile, &["webhooks.*@rehearsal"]).await;
        assert_eq!(
            checks(&report, VerdictLabel::Fail),
            ["webhooks.answers-in-time@rehearsal"],
            "{event}: {}",
            open(&report)
        );
        assert_eq!(checks(&report, VerdictLabel::Pass).len(), 10, "{event}: {}", open(&report));
        let late = row(&report, "webhooks.answers-in-time@rehearsal");
        assert!(told(late).contains(&format!("{event}: 200, too late: after")), "{}", told(late));
    }
}

/// Returns the numbers in a measured limit: the oldest accepted and the youngest rejected age.
fn measured(text: &str) -> (i64, i64) {
    let numbers: Vec<i64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    (numbers[0], numbers[1])
}

#[tokio::test]
async fn the_limit_of_a_wrong_window_is_measured() {
    for oldest in [840, 200] {
        let report = rehearsed(Way { oldest, ..Way::default() }, Says::default()).await;
        let because = row(&report, "webhooks.rejects-stale@rehearsal").because.clone().unwrap_or_default();
        assert!(because.starts_with("measured: "), "{because}");
        let (accepted, refused) =
            measured(because.trim_start_matches("measured: the handler accepts deliveries up to "));
        assert!(accepted <= oldest && oldest < refused && refused - accepted <= 42, "{oldest}: {because}");
    }
}

#[tokio::test]
async fn a_verifier_that_comes_later_is_still_found_to_have_the_wrong_key() {
    let way = Way { verification: Verifies::Later, decodes: false, accepts_with: (202, ""), ..Way::default() };
    let report = rehearsed(way, Says { more: "  verification: deferred", ..Says::default() }).await;
    let first = row(&report, "webhooks.accepts-genuine@rehearsal");
    assert_ne!(first.verdict, VerdictLabel::Pass, "an acknowledgement is empty here: {}", told(first));
}

/// `again` means the same event, also at the same time, altered, and together with another event of its kind.
#[tokio::test]
async fn an_event_that_comes_again_is_the_same_event_however_it_comes() {
    let again = "{ deliver: { again: first }, as: second }";
    let more = [
        ("at once", "{ deliver: { again: first }, burst: 3, as: second }", 4),
        ("altered", "{ deliver: { again: first }, alter: { a: {}, b: { body: spaced } }, as: second }", 3),
        ("at once and altered", "{ deliver: { again: first }, burst: 2, with: { body: spaced }, as: second }", 3),
    ];
    let steps = [
        (
            "after one of many",
            "{ deliver: client.linked, as: first }",
            "{ deliver: client.linked, burst: 3, as: first }",
            2,
        ),
        (
            "after copies",
            "{ deliver: client.linked, as: first }",
            "{ deliver: client.linked, copies: 3, as: first }",
            4,
        ),
        (
            "after a series",
            "{ deliver: client.linked, as: first }",
            "{ deliver: client.linked, alter: { a: { body: spaced } }, as: first }",
            2,
        ),
    ];
    let more = more.map(|(name, with, times)| (name, again, with, times));
    for (name, from, to, times) in more.into_iter().chain(steps) {
        let changed = pack_with(&[
            ("webhooks/deduplicates.yaml", from, to),
            ("webhooks/deduplicates.yaml", "  - { effect: first, exactly: 1 }", "  - { effect: second, exactly: 1 }"),
        ]);
        let more: &'static str = Box::leak(format!("events: [client.linked]\n{}", changed.trust).into_boxed_str());
        let only = ["webhooks.accepts-genuine", "webhooks.deduplicates"];
        for (repeats, wanted) in [(Repeats::ById, VerdictLabel::Pass), (Repeats::Unknown, VerdictLabel::Fail)] {
            let at = start(Way { repeats, ..Way::default() }).await;
            let report = run(&changed.catalog, &profile(at, Says { more, ..Says::default() }), &only).await;
            let row = row(&report, "webhooks.deduplicates@rehearsal");
            assert_eq!(row.verdict, wanted, "{name}: {}", told(row));
            let observed = format!("it took effect {times} times");
            assert!(wanted == VerdictLabel::Pass || told(row).contains(&observed), "{name}: {}", told(row));
        }
    }
}

/// The pack's time limit is shortened, so that the same proportions take less time.
#[tokio::test]
async fn an_answer_just_within_the_limit_passes_and_one_just_beyond_it_fails() {
    let quick = pack_with(&[("provider.yaml", "status: 2xx, within: 10s", "status: 2xx, within: 1s")]);
    let within: fn(usize) -> Duration = |others| Duration::from_millis(if others > 1 { 100 } else { 0 });
    let beyond: fn(usize) -> Duration = |others| Duration::from_millis(if others > 1 { 1200 } else { 0 });
    let works = [("within", within, VerdictLabel::Pass), ("beyond", beyond, VerdictLabel::Fail)];
    let more: &'static str = Box::leak(format!("events: [client.linked]\n{}", quick.trust).into_boxed_str());
    for (name, works, wanted) in works {
        let at = start(Way { works, ..Way::default() }).await;
        let only = ["webhooks.accepts-genuine", "webhooks.answers-in-time"];
        let report = run(&quick.catalog, &profile(at, Says { more, ..Says::default() }), &only).await;
        let burst = row(&report, "webhooks.answers-in-time@rehearsal");
        assert_eq!(burst.verdict, wanted, "{name}:\n{}", told(burst));
        let first = row(&report, "webhooks.accepts-genuine@rehearsal");
        assert_eq!(first.verdict, VerdictLabel::Pass, "{name}:\n{}", told(first));
    }
}
