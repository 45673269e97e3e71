//! The tokens that a run has asked for.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::evidence::{Outcome, TroubleKind};
use crate::net::client::Sent;
use crate::pack::authentication::Minting;
use crate::pack::types::Environment;
use crate::template::TemplateError;

/// Why a call does not show whose it is.
#[derive(Clone)]
pub(in crate::run) enum Unkeyed {
    /// It cannot be made.
    Cannot(String),
    /// The provider gave no token for it: the call that asked for one, and what came of it.
    Refused(Box<Sent>),
}

impl Unkeyed {
    /// Whether asking for the token again in this run would be in vain. A silent provider costs each call its whole
    /// patience; an answer costs little, and only one about the partner itself will be the same: a client may be
    /// linked by now, and what is too much or out of order may be right again.
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

    /// In words.
    pub(in crate::run) fn why(self) -> String {
        match self {
            Unkeyed::Cannot(why) => why,
            Unkeyed::Refused(sent) => {
                let what = match &sent.outcome {
                    Outcome::Answered(answer) => format!("it answered {}", answer.status),
                    Outcome::Trouble(trouble) => trouble.detail.clone(),
                };
                format!("there is no token: {} {}: {what}", sent.request.method, sent.request.url)
            }
        }
    }
}

impl From<String> for Unkeyed {
    fn from(why: String) -> Self {
        Unkeyed::Cannot(why)
    }
}

impl From<TemplateError> for Unkeyed {
    fn from(error: TemplateError) -> Self {
        Unkeyed::Cannot(error.to_string())
    }
}

/// The tokens that this run has asked for, each behind a lock of its own: who waits for one holds up nobody else.
#[derive(Default)]
pub(in crate::run) struct Tokens(pub(in crate::run) Mutex<HashMap<Asked, Arc<Mutex<Option<Token>>>>>);

/// What a token was asked for: where, for which API, and with which words.
#[derive(PartialEq, Eq, Hash)]
pub(in crate::run) struct Asked {
    pub(in crate::run) environment: Option<Environment>,
    pub(in crate::run) api: String,
    pub(in crate::run) body: Vec<u8>,
}

/// What came of asking for a token.
pub(in crate::run) enum Token {
    /// One, and how long it may be used.
    Given { text: String, since: Instant, lifetime: Duration },
    /// None, and there will be none in this run.
    Refused(Unkeyed),
}

impl Token {
    /// What it is good for now; `None`: it has to be asked for again.
    pub(in crate::run) fn now(&self) -> Option<Result<String, Unkeyed>> {
        match self {
            Token::Given { text, since, lifetime } => (since.elapsed() < *lifetime).then(|| Ok(text.clone())),
            Token::Refused(why) => Some(Err(why.clone())),
        }
    }
}
