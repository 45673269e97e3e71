//! The role that a sample partner plays, and the hosts of its deployments.

use crate::pack::sample_partner::{Deployment, PartnerDefect};
use crate::pack::types::Environment;

/// Returns the host of the deployment that is connected to an environment.
pub(in crate::cli::sample) fn host(environment: Environment) -> &'static str {
    match environment {
        Environment::Test => "staging.partner.example",
        Environment::Production => "partner.example",
    }
}

/// The role of a sample partner.
#[derive(Clone, Copy, Debug)]
pub(super) enum PartnerRole<'r> {
    /// It does everything right.
    Conforming,
    /// It has one defect.
    Faulty(&'r PartnerDefect),
    /// It does nothing: it answers its actions without effect, makes no calls, and has no handler.
    Silent,
}

impl PartnerRole<'_> {
    /// Whether a deployment has the defect.
    pub(super) fn is_faulty(self, deployment: Deployment) -> bool {
        match self {
            PartnerRole::Faulty(fault) => fault.within.is_none_or(|within| within == deployment),
            PartnerRole::Conforming | PartnerRole::Silent => false,
        }
    }
}
