//! `explain` and `coverage`, as pack authors and developers use them.

mod coverage;
mod explained;
mod pages;
mod program;
mod sentences;
