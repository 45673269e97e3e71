//! Carries out one step of the simulation without a socket: from the state and a request to a reply and the next state.

use serde_json::{Map, Value, json};

use super::caller::caller;
use super::identity::Caller;
use super::overrides::{CallProperties, Effect, set_member};
use super::request::{Received, about};
use super::response::{Reply, ReplyTiming};
use super::routes::{self, RouteMatch};
use super::script::Script;
use super::store::{Store, StoredResponse, Token};
use super::transaction::{Dispatch, Timer, Transaction, TransactionInput};
use super::values::{Members, text};
use super::{list, query};
use crate::pack::simulator::RouteSpec;
use crate::pack::types::Route;

/// The result of a request, from which its reply and its record are made.
#[derive(Debug, Default)]
pub(super) struct RequestResult {
    pub(super) reply: Reply,
    pub(super) manner: ReplyTiming,
    /// The route as the pack writes it, or the operation as the provider publishes it.
    pub(super) route: Option<String>,
    /// Whether the operation is published, but not simulated.
    pub(super) not_played: bool,
    pub(super) about: Vec<String>,
    /// The prepared client that the request is about.
    pub(super) owner: Option<String>,
    /// The prepared client whose token the request carries.
    pub(super) token_of: Option<String>,
    /// Whether an override changed the reply.
    pub(super) arranged: bool,
    pub(super) dispatches: Vec<Dispatch>,
    pub(super) timers: Vec<Timer>,
    /// The secrets in the reply, each with its label.
    pub(super) secrets: Vec<(String, String)>,
}

/// Answers a request: authenticates it, counts it against quotas, and applies overrides.
pub(super) fn answer(
    script: &Script,
    store: &mut Store,
    request: &Received,
    moment: &TransactionInput,
) -> RequestResult {
    let parsed = request.parsed();
    let about = about(script, store, request, parsed.as_ref());
    // The strongest identifier decides, and a token is the weakest one: checks look for a partner that uses another
    // client's token.
    let owner = about.iter().find_map(|id| store.owner(id)).cloned();
    let token = request.bearer().and_then(|text| store.token(text));
    let token_of = token.and_then(|token| store.owner(token.client.as_ref()?)).cloned();
    let mut answered = RequestResult { about, owner, token_of, ..RequestResult::default() };
    let found = routes::find(script, request);
    answered.route = found.route().map(ToString::to_string);
    let calls = caller(script, store, request, moment.now);
    if let (Some(wait), Some(quotas)) = (store.quotas.count(&calls, moment.now), &script.spec.quotas) {
        let mut play = Play { turn: Transaction::new(script, store, moment), request, parsed };
        let with = script.words.values(&quotas.with, &play.turn.scope.with("seconds", &json!(wait)));
        answered.reply = play.refusal(&quotas.reply, with);
        return answered;
    }
    let bearer =
        script.provider.apis.get_key_value(&request.api).is_some_and(|(name, api)| api.token_request(name).is_some());
    let effects = effects(store, request, &answered, bearer);
    answered.arranged = !effects.is_empty();
    if effects.iter().any(|effect| matches!(effect, Effect::Expired)) {
        store.revoke(request.bearer().unwrap_or_default());
    }
    let instead = effects.iter().find_map(|effect| match effect {
        Effect::Reply { name, with } => Some((name.clone(), with.clone())),
        Effect::Dropped { after_processing: false } => {
            Some((script.spec.default_replies.unknown_route.clone(), Members::new()))
        }
        Effect::Changed { .. } | Effect::Late(_) | Effect::Dropped { .. } | Effect::Expired => None,
    });
    let mut play = Play { turn: Transaction::new(script, store, moment), request, parsed };
    answered.not_played = matches!(found, RouteMatch::NotPlayed(_)) && play.caller_is_known();
    answered.reply = match found {
        RouteMatch::Played(route, call) => play.run(route, call, instead),
        RouteMatch::NotPlayed(_) | RouteMatch::WrongMethod(_) | RouteMatch::Nowhere => play.nowhere(&found),
    };
    let (dispatches, timers) = (play.turn.dispatches, play.turn.timers);
    (answered.dispatches, answered.timers) = (dispatches, timers);
    for effect in effects {
        apply(effect, &mut answered);
    }
    if let Some(body) = &answered.reply.body {
        for (label, path) in &script.spec.secrets {
            let values = path.select(body).into_iter().filter_map(Value::as_str);
            answered.secrets.extend(values.map(|value| (label.clone(), value.to_owned())));
        }
    }
    answered
}

fn effects(store: &mut Store, request: &Received, answered: &RequestResult, bearer: bool) -> Vec<Effect> {
    // If the client is known, weaker identifiers that belong to other clients are ignored.
    let owner = answered.owner.as_ref();
    let own = answered.about.iter().filter(|id| store.owner(id) == owner);
    let about: Vec<String> = own.chain(owner).cloned().collect();
    let seen = CallProperties { method: &request.method, path: &request.path, bearer, about: &about };
    store.overrides.iter_mut().filter_map(|change| change.meets(&seen)).collect()
}

fn apply(effect: Effect, answered: &mut RequestResult) {
    match effect {
        Effect::Changed { status, members } => {
            answered.reply.status = status.unwrap_or(answered.reply.status);
            let body = answered.reply.body.get_or_insert_with(|| json!({}));
            members.iter().for_each(|(name, value)| set_member(body, name, value));
        }
        Effect::Late(delay) => answered.manner.delay += delay,
        Effect::Dropped { .. } => answered.manner.dropped = true,
        Effect::Reply { .. } | Effect::Expired => {}
    }
}

pub(super) struct Play<'a> {
    pub(super) turn: Transaction<'a>,
    pub(super) request: &'a Received,
    pub(super) parsed: Option<Value>,
}

impl Play<'_> {
    fn caller(&self) -> Caller {
        caller(self.turn.script, self.turn.store, self.request, self.turn.moment.now)
    }

    fn caller_is_known(&self) -> bool {
        !matches!(self.caller(), Caller::Nobody)
    }

    /// Returns the reply to a request that matches no simulated route. If the operation is published, an
    /// unauthenticated caller gets the authentication error.
    fn nowhere(&mut self, found: &RouteMatch) -> Reply {
        let default_replies = &self.turn.script.spec.default_replies;
        if matches!(found, RouteMatch::NotPlayed(_)) && !self.caller_is_known() {
            return self.refusal(&default_replies.unauthenticated, Map::new());
        }
        let (name, with) = found.refusal(default_replies);
        name.map_or_else(|| Reply { status: 501, ..Reply::default() }, |name| self.refusal(name, with))
    }

    fn run(&mut self, route: &Route, call: &RouteSpec, instead: Option<(String, Members)>) -> Reply {
        let script = self.turn.script;
        let default_replies = &script.spec.default_replies;
        let caller = self.caller();
        if matches!(caller, Caller::Nobody) {
            return self.refusal(&default_replies.unauthenticated, Map::new());
        }
        if let Some((name, with)) = instead {
            self.know(route, &Value::Null);
            if let Caller::Client(key) = &caller {
                self.turn.know_client(key);
            }
            return self.refusal(&name, with);
        }
        if call.only.as_ref().is_some_and(|modes| !modes.contains(&script.mode)) {
            return self.refusal(&default_replies.not_here, Map::new());
        }
        let query = match query::read(&call.query, &self.request.query, &script.words, &self.turn.scope) {
            Ok(query) => query,
            Err(wrong) => return self.wrong(wrong),
        };
        let body = match self.body(call) {
            Ok(body) => body,
            Err(reply) => return reply,
        };
        self.know(route, &body);
        let query = self.know_query(query);
        if let Caller::Client(key) = &caller {
            self.turn.know_client(key);
        }
        if let Some(reply) = self.validate(call, &body).or_else(|| self.look_up(call, &body)) {
            return reply;
        }
        for (name, value) in &call.computes {
            let value = script.words.fill(value, &self.turn.scope);
            self.turn.scope.set(name, &value);
        }
        if let Some(list) = &call.list {
            match list::page(script, self.turn.store, list, &query, &self.turn.scope) {
                Ok(page) => self.turn.scope.set("list", &page),
                Err(wrong) => return self.wrong(wrong),
            }
        }
        self.carry_out(route, call, &body)
    }

    /// Makes the path, the query, the headers and the body available to templates.
    fn know(&mut self, route: &Route, body: &Value) {
        let texts = |pairs: &[(String, String)]| -> Value {
            pairs.iter().map(|(name, value)| (name.to_lowercase(), json!(value))).collect::<Map<_, _>>().into()
        };
        let path = route.captures(&self.request.path).unwrap_or_default();
        let path: Map<String, Value> = path.into_iter().map(|(name, value)| (name, json!(value))).collect();
        let scope = &mut self.turn.scope;
        scope.set("path", &Value::Object(path));
        scope.set("query", &texts(&self.request.query));
        scope.set("headers", &texts(&self.request.headers));
        scope.set("body", body);
        scope.set("item", body);
    }

    /// Makes the declared query parameters available to templates. Returns the whole query.
    fn know_query(&mut self, read: Map<String, Value>) -> Value {
        let texts = self.request.query.iter().rev().map(|(name, value)| (name.to_lowercase(), json!(value)));
        let query = Value::Object(texts.chain(read).collect());
        self.turn.scope.set("query", &query);
        query
    }

    fn look_up(&mut self, call: &RouteSpec, body: &Value) -> Option<Reply> {
        call.find.iter().find_map(|(name, find)| {
            let there = self.turn.find(name, find, body);
            find.otherwise.as_ref().filter(|_| !there).map(|reply| self.refusal(reply, Map::new()))
        })
    }

    fn carry_out(&mut self, route: &Route, call: &RouteSpec, body: &Value) -> Reply {
        let key = call.idempotency.as_ref().and_then(|repeats| self.request.header(&repeats.header));
        if let (Some(key), Some(repeats)) = (key, &call.idempotency)
            && let (Some(most), Some(name)) = (repeats.at_most, &repeats.too_long)
            && key.chars().count() > most as usize
        {
            return self.refusal(name, Members::from_iter([("at_most".to_owned(), json!(most))]));
        }
        let key = key.map(|key| {
            format!("{} {route} {} {key}", self.request.api, self.turn.client.as_deref().unwrap_or_default())
        });
        if let (Some(key), Some(repeats)) = (&key, &call.idempotency)
            && let Some(known) = self.turn.store.remembered(key)
        {
            let (same, reply) = (known.body == *body, known.reply.clone());
            return if same { reply } else { self.refusal(&repeats.conflict, Map::new()) };
        }
        let by_state = self.turn.client_state().and_then(|state| state.calls.get(route));
        let outcome = self.turn.choose(call.outcomes.iter().chain(by_state.into_iter().flatten()));
        let Some((outcome, name)) = outcome.and_then(|outcome| Some((outcome, outcome.reply.as_ref()?))) else {
            return self.refusal(&self.turn.script.spec.default_replies.unknown_route, Map::new());
        };
        let with = self.turn.bring(outcome, body, None);
        let reply = self.refusal(name, with);
        self.issue(route, &reply);
        if let Some(key) = key {
            self.turn.store.remember(&key, StoredResponse { body: body.clone(), reply: reply.clone() });
        }
        reply
    }

    /// Registers the token that a reply contains, if the route issues tokens.
    fn issue(&mut self, route: &Route, reply: &Reply) {
        let Some(body) = &reply.body else { return };
        let apis = &self.turn.script.provider.apis;
        for token_request in apis.iter().filter_map(|(name, api)| api.token_request(name)) {
            let minted =
                token_request.from == self.request.api && token_request.call.matches(&route.method, &route.path);
            let client = self.turn.client.clone().filter(|_| token_request.own.is_none());
            let somebodys = client.is_some() || token_request.own.is_some();
            if let (true, Some(token)) = (minted && somebodys, token_request.token.first(body)) {
                let lifetime = time::Duration::try_from(token_request.lifetime.0).unwrap_or(time::Duration::MAX);
                let expires = self.turn.moment.now.saturating_add(lifetime);
                self.turn.store.issue(Token { text: text(token), client, expires, revoked: false });
            }
        }
    }

    /// Returns one of the pack's replies. Values that `with` does not give have their defaults.
    pub(super) fn refusal(&mut self, name: &str, with: Members) -> Reply {
        let script = self.turn.script;
        let Some(reply) = script.spec.replies.get(name) else {
            return Reply { status: 500, ..Reply::default() };
        };
        let mut values = script.words.values(&reply.with, &self.turn.scope);
        values.extend(with.into_iter().filter(|(_, value)| !value.is_null()));
        let scope = self.turn.scope.with("with", &Value::Object(values));
        let body = reply.body.as_ref().map(|body| match body {
            Value::String(fixture) => script.words.fixture(fixture, &scope),
            other => script.words.fill(other, &scope),
        });
        let headers =
            reply.headers.iter().map(|(name, value)| (name.clone(), text(&script.words.value(value, &scope))));
        Reply { status: reply.status, headers: headers.collect(), body }
    }
}
