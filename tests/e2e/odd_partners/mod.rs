//! Partners that work in an unusual way: the correct ones pass, or stay inconclusive where nobody can see; the faulty
//! ones fail their own check.

mod correct;
mod faulty;
mod handler;
mod names;
