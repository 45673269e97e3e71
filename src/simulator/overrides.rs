//! Overrides: changed behaviour for some clients, until used up.

use std::time::Duration;

use serde_json::Value;

use super::values::Members;
use crate::pack::types::Route;

/// An override.
#[derive(Clone, Debug)]
pub struct Override {
    /// The clients: identifiers as attribution finds them, or client keys. Empty: all clients.
    pub about: Vec<String>,
    /// The route. `None`: every route of an API with bearer tokens.
    pub on: Option<Route>,
    /// Only the `nth` such call from now on, counted from 1. `None`: every call.
    pub nth: Option<u32>,
    /// The changed behaviour.
    pub effect: Effect,
}

/// The effect of an override.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Returns one of the pack's replies without processing the call.
    Reply {
        /// The name of the reply.
        name: String,
        /// Values that the reply reads as `with`.
        with: Members,
    },
    /// Returns the ordinary reply with changes.
    Changed {
        /// A different status.
        status: Option<u16>,
        /// Fields of the body to replace or add; a name with dots selects a nested field.
        members: Members,
    },
    /// Returns the ordinary reply after a delay.
    Late(Duration),
    /// Ends the connection without a reply.
    Dropped {
        /// Whether the call is processed first.
        after_processing: bool,
    },
    /// Rejects the bearer token as expired, now and later.
    Expired,
}

/// An installed override, with the number of calls that it has matched.
#[derive(Clone, Debug)]
pub(super) struct Installed {
    pub(super) id: u64,
    pub(super) change: Override,
    seen: u32,
}

/// The properties of a call that overrides match.
pub(super) struct CallProperties<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) bearer: bool,
    /// Identifiers of the client that the call is about.
    pub(super) about: &'a [String],
}

impl Installed {
    pub(super) fn new(id: u64, change: Override) -> Self {
        Installed { id, change, seen: 0 }
    }

    /// The effect on a call, which is counted.
    pub(super) fn meets(&mut self, call: &CallProperties) -> Option<Effect> {
        let here = self.change.on.as_ref().map_or(call.bearer, |route| route.matches(call.method, call.path));
        let theirs = self.change.about.is_empty()
            || self.change.about.iter().any(|responsible| call.about.contains(responsible));
        if !here || !theirs {
            return None;
        }
        self.seen += 1;
        self.change.nth.is_none_or(|nth| nth == self.seen).then(|| self.change.effect.clone())
    }
}

/// Sets a field by its dotted name; missing objects on the way are created.
pub(super) fn set_member(body: &mut Value, name: &str, value: &Value) {
    let spot = name.split('.').fold(body, |inner, part| {
        if let (Value::Array(list), Ok(at)) = (&*inner, part.parse::<usize>())
            && at < list.len()
        {
            return &mut inner[at];
        }
        if !inner.is_object() {
            *inner = Value::Object(Members::new());
        }
        &mut inner[part]
    });
    *spot = value.clone();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn seen<'a>(path: &'a str, about: &'a [String]) -> CallProperties<'a> {
        CallProperties { method: "POST", path, bearer: true, about }
    }

    #[test]
    fn an_overlay_meets_the_nth_call_of_its_clients_on_its_route() {
        let (mine, theirs) = ([String::from("a")], [String::from("b")]);
        let change = Override {
            about: vec!["a".into()],
            on: Route::parse("POST /cases"),
            nth: Some(2),
            effect: Effect::Late(Duration::ZERO),
        };
        let mut installed = Installed::new(1, change);
        let met: Vec<bool> =
            [("/cases", &mine), ("/cases", &theirs), ("/me", &mine), ("/cases", &mine), ("/cases", &mine)]
                .map(|(path, about)| installed.meets(&seen(path, about)).is_some())
                .to_vec();
        assert_eq!(met, [false, false, false, true, false]);
    }

    #[test]
    fn members_are_set_inside_objects_and_lists() {
        let mut body = json!({ "errors": [{ "type": "a" }], "x": 1 });
        for (name, value) in [("errors.0.type", json!("b")), ("x.y", json!(2)), ("new", json!(null))] {
            set_member(&mut body, name, &value);
        }
        assert_eq!(body, json!({ "errors": [{ "type": "b" }], "x": { "y": 2 }, "new": null }));
    }
}
