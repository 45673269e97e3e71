//! Shows the results of a test as a table, and as problems at their places in the files.

use std::fmt::Write as _;

use super::verdicts::{Found, Row};
use crate::cli::exit::Exit;
use crate::cli::screen::Screen;
use crate::cli::test_provider::untried;
use crate::pack::Pack;
use crate::report::text::for_terminal;
use crate::yaml::Problems;

/// Prints the results and returns the exit code.
pub(super) fn show(pack: &Pack, mut found: Found, screen: &Screen) -> Exit {
    let (text, problems) = (table(pack, &found), Problems(std::mem::take(&mut found.problems)).sorted());
    if !problems.0.is_empty() {
        screen.show_problems(&problems);
    }
    // The table decides too, so that it never contradicts the exit code.
    let well = problems.0.is_empty() && found.rows.iter().all(|row| row.asks || row.holds());
    screen.say(&for_terminal(&text), if well { Exit::Success } else { Exit::NotReady })
}

fn table(pack: &Pack, found: &Found) -> String {
    let lines: Vec<[String; 4]> = found.rows.iter().map(line).collect();
    let head = ["check", "conforming", "violating", "silent"].map(str::to_owned);
    let width = |at: usize| lines.iter().chain([&head]).map(|line| line[at].len()).max().unwrap_or_default();
    let widths = [0, 1, 2].map(width);
    let mut text = format!("{} ({})\n\n", pack.provider.name, pack.id);
    for [check, conforming, violating, silent] in [&head].into_iter().chain(&lines) {
        let [a, b, c] = widths;
        writeln!(text, "{check:a$}  {conforming:b$}  {violating:c$}  {silent}").ok();
    }
    let asked = found.rows.iter().filter(|row| row.asks).count();
    let proved = found.rows.iter().filter(|row| row.holds()).count();
    let of = found.rows.len() - asked;
    writeln!(text, "\n{proved} of {of} checks pass, fail and are inconclusive as expected").ok();
    if asked > 0 {
        writeln!(text, "{asked} rest on attestations: there is nothing to test").ok();
    }
    text + &untried(pack) + "\n"
}

fn line(row: &Row) -> [String; 4] {
    if row.asks {
        return [row.id.clone(), "-".into(), "-".into(), "-".into()];
    }
    let violating = match (row.faults, row.caught) {
        (0, _) => "NO DEFECT".into(),
        (faults, caught) if caught == faults => format!("{caught} of {faults} caught"),
        (faults, caught) => format!("{caught} OF {faults} caught"),
    };
    let conforming = if row.conforming { "pass" } else { "NO PASS" };
    let silent = if row.silent { "inconclusive" } else { "DECIDED" };
    [row.id.clone(), conforming.into(), violating, silent.into()]
}

impl Row {
    /// Whether the check passes all three tests.
    fn holds(&self) -> bool {
        !self.asks && self.conforming && self.faults > 0 && self.caught == self.faults && self.silent
    }
}
