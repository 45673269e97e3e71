//! Finds programs that a profile starts and that do not exist.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::profile::loaded::MissingProgram;
use crate::profile::types::Profile;
use crate::profile::variables::Variables;
use crate::template;
use crate::yaml::Document;

/// Programs that run the file in their first argument.
const RUN_A_FILE: [&str; 12] =
    ["bash", "dash", "node", "nodejs", "perl", "php", "python", "python3", "ruby", "sh", "tsx", "zsh"];

/// The extensions of files that such programs run.
const SCRIPTS: [&str; 10] = ["bash", "cjs", "js", "mjs", "php", "pl", "py", "rb", "sh", "ts"];

/// Finds the programs of a profile that do not exist. Files may be created during the run, so paths are checked only
/// for the plain build.
///
/// `written` is the profile as it is written: messages do not show the values of variables.
pub(in crate::profile) fn not_there(
    document: &Document,
    written: &Value,
    folder: &Path,
    profile: &Profile,
    variables: Variables<'_>,
) -> Vec<MissingProgram> {
    let mut found = Vec::new();
    let mut look = |place: String, command: &[String], path: Option<&String>, files: bool| {
        let path = path.filter(|path| !template::is_template(path)).cloned().or_else(|| variables("PATH"));
        if let Some((at, missing)) = wrong(folder, command, path.as_deref(), files) {
            let pointer = format!("/{}/command/{at}", place.replace('.', "/"));
            let name = written.pointer(&pointer).and_then(Value::as_str).unwrap_or_default();
            let (message, hint) = missing.describe(name, folder);
            found.push(MissingProgram { needed_for: place, problem: document.problem(&pointer, message).hint(hint) });
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

/// What is wrong with a word of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    Name,
    Program,
    File,
    Permission,
}

impl Missing {
    fn describe(self, name: &str, folder: &Path) -> (String, String) {
        let shown = folder.display().to_string();
        let shown = if shown.is_empty() { "this folder" } else { &shown };
        match self {
            Missing::Name => ("the program is missing".into(), "write the program first, then its arguments".into()),
            Missing::Program if name.contains(' ') => (
                format!("there is no program `{name}`: no shell splits this text"),
                format!("write `[{}]`", name.split_whitespace().collect::<Vec<_>>().join(", ")),
            ),
            Missing::Program => (
                format!("there is no program `{name}` in the folders of PATH"),
                "install it on this machine, or write its path: a name without a slash is searched in PATH".into(),
            ),
            Missing::File => (
                format!("there is no file `{name}` in {shown}"),
                "write the path relative to the folder of the profile, where the build starts too".into(),
            ),
            Missing::Permission => (format!("`{name}` is not executable"), format!("run `chmod +x {name}`")),
        }
    }
}

/// Returns what is wrong with a command, and the index of the wrong word.
fn wrong(folder: &Path, command: &[String], path: Option<&str>, files: bool) -> Option<(usize, Missing)> {
    let (program, arguments) = command.split_first()?;
    if template::is_template(program) {
        return None;
    }
    if program.trim().is_empty() {
        return Some((0, Missing::Name));
    }
    if program.contains('/') {
        let about = std::fs::metadata(folder.join(program));
        return match about {
            _ if !files => None,
            Ok(about) if about.is_file() => {
                (about.permissions().mode() & 0o111 == 0).then_some((0, Missing::Permission))
            }
            Ok(_) | Err(_) => Some((0, Missing::File)),
        };
    }
    let folders = std::env::split_paths(path?).map(|one| folder.join(one)).filter(|one| one.is_dir());
    let folders: Vec<PathBuf> = folders.collect();
    // If none of the folders exists, it is unknown what they contain.
    if !folders.is_empty() && !folders.iter().any(|one| one.join(program).is_file()) {
        return Some((0, Missing::Program));
    }
    let script = arguments.first().filter(|_| files && RUN_A_FILE.contains(&program.as_str()))?;
    let end = Path::new(script).extension().and_then(|end| end.to_str()).unwrap_or_default();
    let named = !script.starts_with('-') && !template::is_template(script) && SCRIPTS.contains(&end);
    (named && !folder.join(script).exists()).then_some((1, Missing::File))
}
