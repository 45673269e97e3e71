//! The gate, which every call of Preflight must pass. The HTTP client sends nothing else.

mod admission;
mod denial;
mod draft;
mod host_entries;
mod keys;
mod rules;
mod target;

pub use admission::Gate;
pub use denial::{Denial, RuleName};
pub use draft::{Admitted, Draft, Purpose, SigningKey};
pub use host_entries::{ProviderHosts, Rules, RulesError};
