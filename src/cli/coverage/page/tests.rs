//! Pages that no browser would save.

use proptest::prelude::*;

use super::*;

/// The file extensions of the pages.
const ENDS: [Option<&str>; 4] = [Some("html"), Some("md"), Some("txt"), None];

#[test]
fn a_tag_may_have_very_many_attributes_and_the_program_goes_on() {
    let attributes = |count: usize, one: &str| format!("<p {}>said</p>", one.repeat(count));
    for one in ["a=\"1\" ", "b='1' ", "c=1 ", "d ", "a=\"&amp;\"\n"] {
        assert_eq!(lines(&attributes(100, one), Some("html")).unwrap()[0].text, "said", "{one}");
    }
    for one in ["b='1' ", "c=1 ", "d ", "a=\"&amp;\"\n"] {
        assert_eq!(lines(&attributes(20_000, one), Some("html")).unwrap()[0].text, "said", "{one}");
    }
    for one in ["a=\"1\" ", "a=\"\"\t"] {
        assert_eq!(lines(&attributes(20_000, one), Some("html")), Err(TooMany), "{one}");
    }
    // Text outside of tags may hold any number of quotes, and the count starts again at each tag.
    let quotes = format!("<script>{}</script><!-- {0} -->{0}<p>said", "a=\"1\" ".repeat(20_000));
    assert_eq!(lines(&quotes, Some("html")).unwrap().last().unwrap().text, "said");
    assert_eq!(lines(&attributes(100, "a=\"1\" ").repeat(100), Some("html")).unwrap().len(), 100);
}

#[test]
fn what_is_nested_or_repeated_very_often_is_read() {
    let many = |text: &str| text.repeat(50_000);
    for (end, begins) in [
        ("html", many("<div>")),
        ("html", many("<ul>")),
        ("html", many("&amp;")),
        ("html", many("&#x1F600")),
        ("html", many("</p a=\"1\">")),
        ("html", many("<!--")),
        ("html", format!("<p a=\"{}\">", many("x"))),
        ("html", format!("<p {}>", many("/"))),
        ("md", many("[")),
        ("md", many("> ")),
        ("md", many("*a")),
        ("md", many("![](")),
    ] {
        // `read` reports a page without text as a problem; here the reading only has to end.
        lines(&format!("{begins}\n\nsaid"), Some(end)).unwrap();
    }
}

fn pages() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => proptest::sample::select(vec![
            "<ul>", "</ul>", "<li>", "<p a=\"", "\"", "'", ">", "</p>", "<script>", "</script>", "<!--", "-->", "&amp;", "&#0;",
            "<title>", "</title", "<![CDATA[", "<!DOCTYPE", "- [ ] ", "# ", "```\n", "|a|b|\n|-|-|\n", "> ", "[a](", "\n", " ", "word",
            "<svg/>", "<br>", "\u{feff}", "\r\n", "\0",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn every_line_of_any_page_stands_in_it(text in pages(), end in proptest::sample::select(ENDS.to_vec())) {
        let lines = lines(&text, end).unwrap();
        let last = text.matches('\n').count() + 1;
        for line in &lines {
            prop_assert!(!line.text.is_empty() && !line.text.contains('\n'), "{:?}", line);
            prop_assert!(line.at >= 1 && line.at <= last, "{:?} of {}", line, last);
        }
    }

    #[test]
    fn any_file_is_a_page_or_a_problem(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.html");
        std::fs::write(&path, bytes).unwrap();
        if let Err(problem) = read(&path) {
            prop_assert!(problem.hint.is_some() && problem.message.len() < 200, "{}", problem.message);
        }
    }
}
