//! The partner's own file: its types, how it is loaded and validated, and what it tells about a partner.

pub mod attestations;
mod call_out;
pub(crate) mod email;
mod hosts;
mod input_files;
mod inputs;
mod load;
mod loaded;
mod secrets;
mod simulator;
mod trust;
mod trusted;
mod types;
mod validate;
mod variables;

pub use call_out::{CallOut, Capture, Lookup, Lookups, PageLookup};
pub use email::{Email, write_email};
pub use hosts::{production_hosts, provider_hosts};
pub use input_files::{inputs, learn_variables};
pub use inputs::Inputs;
pub use load::read;
pub use loaded::LoadedProfile;
pub use secrets::is_known;
pub use simulator::SimulatorSettings;
pub use trust::{Trust, TrustSetting};
pub use trusted::Trusted;
#[cfg(test)]
pub(crate) use trusted::hosts_in;
pub use types::{
    Branding, Configured, ConnectTo, ConnectToHost, EnvironmentProfile, FileKey, KnownClient, Profile, Rehearsal,
    Start, Timing, Variant, VerificationMode, Webhook,
};
pub use variables::Variables;
