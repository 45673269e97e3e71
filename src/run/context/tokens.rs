//! The tokens that a run has asked for.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::evidence::{Outcome, TroubleKind};
use crate::net::client::Sent;
use crate::pack::authentication::Minting;
use crate::pack::types::Environment;
use crate::run::authentication_error::AuthenticationError;
use crate::run::step_error::StepError;
use crate::template::TemplateError;

/// Why a call could not be authenticated.
#[derive(Clone)]
pub(in crate::run) enum Unkeyed {
    /// The credentials for it are missing or do not fit.
    Cannot(StepError),
    /// The provider issued no token; with the token request and its outcome.
    Refused(Box<Sent>),
}

impl Unkeyed {
    /// Whether another token request in this run would be futile. A provider that does not answer costs every call a
    /// full timeout. A response costs little, and only one about the partner itself stays the same: the client may be
    /// linked by now, and a rate limit or an outage may be over.
    pub(in crate::run) fn lasts(&self, minting: Minting<'_>) -> bool {
        match self {
            Unkeyed::Cannot(_) => false,
            Unkeyed::Refused(sent) => match &sent.outcome {
                Outcome::Trouble(trouble) => trouble.kind != TroubleKind::Shape,
                Outcome::Answered(answer) => {
                    minting.own.is_some() && (400..500).contains(&answer.status) && ![408, 429].contains(&answer.status)
                }
            },
        }
    }
}

impl From<Unkeyed> for StepError {
    fn from(error: Unkeyed) -> Self {
        match error {
            Unkeyed::Cannot(why) => why,
            Unkeyed::Refused(sent) => {
                let Sent { request, outcome, .. } = *sent;
                let found = match outcome {
                    Outcome::Answered(answer) => format!("the provider answered {}", answer.status),
                    Outcome::Trouble(trouble) => trouble.detail,
                };
                StepError::NoToken { method: request.method, url: request.url, found }
            }
        }
    }
}

impl From<AuthenticationError> for Unkeyed {
    fn from(why: AuthenticationError) -> Self {
        Unkeyed::Cannot(why.into())
    }
}

impl From<StepError> for Unkeyed {
    fn from(why: StepError) -> Self {
        Unkeyed::Cannot(why)
    }
}

impl From<TemplateError> for Unkeyed {
    fn from(error: TemplateError) -> Self {
        Unkeyed::Cannot(error.into())
    }
}

/// The tokens requested in this run, each with its own lock, so that one request does not delay the others.
#[derive(Default)]
pub(in crate::run) struct Tokens(pub(in crate::run) Mutex<HashMap<Asked, Arc<Mutex<Option<Token>>>>>);

/// The key of a token: environment, API, and the body of the request.
#[derive(PartialEq, Eq, Hash)]
pub(in crate::run) struct Asked {
    pub(in crate::run) environment: Option<Environment>,
    pub(in crate::run) api: String,
    pub(in crate::run) body: Vec<u8>,
}

/// The result of a token request.
pub(in crate::run) enum Token {
    /// A token, with its lifetime.
    Given { text: String, since: Instant, lifetime: Duration },
    /// No token, and none later in this run.
    Refused(Unkeyed),
}

impl Token {
    /// The current result; `None` if the token must be requested again.
    pub(in crate::run) fn now(&self) -> Option<Result<String, Unkeyed>> {
        match self {
            Token::Given { text, since, lifetime } => (since.elapsed() < *lifetime).then(|| Ok(text.clone())),
            Token::Refused(why) => Some(Err(why.clone())),
        }
    }
}
