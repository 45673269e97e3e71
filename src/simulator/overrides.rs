//! Overrides change the behaviour of the simulator for some clients, until they are used up.

use std::time::Duration;

use serde_json::Value;

use super::values::Members;
use crate::pack::types::Route;

/// A reply that the simulator gives otherwise on purpose.
#[derive(Clone, Debug)]
pub struct Override {
    /// The clients whose calls it changes, by identifiers as attribution finds them or by client keys. Empty for all
    /// clients.
    pub about: Vec<String>,
    /// The route that it changes; `None` for every route of an API with bearer tokens.
    pub on: Option<Route>,
    /// Changes only the `nth` such call from now on, counted from 1; `None` for every call.
    pub nth: Option<u32>,
    /// What changes.
    pub effect: Effect,
}

/// What an override changes.
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
        /// Fields of the body to replace or add. A name with dots selects a nested field.
        members: Members,
    },
    /// Returns the ordinary reply after a delay.
    Late(Duration),
    /// Ends the connection without a reply.
    Dropped {
        /// Whether the call is processed before.
        after_processing: bool,
    },
    /// Rejects the bearer token of the call as expired, now and later.
    Expired,
}

/// An installed override, with the number of matching calls so far.
#[derive(Clone, Debug)]
pub(super) struct Installed {
    pub(super) id: u64,
    pub(super) change: Override,
    seen: u32,
}

/// The properties of a call by which overrides select it.
pub(super) struct CallProperties<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) bearer: bool,
    /// The identifiers of the client that the call is about.
    pub(super) about: &'a [String],
}

impl Installed {
    pub(super) fn new(id: u64, change: Override) -> Self {
        Installed { id, change, seen: 0 }
    }

    /// Counts a call if it matches. Returns the effect if the override applies to it.
    pub(super) fn meets(&mut self, call: &CallProperties) -> Option<Effect> {
        let here = self.change.on.as_ref().map_or(call.bearer, |route| route.matches(call.method, call.path));
        let theirs =
            self.change.about.is_empty() || self.change.about.iter().any(|identifier| call.about.contains(identifier));
        if !here || !theirs {
            return None;
        }
        self.seen += 1;
        self.change.nth.is_none_or(|nth| nth == self.seen).then(|| self.change.effect.clone())
    }
}

/// Sets a field by its dotted name. Creates missing objects on the way.
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
