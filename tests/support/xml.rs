//! Strict reading of XML by two parsers that share no code, and by a third one if Python is installed.

use std::io::Write as _;
use std::process::{Command, Stdio};

use quick_xml::Reader;
use quick_xml::events::Event;

/// One `testcase` as the file has it, before any consumer interprets it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Case {
    pub(crate) suite: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) properties: Vec<(String, String)>,
    /// The children `failure`, `error`, `skipped` and `system-out`, each with its name, `message` and text.
    pub(crate) children: Vec<(String, Option<String>, String)>,
}

impl Case {
    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn property(&self, name: &str) -> &str {
        self.properties.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn child(&self, name: &str) -> Option<(&str, &str)> {
        let (_, message, text) = self.children.iter().find(|(n, ..)| n == name)?;
        Some((message.as_deref().unwrap_or(""), text))
    }
}

/// Returns the cases of a file. Panics if it is not well-formed or not flat.
pub(crate) fn cases(xml: &str) -> Vec<Case> {
    strict(xml);
    let document = roxmltree::Document::parse(xml).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    let pairs = |node: roxmltree::Node| {
        node.attributes().map(|a| (a.name().to_owned(), a.value().to_owned())).collect::<Vec<(String, String)>>()
    };
    let mut cases = Vec::new();
    for suite in root.children().filter(roxmltree::Node::is_element) {
        assert_eq!(suite.tag_name().name(), "testsuite", "the root holds suites alone");
        for node in suite.children().filter(roxmltree::Node::is_element) {
            if node.tag_name().name() == "properties" {
                continue;
            }
            assert_eq!(node.tag_name().name(), "testcase", "suites are not nested and have no results of their own");
            let mut case =
                Case { suite: suite.attribute("name").unwrap().to_owned(), attributes: pairs(node), ..Case::default() };
            for child in node.children().filter(roxmltree::Node::is_element) {
                if child.tag_name().name() == "properties" {
                    let rows = child.children().filter(roxmltree::Node::is_element);
                    let row = |row: roxmltree::Node| {
                        (row.attribute("name").unwrap().to_owned(), row.attribute("value").unwrap().to_owned())
                    };
                    case.properties.extend(rows.map(row));
                } else {
                    let text = child.text().unwrap_or_default().to_owned();
                    let message = child.attribute("message").map(str::to_owned);
                    case.children.push((child.tag_name().name().to_owned(), message, text));
                }
            }
            cases.push(case);
        }
    }
    cases
}

/// Asserts that a file is well-formed for a reader that checks names, attributes, references and characters.
pub(crate) fn strict(xml: &str) {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = true;
    config.check_comments = true;
    let mut depth = 0_i32;
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(element) => {
                depth += 1;
                element.attributes().for_each(|attribute| drop(attribute.unwrap()));
            }
            Event::Empty(element) => element.attributes().for_each(|attribute| drop(attribute.unwrap())),
            Event::End(_) => depth -= 1,
            Event::CData(_) => panic!("CDATA ends at the first ]]> of its text"),
            Event::GeneralRef(name) => {
                let name = name.decode().unwrap().into_owned();
                assert!(["lt", "gt", "amp", "quot", "apos"].contains(&name.as_str()), "{name}");
            }
            Event::Text(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    assert_eq!(depth, 0);
    let forbidden =
        xml.chars().find(|c| !matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..));
    assert_eq!(forbidden, None, "outside XML 1.0's Char");
    assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>"));
}

/// Returns the counts of Python's own parser: cases, failures, errors, skipped. `None` without Python.
pub(crate) fn python(xml: &str) -> Option<String> {
    const SCRIPT: &str = "import sys, xml.etree.ElementTree as e\n\
        r = e.fromstring(sys.stdin.buffer.read())\n\
        print(*[len(r.findall('./testsuite/testcase' + p)) for p in ('', '/failure', '/error', '/skipped')])";
    let mut child =
        Command::new("python3").args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    child.stdin.take()?.write_all(xml.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "Python's parser refuses the file");
    Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}
