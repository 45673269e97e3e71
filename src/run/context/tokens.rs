//! The tokens that a run has requested.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::evidence::{Outcome, TransportErrorKind};
use crate::net::client::CallResult;
use crate::pack::authentication::TokenRequest;
use crate::pack::types::Environment;
use crate::run::authentication_error::AuthenticationError;
use crate::run::step_error::StepError;
use crate::template::TemplateError;

/// Why a call could not be authenticated.
#[derive(Clone)]
pub(in crate::run) enum AuthError {
    /// The call or its token request could not be drafted.
    Cannot(StepError),
    /// The provider issued no token. Contains the token request and its outcome.
    Refused(Box<CallResult>),
}

impl AuthError {
    /// Whether another token request in this run would be futile. A provider that does not answer costs every call a
    /// full timeout. A response costs little, and it stays the same only if it is about the partner itself: the client
    /// may be linked by now, and a rate limit or an outage may be over.
    pub(in crate::run) fn lasts(&self, token_request: TokenRequest<'_>) -> bool {
        match self {
            AuthError::Cannot(_) => false,
            AuthError::Refused(sent) => match &sent.outcome {
                Outcome::TransportError(trouble) => trouble.kind != TransportErrorKind::Shape,
                Outcome::Answered(answer) => {
                    token_request.own.is_some()
                        && (400..500).contains(&answer.status)
                        && ![408, 429].contains(&answer.status)
                }
            },
        }
    }
}

impl From<AuthError> for StepError {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Cannot(why) => why,
            AuthError::Refused(sent) => {
                let CallResult { request, outcome, .. } = *sent;
                let found = match outcome {
                    Outcome::Answered(answer) => format!("the provider answered {}", answer.status),
                    Outcome::TransportError(trouble) => trouble.detail,
                };
                StepError::NoToken { method: request.method, url: request.url, found }
            }
        }
    }
}

impl From<AuthenticationError> for AuthError {
    fn from(why: AuthenticationError) -> Self {
        AuthError::Cannot(why.into())
    }
}

impl From<StepError> for AuthError {
    fn from(why: StepError) -> Self {
        AuthError::Cannot(why)
    }
}

impl From<TemplateError> for AuthError {
    fn from(error: TemplateError) -> Self {
        AuthError::Cannot(error.into())
    }
}

/// The tokens requested in this run, each with its own lock, so that one request does not delay the others.
#[derive(Default)]
pub(in crate::run) struct Tokens(pub(in crate::run) Mutex<HashMap<TokenKey, Arc<Mutex<Option<Token>>>>>);

/// Identifies a token: by its environment, its API, and the body of the request.
#[derive(PartialEq, Eq, Hash)]
pub(in crate::run) struct TokenKey {
    pub(in crate::run) environment: Option<Environment>,
    pub(in crate::run) api: String,
    pub(in crate::run) body: Vec<u8>,
}

/// The result of a token request.
pub(in crate::run) enum Token {
    /// A token, with its lifetime.
    Given { text: String, since: Instant, lifetime: Duration },
    /// The provider issued no token, and would issue none later in this run.
    Refused(AuthError),
}

impl Token {
    /// Returns the current result; `None` if the token must be requested again.
    pub(in crate::run) fn now(&self) -> Option<Result<String, AuthError>> {
        match self {
            Token::Given { text, since, lifetime } => (since.elapsed() < *lifetime).then(|| Ok(text.clone())),
            Token::Refused(why) => Some(Err(why.clone())),
        }
    }
}
