//! Reads INI files: `name = value` below `[section]`. A key is `section.name`, or the name alone.

use super::entries::{ConfigValue, Entry};

/// Returns the entries for a key.
pub(super) fn named(text: &str, key: &str) -> Vec<(usize, ConfigValue)> {
    let entries = entries(text);
    let whole: Vec<Entry> = entries.iter().map(|(section, entry)| below(section, entry)).collect();
    let found = super::entries::named(whole, key);
    if !found.is_empty() {
        return found;
    }
    super::entries::named(entries.into_iter().map(|(_, entry)| entry).collect(), key)
}

fn below(section: &str, entry: &Entry) -> Entry {
    let name = if section.is_empty() { entry.name.clone() } else { format!("{section}.{}", entry.name) };
    Entry { name, ..entry.clone() }
}

/// Returns the entries of a text, each with its section.
fn entries(text: &str) -> Vec<(String, Entry)> {
    let (mut section, mut found) = (String::new(), Vec::new());
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some((name, _)) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            name.trim().clone_into(&mut section);
        } else if let Some((name, value)) = line.split_once(['=', ':']) {
            let entry = Entry { line: at + 1, name: name.trim().to_owned(), value: value_of(value.trim()) };
            found.push((section.clone(), entry));
        }
    }
    found
}

fn value_of(text: &str) -> ConfigValue {
    let quoted = ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    match quoted {
        Some(inner) if !inner.contains(['"', '\'', '\\']) => ConfigValue::parse(inner),
        _ if text.contains(['"', '\'']) || text.contains(" #") || text.contains(" ;") => {
            ConfigValue::Unknown("has quotes or a comment within its value, which programs read differently")
        }
        _ => ConfigValue::parse(text),
    }
}
