//! Reads pages in Markdown.

use pulldown_cmark::{Event, Options, Parser, TagEnd};

use super::gathering::Gathering;
use super::line::Line;

pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut page = Gathering::new(text);
    let options = Options::ENABLE_TASKLISTS | Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(tag) if matches!(tag.to_end(), TagEnd::List(_)) => page.open(),
            Event::End(TagEnd::List(_)) => page.close(),
            Event::Start(tag) if is_inline(tag.to_end()) => {}
            Event::End(tag) if is_inline(tag) => {}
            Event::Start(_) | Event::End(_) | Event::Rule => page.end(),
            Event::Text(said) | Event::Code(said) | Event::InlineMath(said) | Event::DisplayMath(said) => {
                page.add(&said, range.start);
            }
            Event::SoftBreak | Event::HardBreak => page.add(" ", range.start),
            Event::TaskListMarker(_) => page.boxed(),
            // HTML tags within the page; their text arrives as separate events.
            Event::Html(_) | Event::InlineHtml(_) | Event::FootnoteReference(_) => {}
        }
    }
    page.all()
}

fn is_inline(tag: TagEnd) -> bool {
    matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image)
}
