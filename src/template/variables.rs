//! Environment variables in templates, inserted literally: nothing in a value is ever evaluated.

/// The name of a variable that has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the variable `{0}` has no value")]
pub struct MissingVariable(pub String);

/// Replaces every `${NAME}` in a template by its value: literally outside expressions, as a string or number inside
/// one.
///
/// # Errors
///
/// Fails with the first variable that has no value.
pub fn filled(text: &str, value_of: impl Fn(&str) -> Option<String>) -> Result<String, MissingVariable> {
    let mut made = Made { mixed: text.contains("{{"), ..Made::default() };
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if let Some((name, after)) = variable(rest) {
            made.value(&value_of(name).ok_or_else(|| MissingVariable(name.to_owned()))?);
            rest = after;
        } else {
            let taken = made.letter(rest, letter);
            rest = &rest[taken..];
        }
    }
    Ok(made.text)
}

/// Returns the name of the variable at the beginning of a text, and the rest.
pub fn variable(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("${")?.split_once('}')
}

/// The output so far, and the position in the template.
#[derive(Default)]
struct Made {
    text: String,
    within: Delimiter,
    /// Whether the template has expressions of its own.
    mixed: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Delimiter {
    #[default]
    Text,
    Expression,
    Quotes(char),
}

impl Made {
    /// Copies the next part of the template; returns its length in bytes.
    fn letter(&mut self, rest: &str, letter: char) -> usize {
        let taken = match (self.within, letter) {
            (Delimiter::Text, '{') if rest.starts_with("{{") => {
                self.within = Delimiter::Expression;
                2
            }
            (Delimiter::Expression, '}') if rest.starts_with("}}") => {
                self.within = Delimiter::Text;
                2
            }
            (Delimiter::Expression, '"' | '\'') => {
                self.within = Delimiter::Quotes(letter);
                1
            }
            (Delimiter::Quotes(quote), _) if letter == quote => {
                self.within = Delimiter::Expression;
                1
            }
            (Delimiter::Quotes(_), '\\') => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            (Delimiter::Text | Delimiter::Expression | Delimiter::Quotes(_), _) => letter.len_utf8(),
        };
        self.text.push_str(&rest[..taken]);
        taken
    }

    fn value(&mut self, value: &str) {
        match self.within {
            Delimiter::Quotes(_) => self.text.push_str(&escaped(value)),
            Delimiter::Expression if value.parse::<serde_json::Number>().is_ok() => self.text.push_str(value),
            Delimiter::Expression => self.text.extend(["\"", &escaped(value), "\""]),
            // A brace of the text and one of the value could form an expression together. The engine would strip a
            // trailing line break.
            Delimiter::Text
                if value.contains('{') || self.text.ends_with('{') || (self.mixed && value.contains('\n')) =>
            {
                let plain = self.text.trim_end_matches('{').len();
                let braces = self.text.split_off(plain);
                self.text.extend(["{{ \"", &escaped(&braces), &escaped(value), "\" }}"]);
            }
            Delimiter::Text => self.text.push_str(value),
        }
    }
}

/// Escapes every special character of a value, for a quoted string in an expression.
fn escaped(value: &str) -> String {
    let mut text = String::new();
    for letter in value.chars() {
        match letter {
            '"' | '\'' | '\\' | '{' | '}' | '%' | '#' | '\0'..='\x1f' => {
                text.extend(["\\u00", &hex::encode([letter as u8])]);
            }
            plain => text.push(plain),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::engine::render_text;
    use super::*;

    /// Values as in passwords, and harder ones.
    const VALUES: [&str; 22] = [
        "plain",
        "kX9-Hq{#7Qw",
        "kX9-Hq{%7Qw",
        "kX9-Hq{{7Qw}}Zz",
        "{{ client.email }}",
        "{{",
        "}}",
        "{",
        "}",
        "{%- if x -%}",
        "#}{#",
        "${HOME}",
        "${X",
        "$$",
        "a'b\"c\\d",
        "\\u0041",
        "line\nbreak\n",
        "\ttab ",
        "100%",
        "a: [b, {c: d}] # e",
        "ø→✓",
        "0123",
    ];

    #[test]
    fn a_value_arrives_as_it_is_wherever_it_stands() {
        let scope = json!({ "client": { "email": "a@b.example" } });
        let places = [
            ("${V}", "", ""),
            ("a${V}b", "a", "b"),
            ("{${V}}", "{", "}"),
            ("${V}{", "", "{"),
            ("{{ client.email }}${V}", "a@b.example", ""),
            ("${V}{{ client.email }}", "", "a@b.example"),
            ("{{ client.email ~ '${V}' }}", "a@b.example", ""),
            ("{{ \"x${V}\" ~ 'it\\'s' }}!", "x", "it's!"),
            ("{{ client.none | default('${V}') }}", "", ""),
        ];
        for value in VALUES {
            for (text, before, after) in places {
                let template = filled(text, |_| Some(value.to_owned())).unwrap();
                let rendered = render_text(&template, &scope);
                assert_eq!(rendered, Ok(format!("{before}{value}{after}")), "{text} with {value:?}: {template}");
            }
        }
        let twice = filled("${A}${B}", |name| Some(if name == "A" { "{" } else { "{ x }}" }.into())).unwrap();
        assert_eq!(render_text(&twice, &scope), Ok("{{ x }}".into()));
    }

    #[test]
    fn a_number_stays_one_and_what_has_no_value_is_named() {
        let five = |name: &str| (name == "N").then(|| "5".to_owned());
        assert_eq!(render_text(&filled("{{ ${N} + 1 }}", five).unwrap(), &json!({})), Ok("6".into()));
        assert_eq!(filled("a ${N} ${M} ${O}", five), Err(MissingVariable("M".into())));
        assert_eq!(filled("a ${N", five), Ok("a ${N".into()));
    }
}
