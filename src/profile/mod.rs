//! The partner's own file: its types, how it is loaded and validated, and what is known of a partner because of it.

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

pub use call_out::{CallOut, Inspect, Learn, LookUp, View};
pub use email::{Letter, letter};
pub use hosts::{production_hosts, provider_hosts};
pub use input_files::{inputs, learn_variables};
pub use inputs::Bound;
pub use load::read;
pub use loaded::Read;
pub use secrets::is_known;
pub use simulator::Played;
pub use trust::{Trust, TrustWord};
pub use trusted::Trusted;
#[cfg(test)]
pub(crate) use trusted::hosts_in;
pub use types::{
    Branding, Configured, InEnvironment, InFile, KnownThere, Profile, Rehearsal, StandInWord, StandInsWord, Start,
    Timing, Variant, Verifies, Webhook,
};
pub use variables::Variables;
