//! The environment of child processes.

use std::ffi::{OsStr, OsString};

/// Variables that a process needs, and those that choose its language. None contains a secret.
const NEEDED: [&str; 10] =
    ["PATH", "HOME", "LANG", "LANGUAGE", "TMPDIR", "TZ", "USER", "LOGNAME", "SHELL", "SystemRoot"];

/// Returns the variables that a child process inherits: the few that every process needs, `LC_*`, and those that the
/// profile passes by name. All others are withheld, so that a key in our environment never reaches a child process.
pub fn cleared(pass: &[String]) -> Vec<(OsString, OsString)> {
    chosen(std::env::vars_os(), pass)
}

/// Whether every process gets a variable, which therefore contains no secret.
pub fn is_needed(name: &str) -> bool {
    NEEDED.contains(&name) || name.starts_with("LC_")
}

fn chosen(all: impl Iterator<Item = (OsString, OsString)>, pass: &[String]) -> Vec<(OsString, OsString)> {
    let wanted =
        |name: &OsStr| name.to_str().is_some_and(is_needed) || pass.iter().any(|passed| name == passed.as_str());
    all.filter(|(name, _)| wanted(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_needed_and_passed_variables_reach_a_child() {
        let ours = ["PATH", "LC_ALL", "API_KEY", "NODE_OPTIONS", "HTTPS_PROXY", "PATHOLOGY", "LCX"];
        let ours = ours.into_iter().map(|name| (OsString::from(name), OsString::from("value")));
        let names: Vec<_> = chosen(ours, &["NODE_OPTIONS".into()]).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["PATH", "LC_ALL", "NODE_OPTIONS"]);
    }

    #[test]
    fn the_real_environment_keeps_its_path() {
        assert!(cleared(&[]).iter().any(|(name, _)| name == "PATH"));
    }
}
