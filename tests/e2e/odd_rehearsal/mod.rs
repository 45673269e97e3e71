//! Five partners that are odd but correct, each in a process of its own, tried against every check of the rehearsal.

mod oddness;
mod partner;
mod trial;
