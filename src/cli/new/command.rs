//! `preflight new pack|check`: writes starting points that lint clean and pass `preflight test`. Existing files are
//! never overwritten, and either all files are written or none.

use std::path::Path;

use serde_json::Value;

use super::block;
use super::write::{Put, Writing};
use crate::cli::args::{New, NewCheck, NewPack, NewWhat};
use crate::cli::exit::Exit;
use crate::cli::schema::KINDS;
use crate::cli::screen::Screen;
use crate::pack::Pack;
use crate::pack::load::Catalog;
use crate::pack::step::{EventChoice, Step};
use crate::yaml::{Problem, Problems};

/// The files of a pack below `checks/<pack>/`.
const CHECKS: [(&str, &str); 5] = [
    ("provider.yaml", include_str!("provider.yaml")),
    ("partner.yaml", include_str!("partner.yaml")),
    ("webhooks/accepts-genuine.yaml", include_str!("accepts-genuine.yaml")),
    ("webhooks/rejects-forged.yaml", include_str!("rejects-forged.yaml")),
    ("webhooks/deduplicates.yaml", include_str!("deduplicates.yaml")),
];

/// The files of a pack below `fixtures/<pack>/`.
const FIXTURES: [(&str, &str); 1] = [("events/order.paid.json", include_str!("order.paid.json"))];

/// A check for a pack with webhooks.
const DELIVERED: &str = include_str!("delivered.yaml");

/// A check for a pack without webhooks.
const ASKED: &str = include_str!("asked.yaml");

pub(in crate::cli) fn new(new: &New, screen: &Screen) -> Exit {
    let written = match &new.what {
        NewWhat::Pack(pack) => begin_pack(pack),
        NewWhat::Check(check) => begin_check(check),
    };
    match written {
        Ok(told) => screen.say(&told, Exit::Success),
        Err(problems) => {
            screen.show_problems(&problems);
            Exit::WrongInput
        }
    }
}

/// Whether a text can name a folder, a part of an id and a part of a host.
fn is_name(text: &str) -> bool {
    let fits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.split('-').all(fits) && text.starts_with(|c: char| c.is_ascii_lowercase())
}

fn refused(message: String, hint: &str) -> Problems {
    Problem::of_file("command line", message).hint(hint).into()
}

/// Turns `acme-payments` into `Acme Payments`.
fn title(name: &str) -> String {
    let word = |part: &str| part[..1].to_uppercase() + &part[1..];
    name.split('-').map(word).collect::<Vec<_>>().join(" ")
}

fn begin_pack(pack: &NewPack) -> Result<String, Problems> {
    let name = &pack.name;
    if !is_name(name) {
        let message = format!("`{name}` is not a valid pack name");
        return Err(refused(message, "use lower-case letters, digits and single hyphens, such as `acme-payments`"));
    }
    for folder in [format!("checks/{name}"), format!("fixtures/{name}")] {
        if pack.folder.join(&folder).exists() {
            let problem = Problem::of_file(&pack.folder.join(folder).display().to_string(), "already exists");
            return Err(problem.hint("choose another name; nothing was written").into());
        }
    }
    let filled = |text: &str| text.replace("__PACK__", name).replace("__TITLE__", &title(name));
    let checks = CHECKS.iter().map(|(path, text)| Writing::new_file(format!("checks/{name}/{path}"), filled(text)));
    let fixtures =
        FIXTURES.iter().map(|(path, text)| Writing::new_file(format!("fixtures/{name}/{path}"), filled(text)));
    // Schemas for editors. Existing ones stay: an earlier pack has brought them.
    let missing = KINDS.iter().map(|kind| (format!("schemas/{}.json", kind.name), kind));
    let missing = missing.filter(|(path, _)| !pack.folder.join(path).exists());
    let schemas = missing.map(|(path, kind)| Writing::new_file(path, kind.text()));
    let put = Put::all(&pack.folder, checks.chain(fixtures).chain(schemas).collect())?;
    Ok(describe_written(&format!("the pack `{name}`"), &put, &pack.folder))
}

fn begin_check(check: &NewCheck) -> Result<String, Problems> {
    let parts = check.id.split_once('/').and_then(|(pack, id)| Some((pack, id, id.split_once('.')?)));
    let Some((pack_name, id, (section, stem))) =
        parts.filter(|(pack, _, (section, stem))| [pack, section, stem].into_iter().all(|part| is_name(part)))
    else {
        let message = format!("`{}` is not a valid check name", check.id);
        return Err(refused(message, "write pack, section and name: `acme-payments/webhooks.answers-in-time`"));
    };
    let checks = check.folder.join("checks");
    let catalog = Catalog::from_folder(&checks)?;
    let pack = catalog.pack(pack_name).map_err(|problem| {
        if problem.hint.is_some() {
            problem
        } else {
            problem.hint(format!("`preflight new pack {pack_name}` creates one"))
        }
    })?;
    let item_id = match &check.item {
        Some(named) => known(&pack, named)?,
        None => id,
    };
    let own = Writing::new_file(format!("checks/{pack_name}/{section}/{stem}.yaml"), scaffold(&pack, id, item_id));
    own.is_free(&check.folder)?;
    let written = [Some(own), item(&pack, item_id, section, &check.folder)?, fault(&pack, id, &check.folder)?];
    let put = Put::all(&check.folder, written.into_iter().flatten().collect())?;
    Ok(describe_written(&format!("the check `{id}`"), &put, &check.folder))
}

/// Returns the text of the check: it delivers an event if the pack has webhooks, and asks a question otherwise.
fn scaffold(pack: &Pack, id: &str, item: &str) -> String {
    let docs = pack.provider.docs.clone().unwrap_or_else(|| format!("https://docs.{}.example/", pack.id));
    let event = event(pack);
    let text = if event.is_some() { DELIVERED } else { ASKED };
    let event = quoted(event.unwrap_or_default());
    let text = text.replace("__ITEM__", &plain(item)).replace("__ID__", id);
    let text = text.replace("__DOCS__", &plain(&docs)).replace("__EVENT__", &event);
    match before(pack) {
        Some(needed) => text.replace("__NEEDS__", &plain(needed)),
        None => text.replace("needs: [__NEEDS__]\n", ""),
    }
}

/// Returns the check that the other delivery checks need: the one that delivers each event.
fn before(pack: &Pack) -> Option<&str> {
    let each = |step: &Step| step.deliver().is_some_and(|deliver| deliver.deliver == EventChoice::Each);
    let found = pack.checks.iter().find(|packed| packed.check.when.iter().any(each));
    found.map(|packed| packed.check.id.as_str())
}

/// Returns an event to deliver. Names that look like templates are skipped, because they would be rendered as such.
fn event(pack: &Pack) -> Option<&str> {
    let mut events = pack.provider.webhooks.iter().flat_map(|hooks| hooks.events.keys()).map(String::as_str);
    events.find(|name| !["{{", "{%", "{#"].iter().any(|opening| name.contains(opening)))
}

/// Writes a text as a JSON string, which YAML reads as the same text.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Writes a text without quotes if YAML reads it as the same text anywhere, and with quotes otherwise.
fn plain(text: &str) -> String {
    let is_plain = |text: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "._/:-".contains(c);
        let begins = text.starts_with(|c: char| c.is_ascii_lowercase());
        begins && text.contains('.') && text.chars().all(fits) && !text.ends_with(':')
    };
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// Returns the named item if the pack has it.
fn known<'i>(pack: &Pack, item: &'i str) -> Result<&'i str, Problem> {
    let ids = || pack.provider.items.iter().map(|item| item.id.as_str());
    let problem = || Problem::of_file("command line", format!("`{}` has no item `{item}`", pack.id));
    let hint = format!("`preflight coverage {} --checks checks` lists them", pack.id);
    if ids().any(|id| id == item) { Ok(item) } else { Err(problem().nearest_or(item, ids(), &hint)) }
}

/// Adds the item to provider.yaml if there is none with this id.
fn item(pack: &Pack, id: &str, section: &str, folder: &Path) -> Result<Option<Writing>, Problem> {
    if pack.provider.items.iter().any(|item| item.id == id) {
        return Ok(None);
    }
    let line = format!(
        "- {{ id: {id}, section: {}, text: State the provider's requirement in your own words }}",
        quoted(&title(section))
    );
    let there =
        |value: &Value| value["items"].as_array().is_some_and(|items| items.iter().any(|item| item["id"] == id));
    changed(folder, &format!("checks/{}/provider.yaml", pack.id), "items", &[line], there).map(Some)
}

/// Adds the defect to partner.yaml if the check can have one.
fn fault(pack: &Pack, id: &str, folder: &Path) -> Result<Option<Writing>, Problem> {
    if event(pack).is_none() {
        return Ok(None);
    }
    let path = format!("checks/{}/partner.yaml", pack.id);
    if pack.sample.is_none() {
        let problem = Problem::of_file(&folder.join(path).display().to_string(), "does not exist");
        return Err(problem.hint("`preflight new pack NAME --in SOMEWHERE` writes one as a starting point; copy it"));
    }
    let lines = [
        format!("{id}:"),
        "  refuses-what-it-does-not-know:".into(),
        "    description: The handler rejects events of this type.".into(),
        format!("    first: [{{ if: event == '{id}', status: 400 }}]"),
    ];
    changed(folder, &path, "defects", &lines, |value| !value["defects"][id].is_null()).map(Some)
}

/// Returns a file with lines added to one of its blocks.
fn changed(
    folder: &Path,
    path: &str,
    key: &str,
    lines: &[String],
    there: impl Fn(&Value) -> bool,
) -> Result<Writing, Problem> {
    let full = folder.join(path);
    let document = crate::yaml::Document::read(&full, &full.display().to_string())?;
    let text = block::extended(&document.text, key, lines);
    let works = |text: &String| {
        let parsed = crate::yaml::Document::new(document.name.clone(), text.as_str()).parse();
        parsed.is_ok_and(|value| there(&value))
    };
    match text.filter(works) {
        Some(text) => Ok(Writing::changed(path.to_owned(), document.text.to_string(), text)),
        None => {
            let message = format!("`{key}` is not a YAML block to which lines can be added");
            let problem = document.problem_at_key("", key, message);
            Err(problem.hint(format!("add it yourself: {}", lines.join(" "))))
        }
    }
}

/// Returns a path as the user would write it.
fn below(folder: &Path, path: &str) -> String {
    if folder == Path::new(".") { path.to_owned() } else { folder.join(path).display().to_string() }
}

fn describe_written(what: &str, put: &Put, folder: &Path) -> String {
    let list = |verb: &str, paths: &[String]| -> String {
        paths.iter().map(|path| format!("  {verb} {}\n", below(folder, path))).collect()
    };
    let checks = below(folder, "checks");
    format!(
        "Created {what}:\n{}{}\nNext: replace the examples with the provider's requirements and facts, and try them:\n  \
         preflight lint {checks}\n  preflight test {checks}\n",
        list("new    ", &put.created),
        list("changed", &put.changed)
    )
}
