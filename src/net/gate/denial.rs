//! The rules by name, with what to say when one of them refuses a call.

use std::fmt;

use crate::evidence::{Trouble, TroubleKind};

/// The rules of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleName {
    /// The URL must parse to http or https with a host, and hold nothing that parsers disagree about.
    Url,
    /// No user name or password in a URL.
    UserInfo,
    /// One of six methods.
    Method,
    /// Header names and values must be valid, and none may redirect or reframe the request.
    Header,
    /// Nothing goes to an address that is link-local, unspecified, multicast or broadcast.
    Address,
    /// A provider's hosts are called over https, on the port of the pack.
    Transport,
    /// A provider call goes to an API host of the pack.
    UnknownHost,
    /// The host decides the environment.
    OtherEnvironment,
    /// The URL lies below the base URL of the API that was meant.
    OtherApi,
    /// Only GET and HEAD go to production, and what the pack excepts.
    ReadOnlyProduction,
    /// Operations of the test environment never go to production.
    TestOnly,
    /// Changing calls have plain paths.
    PlainPath,
    /// DELETE, PUT and PATCH touch what this run created.
    NotCreatedHere,
    /// A key goes to API hosts of its own environment.
    KeyElsewhere,
    /// A key of both environments goes nowhere.
    KeyOfBoth,
    /// Nothing is signed with the production secret.
    ProductionSignature,
    /// A delivery is signed with the key of its stage.
    OtherSignature,
    /// Deliveries and partner calls never go to the provider.
    ProviderHost,
    /// The partner's production is not rehearsed on, and only read.
    ProductionHandler,
    /// A rehearsal stays on this machine, its private network and the hosts that the profile names.
    PublicRehearsal,
    /// What is meant for the played provider goes to its loopback addresses alone.
    NotPlayed,
    /// Some purposes do not exist in some stages.
    Stage,
    /// What is fetched openly is fetched with GET or HEAD, without a body and without credentials.
    Open,
    /// For a pack that is not built in, pages are fetched only from hosts that the profile names.
    OpenElsewhere,
}

impl RuleName {
    /// The rule, in one sentence.
    pub fn explanation(self) -> &'static str {
        match self {
            RuleName::Url => "the URL is not a plain http or https URL with a host",
            RuleName::UserInfo => "the URL holds a user name or a password",
            RuleName::Method => "the method is not one of GET, HEAD, POST, PUT, PATCH and DELETE",
            RuleName::Header => {
                "a header is malformed, or would change the host, the length or the method of the request"
            }
            RuleName::Address => "the address is link-local, unspecified, multicast or broadcast",
            RuleName::Transport => "the provider is called over https only, and on the port of the pack",
            RuleName::UnknownHost => "the host is not an API host of this provider",
            RuleName::OtherEnvironment => "the call is meant for one environment and its host belongs to the other",
            RuleName::OtherApi => "the URL does not lie below the base URL of the API that is meant",
            RuleName::ReadOnlyProduction => "only GET and HEAD go to production, and the calls that the pack excepts",
            RuleName::TestOnly => "this operation belongs to the test environment and never goes to production",
            RuleName::PlainPath => {
                "the path of a changing call holds encoded slashes, dots, doubled slashes or parameters"
            }
            RuleName::NotCreatedHere => "DELETE, PUT and PATCH touch only what this run has created",
            RuleName::KeyElsewhere => "a key goes only to the API hosts of its own environment",
            RuleName::KeyOfBoth => "the same key is given for test and for production, so it is sent nowhere",
            RuleName::ProductionSignature => "nothing is signed with the production secret",
            RuleName::OtherSignature => "a delivery is signed with the secret of its own stage",
            RuleName::ProviderHost => "webhooks and partner actions never go to the provider's own hosts",
            RuleName::ProductionHandler => "the partner's production host takes no rehearsal and no changing call",
            RuleName::PublicRehearsal => {
                "a rehearsal stays on this machine, its private network and hosts the profile names"
            }
            RuleName::NotPlayed => {
                "a request of a rehearsal goes to the simulated provider alone, below the API that is meant"
            }
            RuleName::Stage => "calls of this kind are not made in this stage",
            RuleName::Open => "what needs no key is fetched with GET or HEAD, without a body and without credentials",
            RuleName::OpenElsewhere => {
                "for a pack that is not built in, pages are fetched only from hosts that the profile names"
            }
        }
    }

    /// What to do next.
    pub fn hint(self) -> &'static str {
        match self {
            RuleName::Url => "write the URL as `https://host/path`, without backslashes, spaces and control characters",
            RuleName::UserInfo => "remove the part before `@`, and pass the credential in a header",
            RuleName::Method => "use one of the six methods",
            RuleName::Header => "remove the header, or its line breaks; host, length and method come from the request",
            RuleName::Address => "nobody serves anything there: write an address or a name at which it can be called",
            RuleName::Transport => "use https and the port of the base URL in provider.yaml",
            RuleName::UnknownHost => {
                "list the API in `environments` of provider.yaml, and for a pack that is not built in its host under \
                 `trust` of the profile; or check the spelling of the host"
            }
            RuleName::OtherEnvironment => "use the base URL of the environment that is meant",
            RuleName::OtherApi => "name the API that the path belongs to",
            RuleName::ReadOnlyProduction => {
                "try it in the test environment; what has to be written to production is done by people"
            }
            RuleName::TestOnly => "do it in the test environment",
            RuleName::PlainPath => "write the path as the provider documents it",
            RuleName::NotCreatedHere => "clean up by hand what earlier runs or other people have created",
            RuleName::KeyElsewhere => "check which variable holds which key in the profile",
            RuleName::KeyOfBoth => "ask the provider for a production key of its own, and revoke the shared one",
            RuleName::ProductionSignature => "sign with the secret of the test subscription, or with the rehearsal's",
            RuleName::OtherSignature => "check which secret the webhook of this stage has in the profile",
            RuleName::ProviderHost => "put the partner's own URL there",
            RuleName::ProductionHandler => "use another host for it, or name this one in the profile's rehearsal",
            RuleName::PublicRehearsal => "run the partner on loopback, or name the host in the profile's rehearsal",
            RuleName::NotPlayed => {
                "write the path alone and name its `api`; for a real environment say `environment` in the step"
            }
            RuleName::Stage => "do it in the rehearsal",
            RuleName::Open => "leave the credential out, or make it a call to the API that the key is for",
            RuleName::OpenElsewhere => "if it may fetch that, name the host in the profile: `allow_hosts` under `trust`",
        }
    }
}

/// A call that was not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The rule that refused it.
    pub rule: RuleName,
    /// The host it would have gone to, as it was parsed; empty if the URL has none.
    pub host: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whom = if self.host.is_empty() { "the call" } else { &self.host };
        write!(f, "not sent to {whom}: {}; {}", self.rule.explanation(), self.rule.hint())
    }
}

impl std::error::Error for Refusal {}

impl From<&Refusal> for Trouble {
    fn from(refusal: &Refusal) -> Self {
        Trouble { kind: TroubleKind::Refused, detail: refusal.to_string() }
    }
}
