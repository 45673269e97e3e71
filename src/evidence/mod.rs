//! What happened, as plain data: the ordered, already redacted record of one check.

mod delivery;
mod http;
mod outcome;
mod partner;
mod plain;
mod record;

pub use delivery::{Delivery, Expected, Role};
pub use http::{Answer, Body, Request};
pub use outcome::{Outcome, Trouble, TroubleKind};
pub use partner::{Action, Call, Happened, Inspection, Page, Refused, SentEvent, Shown};
pub(crate) use plain::plain;
pub use record::{Entry, Evidence, Exchange, Fact, Incomplete, Offset, What, Who};
