//! The shape of the program: which module may import which, and what no part of the engine may contain.

use std::collections::{BTreeMap, BTreeSet};

use preflight::pack::authentication::Api;
use preflight::pack::load::Catalog;
use regex::Regex;

use crate::support::{files, root};

/// Every top-level module, and the others that it may import. Data flows one way, so there is no circle.
const MAY_IMPORT: [(&str, &[&str]); 22] = [
    ("address", &[]),
    ("body", &[]),
    (
        "cli",
        &[
            "address",
            "environment",
            "evidence",
            "files",
            "judge",
            "net",
            "pack",
            "plan",
            "profile",
            "redact",
            "reference_partner",
            "report",
            "run",
            "sample_partner",
            "simulator",
            "template",
            "webhook",
            "yaml",
        ],
    ),
    ("environment", &[]),
    ("evidence", &["body"]),
    ("files", &[]),
    ("json", &[]),
    ("json_path", &[]),
    ("judge", &["address", "evidence", "json", "json_path", "pack", "plan", "profile", "template"]),
    ("net", &["address", "evidence", "pack", "redact"]),
    ("pack", &["address", "evidence", "files", "json", "json_path", "template", "yaml"]),
    ("plan", &["json", "pack", "profile", "template", "yaml"]),
    ("profile", &["address", "environment", "json", "json_path", "pack", "redact", "template", "yaml"]),
    ("redact", &["address", "json"]),
    ("reference_partner", &[]),
    ("report", &["evidence", "files", "json_path", "judge", "pack", "plan", "profile"]),
    (
        "run",
        &[
            "address",
            "body",
            "environment",
            "evidence",
            "files",
            "json",
            "json_path",
            "judge",
            "net",
            "pack",
            "plan",
            "profile",
            "redact",
            "simulator",
            "template",
            "webhook",
            "yaml",
        ],
    ),
    ("sample_partner", &["body", "files", "pack", "template", "webhook"]),
    ("simulator", &["address", "body", "evidence", "json", "net", "pack", "redact", "template", "webhook"]),
    ("template", &["address"]),
    ("webhook", &["body", "json", "pack", "redact", "template"]),
    ("yaml", &["files", "json", "json_path", "redact"]),
];

/// What the judge must not use, so that saved evidence always gets the same verdict.
const IMPURE: [&str; 14] = [
    "tokio",
    "reqwest",
    "async ",
    ".await",
    "Instant",
    "SystemTime",
    "now_utc",
    "now_local",
    "TcpStream",
    "UdpSocket",
    "std::fs",
    "std::env",
    "std::process",
    "rand::",
];

/// Where a provider may be named: in its reference partner and in the demo of it.
const OF_A_PROVIDER: [&str; 2] = ["src/reference_partner", "src/cli/demo.rs"];

/// Maximum length of a file, in lines.
const LONGEST: usize = 350;

/// A source file.
struct Source {
    /// The path from the root of the project, with `/`.
    path: String,
    /// The text without the tests.
    text: String,
    /// The text without tests and comments.
    code: String,
    lines: usize,
}

impl Source {
    /// Returns the top-level module that the file belongs to.
    fn module(&self) -> &str {
        let below = &self.path["src/".len()..];
        below.split('/').next().unwrap().trim_end_matches(".rs")
    }

    /// Returns how many `super` lead from the file's module to the root of the crate.
    fn depth(&self) -> usize {
        self.path.trim_end_matches("/mod.rs").matches('/').count()
    }

    /// Returns the other top-level modules that the file imports.
    fn imports(&self) -> BTreeSet<String> {
        assert!(!self.code.contains("crate::{"), "{}: one module a `use`, so that it can be read here", self.path);
        let path = Regex::new(r"\b(crate|super(?:::super)*)::(\w+)").unwrap();
        path.captures_iter(&self.code)
            .filter(|found| &found[1] == "crate" || found[1].matches("super").count() >= self.depth())
            .map(|found| found[2].to_owned())
            .filter(|name| name != self.module() && name != "super")
            .collect()
    }
}

/// Returns the files of a folder, sorted. Files of `src` that contain only tests are left out.
fn sources(folder: &str) -> Vec<Source> {
    let sources = files(folder, ".rs").into_iter().map(|path| {
        let text = std::fs::read_to_string(root().join(&path)).unwrap();
        let lines = text.lines().count();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        let path = path.to_string_lossy().replace('\\', "/");
        Source { path, text, code, lines }
    });
    let tests = |source: &Source| {
        source.path.starts_with("src/") && (source.path.contains("/tests") || source.path.ends_with("_tests.rs"))
    };
    sources.filter(|source| !tests(source)).collect()
}

/// Returns the imports of each top-level module, with the files that contain them.
fn edges() -> BTreeMap<String, BTreeMap<String, Vec<String>>> {
    let mut edges: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for source in sources("src").iter().filter(|source| !["main", "lib"].contains(&source.module())) {
        let from = edges.entry(source.module().to_owned()).or_default();
        for to in source.imports() {
            from.entry(to).or_default().push(source.path.clone());
        }
    }
    edges
}

/// Asserts that nothing is wrong, and prints a line for each thing that is.
fn told(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n  {}\n", wrong.join("\n  "));
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let table: BTreeMap<&str, &[&str]> = MAY_IMPORT.into_iter().collect();
    let mut wrong = Vec::new();
    let found = edges();
    assert!(found.len() > 10, "the sources were not found: {found:?}");
    for (from, to) in &found {
        let Some(allowed) = table.get(from.as_str()) else {
            wrong.push(format!("`{from}` has no row in the table"));
            continue;
        };
        for (to, files) in to.iter().filter(|(to, _)| !allowed.contains(&to.as_str())) {
            wrong.push(format!("`{from}` must not import `{to}`: {}", files.join(", ")));
        }
    }
    told(&wrong);
}

#[test]
fn the_table_has_no_circle() {
    let mut left: BTreeMap<&str, &[&str]> = MAY_IMPORT.into_iter().collect();
    loop {
        let done: Vec<&str> = left
            .iter()
            .filter(|(_, to)| !to.iter().any(|name| left.contains_key(name)))
            .map(|(name, _)| *name)
            .collect();
        if done.is_empty() {
            break;
        }
        left.retain(|name, _| !done.contains(name));
    }
    assert!(left.is_empty(), "these import each other: {:?}", left.keys());
}

#[test]
fn a_judge_has_no_clock_no_socket_and_waits_for_nothing() {
    let mut wrong = Vec::new();
    let judges: Vec<Source> = sources("src").into_iter().filter(|source| source.module() == "judge").collect();
    assert!(judges.len() > 3, "the judges were not found");
    for source in &judges {
        wrong.extend(
            IMPURE.iter().filter(|word| source.code.contains(**word)).map(|word| format!("{}: `{word}`", source.path)),
        );
    }
    told(&wrong);
}

/// Returns the names, hosts, headers and events of every built-in pack.
fn words_of_providers() -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for (id, pack) in &Catalog::built_in().unwrap().packs {
        words.extend([id.clone(), pack.provider.name.to_lowercase()]);
        for addresses in pack.provider.environments.values() {
            words.extend(addresses.apis.values().filter_map(|url| url.host_str().map(str::to_owned)));
            words.extend(addresses.pages.iter().chain(&addresses.obsolete).cloned());
        }
        for api in pack.provider.apis.values() {
            if let Api::Header(headers) = api {
                words.extend(headers.keys().map(|name| name.to_lowercase()));
            }
        }
        if let Some(hooks) = &pack.provider.webhooks {
            let headers =
                hooks.headers.keys().chain(hooks.known_defects.values().flat_map(|mistake| mistake.headers.keys()));
            words.extend(headers.chain(hooks.events.keys()).map(|name| name.to_lowercase()));
        }
        words.extend(pack.provider.settings.keys().chain(pack.provider.emails.keys()).map(|name| name.to_lowercase()));
        words.extend(
            pack.provider.actions.keys().chain(pack.provider.manual_steps.keys()).map(|name| name.to_lowercase()),
        );
    }
    // Headers of HTTP and common words belong to no provider.
    words.retain(|word| !EVERYBODYS.contains(&word.as_str()));
    assert!(words.len() > 30, "the packs say little: {words:?}");
    words
}

/// Words that packs use and that belong to no provider.
const EVERYBODYS: [&str; 5] = ["authorization", "content-type", "email", "received", "subscription"];

/// Returns the words that a text contains, with their line numbers.
fn named(text: &str, words: &BTreeSet<String>) -> Vec<(usize, String)> {
    let lines = text.lines().map(str::to_lowercase).enumerate();
    let found = lines.flat_map(|(at, line)| {
        words.iter().filter(move |word| line.contains(word.as_str())).map(move |word| (at + 1, word.clone()))
    });
    found.collect()
}

#[test]
fn the_engine_knows_no_provider() {
    let words = words_of_providers();
    let planted = "first\nlet name = \"X-Debitura-Event\"; // and DebitSuccess\nlast";
    let found: BTreeSet<String> =
        named(planted, &words).into_iter().map(|(line, word)| format!("{line} {word}")).collect();
    let wanted = ["2 debitsuccess", "2 debitura", "2 x-debitura-event"].map(str::to_owned);
    assert_eq!(found, BTreeSet::from(wanted), "this test finds what is there");
    let mut wrong = Vec::new();
    for source in sources("src").iter().filter(|source| !OF_A_PROVIDER.iter().any(|own| source.path.starts_with(own))) {
        wrong
            .extend(named(&source.text, &words).iter().map(|(line, word)| format!("{}:{line}: `{word}`", source.path)));
    }
    told(&wrong);
}

/// How files are read, and folders listed.
const READS: [&str; 8] = [
    "fs::read(",
    "fs::read_to_string(",
    "File::open(",
    "File::options(",
    ".read(true)",
    "tokio::fs",
    "fs::read_dir(",
    "WalkDir::new(",
];

/// The files that may do so: the one that reads all files, the one that lists the files of packs, the one that lists
/// processes, and the one that looks for abandoned temporary folders and locks its own.
const MAY_READ: [(&str, &[&str]); 4] = [
    ("src/files.rs", &[".read(true)"]),
    ("src/pack/disk.rs", &["WalkDir::new("]),
    ("src/run/process_group.rs", &["fs::read_dir("]),
    ("src/cli/temporary.rs", &["File::options(", ".read(true)", "fs::read_dir("]),
];

/// Code that reads a file by itself would not check whether it is an ordinary file.
#[test]
fn files_are_read_in_one_place() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_READ.into_iter().collect();
    let mut wrong = Vec::new();
    for source in sources("src") {
        let may = allowed.get(source.path.as_str()).copied().unwrap_or_default();
        let reads = READS.iter().filter(|word| source.code.contains(**word));
        wrong.extend(reads.filter(|word| !may.contains(word)).map(|word| format!("{}: `{word}`", source.path)));
        wrong
            .extend(may.iter().filter(|word| !source.code.contains(**word)).map(|word| format!("{word} is not there")));
    }
    told(&wrong);
}

/// Files in which a type implements `Debug` itself.
const DEBUGS: [&str; 1] = ["src/net/gate/draft.rs"];

#[test]
fn nobody_reads_debug_text() {
    let mut wrong = Vec::new();
    for source in sources("src").iter().filter(|source| !DEBUGS.contains(&source.path.as_str())) {
        let lines = source.text.lines().enumerate().filter(|(_, line)| line.contains(":?}") || line.contains(":#?}"));
        wrong.extend(lines.map(|(at, line)| format!("{}:{}: {}", source.path, at + 1, line.trim())));
    }
    told(&wrong);
}

#[test]
fn files_are_short_and_nothing_is_silenced() {
    let mut wrong = Vec::new();
    for source in sources("src").iter().chain(&sources("tests")) {
        if source.lines > LONGEST {
            wrong.push(format!("{}: {} lines, {LONGEST} are the most", source.path, source.lines));
        }
        if source.path != "tests/project/architecture.rs"
            && (source.code.contains("#[allow(") || source.code.contains("![allow("))
        {
            wrong.push(format!("{}: `allow` silences for ever; `expect` with a reason does not", source.path));
        }
    }
    told(&wrong);
}
