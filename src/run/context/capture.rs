//! Captures values from the response to an action.

use regex::Regex;
use serde_json::Value;

use crate::evidence::{Body, Outcome, Response};
use crate::profile::{CallOut, Capture};

/// Returns the values that the profile's `capture` takes from an action's response, each with its name.
pub(in crate::run) fn learned<'c>(call: &'c CallOut, outcome: &Outcome) -> Vec<(&'c str, Value)> {
    let Some(answer) = outcome.answer() else { return Vec::new() };
    call.capture.iter().filter_map(|(name, place)| Some((name.as_str(), taught(answer, place)?))).collect()
}

pub(in crate::run) fn taught(answer: &Response, place: &Capture) -> Option<Value> {
    match (place, &answer.body) {
        (Capture::Path(path), Body::Json(json)) => path.first(json).cloned(),
        (Capture::Pattern(pattern), Body::Text(text)) => {
            let found = Regex::new(pattern).ok()?.captures(text)?;
            found.get(1).or_else(|| found.get(0)).map(|group| group.as_str().into())
        }
        (Capture::Pattern(pattern), Body::Json(json)) => taught(
            &Response { body: Body::Text(json.to_string()), ..Response::default() },
            &Capture::Pattern(pattern.clone()),
        ),
        (Capture::Path(_) | Capture::Pattern(_), Body::Empty | Body::Binary(_)) | (Capture::Path(_), Body::Text(_)) => {
            None
        }
    }
}
