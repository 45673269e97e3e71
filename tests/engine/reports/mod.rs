//! What the reports say, to people and to the systems that read them.

mod agree;
mod consumers;
mod formats;
mod hostile;
mod junit;
mod sample;
mod standing;
