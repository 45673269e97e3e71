//! Verdicts on handwritten evidence.

mod calls;
mod crash;
mod deliveries;
mod each;
mod evidence;
mod holdings;
mod left_out;
mod names;
mod presented;
mod return_url;
mod told;
mod values;
mod whole;
mod wording;
