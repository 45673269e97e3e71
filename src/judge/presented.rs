//! What the partner showed to its client.

use url::Url;

use super::Case;
use super::held::{Finding, Held};
use crate::catalog::expect::{PresentedExpectation, PresentedRule};
use crate::evidence::{What, Who};

/// Judges `presented: ...`. A presented URL is the provider's where its path is that of a URL the partner received.
pub(super) fn presented(case: &Case<'_>, expectation: &PresentedExpectation) -> Held {
    let (received, presented) = (received(case), shown(case));
    let pairs: Vec<(&Url, &Url)> = received
        .iter()
        .flat_map(|ours| {
            presented.iter().filter(move |theirs| theirs.path() == ours.path()).map(move |theirs| (ours, theirs))
        })
        .collect();
    if pairs.is_empty() {
        let why = match (received.is_empty(), presented.is_empty()) {
            (true, _) => "the simulated provider sent no URL: the partner did not get so far".to_owned(),
            (false, true) => format!(
                "no URL was presented in the action's answer; if clients see it elsewhere, {}",
                case.bound.how_to_give("rehearsal.inspect.presented")
            ),
            (false, false) => format!(
                "none of the URLs in the action's answer is the one that was received: {}",
                presented.iter().map(Url::as_str).collect::<Vec<_>>().join(", ")
            ),
        };
        return Held::Unknown(Finding::new(Who::Partner, why));
    }
    match expectation.presented {
        PresentedRule::ProviderUrl => Held::YES,
        PresentedRule::ReturnUrl | PresentedRule::Nothing => super::not_yet("presented"),
        PresentedRule::ReceivedHost => Held::all(pairs.iter().map(|(ours, theirs)| {
            if ours.origin() == theirs.origin() {
                return Held::YES;
            }
            let origin = |url: &Url| url.origin().ascii_serialization();
            Held::No(Finding::contrast(
                Who::Partner,
                format!("a URL at {}, as it was received", origin(ours)),
                theirs.to_string(),
            ))
        })),
    }
}

/// The URLs in what the simulated provider answered to the partner.
fn received(case: &Case<'_>) -> Vec<Url> {
    let mut found = Vec::new();
    for entry in &case.evidence.entries {
        if let What::Call(call) = &entry.what
            && let Some(json) = call.answer.body.json()
        {
            crate::json::texts(json, &mut |_, text| {
                found.extend(Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https")));
            });
        }
    }
    found.dedup();
    found
}

fn shown(case: &Case<'_>) -> Vec<Url> {
    let actions = case.evidence.entries.iter().filter_map(|entry| entry.what.action());
    actions.flat_map(|action| action.presented.iter().filter_map(|url| Url::parse(url).ok())).collect()
}
