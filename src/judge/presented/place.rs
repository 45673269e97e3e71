//! Where clients see URLs: the answers of actions, and the page that the profile names.

use super::super::Case;
use super::super::held::{Finding, Held};
use super::link::Link;
use crate::evidence::{Action, Body, Entry, Outcome, Page, Who};
use crate::plan::Bound;

/// What a client was shown.
pub(super) struct Place {
    /// The URLs, each once.
    pub(super) links: Vec<Link>,
    /// Whether there was somewhere to look.
    looked: bool,
    /// What stood in the way, where there was not.
    trouble: Option<String>,
}

impl Place {
    /// What a client was shown by an action, or by any.
    pub(super) fn of(case: &Case<'_>, client: &str, by: Option<&str>) -> Self {
        let mine: Vec<&Entry> =
            case.evidence.entries.iter().filter(|entry| entry.client.as_deref() == Some(client)).collect();
        let actions = || {
            let named = mine.iter().filter(move |entry| by.is_none() || entry.step.as_deref() == by);
            named.filter_map(|entry| entry.what.action())
        };
        let pages = || mine.iter().filter_map(|entry| entry.what.shown()).filter(|shown| shown.page == Page::Presented);
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
            let trouble = unread.map(|shown| format!("the page that `{}` names {}", page(case), said(&shown.outcome)));
            (pages().any(|shown| readable(&shown.outcome)), trouble)
        } else {
            let trouble =
                actions().next_back().map(|action| format!("the action {} {}", action.name, said(&action.outcome)));
            (actions().any(shows), trouble)
        };
        Place { links, looked, trouble }
    }

    /// Why it cannot be said what was not shown, if so.
    pub(super) fn unseen(&self, case: &Case<'_>) -> Option<String> {
        if self.looked {
            return None;
        }
        let trouble = self.trouble.clone().unwrap_or_else(|| match case.bound.get(&page(case)) {
            Some(_) => format!("the page that `{}` names was not read", page(case)),
            None => "no action was carried out for the client".to_owned(),
        });
        Some(format!("nobody can tell what the client is shown: {trouble}; {}", elsewhere(case)))
    }

    /// What is said where none of the wanted URLs is here.
    pub(super) fn lacks(&self, case: &Case<'_>, wanted: &[&Link], joined: &str) -> Held {
        if let Some(why) = self.unseen(case) {
            return Held::Unknown(Finding::new(Who::Partner, why));
        }
        let wanted: Vec<&str> = wanted.iter().map(|link| link.raw.as_str()).collect();
        let links: Vec<&str> = self.links.iter().map(|link| link.raw.as_str()).collect();
        let expected = format!("the client is shown {}", wanted.join(joined));
        let observed = if links.is_empty() { "no URL was presented".to_owned() } else { links.join(", ") };
        let hint = case.bound.get(&page(case)).is_none().then(|| elsewhere(case));
        Held::No(Finding::contrast(Who::Partner, expected, observed)).hinted(hint.as_deref())
    }
}

fn page(case: &Case<'_>) -> String {
    format!("{}.inspect.presented", Bound::surroundings(case.stage))
}

fn elsewhere(case: &Case<'_>) -> String {
    match case.bound.get(&page(case)) {
        Some(_) => format!("correct `{}` in {}", page(case), case.bound.profile_name),
        None => format!("if clients see it elsewhere, {}", case.bound.how_to_give(&page(case))),
    }
}

fn said(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Answered(answer) => format!("answered {}", answer.status),
        Outcome::Trouble(trouble) => format!("gave no answer: {}", trouble.detail),
    }
}

/// Whether an answer shows something, or shows for certain that there is nothing. One that only says that the work
/// was taken on does neither.
fn shows(action: &Action) -> bool {
    action.outcome.answer().is_some_and(|answer| {
        let something = answer.body != Body::Empty || answer.header("location").is_some();
        answer.status != 202 && (something || answer.status >= 400) || !action.presented.is_empty()
    })
}
