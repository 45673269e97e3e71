//! Partners that work in an unusual way: the correct ones pass, or stay undecided where nobody can see; the faulty
//! ones fail their own check.

mod correct;
mod faulty;
mod handler;
mod names;
