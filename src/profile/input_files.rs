//! The files that a run reads because of its profile. No report may be written to them.

use std::path::{Path, PathBuf};

use super::attestations;
use super::secrets::learn_unread;
use super::variables::{SubstitutedProfile, Variables};
use crate::redact::Redactor;
use crate::yaml::Document;

/// Keys of a profile whose values are paths of files.
const FILES: [&str; 4] = ["attestations", "ca", "file", "bodies"];
/// The key of a profile whose values are programs, which may be files.
const COMMAND: &str = "command";

/// Returns the paths of the profile and of the files that it names, whether it can be used or not.
pub fn inputs(profile: &Path, variables: Variables<'_>) -> Vec<PathBuf> {
    let folder = profile.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    let mut found = vec![profile.to_owned(), folder.join(attestations::FILE)];
    let Ok(document) = Document::read(profile, &profile.display().to_string()) else { return found };
    let named = match document.parse() {
        Ok(mut json) => {
            SubstitutedProfile::new(variables, &|_| false).put(&mut json, "");
            let mut named = Vec::new();
            crate::json::texts(&json, &mut |pointer, text| {
                if is_file(pointer, &folder.join(text)) {
                    named.push(text.to_owned());
                }
            });
            named
        }
        Err(_) => split_words(&document.text),
    };
    found.extend(named.iter().map(|name| folder.join(name)));
    found
}

/// Teaches a redactor the value of each variable that a profile names, for a caller that reports about a profile
/// without reading it.
pub fn learn_variables(profile: &Path, variables: Variables<'_>, redactor: &Redactor) {
    if let Ok(document) = Document::read(profile, &profile.display().to_string()) {
        let folder = profile.parent().unwrap_or(Path::new(""));
        learn_unread(&document.text, folder, variables, redactor);
    }
}

/// Whether the text at a pointer of a profile is the path of a file.
fn is_file(pointer: &str, path: &Path) -> bool {
    let mut words = pointer.split('/').rev();
    let (last, above) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    FILES.iter().any(|word| *word == last || *word == above) || above == COMMAND && path.is_file()
}

/// Splits a profile that does not parse into its words: each could be the path of a file.
fn split_words(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.split_once('#').map_or(line, |(before, _)| before));
    let words = lines.flat_map(|line| line.split(|c: char| c.is_whitespace() || "{}[],:\"'".contains(c)));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
