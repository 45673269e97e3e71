//! Links between the files of the repository lead somewhere. Those inside the book are checked where it is built.

use std::collections::BTreeSet;

use super::{pages, text_of};
use crate::support::{files, root};

/// The files outside the book.
const OUTSIDE: [&str; 4] = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];

#[test]
fn links_outside_the_book_lead_to_files() {
    for file in OUTSIDE {
        for link in text_of(file).split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let path = link.split('#').next().unwrap();
            assert!(link.contains("://") || root().join(path).exists(), "{file} leads to `{link}`");
        }
    }
}

#[test]
fn every_page_stands_in_the_summary() {
    let found = files("docs/src", ".md").into_iter().map(|path| path.to_string_lossy().into_owned());
    let found: BTreeSet<String> = found.filter(|page| page != "docs/src/SUMMARY.md").collect();
    let named: BTreeSet<String> = pages().into_iter().filter(|page| page != "README.md").collect();
    assert_eq!(found, named);
}
