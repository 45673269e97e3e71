//! The typed value of a file that is wrong in places, so that what is right is looked at too and everything is told at once.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Document, Problem, position, problem, refused, schema};

/// So often something wrong is taken out, before it is given up.
const ROUNDS: usize = 100;

impl Document {
    /// The typed value of what is right in a value, if anything is left of it, and everything structural that is wrong
    /// with it. What stands at the pointers `known` is known to be wrong and is not told again.
    pub fn typed_as_far<T: DeserializeOwned + JsonSchema>(
        &self,
        mut value: Value,
        known: &[String],
    ) -> (Option<T>, Vec<Problem>) {
        if value.is_null() {
            return (None, vec![Problem::of_file(&self.name, "is empty")]);
        }
        let mut taken: Vec<String> = Vec::new();
        let mut problems = schema::check::<T>(self, &value);
        let mut wrong = known.to_vec();
        for _ in 0..ROUNDS {
            if wrong.is_empty() {
                wrong = schema::wrong_places::<T>(&value);
            }
            if wrong.is_empty() {
                match serde_path_to_error::deserialize::<_, T>(value.clone()) {
                    Ok(typed) => return (Some(typed), problems),
                    Err(error) => {
                        let pointer = position::pointer(error.path());
                        // What is above something that was taken out may only miss that.
                        if !taken.iter().any(|gone| gone.starts_with(&format!("{pointer}/"))) {
                            let message = problem::without_position(&error.inner().to_string());
                            problems.push(refused::value(self, &pointer, &message));
                        }
                        wrong.push(pointer);
                    }
                }
            }
            // From the end, so that the places in lists stay what they are.
            wrong.sort_unstable_by(|a, b| b.cmp(a));
            for pointer in wrong.drain(..) {
                take_out(&mut value, &pointer);
                taken.push(pointer);
            }
        }
        (None, problems)
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
