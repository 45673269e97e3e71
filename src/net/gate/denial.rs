//! Names the rules of the gate, and explains a denied call.

use std::fmt;

use crate::evidence::{TransportError, TransportErrorKind};

/// The rules of the gate, each by what it requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleName {
    /// The URL parses to http or https with a host, and contains nothing that parsers read differently.
    Url,
    /// The URL contains no user name and no password.
    UserInfo,
    /// The method is GET, HEAD, POST, PUT, PATCH or DELETE.
    Method,
    /// Header names and values are valid, and no header redirects or reframes the request.
    Header,
    /// The address is not link-local, unspecified, multicast or broadcast.
    Address,
    /// Calls to hosts of the provider use https and the port in the pack.
    Transport,
    /// A provider call goes to an API host of the pack.
    UnknownHost,
    /// The host belongs to the intended environment.
    OtherEnvironment,
    /// The URL is below the base URL of the intended API.
    OtherApi,
    /// A call to production uses GET or HEAD, or is an exception of the pack.
    ReadOnlyProduction,
    /// Operations of the test environment are never called in production.
    TestOnly,
    /// The path of a changing call is plain.
    PlainPath,
    /// DELETE, PUT and PATCH change only what this run created.
    NotCreatedHere,
    /// A key goes only to API hosts of its own environment.
    KeyElsewhere,
    /// A key that both environments share is sent nowhere.
    KeyOfBoth,
    /// Nothing is signed with the production secret.
    ProductionSignature,
    /// A delivery is signed with the secret of its stage.
    OtherSignature,
    /// Deliveries and partner calls never go to the provider.
    ProviderHost,
    /// The partner's production receives no rehearsal and no changing call.
    ProductionHandler,
    /// A rehearsal stays on this machine, its private network and the hosts that the profile names.
    PublicRehearsal,
    /// Calls to the simulated provider go only to its loopback addresses.
    NotPlayed,
    /// The stage allows calls with this purpose.
    Stage,
    /// Requests without a key use GET or HEAD, without a body and without credentials.
    Open,
    /// With a pack that is not built in, pages are fetched only from hosts that the profile names.
    OpenElsewhere,
}

impl RuleName {
    /// Returns what is wrong with a call that breaks the rule, in one sentence.
    pub fn explanation(self) -> &'static str {
        match self {
            RuleName::Url => "the URL is not a plain http or https URL with a host",
            RuleName::UserInfo => "the URL contains a user name or a password",
            RuleName::Method => "the method is not one of GET, HEAD, POST, PUT, PATCH and DELETE",
            RuleName::Header => {
                "a header is malformed, or would change the host, the length or the method of the request"
            }
            RuleName::Address => "the address is link-local, unspecified, multicast or broadcast",
            RuleName::Transport => "Preflight calls the provider only over https and on the port in the pack",
            RuleName::UnknownHost => "the host is not an API host of this provider",
            RuleName::OtherEnvironment => "the call is meant for one environment, but its host belongs to the other",
            RuleName::OtherApi => "the URL is not below the base URL of the intended API",
            RuleName::ReadOnlyProduction => "production allows only GET, HEAD and the calls that the pack exempts",
            RuleName::TestOnly => "this operation belongs to the test environment and is never allowed in production",
            RuleName::PlainPath => {
                "the path of a changing call contains encoded slashes, dots, doubled slashes or parameters"
            }
            RuleName::NotCreatedHere => "DELETE, PUT and PATCH are allowed only for what this run created",
            RuleName::KeyElsewhere => "a key goes only to the API hosts of its own environment",
            RuleName::KeyOfBoth => "test and production have the same key, so Preflight sends it nowhere",
            RuleName::ProductionSignature => "Preflight signs nothing with the production secret",
            RuleName::OtherSignature => "a delivery must be signed with the secret of its own stage",
            RuleName::ProviderHost => "webhooks and partner actions never go to the provider's own hosts",
            RuleName::ProductionHandler => "the partner's production host accepts no rehearsal and no changing call",
            RuleName::PublicRehearsal => {
                "a rehearsal stays on this machine, its private network and hosts that the profile names"
            }
            RuleName::NotPlayed => "a rehearsal request goes only to the simulated provider, below the intended API",
            RuleName::Stage => "calls of this kind are not allowed in this stage",
            RuleName::Open => "a request without a key uses GET or HEAD, without a body and without credentials",
            RuleName::OpenElsewhere => {
                "with a pack that is not built in, Preflight fetches pages only from hosts that the profile names"
            }
        }
    }

    /// Returns what to do about it.
    pub fn hint(self) -> &'static str {
        match self {
            RuleName::Url => "write the URL as `https://host/path`, without backslashes, spaces and control characters",
            RuleName::UserInfo => "remove the part before `@`, and pass the credential in a header",
            RuleName::Method => "use one of the six methods",
            RuleName::Header => "remove the header, or its line breaks; host, length and method come from the request",
            RuleName::Address => "no service runs at such an address: write an address or name that can be called",
            RuleName::Transport => "use https and the port of the base URL in provider.yaml",
            RuleName::UnknownHost => {
                "list the API in `environments` of provider.yaml, and for a pack that is not built in, list its host \
                 under `trust` of the profile; or check the spelling of the host"
            }
            RuleName::OtherEnvironment => "use the base URL of the intended environment",
            RuleName::OtherApi => "name the API that the path belongs to",
            RuleName::ReadOnlyProduction => "try it in the test environment; only people write to production",
            RuleName::TestOnly => "do it in the test environment",
            RuleName::PlainPath => "write the path as the provider documents it",
            RuleName::NotCreatedHere => "delete manually what earlier runs or other people created",
            RuleName::KeyElsewhere => "check which variable contains which key in the profile",
            RuleName::KeyOfBoth => "ask the provider for a separate production key, and revoke the shared one",
            RuleName::ProductionSignature => "sign with the secret of the test subscription, or with the rehearsal's",
            RuleName::OtherSignature => "check which secret the webhook of this stage has in the profile",
            RuleName::ProviderHost => "use the partner's own URL",
            RuleName::ProductionHandler => "use another host, or name this one under `rehearsal` in the profile",
            RuleName::PublicRehearsal => {
                "run the partner on loopback, or name the host under `rehearsal` in the profile"
            }
            RuleName::NotPlayed => {
                "write only the path and name its `api`; for a real environment add `environment` to the step"
            }
            RuleName::Stage => "do it in the rehearsal",
            RuleName::Open => "remove the credential, or call the API that the key is for",
            RuleName::OpenElsewhere => {
                "if this fetch is intended, name the host in the profile: `allow_hosts` under `trust`"
            }
        }
    }
}

/// A call that the gate denied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The rule that denied it.
    pub rule: RuleName,
    /// The host that the URL parses to; empty if it has none.
    pub host: String,
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whom = if self.host.is_empty() { "the call" } else { &self.host };
        write!(f, "not sent to {whom}: {}; {}", self.rule.explanation(), self.rule.hint())
    }
}

impl std::error::Error for Denial {}

impl From<&Denial> for TransportError {
    fn from(refusal: &Denial) -> Self {
        TransportError { kind: TransportErrorKind::Refused, detail: refusal.to_string() }
    }
}
