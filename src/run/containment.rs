//! Contains the partner's software: tells it to use a proxy, and observes which denied hosts it tries to reach.

use std::collections::BTreeSet;
use std::io;

use super::context::run_context::RunContext;
use crate::evidence::DeniedHost;
use crate::net::proxy::{HostPolicy, Proxy};
use crate::profile::{Rehearsal, provider_hosts};

/// The variables that name a proxy. They are set in upper and lower case, because programs read one or the other.
const PROXY_VARIABLES: [&str; 3] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

/// The variable that lists the hosts to reach without a proxy, with its value.
const NO_PROXY_HOSTS: (&str, &str) = ("NO_PROXY", "127.0.0.1,localhost,::1");

/// The variable without which Node.js ignores the proxy variables, with its value.
const NODE_PROXY_SWITCH: (&str, &str) = ("NODE_USE_ENV_PROXY", "1");

impl RunContext {
    /// Starts the proxy of this run.
    pub(super) async fn contain(&self, rehearsal: &Rehearsal) -> io::Result<()> {
        let shut = provider_hosts(&self.plan.read.trusted.environments);
        let doors = HostPolicy::new(rehearsal.allow_hosts.iter().map(String::as_str), shut.iter().map(String::as_str));
        let proxy = Proxy::start(doors).await?;
        // The set-up runs once. If it was cut short and runs again, the existing proxy keeps serving.
        drop(self.partner.proxy.set(proxy));
        Ok(())
    }

    /// Returns the environment of a partner process: the proxy variables, and its own, which take precedence.
    pub(super) fn proxied(&self, own: Vec<(String, String)>) -> Vec<(String, String)> {
        let Some(proxy) = self.partner.proxy.get() else { return own };
        let url = proxy.url();
        let ours = PROXY_VARIABLES.iter().map(|name| (*name, url.as_str())).chain([NO_PROXY_HOSTS]);
        let both = ours.flat_map(|(name, value)| [(name.to_owned(), value), (name.to_lowercase(), value)]);
        let all = both.chain([(NODE_PROXY_SWITCH.0.to_owned(), NODE_PROXY_SWITCH.1)]);
        let told = |name: &str| own.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        let mut variables: Vec<_> =
            all.filter(|(name, _)| !told(name)).map(|(name, value)| (name, value.to_owned())).collect();
        variables.extend(own);
        variables
    }

    /// Returns the denied hosts that the partner's build tried to reach in this run.
    pub(super) fn refused(&self) -> Vec<DeniedHost> {
        self.partner.proxy.get().map(Proxy::refused).unwrap_or_default()
    }

    /// Returns a remark about each denied host.
    pub(super) fn denied_remarks(&self) -> Vec<String> {
        let refused = self.refused();
        let hosts: BTreeSet<&str> = refused.iter().map(|refused| refused.host.as_str()).collect();
        let shut = provider_hosts(&self.plan.read.trusted.environments);
        let words = hosts.into_iter().map(|host| {
            let next = if shut.contains(host) {
                "it belongs to the provider's real environments, which a rehearsal never reaches"
            } else {
                "if it is allowed, add it to `rehearsal.allow_hosts`"
            };
            self.redactor.text(&format!("Preflight denied the build a connection to {host}; {next}"))
        });
        words.collect()
    }

    /// Returns why denied hosts cannot be observed, if so. Calls that bypass the proxy cannot be observed either, but
    /// nothing reveals that from outside.
    pub(super) fn unwatched(&self) -> Option<String> {
        let rehearsal = self.plan.read.profile.rehearsal.as_ref()?;
        if rehearsal.start.is_none() {
            let why = "Preflight cannot see which hosts the build tries to reach, because it did not start the build: add \
                       `rehearsal.start`";
            return Some(why.into());
        }
        let ours = |told: &&String| {
            PROXY_VARIABLES.into_iter().chain([NO_PROXY_HOSTS.0]).any(|name| name.eq_ignore_ascii_case(told))
        };
        let mut told = rehearsal.env.keys().chain(rehearsal.variants.values().flat_map(|variant| variant.env.keys()));
        let name = told.find(ours)?;
        Some(format!(
            "Preflight cannot see which hosts the build tries to reach, because the profile sets {name}: remove it, \
             and list hosts under `rehearsal.allow_hosts`"
        ))
    }
}
