//! `preflight lint`: finds problems in packs.

use super::args::Lint;
use super::exit::Exit;
use super::screen::Screen;
use crate::pack::load::Catalog;

/// Reads packs and reports every problem in them.
pub(super) fn lint(lint: &Lint, screen: &Screen) -> Exit {
    let read = match &lint.folder {
        Some(folder) => Catalog::from_folder(folder),
        None => Catalog::built_in_examined(),
    };
    match read {
        Ok(catalog) => {
            if !catalog.warnings.0.is_empty() {
                screen.show_problems(&catalog.warnings);
            }
            let checks: usize = catalog.packs.values().map(|pack| pack.checks.len()).sum();
            let count = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
            let said = format!("{} with {}: no errors\n", count(catalog.packs.len(), "pack"), count(checks, "check"));
            screen.say(&said, Exit::Success)
        }
        Err(problems) => {
            screen.show_problems(&problems);
            Exit::WrongInput
        }
    }
}
