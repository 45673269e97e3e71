//! A line of a page and its position in the file.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli::coverage) struct Line {
    /// The text, with white space collapsed.
    pub(in crate::cli::coverage) text: String,
    /// The line number in the file, from 1.
    pub(in crate::cli::coverage) at: usize,
    /// The number of the list that it is an entry of, from 1; `None` outside of lists.
    pub(in crate::cli::coverage) list: Option<usize>,
    /// Whether it has a checkbox.
    pub(in crate::cli::coverage) boxed: bool,
}
