//! No circles of files: no two files import each other, directly or through others.
//!
//! A path leads to the file that defines what it names: if the `mod.rs` of a folder re-exports something, that is no
//! import of the folder. Tests may import everything, so they do not count.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use crate::support::{files, root};

/// A module, by the names that lead to it from the root of the crate.
type Module = Vec<String>;

/// A file, and the paths in it.
#[derive(Default)]
struct File {
    /// The text without comments, imports and tests.
    body: String,
    /// The items that it defines at the top level.
    items: BTreeSet<String>,
    /// The names that it imports or re-exports, with the paths behind them.
    names: BTreeMap<String, Vec<String>>,
}

/// Returns the module of a file below `src`; `None` for a test and for the root.
fn module(path: &str) -> Option<Module> {
    let mut names: Module = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if names.iter().any(|name| name == "tests" || name.ends_with("_tests")) || matches!(path, "lib.rs" | "main.rs") {
        return None;
    }
    names.pop_if(|last| last == "mod");
    Some(names)
}

/// Collects the paths of an import, each with the name by which it is known: `a::{b, c as d}` has two.
fn leaves(text: &str, before: &[String], found: &mut Vec<(String, Vec<String>)>) {
    let steps = |text: &str| -> Vec<String> {
        text.split("::").map(|step| step.trim().to_owned()).filter(|step| !step.is_empty()).collect()
    };
    if let Some((head, inner)) = text.split_once('{') {
        let head: Vec<String> = before.iter().cloned().chain(steps(head)).collect();
        let (inner, _) = inner.rsplit_once('}').unwrap();
        let (mut depth, mut start) = (0, 0);
        for (at, character) in inner.char_indices().chain([(inner.len(), ',')]) {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    if !inner[start..at].trim().is_empty() {
                        leaves(inner[start..at].trim(), &head, found);
                    }
                    start = at + 1;
                }
                _ => {}
            }
        }
        return;
    }
    let (path, alias) = text.split_once(" as ").map_or((text, None), |(path, alias)| (path, Some(alias.trim())));
    let mut path: Vec<String> = before.iter().cloned().chain(steps(path)).collect();
    path.pop_if(|last| last == "self");
    let name = alias.map_or_else(|| path.last().unwrap().clone(), str::to_owned);
    found.push((name, path));
}

/// Returns a path from the root of the crate; `None` if it leads out of the crate.
fn from_root(path: &[String], module: &Module, modules: &BTreeMap<Module, File>) -> Option<Vec<String>> {
    let (first, rest) = path.split_first()?;
    let above = path.iter().take_while(|step| *step == "super").count();
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some([module, rest].concat()),
        "super" => Some([&module[..module.len().checked_sub(above)?], &path[above..]].concat()),
        _ => {
            let below = [module.as_slice(), std::slice::from_ref(first)].concat();
            modules.contains_key(&below).then(|| [module, path].concat())
        }
    }
}

fn read() -> BTreeMap<Module, File> {
    let comments = Regex::new("//.*").unwrap();
    let items = Regex::new(
        r"(?m)^(?:(?:pub(?:\([^)]*\))? )?(?:(?:async|const|unsafe) )*(?:fn|struct|enum|trait|type|const|static|macro_rules!)|    pub (?:struct|enum)) +(\w+)",
    )
    .unwrap();
    let imports = Regex::new(r"(?m)^\s*(?:pub(?:\([^)]*\))? )?use\s+([^;]+);").unwrap();
    let mut texts = Vec::new();
    let mut modules: BTreeMap<Module, File> = BTreeMap::new();
    for path in files("src", ".rs") {
        let below = path.strip_prefix("src").unwrap().to_string_lossy().replace('\\', "/");
        let Some(module) = module(&below) else { continue };
        let text = std::fs::read_to_string(root().join(&path)).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let text = comments.replace_all(text, "").into_owned();
        let file = File {
            body: imports.replace_all(&text, "").into_owned(),
            items: items.captures_iter(&text).map(|found| found[1].to_owned()).collect(),
            names: BTreeMap::new(),
        };
        modules.insert(module.clone(), file);
        texts.push((module, text));
    }
    for (module, text) in texts {
        let mut found = Vec::new();
        imports.captures_iter(&text).for_each(|import| leaves(&import[1], &[], &mut found));
        let known = found.into_iter().filter_map(|(name, path)| Some((name, from_root(&path, &module, &modules)?)));
        let names = known.collect();
        modules.get_mut(&module).unwrap().names = names;
    }
    modules
}

/// Returns the module that defines what a path names, and the rest of the path there.
fn defined(path: &[String], modules: &BTreeMap<Module, File>, turns: usize) -> (Module, Vec<String>) {
    let mut at = 0;
    while at < path.len() && modules.contains_key(&path[..=at]) {
        at += 1;
    }
    let (module, rest) = (path[..at].to_vec(), &path[at..]);
    let file = modules.get(&module);
    match rest.first().zip(file) {
        Some((name, file)) if !file.items.contains(name) && turns < 20 => match file.names.get(name) {
            Some(behind) => defined(&[behind.as_slice(), &rest[1..]].concat(), modules, turns + 1),
            None => (module, rest.to_vec()),
        },
        _ => (module, rest.to_vec()),
    }
}

/// Returns the files that each file imports.
fn edges(modules: &BTreeMap<Module, File>) -> BTreeMap<Module, BTreeSet<Module>> {
    let full = Regex::new(r"\b(?:crate|super)(?:::\w+)+").unwrap();
    let short = Regex::new(r"\b([a-z_]\w*)((?:::\w+)+)").unwrap();
    let mut edges: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (module, file) in modules {
        let imported = edges.entry(module.clone()).or_default();
        // A facade has no code of its own. What it re-exports belongs to the file that asks for it.
        if file.items.is_empty() && modules.keys().any(|other| other.starts_with(module) && other != module) {
            continue;
        }
        let split = |text: &str| -> Vec<String> { text.split("::").map(str::to_owned).collect() };
        let mut paths: Vec<Vec<String>> = file.names.values().cloned().collect();
        paths.extend(full.find_iter(&file.body).filter_map(|found| from_root(&split(found.as_str()), module, modules)));
        for found in short.captures_iter(&file.body) {
            if let Some(known) = file.names.get(&found[1]) {
                paths.push([known.as_slice(), &split(found[2].trim_start_matches("::"))].concat());
            }
        }
        for path in paths {
            let (to, _) = defined(&path, modules, 0);
            if to != *module && modules.get(&to).is_some_and(|file| !file.items.is_empty()) {
                imported.insert(to);
            }
        }
    }
    edges
}

/// Returns what is left of the files if those that import nothing or that nothing imports are removed repeatedly.
fn in_circles(mut edges: BTreeMap<Module, BTreeSet<Module>>) -> BTreeMap<Module, BTreeSet<Module>> {
    loop {
        let before = edges.len();
        edges.retain(|_, to| !to.is_empty());
        let imported: BTreeSet<Module> = edges.values().flatten().cloned().collect();
        edges.retain(|from, _| imported.contains(from));
        let left: BTreeSet<Module> = edges.keys().cloned().collect();
        for to in edges.values_mut() {
            to.retain(|to| left.contains(to));
        }
        if edges.len() == before && edges.values().all(|to| !to.is_empty()) {
            return edges;
        }
    }
}

#[test]
fn no_two_files_import_each_other() {
    let modules = read();
    let edges = edges(&modules);
    let number: usize = edges.values().map(BTreeSet::len).sum();
    assert!(modules.len() > 200 && number > 500, "{number} imports of {} files: they were not read", modules.len());
    let lines: Vec<String> = in_circles(edges)
        .iter()
        .map(|(from, to)| {
            let to: Vec<String> = to.iter().map(|to| to.join("::")).collect();
            format!("{} imports {}", from.join("::"), to.join(", "))
        })
        .collect();
    assert!(lines.is_empty(), "these files are in circles, or between two:\n  {}\n", lines.join("\n  "));
}

#[test]
fn a_circle_is_found() {
    let module = |name: &str| vec![name.to_owned()];
    let edges = [("a", "b"), ("b", "c"), ("c", "b"), ("d", "a")];
    let edges = edges.map(|(from, to)| (module(from), BTreeSet::from([module(to)])));
    let left = in_circles(BTreeMap::from(edges));
    assert_eq!(left.into_keys().collect::<Vec<_>>(), [module("b"), module("c")]);
}

#[test]
fn an_import_has_a_path_for_each_name() {
    let mut found = Vec::new();
    leaves("super::a::{self, b as c, d::{E, F}}", &[], &mut found);
    let found: Vec<String> = found.into_iter().map(|(name, path)| format!("{name} {}", path.join("::"))).collect();
    assert_eq!(found, ["a super::a", "c super::a::b", "E super::a::d::E", "F super::a::d::F"]);
}
