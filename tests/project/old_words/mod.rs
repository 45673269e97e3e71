//! No old word in its old meaning. The glossary binds words by place, so each table bans old words in one place and
//! names the new one. Elsewhere they may mean something else.

mod outputs;
mod tables;
mod yaml;

use std::path::{Path, PathBuf};

use regex::Regex;

use crate::support::root;
use tables::Words;

/// Returns the files below a folder with some ending, by their paths from the root.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join(folder)).unwrap().map(Result::unwrap) {
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&path, ending));
        } else if path.ends_with(ending) {
            found.push(path.into());
        }
    }
    found.sort();
    found
}

fn text(file: &Path) -> String {
    std::fs::read_to_string(root().join(file)).unwrap()
}

fn none(found: &[String]) {
    assert!(found.is_empty(), "the glossary has other words for these:\n{}", found.join("\n"));
}

/// Returns `file:line: say new instead of old` for each line of a text in which a pattern finds an old word. `WORD` in
/// the pattern stands for the word.
fn lines(place: &str, first: usize, text: &str, pattern: &str, words: Words) -> Vec<String> {
    let any = words.iter().map(|(old, _)| regex::escape(old)).collect::<Vec<_>>().join("|");
    let pattern = Regex::new(&pattern.replace("WORD", &format!("(?<old>{any})"))).unwrap();
    let found = text.lines().enumerate().filter_map(|(index, line)| {
        let found = pattern.captures(line)?["old"].to_lowercase();
        let (old, new) = words.iter().find(|(old, _)| old.to_lowercase() == found)?;
        Some(format!("{place}:{}: say `{new}` instead of `{old}`", first + index))
    });
    found.collect()
}
