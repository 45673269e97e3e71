//! What the program says about its commands and their options.

use std::fmt::Write as _;

use super::said;

/// Returns the help of the program and of each command that it lists, as blocks of text.
pub(crate) fn of_all() -> String {
    let whole = said(&["--help"]);
    let mut text = format!("\n```text\n{whole}```\n");
    for command in commands(&whole) {
        let help = said(&[command, "--help"]);
        write!(text, "\n### `preflight {command}`\n\n```text\n{help}```\n").unwrap();
        for inner in commands(&help) {
            let help = said(&[command, inner, "--help"]);
            write!(text, "\n### `preflight {command} {inner}`\n\n```text\n{help}```\n").unwrap();
        }
    }
    text + "\n"
}

/// Returns the commands that a help text lists.
fn commands(help: &str) -> Vec<&str> {
    let list = help.split("Commands:\n").nth(1).unwrap_or_default().split("\n\n").next().unwrap();
    // A continued line is indented further.
    let lines = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    lines.filter_map(|line| line.split_whitespace().next()).collect()
}
