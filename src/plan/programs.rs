//! Programs that a profile starts and that are not there.

use std::path::{Path, PathBuf};

use super::profile::Profile;
use super::read::Variables;
use crate::template;
use crate::yaml::{Document, Problem};

/// A program that is not there, and the place in the profile, dotted, whose work it would do.
#[derive(Clone, Debug)]
pub(super) struct NotThere {
    pub(super) needed_for: String,
    pub(super) problem: Problem,
}

/// Programs that run what their first argument names.
const RUN_A_FILE: [&str; 12] =
    ["bash", "dash", "node", "nodejs", "perl", "php", "python", "python3", "ruby", "sh", "tsx", "zsh"];

/// The ends of names of files that such programs run.
const SCRIPTS: [&str; 10] = ["bash", "cjs", "js", "mjs", "php", "pl", "py", "rb", "sh", "ts"];

/// The programs of a profile that are not there. What is made while the run lasts cannot be there before: of a file only
/// the plain build's own is looked for.
pub(super) fn not_there(
    document: &Document,
    folder: &Path,
    profile: &Profile,
    variables: Variables<'_>,
) -> Vec<NotThere> {
    let mut found = Vec::new();
    let mut look = |place: String, command: &[String], path: Option<&String>, files: bool| {
        let path = path.filter(|path| !template::is_template(path)).cloned().or_else(|| variables("PATH"));
        let pointer = format!("/{}/command", place.replace('.', "/"));
        if let Some((at, message, hint)) = wrong(folder, command, path.as_deref(), files) {
            let problem = document.problem(&format!("{pointer}/{at}"), message).hint(hint);
            found.push(NotThere { needed_for: place, problem });
        }
    };
    if let Some(rehearsal) = &profile.rehearsal {
        let path = rehearsal.env.get("PATH");
        if let Some(start) = &rehearsal.start {
            look("rehearsal.start".into(), &start.command, path, true);
        }
        for (name, variant) in &rehearsal.variants {
            if let Some(command) = &variant.command {
                look(format!("rehearsal.variants.{name}"), command, variant.env.get("PATH").or(path), false);
            }
        }
        for (name, command) in rehearsal.actions.iter().filter_map(|(name, call)| Some((name, call.command.as_ref()?)))
        {
            look(format!("rehearsal.actions.{name}"), command, path, false);
        }
    }
    for (environment, inside) in &profile.environments {
        for (name, command) in inside.actions.iter().filter_map(|(name, call)| Some((name, call.command.as_ref()?))) {
            look(format!("environments.{environment}.actions.{name}"), command, None, false);
        }
    }
    found
}

/// What is wrong with a command: which of its words, why, and what to do.
fn wrong(folder: &Path, command: &[String], path: Option<&str>, files: bool) -> Option<(usize, String, String)> {
    let (program, arguments) = command.split_first()?;
    if template::is_template(program) {
        return None;
    }
    if program.trim().is_empty() {
        return Some((0, "no program is named here".into(), "write the program first, then its arguments".into()));
    }
    if program.contains('/') {
        let whole = folder.join(program);
        return (files && !whole.exists()).then(|| no_file(program, folder, 0));
    }
    // Without a folder that is there, nobody can say what is not in it.
    let folders: Vec<PathBuf> =
        path.map(|path| std::env::split_paths(path).filter(|one| one.is_absolute() && one.is_dir()).collect())?;
    if folders.is_empty() {
        return None;
    }
    if !folders.iter().any(|one| one.join(program).is_file()) {
        if program.contains(' ') {
            let message = format!("there is no program `{program}`: no shell takes it apart");
            return Some((0, message, format!("write `[{}]`", program.replace(' ', ", "))));
        }
        let message = format!("there is no program `{program}` in the folders of PATH");
        let hint =
            "install it where this runs, or write the path of the program; without a slash it is looked for in PATH";
        return Some((0, message, hint.into()));
    }
    let (at, script) = arguments.iter().enumerate().next()?;
    let end = Path::new(script).extension().and_then(|end| end.to_str()).unwrap_or_default();
    let named = !script.starts_with('-') && !template::is_template(script) && SCRIPTS.contains(&end);
    let runs = RUN_A_FILE.contains(&program.as_str());
    (files && runs && named && !folder.join(script).exists()).then(|| no_file(script, folder, at + 1))
}

fn no_file(name: &str, folder: &Path, at: usize) -> (usize, String, String) {
    let shown = if folder.as_os_str().is_empty() { "this folder".to_owned() } else { format!("{}", folder.display()) };
    let hint = "paths begin in the folder of the profile, where the build is started too";
    (at, format!("there is no `{name}` in {shown}"), hint.into())
}
