//! Expectations about what the partner showed to its client.

mod expectation;
mod link;
mod place;
mod return_url;

pub(super) use expectation::judge;
