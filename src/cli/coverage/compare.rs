//! Compares the checklist of a pack with that of a page.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use super::page::{Line, fingerprint, normalised};
use crate::pack::provider::Item;
use crate::report::text::clipped;

/// The similarity, from 0 to 1, from which one line counts as the changed version of another.
const MIN_SIMILARITY: f64 = 0.5;
/// How many characters of a line are compared for similarity.
const MAX_COMPARED: usize = 400;

/// The result of the comparison.
#[derive(Default)]
pub(super) struct Compared<'c> {
    /// Items whose text is on the page unchanged, with their lines.
    pub(super) unchanged: Vec<(&'c Item, &'c Line)>,
    /// Items with a similar line on the page, with that line.
    pub(super) changed: Vec<(&'c Item, &'c Line)>,
    /// Items without a similar line.
    pub(super) gone: Vec<&'c Item>,
    /// List entries without an item that have a checkbox or stand in a list with an item.
    pub(super) new: Vec<&'c Line>,
    /// Entries of other lists, of which a page may have many.
    pub(super) elsewhere: Vec<&'c Line>,
}

impl Compared<'_> {
    /// Whether page and pack say the same.
    pub(super) fn is_same(&self) -> bool {
        self.changed.is_empty() && self.gone.is_empty() && self.new.is_empty()
    }
}

/// Compares items with the lines of a page.
pub(super) fn compare<'c>(items: &'c [Item], page: &'c [Line]) -> Compared<'c> {
    let same = same(items, page);
    let alike = alike(items, page, &same);
    let mut all = Compared::default();
    for ((item, same), alike) in items.iter().zip(&same).zip(&alike) {
        match (same, alike) {
            (Some(at), _) => all.unchanged.push((item, &page[*at])),
            (None, Some(at)) => all.changed.push((item, &page[*at])),
            (None, None) => all.gone.push(item),
        }
    }
    let taken: BTreeSet<usize> = same.into_iter().chain(alike).flatten().collect();
    let lists: BTreeSet<usize> = taken.iter().filter_map(|at| page[*at].list).collect();
    let open = page.iter().enumerate().filter(|(at, line)| line.list.is_some() && !taken.contains(at));
    let of_checklist = |line: &&Line| line.boxed || line.list.is_some_and(|list| lists.contains(&list));
    (all.new, all.elsewhere) = open.map(|(_, line)| line).partition(of_checklist);
    all
}

/// Finds for each item the line with the text that the item was taken from. List entries are preferred, because a
/// heading may have the same text. Several items may share a line.
fn same(items: &[Item], page: &[Line]) -> Vec<Option<usize>> {
    let mut lines: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, line) in page.iter().enumerate() {
        lines.entry(fingerprint(&line.text)).or_default().push(at);
    }
    let of = |item: &Item| {
        let found = lines.get(&pinned(item))?;
        found.iter().find(|at| page[**at].list.is_some()).or(found.first()).copied()
    };
    items.iter().map(of).collect()
}

/// Finds for each remaining item the line that is most similar to it; each line belongs to one item only.
fn alike(items: &[Item], page: &[Line], same: &[Option<usize>]) -> Vec<Option<usize>> {
    let short = |text: &str| normalised(text).chars().take(MAX_COMPARED).collect::<String>();
    let lines: Vec<String> = page.iter().map(|line| short(&line.text)).collect();
    let mut taken: BTreeSet<usize> = same.iter().flatten().copied().collect();
    let mut pairs = Vec::new();
    for (item, known) in items.iter().enumerate().filter(|(item, _)| same[*item].is_none()) {
        let old = short(old_words(known).unwrap_or(&known.text));
        // A much longer or shorter line cannot be similar, so it is skipped.
        let near = |line: &str| line.len().min(old.len()) * 4 >= line.len().max(old.len());
        let open = lines.iter().enumerate().filter(|(at, line)| !taken.contains(at) && near(line));
        pairs.extend(open.map(|(at, line)| (strsim::sorensen_dice(&old, line), item, at)));
    }
    pairs.retain(|(likeness, ..)| *likeness >= MIN_SIMILARITY);
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut found = vec![None; items.len()];
    for (_, item, at) in pairs {
        if found[item].is_none() && taken.insert(at) {
            found[item] = Some(at);
        }
    }
    found
}

/// Returns the fingerprint of the text that an item was taken from.
fn pinned(item: &Item) -> String {
    match &item.page {
        Some(pin) if is_fingerprint(pin) => pin.to_ascii_lowercase(),
        Some(text) => fingerprint(text),
        None => fingerprint(&item.text),
    }
}

/// Returns the text that an item was taken from; `None` if only its fingerprint is known.
fn old_words(item: &Item) -> Option<&str> {
    match &item.page {
        Some(pin) if is_fingerprint(pin) => None,
        Some(text) => Some(text),
        None => Some(&item.text),
    }
}

fn is_fingerprint(pin: &str) -> bool {
    pin.starts_with("sha256:")
}

/// Describes the result for a reader.
pub(super) fn describe(compared: &Compared<'_>, file: &Path) -> String {
    let Compared { unchanged, changed, gone, new, elsewhere } = compared;
    let place = |line: &Line| format!("{}:{}", file.display(), line.at);
    let mut text =
        format!("{} unchanged, {} changed, {} gone, {} new\n", unchanged.len(), changed.len(), gone.len(), new.len());
    for (item, line) in changed {
        let (old, new) = (old(item), cut(&line.text));
        write!(text, "\nchanged  {}\n  old  {old}\n  new  {new}\n       {}\n", item.id, place(line)).ok();
    }
    for item in gone {
        write!(text, "\ngone     {}\n  old  {}\n", item.id, old(item)).ok();
    }
    for line in new {
        write!(text, "\nnew      {}\n       {}\n", cut(&line.text), place(line)).ok();
    }
    if let (Some(first), Some(last)) = (elsewhere.first(), elsewhere.last()) {
        let to = if first.at == last.at { String::new() } else { format!(" to {}", last.at) };
        let entries = if elsewhere.len() == 1 { "1 entry".into() } else { format!("{} entries", elsewhere.len()) };
        let from = place(first);
        write!(text, "\n{entries} in lists without any item ({from}{to}) not compared.\n").ok();
    }
    if !compared.is_same() {
        text.push_str("\nCorrect the items and their checks, then pin the new lines: add `--pin` to this command.\n");
    }
    text
}

/// Returns the page's earlier text of an item, or what is known of it.
fn old(item: &Item) -> String {
    match old_words(item) {
        Some(words) => cut(words),
        None => format!("{} (the pack's wording; of the page's wording only a fingerprint is known)", cut(&item.text)),
    }
}

fn cut(text: &str) -> String {
    clipped(text, 300).into_owned()
}

/// Returns the lines for `provider.yaml` that pin every item to the current text of the page.
pub(super) fn pins(items: &[Item], compared: &Compared<'_>, file: &Path) -> String {
    let all = || compared.unchanged.iter().chain(&compared.changed);
    let mut text = format!(
        "# Add these lines, from {}, to the items of provider.yaml. The text itself may replace a fingerprint.\n",
        file.display()
    );
    for item in items {
        match all().find(|(other, _)| other.id == item.id) {
            Some((_, line)) => {
                let changed = compared.changed.iter().any(|(other, _)| other.id == item.id);
                let note = if changed { ", CHANGED: check that the item still says the same" } else { "" };
                write!(
                    text,
                    "\n# {}, line {}{note}: {}\n  page: {}\n",
                    item.id,
                    line.at,
                    cut(&line.text),
                    fingerprint(&line.text)
                )
                .ok();
            }
            None => drop(write!(text, "\n# {}: no line of the page matches\n", item.id)),
        }
    }
    text
}
