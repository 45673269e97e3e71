//! The record of what happened in one check, as plain data: ordered and already redacted.

mod delivery;
mod http;
mod outcome;
mod partner;
mod plain;
mod record;

pub use delivery::{DeclaredExpectation, Delivery, DeliveryRole};
pub use http::{Body, Request, Response};
pub use outcome::{Outcome, TransportError, TransportErrorKind, is_redirect};
pub use partner::{Action, DeniedHost, Inspection, OccurredEvent, Page, RecordedCall, SentEvent, Shown};
pub(crate) use plain::plain;
pub use record::{Entry, EntryKind, Evidence, Exchange, Fact, Incomplete, Offset, Responsible};
