//! The reference partner, over real sockets.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod defects;
#[cfg(test)]
mod hooks;
#[cfg(test)]
mod onboarding;
#[cfg(test)]
mod process;
#[cfg(test)]
mod support;
