//! What reports say to people and to the systems that read them.

mod agree;
mod consumers;
mod final_verdict;
mod formats;
mod hostile;
mod junit;
mod sample;
