//! Webhook schemes and API authentication as packs describe them, tested with published vectors and independent
//! implementations.

mod altered;
mod apis;
mod packs;
mod rotated;
mod vectors;
mod verifiers;
