//! The command line as people and pipelines meet it: the real program, in an environment of the test's own.

mod ends;
mod environment;
mod files;
mod help;
mod items;
mod log;
mod outputs;
mod reports;
mod secrets;
mod servers;
mod words;
