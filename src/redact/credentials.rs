//! Finds credentials in text that a person wrote for somebody to read: by a telling name in front of them and by their
//! appearance, whether or not the text parses.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::heuristics::{is_plain_path, is_telling, is_token};
use super::urls::written_access;

/// A name followed by a colon or an equals sign.
static NAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"["']?([\w.-]+)["']?\s*[:=](?:\s|$|["'\[{!&|>])|([\w.-]+)="#).ok());

/// Names of authentication schemes, in lower case.
const SCHEMES: [&str; 4] = ["bearer", "basic", "digest", "token"];

/// Separators of words in a line.
const BETWEEN: &[char] = &['"', '\'', '{', '}', '[', ']', '(', ')', ',', ';', '=', '<', '>', '|', '`'];

/// Finds the ranges of a text that look like credentials, in order; with `named`, also values after telling names.
pub(crate) fn credentials(text: &str, named: bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    // The indentation of a telling name whose value follows below it.
    let mut above = None;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let item = line.trim_start().starts_with("- ");
        if !line.trim().is_empty() && above.is_some_and(|name| indent < name || indent == name && !item) {
            above = None;
        }
        let behind = match above {
            Some(_) => std::iter::once(0..line.len()).collect(),
            None if named => telling(line),
            None => Vec::new(),
        };
        if let Some(value) = behind.last().filter(|_| above.is_none())
            && opens_below(&line[value.clone()])
        {
            above = Some(indent);
        }
        for word in find_words(line) {
            let secret = behind.iter().any(|value| value.contains(&word.start));
            let parts = if secret { behind_name(line, &word) } else { by_looks(line, &word) };
            found.extend(parts.into_iter().map(|part| start + part.start..start + part.end));
        }
        start += line.len();
    }
    found
}

/// Finds the ranges of values after telling names in a line.
fn telling(line: &str) -> Vec<Range<usize>> {
    let Some(pattern) = NAME.as_ref() else { return Vec::new() };
    let names = pattern.captures_iter(line).filter_map(|found| {
        let name = found.get(1).or_else(|| found.get(2))?;
        is_telling(name.as_str()).then(|| {
            let colon = line[name.end()..].find([':', '=']).map_or(line.len(), |at| name.end() + at + 1);
            colon..colon + end_of_value(&line[colon..])
        })
    });
    names.collect()
}

/// Finds the end of a value that may be inside brackets with others.
fn end_of_value(rest: &str) -> usize {
    let mut depth = 0_usize;
    for (at, letter) in rest.char_indices() {
        match letter {
            '{' | '[' => depth += 1,
            '}' | ']' if depth == 0 => return at,
            '}' | ']' => depth -= 1,
            ',' if depth == 0 && rest[at..].contains(['}', ']', ':']) => return at,
            _ => {}
        }
    }
    rest.len()
}

/// Whether a value follows in the lines below.
fn opens_below(value: &str) -> bool {
    value.split_whitespace().all(|word| word.starts_with(['|', '>', '!', '&', '#']))
}

/// Finds the words of a line, without templates and variables.
pub(crate) fn find_words(line: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let (mut at, mut start) = (0, None);
    while let Some(letter) = line[at..].chars().next() {
        let skipped = [("${", "}"), ("{{", "}}")].iter().find(|(open, _)| line[at..].starts_with(open));
        let skipped = skipped.and_then(|(_, close)| Some(line[at..].find(close)? + close.len()));
        let ends = skipped.is_some() || letter.is_whitespace() || BETWEEN.contains(&letter);
        if ends {
            words.extend(start.take().map(|start| start..at));
        } else {
            start.get_or_insert(at);
        }
        at += skipped.unwrap_or(letter.len_utf8());
    }
    words.extend(start.map(|start| start..line.len()));
    words
}

/// Returns the secret part of a word after a telling name: the whole word, unless it describes the value instead of
/// being it.
fn behind_name(line: &str, word: &Range<usize>) -> Vec<Range<usize>> {
    let text = &line[word.clone()];
    let name = text.ends_with(':') && !line[..word.start].trim_end().ends_with(':');
    let plain = name
        || text.starts_with(['!', '&', '*', '#'])
        || text.starts_with("$.")
        || matches!(text, "true" | "false" | "null" | "~" | "-" | ">-" | "|-")
        || text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit())
        || SCHEMES.contains(&text.to_ascii_lowercase().as_str())
        || is_plain_path(text);
    match (text.contains("://"), plain) {
        (true, _) => by_looks(line, word),
        (false, true) => Vec::new(),
        (false, false) => std::iter::once(word.start..word.end - usize::from(text.ends_with(':'))).collect(),
    }
}

/// Returns the parts of any other word that look random.
fn by_looks(line: &str, word: &Range<usize>) -> Vec<Range<usize>> {
    let text = &line[word.clone()];
    if text.contains("://") {
        return written_access(text).into_iter().map(|part| word.start + part.start..word.start + part.end).collect();
    }
    let path = text.starts_with(['/', '.', '~']);
    let digest = text.strip_prefix("sha256:").is_some_and(|rest| rest.len() == 64);
    if path || digest || !is_token(text) { Vec::new() } else { vec![word.clone()] }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: &str = "S3cr3tQ7w8E9r0Zx";

    fn starred(text: &str) -> String {
        let mut starred = text.to_owned();
        for place in credentials(text, true) {
            starred.replace_range(place.clone(), &"*".repeat(place.len()));
        }
        starred
    }

    #[test]
    fn what_stands_where_a_credential_stands_is_found() {
        let weak = "swordfish";
        for secret in [S, weak] {
            for text in [
                "api-key: %\n",
                "test: { apikey: % }\n",
                "test: { api_key: %: bad }\n",
                "api_key: [%]\n",
                "api_key: [ %, % ]\n",
                "api_key: !secret %\n",
                "api_key:\n  - %\n",
                "api_key:\n- %\n",
                "api_key: |\n  %\n\n  %\nurl: x\n",
                "secret: { value: % }\n",
                "secret:\n  value: %\n  deep:\n    er: %\n",
                "headers: { Authorization: Bearer %, X-A: 1 }\n",
                "headers: { \"Authorization\": \"Bearer %\" }\n",
                "headers: { Cookie: session=% }\n",
                "PASSWORD=%\n",
                "command: [serve, --api-key=%]\n",
                "url: https://svc:%@acme.example/hooks\n",
                "clientSecret : '%'\n",
                "# token: %\n",
            ] {
                let text = text.replace('%', secret);
                assert!(!starred(&text).contains(secret), "{text} -> {}", starred(&text));
                assert_eq!(starred(&text).len(), text.len());
            }
        }
    }

    #[test]
    fn what_looks_made_up_is_found_wherever_it_stands() {
        for text in
            ["apy: S", "- S", "key: [S", "url: https://a.example/hooks/S?x=S#S", "S: 1", "evidence: \"key S, of May\""]
        {
            let text = text.replace('S', S);
            assert!(!starred(&text).contains(S), "{text} -> {}", starred(&text));
        }
    }

    #[test]
    fn everything_else_stays_readable() {
        for text in [
            "api_key: ${ACME_KEY}\n",
            "api_key: \"{{ simulator.api_key }}\"\n",
            "secret: null\nurl: https://acme.example/hooks/debitura\n",
            "token_url: https://auth.acme.example/oauth/token\n",
            "secret_file: ./deploy/secret\n",
            "token: $.access_token\n",
            "token: { path: $.token }\n",
            "  header: { X-Api-Key: \"{{ api_key }}\" }\n",
            "mac: { algorithm: hmac-sha256, key: text, encoding: hex }\n",
            "webhook: { secret: \"${A}\", url: \"http://127.0.0.1:3000/hooks\" }\nevents: [client.linked]\n",
            "trust: { play: sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef }\n",
            "database: /tmp/.tmpQx3f9Z/acme.sqlite\n",
            "partner: Acme Invoicing\nwhen: 2026-01-15\n",
        ] {
            assert_eq!(starred(text), text);
        }
    }
}
