//! No old word in its old meaning. The glossary binds words by place, so each table bans old words in one place and
//! names the new one. Elsewhere they may mean something else.

mod outputs;
mod tables;
mod yaml;

use std::path::Path;

use regex::Regex;

use crate::support::{files, root};
use tables::Words;

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
