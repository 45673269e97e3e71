//! Handlers, providers, pages, lookups and builds that misbehave, in whole runs of the program.

mod answers;
mod build;
mod company;
mod stranger;
