//! Five odd but correct partners, each in a process of its own, tested with every check of the rehearsal.

mod oddness;
mod partner;
mod trial;
