//! Judges expectations about user messages. The message must differ from that of a success and must not be a crash; its
//! wording cannot be judged.

use super::text::message_words;
use crate::evidence::{Action, Body, Entry, Outcome, Page, Response, Responsible};
use crate::judge::case::Case;
use crate::judge::finding::{ExpectationResult, Finding};
use crate::pack::traffic::UserMessageExpectation;
use crate::profile::Inputs;

/// Maximum length of a quoted message in the report, in characters.
const MAX_MESSAGE_CHARS: usize = 600;

/// Judges `user_message: ...`.
pub(in crate::judge) fn judge(case: &Case<'_>, expectation: &UserMessageExpectation) -> ExpectationResult {
    let twin = match ActionMessages::by(case, &expectation.unlike) {
        Ok(said) => said,
        Err(unknown) => return unknown,
    };
    let said = match ActionMessages::by(case, &expectation.user_message) {
        Ok(said) => said,
        Err(unknown) => return unknown,
    };
    // If only one of the two actions has a page, only the responses of both can be compared.
    let pages = said.page.zip(twin.page);
    let (outcome, model) = pages.unwrap_or((&said.action.outcome, &twin.action.outcome));
    let Some(success) = model.answer().filter(|answer| (200..400).contains(&answer.status)) else {
        let why =
            format!("`{}`, the action to compare with, was no success itself: {}", expectation.unlike, brief(model));
        return unknown(why);
    };
    let failed = |observed: String| {
        ExpectationResult::No(Finding::contrast(
            Responsible::Partner,
            "a user message that the action did not succeed",
            observed,
        ))
    };
    let answer = match outcome {
        Outcome::TransportError(trouble) => return failed(format!("no response: {}", trouble.detail)),
        Outcome::Answered(answer) if answer.status >= 500 => return failed(format!("a crash: {}", brief(outcome))),
        Outcome::Answered(answer) => answer,
    };
    let own = || said.action.own.iter().chain(&twin.action.own).map(String::as_str);
    let otherwise = answer.status != success.status || message_words(answer, own()) != message_words(success, own());
    // A missing page says nothing, and the action's response may have given a message that no page repeats.
    let page_says = pages.is_none() || answer.status < 400;
    if otherwise && page_says {
        return ExpectationResult::Yes(vec![format!("user message: {}", brief(outcome))]);
    }
    match at_once(&said.action.outcome, &twin.action.outcome) {
        Some(words) => ExpectationResult::Yes(vec![format!("user message: {words}")]),
        None if !page_says => unknown(format!("the page that `{}` names answered {}", page(case), answer.status)),
        None if pages.is_none() && says_nothing(answer) => {
            let how = case.bound.how_to_give(&page(case));
            if let Some(refusal) = said.refusal(case).filter(|_| answer.status == 202) {
                let observed = format!("the same as for a success: 202, after the provider had answered {refusal}");
                return failed(observed).hinted(Some(&format!("if users see the message elsewhere, {how}")));
            }
            let why = format!("the action's response, {}, does not say how it ended: {how}", answer.status);
            ExpectationResult::Unknown(Finding::for_want_of_a_line(why))
        }
        None => failed(format!("the same as for a success: {}", brief(outcome))),
    }
}

/// Whether a response only says that the work was accepted for later, or where to find the result.
fn says_nothing(answer: &Response) -> bool {
    answer.status == 202 || (300..400).contains(&answer.status) || answer.body == Body::Empty
}

/// Returns the immediate response of an action for the report, if its status differs from that of the success.
fn at_once(told: &Outcome, twin: &Outcome) -> Option<String> {
    let (answer, success) = told.answer().zip(twin.answer())?;
    (answer.status < 500 && answer.status != success.status).then(|| brief(told))
}

fn unknown(why: String) -> ExpectationResult {
    ExpectationResult::Unknown(Finding::new(Responsible::Partner, why))
}

/// Returns the profile entry that names the page with the final user message.
fn page(case: &Case<'_>) -> String {
    format!("{}.lookups.user_message", Inputs::surroundings(case.stage))
}

/// The messages about one action.
struct ActionMessages<'c> {
    entry: &'c Entry,
    action: &'c Action,
    page: Option<&'c Outcome>,
}

impl<'c> ActionMessages<'c> {
    fn by(case: &Case<'c>, step: &str) -> Result<Self, ExpectationResult> {
        let entries = || case.evidence.entries.iter().rev();
        let mut of_step = entries().filter(|entry| entry.step.as_deref() == Some(step));
        let page = entries().filter_map(|entry| entry.what.shown());
        let mut page = page.filter(|shown| shown.page == Page::UserMessage && shown.by.as_deref() == Some(step));
        let found = of_step.find_map(|entry| Some((entry, entry.what.action()?)));
        let Some((entry, action)) = found else {
            let why = case.skipped(step).map_or_else(
                || Finding::new(Responsible::Tool, format!("no action is named `{step}`")),
                |why| Finding::new(Responsible::Partner, format!("the action `{step}` was not carried out: {why}")),
            );
            return Err(ExpectationResult::Unknown(why));
        };
        Ok(ActionMessages { entry, action, page: page.next().map(|shown| &shown.outcome) })
    }

    /// Returns the provider's last error that the partner had received before it answered, if there was one.
    fn refusal(&self, case: &Case<'c>) -> Option<String> {
        let mut known = crate::judge::calls::during(case, self.entry);
        known.rfind(|(_, call)| call.answer.status >= 400).map(|(entry, _)| crate::judge::calls::title(entry))
    }
}

/// Returns an outcome for the report: the status and the beginning of the text.
pub(crate) fn brief(outcome: &Outcome) -> String {
    outcome.brief(MAX_MESSAGE_CHARS)
}
