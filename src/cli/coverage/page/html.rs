//! Reads pages that a browser has saved as HTML.

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};

use super::gathering::Gathering;
use super::line::Line;
use super::tags::{Tags, TooMany};

/// Elements that do not break a line.
const INLINE: [&[u8]; 27] = [
    b"a", b"abbr", b"b", b"bdi", b"bdo", b"button", b"cite", b"code", b"data", b"del", b"dfn", b"em", b"font", b"i",
    b"img", b"input", b"ins", b"kbd", b"label", b"mark", b"s", b"small", b"span", b"strong", b"u", b"var", b"wbr",
];

/// Elements whose text does not belong to the page's content.
const UNREAD: [&[u8]; 10] =
    [b"aside", b"footer", b"nav", b"noscript", b"script", b"select", b"style", b"svg", b"template", b"title"];

/// Elements that are lists.
const LISTS: [&[u8]; 3] = [b"ul", b"ol", b"menu"];

pub(super) fn lines(text: &str) -> Result<Vec<Line>, TooMany> {
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    // Otherwise the tokenizer would read the text of scripts as elements.
    emitter.naively_switch_states(true);
    let mut page = Gathering::new(text);
    let mut unread = 0_usize;
    let (tags, next) = Tags::of(text);
    for token in Tokenizer::new_with_emitter(tags, emitter) {
        next.begins();
        match token? {
            Token::StartTag(tag) => {
                unread += usize::from(UNREAD.contains(&&**tag.name) && !tag.self_closing);
                if unread == 0 {
                    begin(&mut page, &tag);
                }
            }
            Token::EndTag(tag) => {
                let name: &[u8] = &tag.name;
                if unread > 0 {
                    unread -= usize::from(UNREAD.contains(&name));
                } else if LISTS.contains(&name) {
                    page.close();
                } else if !INLINE.contains(&name) {
                    page.end();
                }
            }
            Token::String(said) if unread == 0 => page.add(&String::from_utf8_lossy(&said.value), said.span.start),
            Token::String(_) | Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    Ok(page.all())
}

fn begin(page: &mut Gathering<'_>, tag: &StartTag<usize>) {
    let name: &[u8] = &tag.name;
    let says = |attribute: &[u8], value: &[u8]| {
        tag.attributes.iter().any(|(name, found)| **name == *attribute && found.value.eq_ignore_ascii_case(value))
    };
    if says(b"type", b"checkbox") || says(b"role", b"checkbox") {
        page.boxed();
    }
    if LISTS.contains(&name) {
        page.open();
    } else if name == b"br" && page.in_list() {
        // A list entry with line breaks stays one entry.
        page.add(" ", 0);
    } else if !INLINE.contains(&name) {
        page.end();
    }
}
