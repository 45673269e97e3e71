//! The reference partner, tested over real sockets.

mod cases;
mod defects;
mod errors;
mod hooks;
mod kyc;
mod notices;
mod onboarding;
mod process;
mod provider;
mod running;
mod scene;
mod tokens;
