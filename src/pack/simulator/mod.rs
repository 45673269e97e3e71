//! How a pack describes the simulation of its provider: the `simulator` section of `provider.yaml`.

mod call;
mod definition;
mod list;
mod mode;
mod quota;

pub use call::{Change, Find, Kind, Outcome, RejectedElement, Remove, Repeats, RouteSpec, Rule};
pub use definition::{
    After, Client, CorrelateBy, DefaultReplies, Previous, Record, Reply, SetupStep, SimulatorSpec, State, StateSetup,
    Subscriptions,
};
pub use list::{List, Parameter, Scalar, Search, Sort};
pub use mode::Mode;
pub use quota::{Quota, Quotas, Window};
