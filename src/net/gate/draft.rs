//! Calls before the gate's decision, and calls that the gate admitted.

use std::fmt;

use reqwest::Method;
use reqwest::header::HeaderMap;
use url::Url;

use crate::pack::types::{Environment, Stage};

/// What a call is for, which decides the rules for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A call to an API of the provider.
    Provider {
        /// The intended environment.
        environment: Environment,
        /// The API's name in the pack.
        api: String,
    },
    /// A call to an API of the simulated provider.
    Simulated {
        /// The API's name in the pack.
        api: String,
    },
    /// A delivery to the partner's handler.
    Delivery {
        /// The stage of the check.
        stage: Stage,
        /// Which secret signs it.
        key: SigningKey,
    },
    /// An action, a lookup or a readiness probe at the partner.
    Partner {
        /// The stage of the check.
        stage: Stage,
    },
    /// A request without a key, such as for a logo or for a test endpoint that should be disabled.
    Open,
}

/// Where the secret comes from that signs a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningKey {
    /// The simulator issued it, or Preflight made it up.
    Issued,
    /// The test subscription's secret.
    Test,
    /// The production subscription's secret.
    Production,
}

/// A call before the gate's decision. Its debug output contains no values, because they may be keys.
#[derive(Clone)]
pub struct Draft {
    /// What the call is for.
    pub purpose: Purpose,
    /// The method; its case does not matter.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Names and values of headers.
    pub headers: Vec<(String, String)>,
    /// The body; empty if there is none.
    pub body: Vec<u8>,
    /// The environments whose secrets the caller inserted. The gate also searches for registered secrets by itself.
    pub credentials: Vec<Environment>,
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        write!(f, "{} for {:?} with {names:?} and {} bytes", self.method, self.purpose, self.body.len())
    }
}

/// A call that the gate admitted. Nothing else creates one.
pub struct Admitted {
    pub(crate) purpose: Purpose,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    /// The header names as the draft spelled them.
    pub(crate) spelled: Vec<String>,
    pub(crate) body: Vec<u8>,
    /// The environment that the host belongs to; `None` if it is not a host of the provider.
    pub(crate) environment: Option<Environment>,
}

impl fmt::Debug for Admitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.method, self.url.host_str().unwrap_or_default())
    }
}
