//! One pass over the XML of `junit-report` that adds what that crate leaves out and corrects what it gets wrong: totals
//! on the root, `skipped` on suites, properties, lines, the real start, times with three decimals (some readers reject
//! more), no made-up host, and text instead of CDATA (whose end sign may occur in any text).

use std::collections::HashMap;
use std::io;
use std::slice::Iter;

use quick_xml::Reader;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use quick_xml::writer::Writer;

/// The rows of a `properties` element.
pub(super) type Properties = Vec<(&'static str, String)>;

/// What the pass adds, in the order of suites and cases.
pub(super) struct Extras {
    /// The `name` of the root element.
    pub(super) name: String,
    /// The start of the run, RFC 3339; `None` if the file holds no times.
    pub(super) started: Option<String>,
    /// The duration of the run.
    pub(super) milliseconds: u64,
    /// The properties of the run, repeated in each suite.
    pub(super) properties: Properties,
    /// One entry for each suite.
    pub(super) suites: Vec<SuiteExtra>,
}

/// What a suite lacks, and what the root adds up.
pub(super) struct SuiteExtra {
    /// The number of cases in the suite.
    pub(super) tests: usize,
    /// The number of cases with a `failure`.
    pub(super) failures: usize,
    /// The number of cases with an `error`.
    pub(super) errors: usize,
    /// The number of cases with a `skipped`.
    pub(super) skipped: usize,
    /// One entry for each case.
    pub(super) cases: Vec<CaseExtra>,
}

/// What `junit-report` does not write about a case.
pub(super) struct CaseExtra {
    /// The line in the case's file, from 1, if it has a file.
    pub(super) line: Option<usize>,
    /// The duration of the case.
    pub(super) milliseconds: u64,
    /// The properties of the case.
    pub(super) properties: Properties,
}

/// Returns the finished file.
pub(super) fn complete(raw: &[u8], extras: &Extras) -> io::Result<String> {
    let mut reader = Reader::from_reader(raw);
    // A case without children still gets properties, so it must arrive as a start and an end tag.
    reader.config_mut().expand_empty_elements = true;
    let mut pass = Pass {
        extras,
        out: Writer::new_with_indent(Vec::new(), b' ', 2),
        suites: extras.suites.iter(),
        cases: [].iter(),
    };
    loop {
        match reader.read_event().map_err(io::Error::other)? {
            Event::Eof => break,
            Event::Start(element) => pass.start(&element)?,
            // The text in the CDATA is escaped already.
            Event::CData(text) => {
                let text = String::from_utf8_lossy(&text).into_owned();
                pass.out.write_event(Event::Text(BytesText::from_escaped(text)))?;
            }
            other => pass.out.write_event(other)?,
        }
    }
    let mut bytes = pass.out.into_inner();
    bytes.push(b'\n');
    String::from_utf8(bytes).map_err(io::Error::other)
}

struct Pass<'a> {
    extras: &'a Extras,
    out: Writer<Vec<u8>>,
    suites: Iter<'a, SuiteExtra>,
    cases: Iter<'a, CaseExtra>,
}

impl Pass<'_> {
    fn start(&mut self, element: &BytesStart) -> io::Result<()> {
        match element.name().as_ref() {
            b"testsuites" => self.root(),
            b"testsuite" => self.suite(element),
            b"testcase" => self.case(element),
            _ => self.out.write_event(Event::Start(element.borrow())),
        }
    }

    fn root(&mut self) -> io::Result<()> {
        let sum = |of: fn(&SuiteExtra) -> usize| self.extras.suites.iter().map(of).sum::<usize>().to_string();
        let mut root = BytesStart::new("testsuites");
        root.push_attribute(("name", self.extras.name.as_str()));
        root.push_attribute(("tests", sum(|suite| suite.tests).as_str()));
        root.push_attribute(("failures", sum(|suite| suite.failures).as_str()));
        root.push_attribute(("errors", sum(|suite| suite.errors).as_str()));
        root.push_attribute(("skipped", sum(|suite| suite.skipped).as_str()));
        root.push_attribute(("time", seconds(self.extras.milliseconds).as_str()));
        self.timestamp(&mut root);
        self.out.write_event(Event::Start(root))
    }

    fn suite(&mut self, element: &BytesStart) -> io::Result<()> {
        let mut suite = BytesStart::new("testsuite");
        for attribute in element.attributes() {
            let attribute = attribute.map_err(io::Error::other)?;
            // `junit-report` makes these up: a package, a number, a host, and the time of writing.
            if !matches!(attribute.key.as_ref(), b"package" | b"id" | b"hostname" | b"timestamp" | b"time") {
                suite.push_attribute(attribute);
            }
        }
        if let Some(extra) = self.suites.next() {
            suite.push_attribute(("skipped", extra.skipped.to_string().as_str()));
            let lengths = extra.cases.iter().map(|case| case.milliseconds);
            let length = lengths.fold(0_u64, u64::saturating_add);
            suite.push_attribute(("time", seconds(length).as_str()));
            self.cases = extra.cases.iter();
        }
        self.timestamp(&mut suite);
        self.out.write_event(Event::Start(suite))?;
        self.properties(&self.extras.properties)
    }

    fn case(&mut self, element: &BytesStart) -> io::Result<()> {
        let Some(extra) = self.cases.next() else { return self.out.write_event(Event::Start(element.borrow())) };
        let mut case = BytesStart::new("testcase");
        for attribute in element.attributes() {
            let attribute = attribute.map_err(io::Error::other)?;
            if attribute.key.as_ref() != b"time" {
                case.push_attribute(attribute);
            }
        }
        case.push_attribute(("time", seconds(extra.milliseconds).as_str()));
        if let Some(line) = extra.line {
            case.push_attribute(("line", line.to_string().as_str()));
        }
        self.out.write_event(Event::Start(case))?;
        self.properties(&extra.properties)
    }

    fn timestamp(&self, element: &mut BytesStart) {
        if let Some(started) = &self.extras.started {
            element.push_attribute(("timestamp", started.as_str()));
        }
    }

    fn properties(&mut self, rows: &[(&'static str, String)]) -> io::Result<()> {
        self.out.write_event(Event::Start(BytesStart::new("properties")))?;
        let mut given: HashMap<&str, usize> = HashMap::new();
        for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
            // Some readers reject a name that occurs twice.
            let n = given.entry(name).and_modify(|n| *n += 1).or_insert(1);
            let name = if *n == 1 { (*name).to_owned() } else { format!("{name}-{n}") };
            let row = BytesStart::new("property").with_attributes([("name", name.as_str()), ("value", value.as_str())]);
            self.out.write_event(Event::Empty(row))?;
        }
        self.out.write_event(Event::End(BytesEnd::new("properties")))
    }
}

/// Formats milliseconds as seconds with three decimals.
fn seconds(milliseconds: u64) -> String {
    format!("{}.{:03}", milliseconds / 1_000, milliseconds % 1_000)
}
