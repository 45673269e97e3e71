//! Matches requests to the pack's routes, and selects the reply to an unmatched request.

use serde_json::json;

use super::request::Received;
use super::script::Script;
use super::values::Members;
use crate::pack::simulator::{DefaultReplies, RouteSpec};
use crate::pack::types::Route;

/// How a request matches.
pub(super) enum RouteMatch<'s> {
    /// It matches a simulated route. HEAD matches GET.
    Played(&'s Route, &'s RouteSpec),
    /// It matches a published operation that is not simulated.
    NotPlayed(&'s Route),
    /// Its path is known, but not with its method. Contains the methods that exist.
    WrongMethod(Vec<&'s str>),
    /// Its path is unknown.
    Nowhere,
}

/// Finds the route of a request.
pub(super) fn find<'s>(script: &'s Script, request: &Received) -> RouteMatch<'s> {
    let played = script.spec.routes.get(&request.api);
    let method = if request.method.eq_ignore_ascii_case("HEAD") { "GET" } else { &request.method };
    let on = |route: &Route| route.matches(method, &request.path);
    if let Some((route, call)) = played.and_then(|routes| routes.iter().find(|(route, _)| on(route))) {
        return RouteMatch::Played(route, call);
    }
    let published = || script.operations.get(&request.api).into_iter().flatten();
    // A literal path takes precedence over one with parameters.
    if let Some(route) = published().filter(|route| on(route)).min_by_key(|route| route.path.matches('{').count()) {
        return RouteMatch::NotPlayed(route);
    }
    let known = played.into_iter().flat_map(|routes| routes.keys()).chain(published());
    let mut methods: Vec<&str> =
        known.filter(|route| route.captures(&request.path).is_some()).map(|route| route.method.as_str()).collect();
    methods.sort_unstable();
    methods.dedup();
    if methods.is_empty() { RouteMatch::Nowhere } else { RouteMatch::WrongMethod(methods) }
}

impl<'s> RouteMatch<'s> {
    /// Returns the route as the pack or the provider writes it.
    pub(super) fn route(&self) -> Option<&'s Route> {
        match self {
            RouteMatch::Played(route, _) | RouteMatch::NotPlayed(route) => Some(route),
            RouteMatch::WrongMethod(_) | RouteMatch::Nowhere => None,
        }
    }

    /// Returns the reply to an unmatched request, and the values that the reply reads as `with`. `None` if there is no
    /// specific reply.
    pub(super) fn refusal<'r>(&self, default_replies: &'r DefaultReplies) -> (Option<&'r String>, Members) {
        let with = |name: &str, value: String| Members::from_iter([(name.to_owned(), json!(value))]);
        match self {
            RouteMatch::NotPlayed(route) => (default_replies.not_played.as_ref(), with("operation", route.to_string())),
            RouteMatch::WrongMethod(methods) => (
                Some(default_replies.wrong_method.as_ref().unwrap_or(&default_replies.unknown_route)),
                with("allow", methods.join(", ")),
            ),
            RouteMatch::Played(..) | RouteMatch::Nowhere => (Some(&default_replies.unknown_route), Members::new()),
        }
    }
}
