//! Each check of the built-in pack in three ways: the correct partner passes it, its own defect fails it, and a partner
//! about which nothing is known leaves it inconclusive.

mod caught;
mod matrix;
mod silent;
mod silent_client;
