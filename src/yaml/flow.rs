//! Finds the most frequent mistakes in handwritten YAML: an unquoted variable inside brackets, and tabs as indentation.
//! A parser stops at the first and reports only its own state.

use super::document::Document;
use super::position::Position;
use super::problem::{MAX_SHOWN, Problem};

/// Finds unquoted variables inside brackets, where their braces have another meaning.
pub(super) fn unquoted(document: &Document) -> Vec<Problem> {
    let text: &str = &document.text;
    let told = |(from, to): (usize, usize)| {
        let written = &text[from..to];
        let message = format!("inside `{{ }}` or `[ ]` the braces of `{written}` have another meaning");
        Problem::at(document, Position::at_byte(text, from), message).hint(format!("quote it: \"{written}\""))
    };
    found(text).into_iter().take(MAX_SHOWN).map(told).collect()
}

/// Finds the first line that is indented with a tab; the hint lists the others.
pub(super) fn tabs(document: &Document) -> Option<Problem> {
    let text: &str = &document.text;
    let is_indented = |line: &str| {
        let indent = &line[..line.len() - line.trim_start().len()];
        indent.contains('\t') && !line.trim().is_empty()
    };
    let mut lines = text.lines().enumerate().filter(|(_, line)| is_indented(line)).map(|(at, _)| at + 1);
    let first = lines.next()?;
    let others: Vec<String> = lines.take(10).map(|line| line.to_string()).collect();
    let problem = Problem::at(
        document,
        Position::point(text, first, 1),
        "this line is indented with a tab; YAML requires spaces",
    );
    Some(problem.hint(match others.as_slice() {
        [] => "replace the tab with spaces".to_owned(),
        [one] => format!("replace the tabs with spaces, also in line {one}"),
        several => format!("replace the tabs with spaces, also in lines {}", several.join(", ")),
    }))
}

/// Returns the ranges of texts that contain such a variable.
fn found(text: &str) -> Vec<(usize, usize)> {
    let mut reader = Reader { depth: 0, quote: None, fresh: true, mark: None, from: 0, found: Vec::new() };
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at = reader.step(text, at, *byte);
    }
    reader.found
}

struct Reader {
    depth: usize,
    quote: Option<u8>,
    /// Whether a new text, list or map may begin here.
    fresh: bool,
    /// The last byte that was not a blank.
    mark: Option<u8>,
    /// The start of the current text.
    from: usize,
    found: Vec<(usize, usize)>,
}

impl Reader {
    /// Reads a byte, and returns the next position.
    fn step(&mut self, text: &str, at: usize, byte: u8) -> usize {
        let rest = &text.as_bytes()[at..];
        if !matches!(byte, b' ' | b'\t') {
            self.mark = Some(byte);
        }
        let after_blank = at == 0 || text.as_bytes()[at - 1].is_ascii_whitespace();
        if let Some(quote) = self.quote {
            match (quote, byte) {
                (b'"', b'\\') => return at + 2,
                _ if byte == quote => self.quote = None,
                _ => {}
            }
            return at + 1;
        }
        match byte {
            b'#' if after_blank => return at + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len()),
            b'\'' | b'"' if self.fresh => self.quote = Some(byte),
            b'{' | b'[' if self.fresh => {
                self.depth += 1;
                return at + 1;
            }
            b'$' if self.depth > 0 && rest.starts_with(b"${") => return self.variable(text, at),
            b'}' | b']' if self.depth > 0 => self.depth -= 1,
            b',' if self.depth > 0 => {
                self.fresh = true;
                return at + 1;
            }
            b'\n' => {
                self.fresh = true;
                return at + 1;
            }
            b' ' | b'\t' | b'\r' => {
                // After an indicator and a blank a new text begins; a blank inside a text changes nothing.
                self.fresh |= matches!(self.mark, Some(b':' | b'-' | b'?'));
                return at + 1;
            }
            _ => {}
        }
        if self.fresh {
            self.from = at;
        }
        self.fresh = false;
        at + 1
    }

    /// Reads a variable inside brackets, and records the range of the whole text around it.
    fn variable(&mut self, text: &str, at: usize) -> usize {
        let from = if self.fresh { at } else { self.from };
        let mut end = at;
        loop {
            let rest = &text[end..];
            if let Some(inside) = rest.strip_prefix("${") {
                end += 2 + inside.find(['}', '\n']).map_or(inside.len(), |close| close + 1);
                continue;
            }
            match rest.chars().next() {
                None | Some(',' | '}' | ']' | '\n' | '\r') => break,
                Some(letter) => end += letter.len_utf8(),
            }
        }
        let end = from + text[from..end].trim_end().len();
        self.found.push((from, end));
        self.fresh = false;
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_variables_in_brackets_and_without_quotes_are_found() {
        for (text, wanted) in [
            ("a: { url: ${X}, secret: ${Y} }", vec!["${X}", "${Y}"]),
            ("a: {url: ${X}}", vec!["${X}"]),
            ("a: [${X}, \"${Y}\"]", vec!["${X}"]),
            ("a: { url: http://127.0.0.1:${PORT}/x, b: c }", vec!["http://127.0.0.1:${PORT}/x"]),
            ("a: { request: GET http://h:${P}/x y }", vec!["GET http://h:${P}/x y"]),
            ("a:\n  - { b: 'it''s', c: ${X} }", vec!["${X}"]),
            ("a: {\n  b: ${X}\n}", vec!["${X}"]),
            ("a: ${X}\nb: http://h:${P}/\n", vec![]),
            ("a: { b: \"${X}\", c: '${Y}' } # ${Z}", vec![]),
            ("# { a: ${X} }\nit: it's { ${X} }\n", vec![]),
        ] {
            let spans: Vec<&str> = found(text).into_iter().map(|(from, to)| &text[from..to]).collect();
            assert_eq!(spans, wanted, "{text}");
        }
    }
}
