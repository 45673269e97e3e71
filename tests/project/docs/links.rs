//! Links between the files of the repository lead somewhere. Those inside the book are checked where it is built.

use std::collections::BTreeSet;
use std::path::Path;

use super::{pages, text_of};
use crate::support::root;

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
    let mut found = BTreeSet::new();
    walk(&root().join("docs/src"), &mut found);
    found.remove("docs/src/SUMMARY.md");
    let named: BTreeSet<String> = pages().into_iter().filter(|page| page != "README.md").collect();
    assert_eq!(found, named);
}

fn walk(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.insert(path.strip_prefix(root()).unwrap().to_string_lossy().into_owned());
        }
    }
}
