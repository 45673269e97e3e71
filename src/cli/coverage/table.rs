//! The table of items and the checks that serve them.

use std::fmt::Write as _;

use indexmap::IndexMap;

use crate::pack::Pack;
use crate::pack::check::{Check, Level};
use crate::pack::provider::Item;

/// Renders the table, and returns whether every item has a check.
pub(super) fn table(pack: &Pack) -> (String, bool) {
    let mut sections: IndexMap<&str, Vec<&Item>> = IndexMap::new();
    for item in &pack.provider.items {
        sections.entry(&item.section).or_default().push(item);
    }
    let mut text = format!(
        "{} {}: {}\n",
        pack.provider.name,
        pack.provider.version,
        summary(pack, &pack.provider.items.iter().collect::<Vec<_>>())
    );
    for (section, items) in &sections {
        write!(text, "\n{section}: {}\n", summary(pack, items)).ok();
        text.extend(items.iter().map(|item| row(pack, item)));
    }
    let open: Vec<String> = pack.unserved().map(listed).collect();
    let idle: Vec<String> = idle(pack).map(|check| format!("  {}  {}\n", check.id, check.title)).collect();
    for (title, lines) in [("Items without a check", &open), ("Checks without an item", &idle)] {
        write!(text, "\n{title}: {}\n{}", if lines.is_empty() { "none" } else { "" }, lines.concat()).ok();
    }
    (text.replace(": \n", ":\n"), open.is_empty())
}

fn listed(item: &Item) -> String {
    format!("  {}  {}\n", item.id, item.text)
}

/// Counts the items with a check: `12 of 14 items have a check, 2 of them by attestation only`.
fn summary(pack: &Pack, items: &[&Item]) -> String {
    let served: Vec<Vec<&Check>> =
        items.iter().map(|item| pack.serving(item).collect::<Vec<_>>()).filter(|checks| !checks.is_empty()).collect();
    let asked = served.iter().filter(|checks| checks.iter().all(|check| check.only_asks())).count();
    let by_word = if asked == 0 { String::new() } else { format!(", {asked} of them by attestation only") };
    let (noun, have) = if items.len() == 1 { ("item", "has") } else { ("items", "have") };
    format!("{} of {} {noun} {have} a check{by_word}", served.len(), items.len())
}

/// Returns the checks that serve no item.
fn idle(pack: &Pack) -> impl Iterator<Item = &Check> {
    let known = |id: &String| pack.provider.items.iter().any(|item| item.id == *id);
    pack.checks.iter().map(|packed| &packed.check).filter(move |check| !check.items.iter().any(known))
}

/// Renders an item with its text, and a line for each check.
fn row(pack: &Pack, item: &Item) -> String {
    let checks: Vec<&Check> = pack.serving(item).collect();
    let widest = checks.iter().map(|check| check.id.len()).max().unwrap_or(0);
    let line = |check: &&Check| {
        let stages: Vec<&str> = check.stage.0.iter().map(|stage| stage.word()).collect();
        let level = match check.level {
            Level::Required => "",
            Level::Recommended => ", recommended",
        };
        let asks = if check.only_asks() { ", attestation" } else { "" };
        format!("      {:widest$}  {}{level}{asks}\n", check.id, stages.join(", "))
    };
    let lines: String = checks.iter().map(line).collect();
    let lines = if lines.is_empty() { "      NO CHECK\n".to_owned() } else { lines };
    format!("  {}  {}\n{lines}", item.id, item.text)
}
