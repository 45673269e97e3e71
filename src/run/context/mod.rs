//! The state of a run and its checks. Nothing here sends a call or starts a process.

pub(super) mod build;
pub(super) mod capture;
pub(super) mod check_context;
pub(super) mod clock;
pub(super) mod credentials;
pub(super) mod event_instance;
pub(super) mod from_plan;
pub(super) mod identity;
pub(super) mod log;
pub(super) mod manual_step;
pub(super) mod outbound;
pub(super) mod partner;
pub(super) mod provider;
pub(super) mod run_context;
pub(super) mod scope;
pub(super) mod silence;
pub(super) mod tokens;
pub(super) mod waits;
