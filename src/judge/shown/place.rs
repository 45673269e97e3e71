//! Finds the URLs that clients see: in the responses of actions, and on the page that the profile names.

use super::link::Link;
use crate::evidence::{Action, Body, Entry, Offset, Outcome, Page, Responsible};
use crate::judge::case::Case;
use crate::judge::finding::{ExpectationResult, Finding};
use crate::profile::Inputs;

/// What a client was shown.
pub(super) struct ShownContent {
    /// The URLs, each of them once.
    pub(super) links: Vec<Link>,
    /// Whether there was a response or a page to read.
    looked: bool,
    /// Why there was none.
    trouble: Option<String>,
    /// When the last action answered 202, if no page shows more than that response.
    taken_on: Option<Offset>,
    /// Whether only the line of the profile that names the page is missing.
    lacks_line: bool,
}

impl ShownContent {
    /// Collects what a client was shown by the action `by`, or by any action if that is `None`.
    pub(super) fn collect(case: &Case<'_>, client: &str, by: Option<&str>) -> Self {
        let mine: Vec<&Entry> =
            case.evidence.entries.iter().filter(|entry| entry.client.as_deref() == Some(client)).collect();
        let actions = || {
            let named = mine.iter().filter(move |entry| by.is_none() || entry.step.as_deref() == by);
            named.filter_map(|entry| entry.what.action())
        };
        let pages = || mine.iter().filter_map(|entry| entry.what.shown()).filter(|shown| shown.page == Page::Shown);
        let named = pages().filter(|shown| by.is_none() || shown.by.as_deref() == by);
        let texts = actions().flat_map(|action| &action.presented).chain(named.flat_map(|shown| &shown.presented));
        let mut links: Vec<Link> = Vec::new();
        for link in texts.filter_map(|text| Link::parse(text)) {
            if !links.iter().any(|known| known.raw == link.raw) {
                links.push(link);
            }
        }
        let readable = |outcome: &Outcome| outcome.answer().is_some_and(|answer| answer.status < 400);
        let (looked, trouble) = if case.bound.get(&page(case)).is_some() {
            let unread = pages().rfind(|shown| !readable(&shown.outcome));
            let trouble = unread
                .map(|shown| format!("the page that `{}` names {}", page(case), describe_outcome(&shown.outcome)));
            (pages().any(|shown| readable(&shown.outcome)), trouble)
        } else {
            let trouble = actions()
                .next_back()
                .map(|action| format!("the action {} {}", action.name, describe_outcome(&action.outcome)));
            (actions().any(shows), trouble)
        };
        let named = mine.iter().filter(|entry| by.is_none() || entry.step.as_deref() == by);
        let taken_on = named.filter(|entry| {
            let answer = entry.what.action().and_then(|action| action.outcome.answer());
            answer.is_some_and(|answer| answer.status == 202) && case.bound.get(&page(case)).is_none()
        });
        let taken_on = taken_on.map(|entry| entry.to).max();
        let answered = |action: &Action| action.outcome.answer().is_some_and(|answer| answer.status < 500);
        let lacks_line = case.bound.get(&page(case)).is_none() && actions().next_back().is_some_and(answered);
        ShownContent { links, looked, trouble, taken_on, lacks_line }
    }

    /// Returns a finding if Preflight could not see what the client was shown.
    pub(super) fn unseen(&self, case: &Case<'_>) -> Option<Finding> {
        if self.looked {
            return None;
        }
        let trouble = self.trouble.clone().unwrap_or_else(|| match case.bound.get(&page(case)) {
            Some(_) => format!("the page that `{}` names was not read", page(case)),
            None => "no action was carried out for the client".to_owned(),
        });
        let why = format!("Preflight cannot see what the client is shown: {trouble}; {}", elsewhere(case));
        Some(if self.lacks_line { Finding::for_want_of_a_line(why) } else { Finding::new(Responsible::Partner, why) })
    }

    /// Judges that wanted URLs were not shown. `handed_over` is when the provider had answered with one of them: an
    /// action that answered after that could have shown it, so its 202 is no excuse.
    pub(super) fn lacks(
        &self,
        case: &Case<'_>,
        wanted: &[&Link],
        joined: &str,
        handed_over: Option<Offset>,
    ) -> ExpectationResult {
        let had_it = self.taken_on.zip(handed_over).is_some_and(|(answered, handed_over)| handed_over <= answered);
        if let Some(finding) = self.unseen(case).filter(|_| !had_it) {
            return ExpectationResult::Unknown(finding);
        }
        let wanted: Vec<&str> = wanted.iter().map(|link| link.raw.as_str()).collect();
        let links: Vec<&str> = self.links.iter().map(|link| link.raw.as_str()).collect();
        let expected = format!("the client is shown {}", wanted.join(joined));
        let mut observed = if links.is_empty() { "the client was shown no URL".to_owned() } else { links.join(", ") };
        if had_it && !self.looked {
            observed += "; the action answered 202 after the provider had sent the URL";
        }
        let hint = case.bound.get(&page(case)).is_none().then(|| elsewhere(case));
        ExpectationResult::No(Finding::contrast(Responsible::Partner, expected, observed)).hinted(hint.as_deref())
    }
}

impl ShownContent {
    /// Judges that no page of the provider was shown.
    pub(super) fn lacks_any(&self, case: &Case<'_>) -> ExpectationResult {
        if let Some(finding) = self.unseen(case) {
            return ExpectationResult::Unknown(finding);
        }
        let links: Vec<&str> = self.links.iter().map(|link| link.raw.as_str()).collect();
        let observed = if links.is_empty() { "the client was shown no URL".to_owned() } else { links.join(", ") };
        ExpectationResult::No(Finding::contrast(
            Responsible::Partner,
            format!("the client is shown a page of {}", case.provider.name),
            observed,
        ))
    }
}

fn page(case: &Case<'_>) -> String {
    format!("{}.lookups.shown", Inputs::surroundings(case.stage))
}

fn elsewhere(case: &Case<'_>) -> String {
    match case.bound.get(&page(case)) {
        Some(_) => format!("correct `{}` in {}", page(case), case.bound.profile_name),
        None => format!("if clients see it elsewhere, {}", case.bound.how_to_give(&page(case))),
    }
}

fn describe_outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Answered(answer) => format!("answered {}", answer.status),
        Outcome::TransportError(trouble) => format!("gave no response: {}", trouble.detail),
    }
}

/// Whether a response shows something, or certainly shows nothing. A 202 without a URL does neither.
fn shows(action: &Action) -> bool {
    action.outcome.answer().is_some_and(|answer| {
        let something = answer.body != Body::Empty || answer.header("location").is_some();
        answer.status != 202 && (something || answer.status >= 400) || !action.presented.is_empty()
    })
}
