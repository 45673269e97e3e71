//! Judges a run: turns evidence into verdicts. Nothing here reads a clock, opens a socket or awaits, so the same
//! evidence always gets the same verdict.

mod calls;
mod case;
mod conclude;
mod crash;
mod deliveries;
mod delivery_outcome;
mod duration;
mod final_verdict;
mod finding;
mod items;
mod left_out;
mod matching;
mod measurements;
mod missing;
mod nearest;
mod not_simulated;
mod provider_records;
mod readiness;
mod responses;
mod scope;
mod shown;
mod usable;
mod user_message;
mod values;
mod verdict;

pub use case::Case;
pub use conclude::{Conclusion, conclude};
pub(crate) use duration::millis;
pub use final_verdict::{FinalJudgement, FinalVerdict};
pub use finding::{ExpectationResult, Finding, Judgement, Verdict};
pub use items::{ItemResult, ItemVerdict};
pub use readiness::{Readiness, RunKind, Withheld};
pub(crate) use user_message::brief;
pub use verdict::{holds, judge, question};
