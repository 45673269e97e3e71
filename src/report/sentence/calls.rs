//! Calls that the partner makes.

use super::Speaker;
use super::plain::{clients, code, joined, known_as, list, ordinal, span};
use crate::catalog::traffic::{Answered, Calls, CallsExpectation, CallsWhere, Count, Credential, Gap};

impl Speaker<'_> {
    pub(super) fn calls(self, expectation: &CallsExpectation) -> String {
        let (one, several) = self.which(&expectation.calls);
        let noun = |n: u64| if n == 1 { &one } else { &several };
        let count = |word: &str, count: &Count| match count {
            Count::Number(0) => format!("no {one}"),
            Count::Number(n) => format!("{word} {n} {}", noun(*n)),
            Count::Template(text) => format!("{word} {} {several}", self.text(text)),
        };
        let counts =
            [("exactly", &expectation.exactly), ("at least", &expectation.at_least), ("at most", &expectation.at_most)];
        let counts = counts.iter().filter_map(|(word, found)| found.as_ref().map(|found| count(word, found)));
        let counts: Vec<String> = match expectation.nth {
            Some(nth) => vec![format!("a {} {one}", ordinal(nth))],
            None => counts.collect(),
        };
        let counts = if counts.is_empty() { format!("at least 1 {one}") } else { joined(counts, "and") };
        let asked = self.asked(expectation);
        let asked = if asked.is_empty() { String::new() } else { format!("; {}", joined(asked, "and")) };
        let known = known_as(expectation.name.as_ref());
        format!("the partner makes {counts}{}{known}{asked}", narrowed(expectation))
    }

    /// The calls that are meant, for one and for several.
    fn which(self, calls: &Calls) -> (String, String) {
        let both = |after: &str| (format!("call{after}"), format!("calls{after}"));
        match calls {
            Calls::Routes(routes) => {
                both(&format!(" on {}", joined(routes.iter().map(|route| code(route)).collect(), "or")))
            }
            Calls::Named(name) => both(&format!(" of those known as {}", code(name))),
            Calls::Where(CallsWhere { api, repeats, except, answered }) => {
                let api = api.as_ref().map(|api| format!(" to the API {}", code(api))).unwrap_or_default();
                let answered = answered.as_ref().map(said).unwrap_or_default();
                let Some(call) = repeats else { return both(&format!("{api}{answered}")) };
                let except = if except.is_empty() { String::new() } else { format!(" but for {}", paths(except)) };
                let of = format!("{} (same method, path and body{except}){answered}", code(call));
                (format!("call{api} that repeats {of}"), format!("calls{api} that repeat {of}"))
            }
        }
    }

    /// What must hold for them.
    fn asked(self, expectation: &CallsExpectation) -> Vec<String> {
        let mut asked: Vec<String> = expectation.gap.iter().flat_map(gap).collect();
        let except = &expectation.except;
        let except = if except.is_empty() { String::new() } else { format!(", but for {}", paths(except)) };
        if !expectation.same.is_empty() {
            asked.push(format!("{} is the same in all of them{except}", paths(&expectation.same)));
        }
        if !expectation.distinct.is_empty() {
            asked.push(format!("{} differs from each to each other", paths(&expectation.distinct)));
        }
        asked.extend(expectation.credential.map(|credential| match credential {
            Credential::Own => "each carries a token of the client that it is about".to_owned(),
            Credential::Token => "each carries a bearer token".to_owned(),
        }));
        asked.extend(
            expectation.carries.iter().map(|text| format!("each carries {}, in its path or its body", self.text(text))),
        );
        asked.extend(self.each_is("in each, the header ", &expectation.header));
        asked.extend(self.each_is("in each body, ", &expectation.body));
        asked
    }
}

/// What else says which calls are meant.
fn narrowed(expectation: &CallsExpectation) -> String {
    let answered = expectation.answered.as_ref().map(said);
    let about = expectation.client.as_ref().map(|names| format!(", about {}", clients(Some(names))));
    let after = expectation.after.as_ref().map(|name| format!(", after {}", code(name)));
    let before = expectation.before.as_ref().map(|name| format!(", before {}", code(name)));
    [answered, about, after, before].into_iter().flatten().collect()
}

fn said(answered: &Answered) -> String {
    match answered {
        Answered::Status(status) => format!(", answered {status}"),
        Answered::Dropped => ", left without an answer".to_owned(),
    }
}

fn gap(gap: &Gap) -> Vec<String> {
    let Gap { at_least, growing } = gap;
    let least = at_least.map(|least| format!("it waits at least {} before each", span(least)));
    let grows = growing.then(|| "it waits longer each time".to_owned());
    least.into_iter().chain(grows).collect()
}

fn paths(paths: &[String]) -> String {
    list(paths.iter().map(|path| if path == "body" { "the whole body" } else { path.as_str() }), "and")
}
