//! Partners that work in an unusual way. Correct ones pass, or stay inconclusive where nothing can be observed; those
//! with a defect fail their own check.

mod correct;
mod faulty;
mod handler;
mod names;
