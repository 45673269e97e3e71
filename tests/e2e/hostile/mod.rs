//! Handlers, providers, pages, look-ups and builds that misbehave, through whole runs of the program.

mod answers;
mod build;
mod company;
mod stranger;
