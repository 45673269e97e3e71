//! Whether the partner fell over what the provider answered. What a second attempt of ours then brought about is not
//! the partner's.

use std::sync::LazyLock;

use regex::Regex;

use super::calls;
use super::case::Case;
use super::finding::{Finding, Held};
use crate::evidence::{Action, Answer, Body, Call, Entry, Outcome, TroubleKind, Who};
use crate::pack::expectations::Expectation;
use crate::profile::Bound;

/// What servers in front of an application say by themselves.
static OF_A_SERVER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(50[234]|bad|gateway|service|temporarily|unavailable|time-?out|timed|out|error|the|server|nginx|apache)\b|[^a-z]+").ok()
});

/// Whether no action crashed when the provider refused something, or broke off.
pub(super) fn none(case: &Case<'_>) -> Held {
    // What the build tried to reach says nothing of how it takes an answer: that is another check's question.
    if case.check.then.iter().all(|expectation| matches!(expectation, Expectation::Findings(_))) {
        return Held::YES;
    }
    Held::all(case.evidence.entries.iter().filter_map(|entry| {
        let action = entry.what.action()?;
        let crash = Crash::of(case, entry, action)?;
        let (provoked, _) = calls::during(case, entry).rfind(|(_, call)| is_refusal(call))?;
        if shows_what_it_got(case, entry, action) {
            return None;
        }
        let (name, provoked) = (&action.name, calls::title(provoked));
        let observed = format!("{}: {}", crash.words(), action.outcome.brief(Outcome::SENTENCE));
        let finding =
            Finding::contrast(Who::Partner, format!("no crash of the action {name} over {provoked}"), observed);
        Some(match crash {
            Crash::Certain => Held::No(finding),
            Crash::Possible => Held::Unknown(finding),
        })
    }))
}

/// Whether an answer presents a URL that the provider had sent: an unusual status, but no crash.
fn shows_what_it_got(case: &Case<'_>, entry: &Entry, action: &Action) -> bool {
    let mut sent = Vec::new();
    for json in calls::during(case, entry).filter_map(|(_, call)| call.answer.body.json()) {
        crate::json::texts(json, &mut |_, text| sent.extend(text.starts_with("http").then(|| text.to_owned())));
    }
    action.presented.iter().any(|shown| sent.iter().any(|url| shown.starts_with(url)))
}

/// How sure it is that an action ended in a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Crash {
    Certain,
    /// A server in front of the partner may have said it, or the partner itself.
    Possible,
}

/// Whether an answer of the provider is one that a partner has to cope with: a refusal, a failure, none at all.
fn is_refusal(call: &Call) -> bool {
    call.answer.status == 0 || call.answer.status >= 400 || call.arranged
}

impl Crash {
    fn of(case: &Case<'_>, entry: &Entry, action: &Action) -> Option<Self> {
        match &action.outcome {
            // A command says by its exit that it did not succeed, which is no crash by itself.
            Outcome::Answered(answer) if answer.status < 500 || is_command(case, action) => None,
            Outcome::Answered(answer) if !(502..=504).contains(&answer.status) => Some(Crash::Certain),
            // So a partner says that the provider cannot be reached just now.
            Outcome::Answered(answer) => (!has_words(answer, &action.outcome)).then_some(Crash::Possible),
            Outcome::Trouble(trouble) => match trouble.kind {
                TroubleKind::Timeout => (!goes_on(case, entry)).then_some(Crash::Certain),
                TroubleKind::Broken | TroubleKind::Connect => Some(Crash::Certain),
                TroubleKind::Refused
                | TroubleKind::Dns
                | TroubleKind::Certificate
                | TroubleKind::TooLarge
                | TroubleKind::Shape
                | TroubleKind::Redirects => None,
            },
        }
    }

    fn words(self) -> &'static str {
        match self {
            Crash::Certain => "a crash",
            Crash::Possible => "an answer that may be a crash, without a word of the partner's own",
        }
    }
}

fn is_command(case: &Case<'_>, action: &Action) -> bool {
    let command = format!("{}.actions.{}.command", Bound::surroundings(case.stage), action.name);
    case.bound.get(&command).is_some()
}

/// Whether an answer says more than servers say by themselves.
fn has_words(answer: &Answer, outcome: &Outcome) -> bool {
    match &answer.body {
        Body::Json(_) => true,
        Body::Text(_) => {
            let plain = outcome.brief(Outcome::SENTENCE);
            OF_A_SERVER.as_ref().is_some_and(|words| !words.replace_all(&plain, "").is_empty())
        }
        Body::Empty | Body::Binary(_) => false,
    }
}

/// Whether the partner went on by itself after we had given up waiting: it is slow, and did not crash.
fn goes_on(case: &Case<'_>, action: &Entry) -> bool {
    let mine = || case.evidence.entries.iter().filter(|entry| entry.client == action.client && entry.from >= action.to);
    let next = mine().filter(|entry| entry.what.action().is_some()).map(|entry| entry.from).min();
    mine().any(|entry| entry.what.call().is_some() && next.is_none_or(|next| entry.from < next))
}
