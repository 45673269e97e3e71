//! Reads the value of a key from a file that production loads. A value that the file alone does not determine is
//! reported as unknown and never guessed.

use std::path::Path;

use super::dotenv::NOT_AN_ENTRY;
use super::entries::{self, ConfigValue};
use super::error::ConfigError;
use super::tree::{self, Node};
use super::{dotenv, ini, json, properties, yaml};
use crate::files::{self, Kind};

/// Extensions of program files. A program computes its values, so they cannot be read here.
const PROGRAMS: [&str; 31] = [
    "py", "js", "mjs", "cjs", "ts", "mts", "tsx", "jsx", "rb", "php", "java", "kt", "kts", "scala", "go", "rs", "cs",
    "fs", "vb", "ex", "exs", "erl", "clj", "lua", "pl", "ps1", "bat", "cmd", "gradle", "xml", "config",
];

/// Extensions of template files. The format is that of the extension before.
const PATTERNS: [&str; 8] = [".dist", ".example", ".sample", ".template", ".tpl", ".tmpl", ".j2", ".erb"];

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Variables,
    Properties,
    Sections,
    Json,
    Yaml,
    Toml,
}

/// Returns the value of a key in a file, with its line.
///
/// # Errors
///
/// The reason why the value is unknown, as a phrase that follows the file's name.
pub(super) fn value_of(path: &Path, key: &str) -> Result<(String, usize), ConfigError> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let format = format_of(&name)?;
    let text = text_of(path)?;
    let found = match format {
        Format::Variables => entries::named(dotenv::entries(&text), key),
        Format::Properties => entries::named(properties::entries(&text), key),
        Format::Sections => ini::named(&text, key),
        Format::Json => in_documents(&json::of_json(&text)?, key)?,
        Format::Toml => in_documents(&json::of_toml(&text)?, key)?,
        Format::Yaml => in_documents(&yaml::documents(&text)?, key)?,
    };
    decided(key, found)
}

fn format_of(name: &str) -> Result<Format, ConfigError> {
    let name = PATTERNS.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    Ok(match end {
        "json" | "jsonc" | "json5" => Format::Json,
        "yaml" | "yml" => Format::Yaml,
        "toml" => Format::Toml,
        "properties" => Format::Properties,
        "ini" | "cfg" | "cnf" | "conf" => Format::Sections,
        program if PROGRAMS.contains(&program) => {
            return Err(ConfigError::Program { extension: program.to_owned() });
        }
        _ => Format::Variables,
    })
}

/// Reads a file as text. Invalid UTF-8 matters only in the value itself.
fn text_of(path: &Path) -> Result<String, ConfigError> {
    let bytes = files::read(path, Kind::Configuration).map_err(ConfigError::Unread)?;
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(ConfigError::Utf16);
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

/// Returns a key's values in all documents of a file. Which document counts is the program's choice, so all values must
/// agree.
fn in_documents(documents: &[Node], key: &str) -> Result<Vec<(usize, ConfigValue)>, ConfigError> {
    let (mut found, mut others) = (Vec::new(), Vec::new());
    for document in documents {
        let here = tree::named(document, key)?;
        match for_others(document).filter(|_| !here.is_empty()) {
            Some(line) => {
                others.push((line, ConfigValue::Unknown("says that this part of the file is for another profile")));
            }
            None => found.extend(here),
        }
    }
    // Documents for another profile matter only if no other document has the key.
    Ok(if found.is_empty() { others } else { found })
}

/// Returns the line that restricts a document to a profile other than production.
fn for_others(document: &Node) -> Option<usize> {
    let keys = ["spring.config.activate.on-profile", "spring.profiles"];
    let named = keys.iter().find_map(|key| tree::named(document, key).ok()?.into_iter().next());
    match named {
        Some((line, ConfigValue::Value(profile))) => {
            (!profile.contains("prod") && !profile.contains("live")).then_some(line)
        }
        Some((_, ConfigValue::Nothing | ConfigValue::Several | ConfigValue::Unknown(_))) | None => None,
    }
}

/// Returns the value if it is certain. Some loaders let a later line override an earlier one and others do not, so all
/// lines must agree.
fn decided(key: &str, found: Vec<(usize, ConfigValue)>) -> Result<(String, usize), ConfigError> {
    let several = found.iter().any(|(_, said)| Some(said) != found.first().map(|(_, first)| first));
    let lines = || found.iter().map(|(line, _)| line.to_string()).collect::<Vec<_>>().join(", ");
    let unknown = found.iter().find_map(|(line, said)| match said {
        ConfigValue::Unknown(why) => Some((line, why)),
        ConfigValue::Value(_) | ConfigValue::Nothing | ConfigValue::Several => None,
    });
    if let Some((line, why)) = unknown {
        return Err(unknown_in(*line, why));
    }
    if several {
        return Err(ConfigError::Different { key: key.to_owned(), lines: lines() });
    }
    match found.into_iter().next() {
        None => Err(ConfigError::Absent { key: key.to_owned() }),
        Some((line, ConfigValue::Value(value))) => Ok((value, line)),
        Some((line, ConfigValue::Nothing)) => Err(ConfigError::Empty { key: key.to_owned(), line }),
        Some((line, ConfigValue::Several)) => Err(ConfigError::Several { key: key.to_owned(), line }),
        Some((line, ConfigValue::Unknown(why))) => Err(unknown_in(line, why)),
    }
}

fn unknown_in(line: usize, why: &'static str) -> ConfigError {
    if why == NOT_AN_ENTRY { ConfigError::NotAnEntry { line } } else { ConfigError::Unknown { line, why } }
}

#[cfg(test)]
#[path = "tests/mod.rs"]
mod tests;
