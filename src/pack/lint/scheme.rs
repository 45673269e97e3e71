//! The lints of webhook schemes and of the authentication of calls: unknown names, and settings that have no
//! effect.

use super::linter::Linter;
use crate::evidence::DeclaredExpectation;
use crate::json::escaped;
use crate::pack::alteration::{Alteration, Clock, KeyAlteration};
use crate::pack::authentication::Api;
use crate::pack::provider::Provider;
use crate::pack::scheme::{KeyForm, Webhooks};
use crate::pack::step::DeliverStep;
use crate::pack::types::Where;
use crate::template;
use crate::yaml::{Document, Problem};

/// Names that templates of headers can read.
const HEADER: [&str; 8] = ["event", "id", "t", "mac", "signatures", "secret", "url", "method"];

/// Names that the template of the signed content can read.
const MESSAGE: [&str; 6] = ["t", "id", "event", "body", "url", "method"];

/// Names that the template of each of several signatures can read.
const EACH: [&str; 2] = ["mac", "t"];

/// Finds everything that is wrong with the webhooks and the authentication of a provider.
pub(super) fn schemes(provider: &Provider, document: &Document) -> Vec<Problem> {
    let at = |pointer: &str, message: &str| document.problem(pointer, message);
    let mut problems = authentication(provider, document);
    if let Some(hooks) = &provider.webhooks {
        let wrong = templates(hooks, &at);
        if wrong.is_empty() {
            problems.extend(meaning(hooks, &at));
        }
        problems.extend(wrong);
        problems.extend(hooks.retries.is_empty().then(|| {
            let problem = at("/webhooks/retries", "there are no attempts, so nothing is delivered");
            problem.hint("write the delay before each attempt, including the first: `[0s, 60s]`")
        }));
        for (name, alteration) in &hooks.known_defects {
            let pointer = format!("/webhooks/known_defects/{}", escaped(name));
            problems.extend(ScopedAlteration { hooks, pointer: &pointer, alteration }.all(&at));
        }
    }
    problems
}

/// Makes a problem from a JSON pointer and a message.
type ProblemPlace<'a> = &'a dyn Fn(&str, &str) -> Problem;

/// Finds unknown names in the templates of a scheme.
fn templates(hooks: &Webhooks, at: ProblemPlace) -> Vec<Problem> {
    let header =
        |(name, text): (&String, &String)| reads(at, &format!("/webhooks/headers/{}", escaped(name)), text, &HEADER);
    let mut problems: Vec<Problem> = hooks.headers.iter().flat_map(header).collect();
    if let Some(mac) = &hooks.mac {
        problems.extend(reads(at, "/webhooks/mac/signed_content", &mac.signed_content, &MESSAGE));
        if let Some(several) = &mac.signatures {
            problems.extend(reads(at, "/webhooks/mac/signatures/format", &several.format, &EACH));
        }
    }
    for (name, text) in &hooks.headers {
        problems.extend(no_code(hooks, at, &format!("/webhooks/headers/{}", escaped(name)), text));
    }
    problems
}

/// Finds names that a template reads and that are not `known`. One that does not parse is reported with all others.
fn reads(at: ProblemPlace, pointer: &str, text: &str, known: &[&str]) -> Vec<Problem> {
    match template::names(text) {
        Err(_) => Vec::new(),
        Ok(names) => {
            let unknown = names.iter().filter(|name| !known.contains(&name.as_str()));
            let told = |name: &String| {
                let problem = at(pointer, &format!("`{name}` is unknown here"));
                problem.nearest_or(name, known.iter().copied(), &format!("known here: {}", known.join(", ")))
            };
            unknown.map(told).collect()
        }
    }
}

/// Reports a header that reads one or several signatures that the scheme does not describe.
fn no_code(hooks: &Webhooks, at: ProblemPlace, pointer: &str, text: &str) -> Option<Problem> {
    let names = template::names(text).unwrap_or_default();
    let reads = |wanted: &str| names.iter().any(|name| name == wanted);
    let several = hooks.mac.as_ref().and_then(|mac| mac.signatures.as_ref());
    if (reads("mac") || reads("signatures")) && hooks.mac.is_none() {
        let problem = at(pointer, "this reads a signature, but `webhooks` has no `mac` that describes it");
        return Some(problem.hint("add `mac: { algorithm, key, signed_content, encoding }`"));
    }
    let problem = || at(pointer, "this reads `signatures`, but `mac` does not describe several signatures");
    (reads("signatures") && several.is_none())
        .then(|| problem().hint("add `mac.signatures: { format, joined_by }`, or read `mac`"))
}

/// Finds parts of a scheme that nothing uses.
fn meaning(hooks: &Webhooks, at: ProblemPlace) -> Vec<Problem> {
    let names: Result<Vec<_>, _> = hooks.headers.values().map(|text| template::names(text)).collect();
    // It is unknown what a header reads if it does not parse.
    let Ok(names) = names.map(|names| names.concat()) else { return Vec::new() };
    let reads = |wanted: &str| names.iter().any(|name| name == wanted);
    let several = hooks.mac.as_ref().and_then(|mac| mac.signatures.as_ref());
    let each = several.map(|several| template::names(&several.format).unwrap_or_default()).unwrap_or_default();
    let timed = reads("t") || (reads("signatures") && each.iter().any(|name| name == "t"));
    let mut problems = Vec::new();
    if several.is_some() && !reads("signatures") {
        let problem = at("/webhooks/mac/signatures", "no header reads `signatures`, so there is at most one signature");
        problems.push(problem.hint("write `{{ signatures }}` into the header, or remove this"));
    } else if hooks.mac.is_some() && !reads("mac") && !reads("signatures") {
        let problem = at("/webhooks/mac", "no header reads `mac`, so nothing is signed");
        problems.push(problem.hint("write `{{ mac }}` into the header that carries the signature"));
    }
    if hooks.timestamp.tolerance.is_some() && !timed {
        let problem = at("/webhooks/timestamp/tolerance", "no header reads `t`, so no delivery has an age");
        problems.push(problem.hint("write `{{ t }}` into the header that carries the time, or remove this"));
    }
    if !["mac", "signatures", "secret"].into_iter().any(reads) {
        let problem = at("/webhooks/headers", "nothing in a delivery proves that it is genuine").warning();
        problems.push(problem.hint("if this provider signs nothing, handlers can recognise it only by its address"));
    }
    problems
}

/// One alteration, with the scheme it applies to and its JSON pointer.
struct ScopedAlteration<'v> {
    hooks: &'v Webhooks,
    pointer: &'v str,
    alteration: &'v Alteration,
}

impl ScopedAlteration<'_> {
    fn all(&self, at: ProblemPlace) -> Vec<Problem> {
        let ScopedAlteration { hooks, pointer, alteration } = *self;
        let mut problems = Vec::new();
        for (name, text) in &alteration.headers {
            let pointer = format!("{pointer}/headers/{}", escaped(name));
            problems.extend(reads(at, &pointer, text, &HEADER));
            problems.extend(no_code(hooks, at, &pointer, text));
        }
        if let Some(message) = &alteration.signed_content {
            problems.extend(reads(at, &format!("{pointer}/signed_content"), message, &MESSAGE));
        }
        problems.extend(self.absent(at));
        problems.extend(self.idle(at));
        problems.extend(self.clocks(at));
        problems.extend(self.age(at));
        problems
    }

    /// Reports an omitted header that no delivery has: the delivery would stay genuine.
    fn absent(&self, at: ProblemPlace) -> Option<Problem> {
        let name = self.alteration.without_header.as_deref()?;
        let hooks = self.hooks;
        let places = [Some(&hooks.id), hooks.name.as_ref()].into_iter().flatten();
        let placed = places.filter_map(|place| match place {
            Where::Header(name) => Some(name.as_str()),
            Where::Body(_) => None,
        });
        let known: Vec<&str> = hooks.headers.keys().map(String::as_str).chain(placed).chain(["Content-Type"]).collect();
        if known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return None;
        }
        let problem = at(&format!("{}/without_header", self.pointer), &format!("no delivery has the header `{name}`"));
        Some(problem.nearest_or(name, known.iter().copied(), &format!("deliveries have: {}", known.join(", "))))
    }

    /// Reports what this alteration changes but deliveries of this provider do not have.
    fn idle(&self, at: ProblemPlace) -> Option<Problem> {
        let ScopedAlteration { hooks, pointer, alteration } = *self;
        let mac = hooks.mac.as_ref();
        let told = |word: &str, message: &str| Some(at(&format!("{pointer}/{word}"), message));
        let signed =
            [("signed_content", alteration.signed_content.is_some()), ("signature", alteration.signature.is_some())];
        if let Some((word, _)) = signed.into_iter().find(|(_, changed)| *changed && mac.is_none()) {
            return told(word, "deliveries of this provider carry no signature to alter");
        }
        match (alteration.key, mac) {
            (Some(KeyAlteration::Undecoded), None) => {
                told("key", "deliveries of this provider carry no signature, so there is no key to decode")
            }
            (Some(KeyAlteration::Undecoded), Some(mac))
                if mac.key == KeyForm::Text && hooks.secret.prefix.is_empty() =>
            {
                told("key", "the key is the text of the secret, so there is nothing to decode")
            }
            (Some(KeyAlteration::Rotated), mac) if mac.is_none_or(|mac| mac.signatures.is_none()) => {
                let problem =
                    told("key", "deliveries of this provider carry one signature, so there can be no second key");
                problem
                    .map(|problem| problem.hint("describe under `mac.signatures` how several are written, if they are"))
            }
            (Some(KeyAlteration::Undecoded | KeyAlteration::Other | KeyAlteration::Rotated) | None, _) => None,
        }
    }

    /// Finds clocks that deliveries of this provider do not have, and clocks without an age.
    fn clocks(&self, at: ProblemPlace) -> Vec<Problem> {
        let ScopedAlteration { hooks, pointer, alteration } = *self;
        let told = |message: &str| at(&format!("{pointer}/clocks"), message);
        if !alteration.clocks.is_empty() && alteration.age.is_none() {
            return vec![told("the age is missing").hint("add `age`")];
        }
        let absent = alteration.clocks.iter().filter(|clock| !hooks.has(**clock));
        let words = |clock: &Clock| match clock {
            Clock::Signed => "no header of a delivery carries the signed `t`",
            Clock::Unsigned => "no header of a delivery carries a `t` besides the signed one",
            Clock::Body => "`webhooks.time` names no time in the body",
        };
        absent.map(|clock| told(words(clock))).collect()
    }

    /// Reports an expectation for an age that contradicts the tolerance of the provider.
    fn age(&self, at: ProblemPlace) -> Option<Problem> {
        let ScopedAlteration { hooks, pointer, alteration } = *self;
        let (limit, _) = hooks.timestamp.tolerance.zip(alteration.age)?;
        let (limit, age) = (limit.0.as_secs(), alteration.age_by(Clock::Signed).unsigned_abs());
        let alone = alteration.only_ages();
        let message = match alteration.expect? {
            DeclaredExpectation::Accepted if age > limit => {
                format!("{age} s exceed the {limit} s of `timestamp.tolerance`, so this must not be accepted")
            }
            DeclaredExpectation::Rejected if age <= limit && alone => {
                format!("{age} s are within the {limit} s of `timestamp.tolerance`, so this must not be rejected")
            }
            DeclaredExpectation::Accepted | DeclaredExpectation::Rejected => return None,
        };
        Some(at(&format!("{pointer}/expect"), &message))
    }
}

impl Linter<'_> {
    /// Finds everything that is wrong with the alterations of a delivery.
    pub(super) fn alterations(&self, pointer: &str, step: &DeliverStep) -> Vec<Problem> {
        let Some(hooks) = &self.provider.webhooks else { return Vec::new() };
        let at = |pointer: &str, message: &str| self.problem_at(pointer, message);
        let altered = step.alter.iter().map(|(name, one)| (format!("{pointer}/alter/{}", escaped(name)), one));
        let all = [(format!("{pointer}/with"), &step.with)].into_iter().chain(altered);
        let mut problems = self.at_once(pointer, step);
        problems.extend(
            all.flat_map(|(pointer, alteration)| ScopedAlteration { hooks, pointer: &pointer, alteration }.all(&at)),
        );
        problems
    }

    /// Finds settings of a step that contradict each other, and numbers that are too small.
    fn at_once(&self, pointer: &str, step: &DeliverStep) -> Vec<Problem> {
        let words = [
            ("alter", !step.alter.is_empty()),
            ("burst", step.burst.is_some()),
            ("copies", step.copies.is_some()),
            ("with", !step.alter.is_empty() && step.with != Alteration::default()),
        ];
        let said: Vec<&str> = words.into_iter().filter(|(_, said)| *said).map(|(word, _)| word).collect();
        let mut problems = Vec::new();
        if let [first, second, ..] = said[..] {
            let message = format!("`{first}` and `{second}` contradict each other");
            problems
                .push(self.problem_at(&format!("{pointer}/{second}"), message).hint("use a separate step for each"));
        }
        for (word, number) in [("burst", step.burst), ("copies", step.copies)] {
            if number.is_some_and(|number| number < 2) {
                problems.push(
                    self.problem_at(&format!("{pointer}/{word}"), "deliveries at the same time must be at least 2"),
                );
            }
        }
        problems
    }

    /// Whether a text is a template over the names of the scheme, which its own lints check.
    pub(super) fn is_of_scheme(&self, pointer: &str) -> bool {
        let step = pointer.strip_prefix("/when/").and_then(|rest| rest.split_once('/'));
        let step = step.and_then(|(index, rest)| Some((self.check().when.get(index.parse::<usize>().ok()?)?, rest)));
        step.is_some_and(|(step, rest)| {
            step.deliver().is_some() && (rest.starts_with("alter/") || rest.starts_with("with/"))
        })
    }
}

/// Finds unknown names in the authentication of calls.
fn authentication(provider: &Provider, document: &Document) -> Vec<Problem> {
    let mut problems = Vec::new();
    let at = |pointer: &str, message: &str| document.problem(pointer, message);
    for (name, api) in &provider.apis {
        let pointer = format!("/apis/{}", escaped(name));
        let (secret, open) = api.texts();
        for text in [secret, open].concat() {
            problems.extend(partners_own(&at, &pointer, text));
        }
        problems.extend(from(provider, &at, (name, api), &pointer));
    }
    problems
}

/// Finds names in a template that are not credentials of calls.
fn partners_own(at: ProblemPlace, pointer: &str, text: &str) -> Vec<Problem> {
    let names = template::names(text).unwrap_or_default();
    let known = |name: &String| name == "api_key" || name.starts_with("credentials.");
    let told = |name: &String| {
        let problem = at(pointer, &format!("`{name}` is not a credential of calls"));
        problem.hint("known here: `api_key`, and `credentials.NAME` for values under `credentials` in profiles")
    };
    names.iter().filter(|name| !known(name)).map(told).collect()
}

/// Reports a source of tokens that does not exist or cannot issue them.
fn from(provider: &Provider, at: ProblemPlace, (name, api): (&str, &Api), pointer: &str) -> Option<Problem> {
    let token_request = api.token_request(name)?;
    let word = match api {
        Api::Bearer(_) => "bearer",
        Api::Header(_) | Api::Basic(_) | Api::ClientCredentials(_) => "client_credentials",
    };
    let at = |message: &str| at(&format!("{pointer}/{word}/from"), message);
    match provider.apis.get(token_request.from) {
        None => {
            let problem = at(&format!("`{}` is not one of the apis", token_request.from));
            Some(problem.nearest(token_request.from, provider.apis.keys().map(String::as_str)))
        }
        Some(Api::Bearer(_)) if token_request.own.is_none() => {
            Some(at(&format!("`{}` itself takes clients' tokens, so it cannot mint them", token_request.from)))
        }
        Some(_) => None,
    }
}
