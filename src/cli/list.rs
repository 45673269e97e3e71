//! `preflight list`: lists providers and checks.

use std::fmt::Write as _;

use super::args::List;
use super::exit::Exit;
use super::run;
use super::screen::Screen;
use crate::pack::Pack;
use crate::pack::check::Level;
use crate::pack::load::Catalog;
use crate::report::text::for_terminal;

/// Lists the providers, or the checks of one provider.
pub(super) fn list(list: &List, screen: &Screen) -> Exit {
    let catalog = match run::catalog(list.checks.as_deref()) {
        Ok(catalog) => catalog,
        Err(problems) => {
            screen.show_problems(&problems);
            return Exit::WrongInput;
        }
    };
    let text = match &list.provider {
        None => providers(&catalog),
        Some(name) => match catalog.pack(name) {
            Ok(pack) => checks(&pack),
            Err(problem) => {
                screen.show_problems(&problem.into());
                return Exit::WrongInput;
            }
        },
    };
    screen.say(&for_terminal(&text), Exit::Success)
}

fn providers(catalog: &Catalog) -> String {
    let mut text = String::new();
    for pack in catalog.packs.values() {
        let origin = if pack.built_in { "built in" } else { "from a folder" };
        let served = pack.provider.items.len() - pack.unserved().count();
        writeln!(
            text,
            "{}  {} {}, {origin}: {} checks for {served} of {} items, sha256 {}",
            pack.id,
            pack.provider.name,
            pack.provider.version,
            pack.checks.len(),
            pack.provider.items.len(),
            &pack.digest[..12]
        )
        .ok();
    }
    text.push_str("\n`preflight list PROVIDER` lists the checks of a provider.\n");
    text
}

fn checks(pack: &Pack) -> String {
    let widest = pack.checks.iter().map(|packed| packed.check.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    let mut section = "";
    for packed in &pack.checks {
        let check = &packed.check;
        let item = pack.provider.items.iter().find(|item| check.items.first() == Some(&item.id));
        let of = item.map_or("", |item| item.section.as_str());
        if of != section {
            section = of;
            writeln!(text, "{}{section}", if text.is_empty() { "" } else { "\n" }).ok();
        }
        let stages: Vec<&str> = check.stage.0.iter().map(|stage| stage.word()).collect();
        let level = match check.level {
            Level::Required => "",
            Level::Recommended => ", recommended",
        };
        writeln!(text, "  {:widest$}  {} ({}{level})", check.id, check.title, stages.join(", ")).ok();
    }
    let unchecked: Vec<&str> = pack.unserved().map(|item| item.id.as_str()).collect();
    if !unchecked.is_empty() {
        writeln!(text, "\nNo check in this version: {}", unchecked.join(", ")).ok();
    }
    text
}
