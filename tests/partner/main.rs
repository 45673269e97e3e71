//! The reference partner, over real sockets.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod defects;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod hooks;
#[cfg(test)]
mod kyc;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod onboarding;
#[cfg(test)]
mod process;
#[cfg(test)]
mod provider;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tokens;
