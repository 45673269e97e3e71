//! Matches requests to the pack's routes, and selects the reply for an unmatched request.

use serde_json::json;

use super::request::Received;
use super::script::Script;
use super::values::Members;
use crate::pack::simulator::{Call, Refusals};
use crate::pack::types::Route;

/// The match of a request.
pub(super) enum Found<'s> {
    /// A simulated route. `HEAD` matches `GET`.
    Played(&'s Route, &'s Call),
    /// A published operation that is not simulated.
    NotPlayed(&'s Route),
    /// A known path with another method; with the methods that exist.
    WrongMethod(Vec<&'s str>),
    /// No known path.
    Nowhere,
}

/// Finds the route of a request.
pub(super) fn find<'s>(script: &'s Script, request: &Received) -> Found<'s> {
    let played = script.spec.routes.get(&request.api);
    let method = if request.method.eq_ignore_ascii_case("HEAD") { "GET" } else { &request.method };
    let on = |route: &Route| route.matches(method, &request.path);
    if let Some((route, call)) = played.and_then(|routes| routes.iter().find(|(route, _)| on(route))) {
        return Found::Played(route, call);
    }
    let published = || script.operations.get(&request.api).into_iter().flatten();
    // A literal path takes precedence over one with parameters.
    if let Some(route) = published().filter(|route| on(route)).min_by_key(|route| route.path.matches('{').count()) {
        return Found::NotPlayed(route);
    }
    let known = played.into_iter().flat_map(|routes| routes.keys()).chain(published());
    let mut methods: Vec<&str> =
        known.filter(|route| route.captures(&request.path).is_some()).map(|route| route.method.as_str()).collect();
    methods.sort_unstable();
    methods.dedup();
    if methods.is_empty() { Found::Nowhere } else { Found::WrongMethod(methods) }
}

impl<'s> Found<'s> {
    /// The route as the pack or the provider writes it.
    pub(super) fn route(&self) -> Option<&'s Route> {
        match self {
            Found::Played(route, _) | Found::NotPlayed(route) => Some(route),
            Found::WrongMethod(_) | Found::Nowhere => None,
        }
    }

    /// The reply to an unmatched request, and the values that it reads as `with`. `None`: there is no specific reply.
    pub(super) fn refusal<'r>(&self, refusals: &'r Refusals) -> (Option<&'r String>, Members) {
        let with = |name: &str, value: String| Members::from_iter([(name.to_owned(), json!(value))]);
        match self {
            Found::NotPlayed(route) => (refusals.not_played.as_ref(), with("operation", route.to_string())),
            Found::WrongMethod(methods) => (
                Some(refusals.wrong_method.as_ref().unwrap_or(&refusals.unknown_route)),
                with("allow", methods.join(", ")),
            ),
            Found::Played(..) | Found::Nowhere => (Some(&refusals.unknown_route), Members::new()),
        }
    }
}
