//! Calls that say the same again.

use super::bodies::Plain;
use super::path;
use crate::catalog::words::Route;
use crate::evidence::{Call, Entry, Offset};

/// Calls that may be repeated.
pub(super) struct Repeated<'c> {
    pub(super) calls: Vec<&'c Entry>,
    /// What they say, each once, with when it was first said.
    said: Vec<(Offset, Said)>,
}

impl<'c> Repeated<'c> {
    pub(super) fn of(mut calls: Vec<&'c Entry>, except: &[String]) -> Self {
        calls.sort_by_key(|entry| entry.from);
        let mut said: Vec<(Offset, Said)> = Vec::new();
        for entry in &calls {
            let Some(call) = entry.what.call() else { continue };
            let one = Said::by(call, except);
            if !said.iter().any(|(_, other)| one.is_as(other)) {
                said.push((entry.from, one));
            }
        }
        Repeated { calls, said }
    }

    /// Whether a call says the same as one of them, and later.
    pub(super) fn by(&self, entry: &Entry, call: &Call, except: &[String]) -> bool {
        let earlier = || self.said.iter().filter(|(from, _)| *from < entry.from);
        if earlier().next().is_none() {
            return false;
        }
        let said = Said::by(call, except);
        earlier().any(|(_, one)| one.is_as(&said))
    }
}

/// What a call says, whoever says it: credentials are no part of it.
struct Said {
    route: Route,
    query: Vec<(String, String)>,
    body: Plain,
}

impl Said {
    fn by(call: &Call, except: &[String]) -> Self {
        let query = call.request.url.split_once('?').map_or("", |(_, query)| query);
        let mut query: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        query.sort();
        let route = Route { method: call.request.method.clone(), path: path(call).to_owned() };
        Said { route, query, body: Plain::of(call, except) }
    }

    fn is_as(&self, other: &Said) -> bool {
        self.query == other.query
            && self.route.matches(&other.route.method, &other.route.path)
            && self.body.is_as(&other.body)
    }
}
