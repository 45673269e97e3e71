//! A simulated provider: generic in Rust, and described by the pack's `simulator` section.

mod bounded;
mod caller;
mod clock;
mod collection;
mod control;
mod delivery;
mod dispatch;
mod engine;
mod events;
mod expressions;
mod http;
mod identity;
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
mod response;
mod routes;
mod script;
mod state;
mod store;
mod transaction;
mod validate;
mod values;

pub use crate::pack::simulator::Mode;
pub use clock::Clock;
pub use dispatch::Sent;
pub use engine::{Simulator, Subscription, start};
pub use events::EventError;
#[cfg(test)]
pub(crate) use expressions::url_parts;
pub use journal::{Entry, Journal};
pub use limits::LimitReached;
pub use options::{Issued, MayDeliver, Options, Seed, StartError};
pub use overrides::{Effect, Override};
pub use quota::Usage;
pub use store::Dropped;
