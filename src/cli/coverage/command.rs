//! `preflight coverage`: which checks serve which item of a provider's checklist, which items and checks are left over,
//! and whether the provider has changed the wording.

use super::{compare, page, table};
use crate::cli::args::Coverage;
use crate::cli::exit::Exit;
use crate::cli::run;
use crate::cli::screen::Screen;
use crate::pack::Pack;
use crate::report::text::for_terminal;
use crate::yaml::Problems;

pub(in crate::cli) fn coverage(coverage: &Coverage, screen: &Screen) -> Exit {
    let told = run::catalog(coverage.checks.as_deref())
        .and_then(|catalog| compare(coverage, &*catalog.pack(&coverage.provider)?));
    match told {
        Ok((text, exit)) => screen.say(&for_terminal(&text), exit),
        Err(problems) => {
            screen.show_problems(&problems);
            Exit::WrongInput
        }
    }
}

/// Returns the text to print, and the exit code.
fn compare(coverage: &Coverage, pack: &Pack) -> Result<(String, Exit), Problems> {
    let exit = |well: bool| if well { Exit::Success } else { Exit::NotReady };
    let Some(file) = &coverage.page else {
        let (text, well) = table::table(pack);
        return Ok((text, exit(well)));
    };
    let page = page::read(file)?;
    let compared = compare::compare(&pack.provider.items, &page);
    if coverage.pin {
        return Ok((compare::pins(&pack.provider.items, &compared, file), exit(compared.gone.is_empty())));
    }
    Ok((compare::describe(&compared, file), exit(compared.is_same())))
}
