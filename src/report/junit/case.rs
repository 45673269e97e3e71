//! The cases of a file: one a unit, one for each item that shows in no unit, and one for a run whose answer shows nowhere
//! else.

use std::collections::HashSet;

use junit_report::{Duration, TestCase, TestResult};
use quick_xml::escape::partial_escape;

use super::element::{Element, element_of_item};
use super::limits::{CUT, MAX_LINE_CHARS, line};
use super::pass::{CaseExtra, Properties};
use crate::report::block::{self, Setting};
use crate::report::model::{CheckResult, ItemRow, Report};
use crate::report::text::{bounded, clipped};

/// A case, with what the crate does not write.
pub(super) struct Case {
    pub(super) case: TestCase,
    pub(super) extra: CaseExtra,
}

/// What makes the cases of one report whose text is harmless already.
pub(super) struct Cases<'a> {
    report: &'a Report,
    bound: usize,
    timings: bool,
    /// The names that were given: readers drop cases of one name, or merge them as repetitions, some of them whatever
    /// the class.
    names: HashSet<String>,
}

/// What a case says, before it is one.
struct CaseText<'s> {
    class: &'s str,
    name: (String, &'s str),
    id: &'s str,
    headline: String,
    text: String,
    element: Element,
    milliseconds: u64,
    file: Option<String>,
}

impl<'a> Cases<'a> {
    pub(super) fn new(report: &'a Report, bound: usize, timings: bool) -> Self {
        Cases { report, bound, timings, names: HashSet::new() }
    }

    /// The case of a unit.
    pub(super) fn of_unit(&mut self, check: &CheckResult, element: Element) -> Case {
        let headline = clipped(&check.headline(), MAX_LINE_CHARS).into_owned();
        // The files of a pack that is built in are nowhere on the reader's disk.
        let file = Some(line(&check.file)).filter(|file| !file.is_empty() && !self.report.pack.built_in);
        let extra = CaseExtra {
            line: file.as_ref().map(|_| check.line),
            milliseconds: if self.timings { check.duration_ms } else { 0 },
            properties: unit_properties(check),
        };
        let said = CaseText {
            class: check.items.first().map_or(check.id.as_str(), String::as_str),
            name: (format!("{} ({})", line(&check.title), line(&check.stage)), &check.id),
            id: &check.id,
            text: format!("{headline}\n{}", block::body(check, &headline, Setting::PLAIN)),
            headline,
            element,
            milliseconds: extra.milliseconds,
            file,
        };
        Case { case: self.case(said), extra }
    }

    /// The case of an item that shows in no unit.
    pub(super) fn of_item(&mut self, item: &ItemRow) -> Case {
        let what = if item.is_for_persons() {
            format!(
                "No check in this version serves the item, so a person must attest it in the attestations file, as \
                 `item: {}`",
                item.id
            )
        } else {
            "Only recommended checks serve the item, and a partner is not ready until they decide it".to_owned()
        };
        let reason = if item.reason.is_empty() { item.verdict.words() } else { &item.reason };
        let text = format!("{}\n{what}: {}\n", line(reason), item.text);
        let properties = vec![
            ("items", line(&item.id)),
            ("verdict", item.verdict.words().to_owned()),
            ("reason", line(&item.reason)),
        ];
        let (name, element) = (format!("{} (item)", line(&item.text)), element_of_item(self.report, item));
        self.without_unit(&item.id, &name, element, line(reason), text, properties)
    }

    /// The case of a run of which no other case shows that its answer is not a good one.
    pub(super) fn of_run(&mut self, why: &str) -> Case {
        let properties = vec![("reason", line(why))];
        self.without_unit(
            "run.answer",
            "The run answers its question",
            Element::Error,
            line(why),
            format!("{why}\n"),
            properties,
        )
    }

    fn without_unit(
        &mut self,
        id: &str,
        name: &str,
        element: Element,
        headline: String,
        text: String,
        properties: Properties,
    ) -> Case {
        let said = CaseText {
            class: id,
            name: (name.to_owned(), id),
            id,
            headline,
            text,
            element,
            milliseconds: 0,
            file: None,
        };
        Case { case: self.case(said), extra: CaseExtra { line: None, milliseconds: 0, properties } }
    }

    fn case(&mut self, said: CaseText) -> TestCase {
        let name = self.name(said.name);
        let text = partial_escape(bounded(&said.text, self.bound, CUT)).into_owned();
        let (id, message) = (line(said.id), said.headline);
        let milliseconds = i64::try_from(said.milliseconds).unwrap_or(i64::MAX);
        let mut case = TestCase::success(&name, Duration::milliseconds(milliseconds));
        case.set_classname(&format!("{}.{}", word(&self.report.pack.id), word(said.class)));
        case.filepath = said.file;
        // No type is a word by itself: to one reader `yaml` or `file` is an instruction how to parse the text.
        match said.element {
            Element::Bare => {}
            Element::Failure => {
                case.result = TestResult::Failure { type_: format!("failed.{id}"), message, cause: Some(text) };
            }
            Element::Error => {
                case.result = TestResult::Error { type_: format!("inconclusive.{id}"), message, cause: Some(text) };
            }
            Element::Skipped => {
                case.result =
                    TestResult::SkippedWithCause { type_: format!("skipped.{id}"), message, cause: Some(text) };
            }
        }
        case
    }

    /// A name like no other's in this file.
    fn name(&mut self, (plain, id): (String, &str)) -> String {
        let (mut name, mut n) = (plain.clone(), 1);
        while !self.names.insert(name.clone()) {
            n += 1;
            name = format!("{plain} {} #{n}", line(id));
        }
        name
    }
}

fn unit_properties(check: &CheckResult) -> Properties {
    let mut properties = vec![
        ("check", line(&check.full_id())),
        ("items", line(&check.items.join(" "))),
        ("level", check.level.words().to_owned()),
        ("verdict", check.verdict.words().to_owned()),
        ("reason", line(&check.reason)),
        ("responsible", check.responsible.map(|responsible| responsible.label().to_owned()).unwrap_or_default()),
        ("docs", line(&check.docs)),
    ];
    properties.extend(check.remarks.iter().map(|remark| ("remark", line(remark))));
    properties
}

/// A text for a class name, which readers split at its dots and take for a path where it looks like one.
fn word(text: &str) -> String {
    let kept = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' };
    let word: String = line(text).chars().map(kept).collect();
    if word.is_empty() { "unnamed".to_owned() } else { word }
}
