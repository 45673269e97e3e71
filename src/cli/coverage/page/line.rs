//! A line of a page, with where it stands in its file.

/// One line of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli::coverage) struct Line {
    /// The text, on one line.
    pub(in crate::cli::coverage) text: String,
    /// The line of the file, from 1.
    pub(in crate::cli::coverage) at: usize,
    /// The list that it is an entry of, if it is one: lists are counted from 1.
    pub(in crate::cli::coverage) list: Option<usize>,
    /// Whether there is a box to tick at it.
    pub(in crate::cli::coverage) boxed: bool,
}
