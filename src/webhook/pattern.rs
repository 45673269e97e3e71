//! Header templates in reverse: the text of each expression in a given header.

use regex::Regex;

/// A template as a pattern.
pub(super) struct Pattern<'t> {
    whole: Regex,
    expressions: Vec<&'t str>,
}

impl<'t> Pattern<'t> {
    /// Builds the pattern of a template; `None` for an unclosed expression, which lint rejects.
    pub(super) fn parse(template: &'t str) -> Option<Self> {
        let (mut left, mut whole, mut expressions) = (template, String::from("(?s)^"), Vec::new());
        while let Some((literal, rest)) = left.split_once("{{") {
            let (expression, rest) = rest.split_once("}}")?;
            whole.push_str(&regex::escape(literal));
            whole.push_str("(.*?)");
            expressions.push(expression.trim());
            left = rest;
        }
        whole.push_str(&regex::escape(left));
        whole.push('$');
        Some(Pattern { whole: Regex::new(&whole).ok()?, expressions })
    }

    /// Returns each expression with the text in its place; `None` if the text does not match.
    pub(super) fn read<'a>(&self, text: &'a str) -> Option<Vec<(&'t str, &'a str)>> {
        let found = self.whole.captures(text)?;
        let places = found.iter().skip(1).map(|place| place.map_or("", |place| place.as_str()));
        Some(self.expressions.iter().copied().zip(places).collect())
    }
}
