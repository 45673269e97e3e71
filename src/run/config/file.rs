//! The value of a key in a file that production loads. What cannot be told from the file alone is said, never guessed.

use std::path::Path;

use super::entries::{self, Said};
use super::tree::{self, Node};
use super::{dotenv, ini, json, properties, yaml};
use crate::files::{self, Kind};

/// What the files of programs are called by their ends: a value in one is whatever the program makes of it.
const PROGRAMS: [&str; 31] = [
    "py", "js", "mjs", "cjs", "ts", "mts", "tsx", "jsx", "rb", "php", "java", "kt", "kts", "scala", "go", "rs", "cs",
    "fs", "vb", "ex", "exs", "erl", "clj", "lua", "pl", "ps1", "bat", "cmd", "gradle", "xml", "config",
];

/// Ends of names of files from which others are made, which say nothing of what is in them.
const PATTERNS: [&str; 8] = [".dist", ".example", ".sample", ".template", ".tpl", ".tmpl", ".j2", ".erb"];

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Variables,
    Properties,
    Sections,
    Json,
    Yaml,
    Toml,
}

/// The value of a key in a file, with its line.
///
/// # Errors
///
/// Why it is not known, in words that go after the place.
pub(super) fn value_of(path: &Path, key: &str) -> Result<(String, usize), String> {
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

fn format_of(name: &str) -> Result<Format, String> {
    let name = PATTERNS.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    Ok(match end {
        "json" | "jsonc" | "json5" => Format::Json,
        "yaml" | "yml" => Format::Yaml,
        "toml" => Format::Toml,
        "properties" => Format::Properties,
        "ini" | "cfg" | "cnf" | "conf" => Format::Sections,
        program if PROGRAMS.contains(&program) => {
            return Err(format!(
                "a `.{program}` file is not read, since the program that loads it makes its values; name a `.env`, \
                 `.properties`, INI, JSON, YAML or TOML file, or attest to it"
            ));
        }
        _ => Format::Variables,
    })
}

/// The text of a file. Letters of another encoding matter only in the value itself.
fn text_of(path: &Path) -> Result<String, String> {
    let bytes = files::read(path, Kind::Configuration).map_err(|why| format!("it {why}"))?;
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("the file is UTF-16, which most loaders cannot read; save it as UTF-8".into());
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

/// What a key means in all documents of a file. Which of several counts is for the program to decide, so they must agree.
fn in_documents(documents: &[Node], key: &str) -> Result<Vec<(usize, Said)>, String> {
    let (mut found, mut others) = (Vec::new(), Vec::new());
    for document in documents {
        let here = tree::named(document, key)?;
        match for_others(document).filter(|_| !here.is_empty()) {
            Some(line) => others.push((line, Said::Unknown("says that this part of the file is for another profile"))),
            None => found.extend(here),
        }
    }
    // What is for another profile matters where nothing else says it.
    Ok(if found.is_empty() { others } else { found })
}

/// The line by which a document is for one profile of the program that is not production.
fn for_others(document: &Node) -> Option<usize> {
    let keys = ["spring.config.activate.on-profile", "spring.profiles"];
    let named = keys.iter().find_map(|key| tree::named(document, key).ok()?.into_iter().next());
    match named {
        Some((line, Said::Value(profile))) => (!profile.contains("prod") && !profile.contains("live")).then_some(line),
        Some((_, Said::Nothing | Said::Several | Said::Unknown(_))) | None => None,
    }
}

/// The one value, if it is known. A later line of the same key overrides an earlier one in some loaders and not in
/// others: all must say the same.
fn decided(key: &str, found: Vec<(usize, Said)>) -> Result<(String, usize), String> {
    let several = found.iter().any(|(_, said)| Some(said) != found.first().map(|(_, first)| first));
    let lines = || found.iter().map(|(line, _)| line.to_string()).collect::<Vec<_>>().join(", ");
    let unknown = found.iter().find_map(|(line, said)| match said {
        Said::Unknown(why) => Some((line, why)),
        Said::Value(_) | Said::Nothing | Said::Several => None,
    });
    if let Some((line, why)) = unknown {
        let end = if *why == "is not NAME=value" { "" } else { ", so its value is not known here" };
        return Err(format!("line {line} {why}{end}"));
    }
    if several {
        return Err(format!("`{key}` has different values in the lines {}", lines()));
    }
    match found.into_iter().next() {
        None => Err(format!("there is no `{key}`")),
        Some((line, Said::Value(value))) => Ok((value, line)),
        Some((line, Said::Nothing)) => {
            Err(format!("`{key}` is empty in line {line}, so its value comes from elsewhere, if at all"))
        }
        Some((line, Said::Several)) => Err(format!("`{key}` is a map or a list in line {line}, not a value")),
        Some((line, Said::Unknown(why))) => Err(format!("line {line} {why}")),
    }
}

#[cfg(test)]
#[path = "tests/mod.rs"]
mod tests;
