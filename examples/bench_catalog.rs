//! Writes a catalogue that `bench/run.sh` loads and lints: `bench_catalog DIR COUNT` copies the shipped checks and their
//! items under other names until there are so many checks, each of which also needs its copy before.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use preflight::pack::Pack;
use preflight::pack::load::Catalog;
use regex::Regex;

type Failed = Box<dyn std::error::Error>;

/// The lines of a check that name checks and items, and a check's title.
const NAMING: [&str; 4] = ["id:", "items:", "needs:", "title:"];

/// An id: a section, a dot and a stem.
static ID: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[a-z0-9-]+\.[a-z0-9-]+\b").ok());

fn main() -> Result<(), Failed> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, count] = arguments.as_slice() else { return Err("usage: bench_catalog DIR COUNT".into()) };
    let catalog = Catalog::built_in().map_err(|problems| problems.render(false))?;
    let (name, pack) = catalog.packs.iter().max_by_key(|(_, pack)| pack.checks.len()).ok_or("there is no pack")?;
    write(name, pack, Path::new(folder), count.parse()?)
}

fn write(name: &str, pack: &Pack, folder: &Path, count: usize) -> Result<(), Failed> {
    let checks = folder.join("checks").join(name);
    for section in pack.checks.iter().map(|packed| packed.check.section()) {
        std::fs::create_dir_all(checks.join(section))?;
    }
    for at in 0..count {
        let (packed, copy) = (&pack.checks[at % pack.checks.len()], at / pack.checks.len());
        let stem = packed.check.id.rsplit('.').next().unwrap_or_default();
        // The last copy may lack some of the checks that others need.
        let whole = (copy + 1) * pack.checks.len() <= count;
        let text = copied_check(&packed.document.text, copy, whole);
        std::fs::write(checks.join(packed.check.section()).join(format!("{stem}-{copy}.yaml")), text)?;
    }
    let copies = count.div_ceil(pack.checks.len());
    std::fs::write(checks.join("provider.yaml"), copied_items(&pack.document.text, copies))?;
    for (fixture, bytes) in pack.fixtures.files() {
        let path = folder.join("fixtures").join(name).join(fixture);
        std::fs::create_dir_all(path.parent().ok_or("a fixture lies in a folder")?)?;
        std::fs::write(path, bytes)?;
    }
    Ok(())
}

/// A line with every id in it turned into that of a copy.
fn renamed(line: &str, copy: usize) -> Cow<'_, str> {
    ID.as_ref().map_or(Cow::Borrowed(line), |id| id.replace_all(line, format!("$0-{copy}")))
}

fn copied_check(text: &str, copy: usize, whole: bool) -> String {
    let (mut copied, mut id) = (String::new(), "");
    for line in text.lines() {
        let word = NAMING.iter().find(|word| line.starts_with(**word)).copied();
        match word {
            Some("title:") => writeln!(copied, "{line}, copy {copy}"),
            Some("needs:") if whole && copy > 0 => {
                let before = format!(", {id}-{}]", copy - 1);
                writeln!(copied, "{}", renamed(line, copy).replace(']', &before))
            }
            Some("needs:") if !whole => Ok(()),
            Some(_) => writeln!(copied, "{}", renamed(line, copy)),
            None => writeln!(copied, "{line}"),
        }
        .ok();
        id = line.strip_prefix("id: ").unwrap_or(id);
    }
    copied
}

/// The text of `provider.yaml` with every item as often as there are copies.
fn copied_items(text: &str, copies: usize) -> String {
    let is_item = |line: &&str| line.starts_with("  - { id: ");
    let mut copied = String::new();
    for line in text.lines() {
        if !is_item(&line) {
            writeln!(copied, "{line}").ok();
        }
        if line.starts_with("items:") {
            for copy in 0..copies {
                for item in text.lines().filter(is_item) {
                    let (id, rest) = item.split_once(',').unwrap_or((item, ""));
                    writeln!(copied, "{},{rest}", renamed(id, copy)).ok();
                }
            }
        }
    }
    copied
}
