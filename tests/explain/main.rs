//! `explain` and `coverage`, as pack authors and developers use them.
#![cfg(test)]
#![cfg(unix)]

mod coverage;
mod explained;
mod pages;
mod program;
mod sentences;
