//! The provider as we play it: generic in Rust, specific in the pack's `simulator` section.

mod bounded;
mod caller;
mod clock;
mod collection;
mod control;
mod delivery;
mod engine;
mod events;
mod expressions;
mod http;
mod ids;
mod indexes;
mod journal;
mod limits;
mod list;
mod options;
mod overrides;
mod query;
mod quota;
mod reply;
mod request;
mod routes;
mod script;
mod store;
mod transaction;
mod validate;

pub use crate::pack::simulator::Mode;
pub use clock::Clock;
pub use engine::{Sent, Simulator, Subscription, start};
pub use events::HappenError;
pub use journal::{Entry, Journal};
pub use limits::Full;
pub use options::{Issued, MayDeliver, Options, Seed, StartError};
pub use overrides::{Effect, Overlay};
pub use quota::Usage;
pub use store::Gone;
