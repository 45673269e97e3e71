//! Verdicts on evidence that was written by hand.
#![cfg(test)]

mod calls;
mod crash;
mod deliveries;
mod each;
mod holdings;
mod left_out;
mod names;
mod presented;
mod return_url;
mod support;
mod told;
mod values;
mod whole;
mod wording;
