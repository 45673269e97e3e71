//! Detects a partner that crashes on a response of the provider.

use std::sync::LazyLock;

use regex::Regex;

use super::calls;
use super::case::Case;
use super::finding::{ExpectationResult, Finding};
use crate::evidence::{Action, Body, Entry, Outcome, RecordedCall, Response, Responsible, TransportErrorKind};
use crate::pack::expectations::Expectation;
use crate::profile::Inputs;

/// Matches the default error texts of web servers and proxies in front of an application.
static OF_A_SERVER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(50[234]|bad|gateway|service|temporarily|unavailable|time-?out|timed|out|error|the|server|nginx|apache)\b|[^a-z]+").ok()
});

/// Judges that no action crashed after the provider had rejected a call or dropped the connection.
pub(super) fn none(case: &Case<'_>) -> ExpectationResult {
    // The hosts that the build tried to reach say nothing about how it handles a response. Another check judges that.
    if case.check.then.iter().all(|expectation| matches!(expectation, Expectation::DeniedHosts(_))) {
        return ExpectationResult::YES;
    }
    ExpectationResult::all_of(case.evidence.entries.iter().filter_map(|entry| {
        let action = entry.what.action()?;
        let crash = Crash::detect(case, entry, action)?;
        let (provoked, _) = calls::during(case, entry).rfind(|(_, call)| is_refusal(call))?;
        if shows_what_it_got(case, entry, action) {
            return None;
        }
        let (name, provoked) = (&action.name, calls::title(provoked));
        let observed = format!("{}: {}", crash.describe(), action.outcome.brief(Outcome::MAX_SENTENCE_CHARS));
        let finding = Finding::contrast(
            Responsible::Partner,
            format!("the action {name} does not crash on {provoked}"),
            observed,
        );
        Some(match crash {
            Crash::Certain => ExpectationResult::No(finding),
            Crash::Possible => ExpectationResult::Unknown(finding),
        })
    }))
}

/// Whether a response shows a URL that the provider had sent. Its status may be unusual, but it is no crash.
fn shows_what_it_got(case: &Case<'_>, entry: &Entry, action: &Action) -> bool {
    let mut sent = Vec::new();
    for json in calls::during(case, entry).filter_map(|(_, call)| call.answer.body.json()) {
        crate::json::texts(json, &mut |_, text| sent.extend(text.starts_with("http").then(|| text.to_owned())));
    }
    action.presented.iter().any(|shown| sent.iter().any(|url| shown.starts_with(url)))
}

/// How certain it is that an action crashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Crash {
    Certain,
    /// The response may come from a server in front of the partner, or from the partner itself.
    Possible,
}

/// Whether a partner must cope with this response of the provider: an error status, a dropped connection, or an
/// override.
fn is_refusal(call: &RecordedCall) -> bool {
    call.answer.status == 0 || call.answer.status >= 400 || call.arranged
}

impl Crash {
    fn detect(case: &Case<'_>, entry: &Entry, action: &Action) -> Option<Self> {
        match &action.outcome {
            // A command that exits with an error is not a crash by itself.
            Outcome::Answered(answer) if answer.status < 500 || is_command(case, action) => None,
            Outcome::Answered(answer) if !(502..=504).contains(&answer.status) => Some(Crash::Certain),
            // A partner reports by a 5xx with a text of its own that the provider is unavailable.
            Outcome::Answered(answer) => (!has_words(answer, &action.outcome)).then_some(Crash::Possible),
            Outcome::TransportError(trouble) => match trouble.kind {
                TransportErrorKind::Timeout => (!goes_on(case, entry)).then_some(Crash::Certain),
                TransportErrorKind::Broken | TransportErrorKind::Connect => Some(Crash::Certain),
                TransportErrorKind::Refused
                | TransportErrorKind::Dns
                | TransportErrorKind::Certificate
                | TransportErrorKind::TooLarge
                | TransportErrorKind::Shape
                | TransportErrorKind::Redirects => None,
            },
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Crash::Certain => "a crash",
            Crash::Possible => "a response that may be a crash, without a message of the partner's own",
        }
    }
}

fn is_command(case: &Case<'_>, action: &Action) -> bool {
    let command = format!("{}.actions.{}.command", Inputs::surroundings(case.stage), action.name);
    case.bound.get(&command).is_some()
}

/// Whether a response says more than the default error text of a server.
fn has_words(answer: &Response, outcome: &Outcome) -> bool {
    match &answer.body {
        Body::Json(_) => true,
        Body::Text(_) => {
            let plain = outcome.brief(Outcome::MAX_SENTENCE_CHARS);
            OF_A_SERVER.as_ref().is_some_and(|words| !words.replace_all(&plain, "").is_empty())
        }
        Body::Empty | Body::Binary(_) => false,
    }
}

/// Whether the partner continued by itself after the action had timed out. Then it is slow, and did not crash.
fn goes_on(case: &Case<'_>, action: &Entry) -> bool {
    let mine = || case.evidence.entries.iter().filter(|entry| entry.client == action.client && entry.from >= action.to);
    let next = mine().filter(|entry| entry.what.action().is_some()).map(|entry| entry.from).min();
    mine().any(|entry| entry.what.call().is_some() && next.is_none_or(|next| entry.from < next))
}
