//! The typed value of a file with problems, without the invalid parts, so that the valid parts are checked too and
//! everything is reported at once.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::document::Document;
use super::problem::{self, Problem};
use super::{parse_errors, position, schema};

/// Maximum number of rounds in which invalid parts are removed.
const MAX_ROUNDS: usize = 100;

/// The valid part of a file, and its problems.
#[derive(Debug)]
pub struct PartialFile<T> {
    /// The typed value of the valid part, if there is one.
    pub typed: Option<T>,
    /// Every structural problem.
    pub problems: Vec<Problem>,
    /// The JSON pointers of the removed parts.
    pub without: Vec<String>,
}

impl<T> PartialFile<T> {
    /// Whether the value at a pointer, or a part of it, was removed.
    pub fn lacks(&self, pointer: &str) -> bool {
        self.without.iter().any(|gone| gone == pointer || gone.starts_with(&format!("{pointer}/")))
    }
}

impl Document {
    /// Splits a value into its valid part and its problems.
    pub fn typed_as_far<T: DeserializeOwned + JsonSchema>(&self, mut value: Value) -> PartialFile<T> {
        if value.is_null() {
            let problems = vec![Problem::of_file(&self.name, "is empty")];
            return PartialFile { typed: None, problems, without: Vec::new() };
        }
        let problems = schema::check::<T>(self, &value);
        let mut partly = PartialFile { typed: None, problems, without: Vec::new() };
        for _ in 0..MAX_ROUNDS {
            let mut wrong = schema::wrong_places::<T>(&value);
            if wrong.is_empty() {
                match serde_path_to_error::deserialize::<_, T>(value.clone()) {
                    Ok(typed) => {
                        partly.typed = Some(typed);
                        return partly;
                    }
                    Err(error) => {
                        let pointer = position::pointer(error.path());
                        let message = problem::without_position(&error.inner().to_string());
                        wrong.push(parse_errors::place(&pointer, &message));
                        // A missing field may only be missing because it was removed.
                        if !(message.starts_with("missing field") && partly.lacks(&pointer)) {
                            partly.problems.push(parse_errors::value(self, &pointer, &message));
                        }
                    }
                }
            }
            // From the end, so that list indices stay valid.
            wrong.sort_unstable_by(|a, b| b.cmp(a));
            for pointer in &wrong {
                take_out(&mut value, pointer);
            }
            partly.without.append(&mut wrong);
        }
        partly
    }
}

/// Removes a value from its parent. If a field is missing at the root, adds an empty text instead.
fn take_out(value: &mut Value, pointer: &str) {
    let Some((above, last)) = pointer.rsplit_once('/') else { return };
    let name = last.replace("~1", "/").replace("~0", "~");
    match value.pointer_mut(above) {
        Some(Value::Object(map)) if above.is_empty() && !map.contains_key(&name) => {
            map.insert(name, Value::String(String::new()));
        }
        Some(Value::Object(map)) => drop(map.shift_remove(&name)),
        Some(Value::Array(list)) => {
            if let Some(at) = name.parse::<usize>().ok().filter(|at| *at < list.len()) {
                list.remove(at);
            }
        }
        Some(_) | None => {}
    }
}
