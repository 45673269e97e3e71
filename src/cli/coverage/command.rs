//! `preflight coverage`: which checks serve which item of a provider's checklist, which items and checks are left over,
//! and whether the provider has changed the wording.

#[cfg(feature = "coverage-page")]
use std::path::Path;

use super::table;
#[cfg(feature = "coverage-page")]
use super::{compare, page};
use crate::cli::args::Coverage;
use crate::cli::exit::Exit;
use crate::cli::run;
use crate::cli::screen::Screen;
#[cfg(feature = "coverage-page")]
use crate::pack::Pack;
use crate::report::text::for_terminal;
use crate::yaml::Problems;

pub(in crate::cli) fn coverage(coverage: &Coverage, screen: &Screen) -> Exit {
    match report(coverage) {
        Ok((text, exit)) => screen.say(&for_terminal(&text), exit),
        Err(problems) => {
            screen.show_problems(&problems);
            Exit::WrongInput
        }
    }
}

/// Returns the text of the command, and its exit code.
fn report(coverage: &Coverage) -> Result<(String, Exit), Problems> {
    let catalog = run::catalog(coverage.checks.as_deref())?;
    let pack = catalog.pack(&coverage.provider)?;
    #[cfg(feature = "coverage-page")]
    if let Some(file) = &coverage.page {
        return compare_with_page(&pack, file, coverage.pin);
    }
    let (text, well) = table::table(&pack);
    Ok((text, exit(well)))
}

/// Compares the items of a pack with a saved page, or pins them to it.
#[cfg(feature = "coverage-page")]
fn compare_with_page(pack: &Pack, file: &Path, pin: bool) -> Result<(String, Exit), Problems> {
    let page = page::read(file)?;
    let compared = compare::compare(&pack.provider.items, &page);
    if pin {
        return Ok((compare::pins(&pack.provider.items, &compared, file), exit(compared.gone.is_empty())));
    }
    Ok((compare::describe(&compared, file), exit(compared.is_same())))
}

fn exit(well: bool) -> Exit {
    if well { Exit::Success } else { Exit::NotReady }
}
