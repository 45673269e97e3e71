//! The tools of a pack author: `new`, `lint` and `test`, used as an author would use them.

mod folder;
mod refused;
mod rich;
mod scaffolded;
mod tried;
