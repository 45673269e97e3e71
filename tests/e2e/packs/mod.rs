//! What somebody who writes a pack holds in their hands: `new`, `lint` and `test`, used as they would use them.

mod folder;
mod refused;
mod rich;
mod scaffolded;
mod tried;
