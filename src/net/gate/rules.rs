//! Judges calls by the rules of the gate.

use std::collections::BTreeSet;

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::admission::Gate;
use super::denial::{Denial, RuleName};
use super::draft::{Admitted, Draft, Purpose, SigningKey};
use super::host_entries::HostEntry;
use super::target::{Path, Target, is_override};
use crate::pack::types::{Environment, Route, Stage};

type Judged = Result<(), RuleName>;

/// Headers that determine the target, the length or the method of a request.
const FRAMING: [&str; 8] =
    ["host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect"];

/// Headers that carry credentials, whatever their value.
const CREDENTIALS: [&str; 3] = ["authorization", "proxy-authorization", "cookie"];

/// Parses the method and the headers.
pub(super) fn parts(draft: &Draft) -> Result<(Method, HeaderMap), RuleName> {
    let method = match draft.method.to_ascii_uppercase().as_str() {
        "GET" => Method::GET,
        "HEAD" => Method::HEAD,
        "POST" => Method::POST,
        "PUT" => Method::PUT,
        "PATCH" => Method::PATCH,
        "DELETE" => Method::DELETE,
        _ => return Err(RuleName::Method),
    };
    let mut headers = HeaderMap::new();
    for (name, value) in &draft.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| RuleName::Header)?;
        if FRAMING.contains(&name.as_str()) {
            return Err(RuleName::Header);
        }
        headers.append(name, HeaderValue::from_bytes(value.as_bytes()).map_err(|_| RuleName::Header)?);
    }
    Ok((method, headers))
}

/// A draft with its parsed target.
pub(super) struct ParsedDraft<'a> {
    pub(super) gate: &'a Gate,
    pub(super) draft: &'a Draft,
    pub(super) target: &'a Target,
    pub(super) method: &'a Method,
    pub(super) place: Option<&'a HostEntry>,
}

fn refuse_if(bad: bool, rule: RuleName) -> Judged {
    if bad { Err(rule) } else { Ok(()) }
}

impl ParsedDraft<'_> {
    pub(super) fn judge(&self) -> Judged {
        refuse_if(self.target.host.is_forbidden(), RuleName::Address)?;
        if let Some(place) = self.place {
            self.at_provider(place)?;
        }
        let carried = self.carried()?;
        match &self.draft.purpose {
            Purpose::Provider { environment, api } => self.provider(*environment, api, &carried),
            Purpose::Simulated { api } => self.played(api, &carried),
            Purpose::Delivery { stage, key } => self.delivery(*stage, *key, &carried),
            Purpose::Partner { stage } => self.partner(*stage, &carried),
            Purpose::Open => self.open(&carried),
        }
    }

    /// Judges a call to a host of the provider, whatever its purpose.
    fn at_provider(&self, place: &HostEntry) -> Judged {
        let port = self.target.url.port_or_known_default();
        let right_port = port.is_some_and(|port| place.ports().contains(&port));
        // A provider on this machine belongs to the author of the pack, and nothing leaves the machine.
        let safe = self.target.url.scheme() == "https" || self.target.host.is_here();
        refuse_if(!safe || !right_port, RuleName::Transport)?;
        let overrides = self.draft.headers.iter().any(|(name, _)| is_override(name));
        refuse_if(overrides || self.target.overrides_method(), RuleName::Header)?;
        refuse_if(!self.reads() && self.target.path.is_odd, RuleName::PlainPath)?;
        match place.environment {
            Environment::Test => Ok(()),
            Environment::Production => self.in_production(place),
        }
    }

    /// What production admits: nothing on a test-only route, writes on the routes that the pack lists, and reads.
    fn in_production(&self, place: &HostEntry) -> Judged {
        let listed = |routes: &[Route], path: &str| routes.iter().any(|route| self.is_on(route, path));
        let root = Path::parse("/");
        let bases: Vec<_> = place.apis.values().map(|base| Path::parse(base.path())).collect();
        let readings: Vec<_> = bases.iter().chain([&root]).filter_map(|base| self.target.path.below(base)).collect();
        refuse_if(readings.iter().any(|path| listed(&self.gate.test_only, path)), RuleName::TestOnly)?;
        let excepted = bases
            .iter()
            .filter_map(|base| self.target.path.below(base))
            .any(|path| listed(&self.gate.production_allows, &path));
        let may_write = excepted && matches!(self.draft.purpose, Purpose::Provider { .. });
        refuse_if(!may_write && (!self.reads() || !self.draft.body.is_empty()), RuleName::ReadOnlyProduction)
    }

    /// Whether the call matches a route. HEAD also matches GET.
    fn is_on(&self, route: &Route, path: &str) -> bool {
        let method = if *self.method == Method::HEAD { "GET" } else { self.method.as_str() };
        route.matches(self.method.as_str(), path) || route.matches(method, path)
    }

    /// Returns the environments whose secrets the draft contains.
    fn carried(&self) -> Result<BTreeSet<Environment>, RuleName> {
        let Draft { url, headers, body, credentials, .. } = self.draft;
        let headers = headers.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
        let found = self.gate.keys.owners([url.as_bytes(), body.as_slice()].into_iter().chain(headers));
        refuse_if(found.iter().any(|owners| owners.len() > 1), RuleName::KeyOfBoth)?;
        Ok(found.into_iter().flatten().chain(credentials.iter().copied()).collect())
    }

    fn provider(&self, environment: Environment, api: &str, carried: &BTreeSet<Environment>) -> Judged {
        let place = self.place.filter(|place| !place.apis.is_empty()).ok_or(RuleName::UnknownHost)?;
        refuse_if(place.environment != environment, RuleName::OtherEnvironment)?;
        refuse_if(carried.iter().any(|owner| *owner != environment), RuleName::KeyElsewhere)?;
        let base = place.apis.get(api).ok_or(RuleName::OtherApi)?;
        let same_port = base.port_or_known_default() == self.target.url.port_or_known_default();
        let below = self.target.path.below(&Path::parse(base.path())).is_some();
        refuse_if(!same_port || !below, RuleName::OtherApi)?;
        let changes = matches!(*self.method, Method::DELETE | Method::PUT | Method::PATCH);
        refuse_if(changes && !self.gate.was_created(environment, &self.target.path), RuleName::NotCreatedHere)
    }

    fn played(&self, api: &str, carried: &BTreeSet<Environment>) -> Judged {
        refuse_if(!carried.is_empty(), RuleName::KeyElsewhere)?;
        refuse_if(!self.gate.is_played(api, self.target), RuleName::NotPlayed)
    }

    fn delivery(&self, stage: Stage, key: SigningKey, carried: &BTreeSet<Environment>) -> Judged {
        let is_production = key == SigningKey::Production || carried.contains(&Environment::Production);
        refuse_if(is_production, RuleName::ProductionSignature)?;
        refuse_if(self.place.is_some(), RuleName::ProviderHost)?;
        let delivers = matches!(*self.method, Method::POST | Method::PUT | Method::PATCH);
        refuse_if(!delivers, RuleName::Method)?;
        let is_test = key == SigningKey::Test || carried.contains(&Environment::Test);
        match stage {
            Stage::Rehearsal => {
                refuse_if(is_test, RuleName::OtherSignature)?;
                self.rehearses()
            }
            Stage::Test => refuse_if(self.is_handler(), RuleName::ProductionHandler),
            Stage::Static | Stage::Production => Err(RuleName::Stage),
        }
    }

    fn partner(&self, stage: Stage, carried: &BTreeSet<Environment>) -> Judged {
        refuse_if(self.place.is_some(), RuleName::ProviderHost)?;
        refuse_if(!carried.is_empty(), RuleName::KeyElsewhere)?;
        match stage {
            Stage::Rehearsal => self.rehearses(),
            Stage::Test => refuse_if(self.is_handler() && !self.reads(), RuleName::ProductionHandler),
            Stage::Production => refuse_if(!self.reads(), RuleName::ProductionHandler),
            Stage::Static => Err(RuleName::Stage),
        }
    }

    fn open(&self, carried: &BTreeSet<Environment>) -> Judged {
        let names_credential =
            |(name, _): &(String, String)| CREDENTIALS.iter().any(|one| one.eq_ignore_ascii_case(name));
        let has_credential = !carried.is_empty() || self.draft.headers.iter().any(names_credential);
        refuse_if(has_credential || !self.reads() || !self.draft.body.is_empty(), RuleName::Open)?;
        let elsewhere = self.gate.fetches.as_ref().is_some_and(|hosts| !hosts.contains(&self.target.host));
        refuse_if(elsewhere, RuleName::OpenElsewhere)
    }

    /// Judges whether the host may take part in a rehearsal: it is local, or the profile names it.
    fn rehearses(&self) -> Judged {
        if self.gate.named.contains(&self.target.host) {
            return Ok(());
        }
        refuse_if(self.is_handler(), RuleName::ProductionHandler)?;
        refuse_if(!self.target.host.is_here(), RuleName::PublicRehearsal)
    }

    fn is_handler(&self) -> bool {
        self.gate.production_handlers.contains(&self.target.host)
    }

    fn reads(&self) -> bool {
        matches!(*self.method, Method::GET | Method::HEAD)
    }
}

impl Gate {
    /// Admits a call, or returns the rule that denies it.
    pub fn admit(&self, draft: Draft) -> Result<Admitted, Denial> {
        let target = Target::parse(&draft.url).map_err(|(rule, host)| Denial { rule, host })?;
        let place = self.places.get(&target.host);
        let judgement = parts(&draft).and_then(|(method, headers)| {
            ParsedDraft { gate: self, draft: &draft, target: &target, method: &method, place }.judge()?;
            Ok((method, headers))
        });
        let (method, headers) = judgement.map_err(|rule| Denial { rule, host: target.host.to_string() })?;
        let environment = place.map(|place| place.environment);
        let spelled = draft.headers.into_iter().map(|(name, _)| name).collect();
        let (purpose, url, body) = (draft.purpose, target.url, draft.body);
        Ok(Admitted { purpose, method, url, headers, spelled, body, environment })
    }
}
