//! What a deployment of a sample partner is to do, and where it is.

use crate::pack::sample_partner::{Deployment, PartnerDefect};
use crate::pack::types::Environment;

/// The host of a sample partner that is connected to an environment.
pub(in crate::cli::sample) fn host(environment: Environment) -> &'static str {
    match environment {
        Environment::Test => "staging.partner.example",
        Environment::Production => "partner.example",
    }
}

/// What the sample partner is to do.
#[derive(Clone, Copy, Debug)]
pub(super) enum PartnerRole<'r> {
    /// Everything right.
    Conforming,
    /// One thing wrong.
    Faulty(&'r PartnerDefect),
    /// Nothing: it can be asked, says nothing of use, never calls, and has no handler.
    Silent,
}

impl PartnerRole<'_> {
    /// Whether a deployment has the fault.
    pub(super) fn is_faulty(self, deployment: Deployment) -> bool {
        match self {
            PartnerRole::Faulty(fault) => fault.within.is_none_or(|within| within == deployment),
            PartnerRole::Conforming | PartnerRole::Silent => false,
        }
    }
}
