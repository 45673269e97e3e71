//! What the answer to an action teaches.

use regex::Regex;
use serde_json::Value;
use serde_json_path::JsonPath;

use crate::evidence::{Answer, Body, Outcome};
use crate::profile::{CallOut, Learn};

/// Values captured from an action's response, by the names of the profile's `capture`.
pub(in crate::run) fn learned<'c>(call: &'c CallOut, outcome: &Outcome) -> Vec<(&'c str, Value)> {
    let Some(answer) = outcome.answer() else { return Vec::new() };
    call.learn.iter().filter_map(|(name, place)| Some((name.as_str(), taught(answer, place)?))).collect()
}

pub(in crate::run) fn taught(answer: &Answer, place: &Learn) -> Option<Value> {
    match (place, &answer.body) {
        (Learn::Path(path), Body::Json(json)) => JsonPath::parse(path).ok()?.query(json).first().cloned(),
        (Learn::Pattern(pattern), Body::Text(text)) => {
            let found = Regex::new(pattern).ok()?.captures(text)?;
            found.get(1).or_else(|| found.get(0)).map(|group| group.as_str().into())
        }
        (Learn::Pattern(pattern), Body::Json(json)) => taught(
            &Answer { body: Body::Text(json.to_string()), ..Answer::default() },
            &Learn::Pattern(pattern.clone()),
        ),
        (Learn::Path(_) | Learn::Pattern(_), Body::Empty | Body::Binary(_)) | (Learn::Path(_), Body::Text(_)) => None,
    }
}
