//! Expectations about the calls that the partner makes, as sentences.

use super::plain::{all_of, clients, code, known_as, ordinal, span};
use super::speaker::Speaker;
use crate::json_path::JsonPath;
use crate::pack::matcher_text::joined;
use crate::pack::traffic::{Answered, BodyPart, Calls, CallsExpectation, CallsWhere, Count, Credential, Gap};

impl Speaker<'_> {
    pub(super) fn calls(self, expectation: &CallsExpectation) -> String {
        let (one, several) = which(&expectation.calls);
        let number = |word: &str, count: &Count| match count {
            Count::Number(0) if word != "at least" => "no".to_owned(),
            Count::Number(n) => format!("{word} {n}"),
            Count::Template(text) => format!("{word} {}", self.text(text)),
        };
        let CallsExpectation { exactly, at_least, at_most, nth, .. } = expectation;
        let counts = [("exactly", exactly), ("at least", at_least), ("at most", at_most)];
        let counts: Vec<&(&str, &Option<Count>)> = counts.iter().filter(|(_, count)| count.is_some()).collect();
        let single = |count: &Count| matches!(count, Count::Number(0 | 1));
        let noun = match counts.as_slice() {
            [(_, Some(count))] if !single(count) => &several,
            [] | [_] => &one,
            [_, ..] => &several,
        };
        let numbers = counts.iter().filter_map(|(word, count)| Some(number(word, count.as_ref()?)));
        let numbers = match nth {
            Some(nth) => format!("a {}", ordinal(*nth)),
            None if counts.is_empty() => "at least 1".to_owned(),
            None => joined(numbers.collect(), "and"),
        };
        let noun = if nth.is_some() { &one } else { noun };
        let asked = self.asked(expectation);
        let asked = if asked.is_empty() { String::new() } else { format!("; {}", all_of(&asked)) };
        let known = known_as(expectation.name.as_ref());
        format!("the partner makes {numbers} {noun}{}{known}{asked}", narrowed(expectation))
    }

    /// Lists what must hold for the matching calls.
    fn asked(self, expectation: &CallsExpectation) -> Vec<String> {
        let mut asked: Vec<String> = expectation.gap.iter().flat_map(gap).collect();
        let except = &expectation.except;
        let except = if except.is_empty() { String::new() } else { format!(", except {}", paths(except)) };
        if !expectation.same.is_empty() {
            asked.push(format!("{} is the same in all of them{except}", parts(&expectation.same)));
        }
        if !expectation.distinct.is_empty() {
            asked.push(format!("no two have the same {}", paths(&expectation.distinct)));
        }
        asked.extend(expectation.credential.map(|credential| match credential {
            Credential::Own => "each carries a token of its own client".to_owned(),
            Credential::Token => "each carries a bearer token".to_owned(),
        }));
        asked.extend(
            expectation.carries.iter().map(|text| format!("each carries {} in its path or body", self.text(text))),
        );
        asked.extend(self.each_is("in each call, the header ", &expectation.header));
        asked.extend(self.each_is("in each body, ", &expectation.body));
        asked
    }
}

/// Describes which calls are meant, in the singular and in the plural.
fn which(calls: &Calls) -> (String, String) {
    let both = |after: &str| (format!("call{after}"), format!("calls{after}"));
    match calls {
        Calls::Routes(routes) => {
            both(&format!(" on {}", joined(routes.iter().map(|route| code(route)).collect(), "or")))
        }
        Calls::Named(name) => both(&format!(" among {}", code(name))),
        Calls::Where(CallsWhere { api, repeats, except, answered }) => {
            let api = api.as_ref().map(|api| format!(" to the API {}", code(api))).unwrap_or_default();
            let answered = answered.as_ref().map(describe_answered).unwrap_or_default();
            let Some(call) = repeats else { return both(&format!("{api}{answered}")) };
            let except = if except.is_empty() { String::new() } else { format!(" except {}", paths(except)) };
            let of = format!("{} (same method, path and body{except}){answered}", code(call));
            (format!("call{api} that retries {of}"), format!("calls{api} that retry {of}"))
        }
    }
}

/// Describes the further conditions that select the calls.
fn narrowed(expectation: &CallsExpectation) -> String {
    let answered = expectation.answered.as_ref().map(describe_answered);
    let about = expectation.client.as_ref().map(|names| format!(", about {}", clients(Some(names))));
    let after = expectation.after.as_ref().map(|name| format!(", after {}", code(name)));
    let since = expectation.since.as_ref().map(|name| format!(", since {}", code(name)));
    let before = expectation.before.as_ref().map(|name| format!(", before {}", code(name)));
    [answered, about, after, since, before].into_iter().flatten().collect()
}

fn describe_answered(answered: &Answered) -> String {
    match answered {
        Answered::Status(status) => format!(", answered {status}"),
        Answered::Dropped => ", answered with a dropped connection".to_owned(),
    }
}

fn gap(gap: &Gap) -> Vec<String> {
    let Gap { at_least, growing } = gap;
    let least = at_least.map(|least| format!("it waits at least {} before each", span(least)));
    let grows = growing.then(|| "it waits longer each time".to_owned());
    least.into_iter().chain(grows).collect()
}

fn parts(parts: &[BodyPart]) -> String {
    let part = |part: &BodyPart| part.path().map_or_else(|| "the body".to_owned(), |path| code(path.as_str()));
    joined(parts.iter().map(part).collect(), "and")
}

fn paths(paths: &[JsonPath]) -> String {
    joined(paths.iter().map(|path| code(path.as_str())).collect(), "and")
}
