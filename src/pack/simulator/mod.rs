//! How a pack describes its provider as we play it: the `simulator` section of `provider.yaml`.

mod call;
mod definition;
mod list;
mod mode;
mod quota;

pub use call::{Call, Change, Find, Kind, Outcome, Refused, Remove, Repeats, Rule};
pub use definition::{
    After, Bringing, Client, Previous, Record, Refusals, Reply, Simulated, State, Subscriptions, Way,
};
pub use list::{List, Parameter, Scalar, Search, Sort};
pub use mode::Mode;
pub use quota::{Quota, Quotas, Window};
