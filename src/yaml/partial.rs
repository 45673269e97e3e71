//! The typed value of a file that is wrong in places, so that what is right is looked at too and everything is told at once.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::document::Document;
use super::problem::{self, Problem};
use super::{parse_errors, position, schema};

/// So often something wrong is taken out, before it is given up.
const ROUNDS: usize = 100;

/// What is right in a file, and what is not.
#[derive(Debug)]
pub struct Partly<T> {
    /// The typed value of what is right, if anything is left.
    pub typed: Option<T>,
    /// Everything structural that is wrong.
    pub problems: Vec<Problem>,
    /// The JSON pointers of what was left out.
    pub without: Vec<String>,
}

impl<T> Partly<T> {
    /// Whether something was left out of what is at a pointer, or it as a whole.
    pub fn lacks(&self, pointer: &str) -> bool {
        self.without.iter().any(|gone| gone == pointer || gone.starts_with(&format!("{pointer}/")))
    }
}

impl Document {
    /// What is right in a value, and what is not.
    pub fn typed_as_far<T: DeserializeOwned + JsonSchema>(&self, mut value: Value) -> Partly<T> {
        if value.is_null() {
            let problems = vec![Problem::of_file(&self.name, "is empty")];
            return Partly { typed: None, problems, without: Vec::new() };
        }
        let problems = schema::check::<T>(self, &value);
        let mut partly = Partly { typed: None, problems, without: Vec::new() };
        for _ in 0..ROUNDS {
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
                        // What misses something may only miss what was left out of it.
                        if !(message.starts_with("missing field") && partly.lacks(&pointer)) {
                            partly.problems.push(parse_errors::value(self, &pointer, &message));
                        }
                    }
                }
            }
            // From the end, so that the places in lists stay what they are.
            wrong.sort_unstable_by(|a, b| b.cmp(a));
            for pointer in &wrong {
                take_out(&mut value, pointer);
            }
            partly.without.append(&mut wrong);
        }
        partly
    }
}

/// Takes a value out of what it stands in. At the root a text that is missing is put there instead.
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
