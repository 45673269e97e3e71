//! Calls that somebody would like to make, and calls that the gate has let through.

use std::fmt;

use reqwest::Method;
use reqwest::header::HeaderMap;
use url::Url;

use crate::pack::types::{Environment, Stage};

/// What a call is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A call to a provider's API.
    Provider {
        /// The environment that is meant.
        environment: Environment,
        /// The API's name in the pack.
        api: String,
    },
    /// A call to an API of the provider that this run plays.
    Played {
        /// The API's name in the pack.
        api: String,
    },
    /// A webhook to the partner's handler.
    Delivery {
        /// Where the check takes place.
        stage: Stage,
        /// What it is signed with.
        key: SigningKey,
    },
    /// An action, a look-up or a readiness poll at the partner.
    Partner {
        /// Where the check takes place.
        stage: Stage,
    },
    /// Something that needs no key: a logo, a door that should be shut.
    Open,
}

/// Whose secret a delivery is signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningKey {
    /// One that the simulator issued, or nobody's.
    Issued,
    /// The test subscription's.
    Test,
    /// The production subscription's.
    Production,
}

/// A call that somebody would like to make. It prints no values, because they may be keys.
#[derive(Clone)]
pub struct Draft {
    /// What it is for.
    pub purpose: Purpose,
    /// The method, in any case.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: Vec<u8>,
    /// The environments whose secrets the caller has put in. The gate searches for registered ones itself.
    pub credentials: Vec<Environment>,
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        write!(f, "{} for {:?} with {names:?} and {} bytes", self.method, self.purpose, self.body.len())
    }
}

/// A call that the gate has let through. Nobody else can make one.
pub struct Admitted {
    pub(crate) purpose: Purpose,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    /// The names of the headers as they were written.
    pub(crate) spelled: Vec<String>,
    pub(crate) body: Vec<u8>,
    /// The provider's environment that the host belongs to, if it is the provider's.
    pub(crate) environment: Option<Environment>,
}

impl fmt::Debug for Admitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.method, self.url.host_str().unwrap_or_default())
    }
}
