//! The cases of a file: one for each check, one for each item whose result no check shows, and one for a run whose
//! result no other case shows.

use std::collections::HashSet;

use junit_report::{Duration, TestCase, TestResult};
use quick_xml::escape::partial_escape;

use super::element::{Element, element_of_item};
use super::limits::{CUT, MAX_LINE_CHARS, line};
use super::pass::{CaseExtra, Properties};
use crate::report::block::{self, Setting};
use crate::report::model::{CheckResult, ItemRow, Report};
use crate::report::text::{bounded, clipped};

/// A case, and what `junit-report` does not write.
pub(super) struct Case {
    pub(super) case: TestCase,
    pub(super) extra: CaseExtra,
}

/// Makes the cases of a report whose text is harmless already.
pub(super) struct Cases<'a> {
    report: &'a Report,
    bound: usize,
    timings: bool,
    /// The names in use: readers drop cases with equal names or merge them as repetitions, some even across classes.
    names: HashSet<String>,
}

/// The content of a case before it is built.
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

    /// Makes the case of a check.
    pub(super) fn of_check(&mut self, check: &CheckResult, element: Element) -> Case {
        let headline = clipped(&check.headline(), MAX_LINE_CHARS).into_owned();
        // The files of a built-in pack are not on the reader's disk.
        let file = Some(line(&check.file)).filter(|file| !file.is_empty() && !self.report.pack.built_in);
        let extra = CaseExtra {
            line: file.as_ref().map(|_| check.line),
            milliseconds: if self.timings { check.duration_ms } else { 0 },
            properties: check_properties(check),
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

    /// Makes the case of an item whose result no check shows.
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
        self.without_check(&item.id, &name, element, line(reason), text, properties)
    }

    /// Makes the case of a run whose result is not good, although no other case shows that.
    pub(super) fn of_run(&mut self, why: &str) -> Case {
        let properties = vec![("reason", line(why))];
        self.without_check(
            "run.answer",
            "The run answers its question",
            Element::Error,
            line(why),
            format!("{why}\n"),
            properties,
        )
    }

    fn without_check(
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
        // The type is never a bare word: for one reader, `yaml` or `file` says how to parse the text.
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

    /// Makes a name unique in this file.
    fn name(&mut self, (plain, id): (String, &str)) -> String {
        let (mut name, mut n) = (plain.clone(), 1);
        while !self.names.insert(name.clone()) {
            n += 1;
            name = format!("{plain} {} #{n}", line(id));
        }
        name
    }
}

fn check_properties(check: &CheckResult) -> Properties {
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

/// Makes a text fit for a class name, which readers split at its dots and treat as a path if it looks like one.
fn word(text: &str) -> String {
    let kept = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' };
    let word: String = line(text).chars().map(kept).collect();
    if word.is_empty() { "unnamed".to_owned() } else { word }
}
