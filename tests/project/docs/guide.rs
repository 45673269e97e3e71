//! The guide for pack authors, followed literally: its files are written and its commands are run, in its order.

use std::path::Path;

use super::{GUIDE, text_of, updates};
use crate::support::{program, root};

/// A fenced block: the text after the fence, and the contents.
struct Block {
    head: String,
    text: String,
}

fn blocks() -> Vec<Block> {
    let text = text_of(GUIDE);
    let mut blocks = Vec::new();
    let mut open: Option<(&str, Block)> = None;
    for line in text.lines() {
        match &mut open {
            None => {
                let fence = line.len() - line.trim_start_matches('`').len();
                if fence >= 3 {
                    let block = Block { head: line[fence..].to_owned(), text: String::new() };
                    open = Some((&line[..fence], block));
                }
            }
            Some((fence, _)) if line == *fence => blocks.extend(open.take().map(|(_, block)| block)),
            Some((_, block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

fn write(folder: &Path, name: &str, text: &str, continued: bool) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let before = if continued { std::fs::read_to_string(&path).unwrap() } else { String::new() };
    std::fs::write(path, before + text).unwrap();
}

/// Runs a command, and asserts that it succeeds. Returns what it prints.
fn run(folder: &Path, line: &str) -> String {
    let arguments = line.strip_prefix("preflight ").unwrap_or_else(|| panic!("`{line}` is another program"));
    let output = program::preflight().args(arguments.split(' ')).current_dir(folder).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "`{line}`: {:?}\n{out}\n{err}", output.status);
    out.into_owned()
}

#[test]
fn whoever_does_what_the_guide_says_has_a_green_pack() {
    let folder = tempfile::tempdir().unwrap();
    let (mut said, mut files, mut commands) = (String::new(), 0, 0);
    for block in blocks() {
        match block.head.split(' ').collect::<Vec<_>>()[..] {
            ["sh", "run"] => {
                for line in block.text.lines() {
                    said = run(folder.path(), line);
                    commands += 1;
                }
            }
            ["text"] if updates() => {
                let guide = text_of(GUIDE).replace(block.text.trim(), said.trim());
                std::fs::write(root().join(GUIDE), guide).unwrap();
            }
            ["text"] => assert_eq!(said.trim(), block.text.trim()),
            [_, name] => {
                write(folder.path(), name, &block.text, false);
                files += 1;
            }
            [_, name, "continued"] => write(folder.path(), name, &block.text, true),
            _ => {}
        }
    }
    assert!(files >= 9 && commands >= 7, "{files} files, {commands} commands");
    assert!(said.contains("FAIL in the stage rehearsal"), "the last command explains a check: {said}");
}
