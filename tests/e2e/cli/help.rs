//! What the program prints about itself.

use crate::support::program::Desk;

const COMMANDS: [&str; 14] = [
    "",
    "run",
    "demo",
    "list",
    "coverage",
    "explain",
    "lint",
    "email",
    "test",
    "new pack",
    "new check",
    "simulate",
    "partner",
    "schema",
];

#[test]
fn the_help_of_every_command_reads_well() {
    let desk = Desk::new();
    let told = COMMANDS.map(|command| {
        let ended = desk.run(&format!("{command} --help")).with(0);
        assert!(ended.err.is_empty(), "{}", ended.err);
        let text: Vec<&str> = ended.out.lines().map(str::trim_end).collect();
        format!("=== preflight {command}\n{}", text.join("\n"))
    });
    crate::support::snapshot("e2e/cli", "help", &told.join("\n"));
}

#[test]
fn the_summary_of_every_command_fits_a_screen() {
    let desk = Desk::new();
    for command in COMMANDS {
        let ended = desk.run(&format!("{command} -h")).with(0);
        assert!(ended.out.lines().count() <= 25, "{}", ended.out);
        assert!(ended.out.lines().all(|line| line.chars().count() <= 100), "{}", ended.out);
    }
}

#[test]
fn the_version_is_that_of_the_crate() {
    let ended = Desk::new().run("--version").with(0);
    assert_eq!(ended.out.trim(), format!("preflight {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn without_a_command_the_help_is_shown_and_nothing_is_done() {
    let ended = Desk::new().run("").with(2);
    assert!(ended.err.contains("Usage: preflight <COMMAND>") && ended.err.contains("simulate"), "{}", ended.err);
}
