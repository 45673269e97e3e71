//! Webhook schemes and API authentication as packs describe them, against published vectors and independent
//! implementations.

mod apis;
mod packs;
mod rotated;
mod varied;
mod vectors;
mod verifiers;
