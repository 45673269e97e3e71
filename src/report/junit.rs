//! The report as `JUnit` XML, for those who read it: GitLab, Jenkins, Azure DevOps, `CircleCI`, the GitHub actions.
//!
//! One case a unit, one suite a section, no nesting, exactly one child that says how a case went. The file is made
//! by `junit-report` from text that is already escaped; a pass then adds what that crate does not write.

mod pass;

use std::collections::HashSet;
use std::io;

use indexmap::IndexMap;
use junit_report::{Duration, OffsetDateTime, ReportBuilder, TestCase, TestResult, TestSuite};
use quick_xml::escape::{escape, partial_escape};
use time::format_description::well_known::Rfc3339;

use self::pass::{CaseExtra, Extras, Properties, SuiteExtra};
use super::block::{self, Setting};
use super::model::{LevelWord, Report, UnitRow, VerdictWord};
use super::text::{bounded, clipped, for_xml, one_line};

/// The most bytes that the text of one case may have: readers cut, or fail, where texts are long.
const TEXT: usize = 32 * 1024;
/// The most bytes that a file may have.
const FILE: usize = 10 * 1024 * 1024;
/// The bounds that are tried, one after another, until the file is small enough.
const BOUNDS: [usize; 4] = [TEXT, TEXT / 8, TEXT / 64, 128];
/// The most characters that a name, a message or a property may have.
const LINE: usize = 400;
/// The end of a text that was cut.
const CUT: &str = "\n… cut here; the JSON report has it all\n";

/// How a unit shows in a `JUnit` file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// A case without a child: it passed.
    Bare,
    /// A case that passed and has something to say, in `system-out`.
    Remark,
    /// `failure`.
    Failure,
    /// `error`.
    Error,
    /// `skipped`.
    Skipped,
}

/// The element of a unit. A recommended unit never breaks a build unless `strict`, and one that another unit blocks
/// is not a second red for one cause.
pub fn element(verdict: VerdictWord, level: LevelWord, blocked: bool, strict: bool) -> Element {
    let counts = level == LevelWord::Required;
    match verdict {
        VerdictWord::Pass | VerdictWord::Attested => Element::Bare,
        VerdictWord::Fail if counts || strict => Element::Failure,
        VerdictWord::Undecided if counts && blocked => Element::Skipped,
        VerdictWord::Undecided if counts => Element::Error,
        VerdictWord::Fail | VerdictWord::Undecided => Element::Remark,
        VerdictWord::Waived if strict => Element::Failure,
        VerdictWord::Waived | VerdictWord::Skipped => Element::Skipped,
        // A unit that nothing checked is a fault of this tool, and silence is never a pass.
        VerdictWord::Unchecked => Element::Error,
    }
}

/// The whole file. Without `timings` it holds no time at all and is the same for equal verdicts.
///
/// A report without a unit is one `error` case, since readers take an empty file for a success.
///
/// # Errors
///
/// If the XML cannot be written or read again, which no report can cause.
pub fn render(report: &Report, timings: bool) -> io::Result<String> {
    if report.checks.is_empty() {
        return Ok(single_error("checklist", "Something was checked", "nothing was planned, so nothing was checked"));
    }
    let mut file = String::new();
    for bound in BOUNDS {
        let safe = report.map_text(&|text| for_xml(&clipped(text, bound)));
        file = Writer { report: &safe, bound, timings, names: HashSet::new() }.file()?;
        if file.len() <= FILE {
            break;
        }
    }
    Ok(file)
}

/// A file with one `error` case, for a run that ended in an internal error: readers take a missing file for none.
pub fn crash(message: &str) -> String {
    single_error("run", "Preflight ran to its end", message)
}

fn single_error(class: &str, name: &str, message: &str) -> String {
    let text = for_xml(&clipped(message, TEXT / 8));
    let (line, text) = (one_line(&text), partial_escape(text.as_str()));
    let line = clipped(&line, LINE);
    let line = escape(line.as_ref());
    let counts = r#"tests="1" failures="0" errors="1" skipped="0" time="0""#;
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<testsuites name="preflight" {counts}>
  <testsuite name="{class}" {counts}>
    <testcase name="{name}" classname="preflight.{class}" time="0">
      <error type="preflight.{class}" message="{line}">{line}
{text}</error>
    </testcase>
  </testsuite>
</testsuites>
"#
    )
}

/// The file of one report whose text is harmless already.
struct Writer<'a> {
    report: &'a Report,
    bound: usize,
    timings: bool,
    /// The names that were given: readers drop cases of one name, or merge them as repetitions, some of them whatever
    /// the class.
    names: HashSet<String>,
}

impl Writer<'_> {
    fn file(mut self) -> io::Result<String> {
        let report = self.report;
        let mut sections: IndexMap<String, Vec<&UnitRow>> = IndexMap::new();
        for unit in &report.checks {
            sections.entry(line(&unit.section)).or_default().push(unit);
        }
        let mut builder = ReportBuilder::new();
        let mut extras = self.extras();
        for (section, units) in sections {
            let name = if section.is_empty() { "checks" } else { &section };
            let mut suite = TestSuite::new(name);
            // The crate takes the present moment, of which a report knows nothing; the pass writes the true one.
            suite.set_timestamp(OffsetDateTime::UNIX_EPOCH);
            suite.add_testcases(units.iter().map(|unit| self.case(unit)));
            let cases = units.iter().map(|unit| CaseExtra {
                line: (!unit.file.is_empty()).then_some(unit.line),
                properties: case_properties(unit),
            });
            extras.suites.push(SuiteExtra {
                tests: suite.tests(),
                failures: suite.failures(),
                errors: suite.errors(),
                skipped: suite.skipped(),
                cases: cases.collect(),
            });
            builder.add_testsuite(suite);
        }
        let mut raw = Vec::new();
        builder.build().write_xml(&mut raw).map_err(|error| io::Error::other(error.to_string()))?;
        pass::complete(&raw, &extras)
    }

    fn extras(&self) -> Extras {
        let started = OffsetDateTime::parse(&self.report.started, &Rfc3339).ok();
        let started = started.and_then(|time| time.format(&Rfc3339).ok()).filter(|_| self.timings);
        let milliseconds = if self.timings { self.report.duration_ms } else { 0 };
        Extras {
            name: format!("preflight {}", line(&self.report.pack.id)),
            started,
            seconds: std::time::Duration::from_millis(milliseconds).as_secs_f64(),
            properties: self.run_properties(),
            suites: Vec::new(),
        }
    }

    fn case(&mut self, unit: &UnitRow) -> TestCase {
        let (classname, name) = self.name(unit);
        let headline = clipped(&unit.headline(), LINE).into_owned();
        let milliseconds = if self.timings { unit.duration_ms } else { 0 };
        let milliseconds = i64::try_from(milliseconds).unwrap_or(i64::MAX);
        let (id, message, text) = (line(&unit.id), headline.clone(), self.text(&headline, unit));
        let mut case = TestCase::success(&name, Duration::milliseconds(milliseconds));
        case.set_classname(&classname);
        case.filepath = Some(line(&unit.file)).filter(|file| !file.is_empty());
        match element(unit.verdict, unit.level, unit.blocked_by.is_some(), self.report.strict) {
            Element::Bare => {}
            Element::Remark => case.set_system_out(&text),
            // No type is a word by itself: to one reader `yaml` or `file` is an instruction how to parse the text.
            Element::Failure => {
                case.result = TestResult::Failure { type_: format!("failed.{id}"), message, cause: Some(text) };
            }
            Element::Error => {
                case.result = TestResult::Error { type_: format!("undecided.{id}"), message, cause: Some(text) };
            }
            Element::Skipped => {
                case.result =
                    TestResult::SkippedWithCause { type_: format!("skipped.{id}"), message, cause: Some(text) };
            }
        }
        case
    }

    /// Class and name of a unit, like no other's in this file.
    fn name(&mut self, unit: &UnitRow) -> (String, String) {
        let item = unit.items.first().map_or(unit.id.as_str(), String::as_str);
        let class = format!("{}.{}", word(&self.report.pack.id), word(item));
        let plain = format!("{} ({})", line(&unit.title), line(&unit.stage));
        let mut name = plain.clone();
        let mut n = 1;
        while !self.names.insert(name.clone()) {
            n += 1;
            name = format!("{plain} {} #{n}", line(&unit.id));
        }
        (class, name)
    }

    /// The text of a case, escaped: some readers show the message, some the text, so both begin alike.
    fn text(&self, headline: &str, unit: &UnitRow) -> String {
        let text = format!("{headline}\n{}", block::body(unit, headline, Setting::PLAIN));
        partial_escape(bounded(&text, self.bound, CUT)).into_owned()
    }

    /// What every suite says about the run.
    fn run_properties(&self) -> Properties {
        let r = self.report;
        let unchecked = r.items.iter().filter(|item| item.verdict == VerdictWord::Unchecked);
        let unchecked = unchecked.map(|item| item.id.as_str()).collect::<Vec<_>>().join(" ");
        let mut properties = vec![
            ("partner", line(&r.partner)),
            ("provider", line(&r.provider)),
            ("pack", line(&r.pack_line())),
            ("sha256", line(&r.pack.sha256)),
            ("readiness", r.readiness.words().to_owned()),
            ("units", r.plan_line()),
            ("unchecked-items", line(&unchecked)),
        ];
        properties.extend(r.caveats().iter().map(|caveat| ("caveat", line(caveat))));
        properties.retain(|(_, value)| !value.is_empty());
        properties
    }
}

fn case_properties(unit: &UnitRow) -> Properties {
    let mut properties = vec![
        ("unit", line(&unit.unit())),
        ("items", line(&unit.items.join(" "))),
        ("level", unit.level.words().to_owned()),
        ("verdict", unit.verdict.words().to_owned()),
        ("reason", line(&unit.reason)),
        ("who", unit.who.map(|who| who.words().to_owned()).unwrap_or_default()),
        ("docs", line(&unit.docs)),
    ];
    properties.extend(unit.remarks.iter().map(|remark| ("remark", line(remark))));
    properties.retain(|(_, value)| !value.is_empty());
    properties
}

/// A text for an attribute.
fn line(text: &str) -> String {
    clipped(&one_line(text), LINE).into_owned()
}

/// A text for a class name, which readers split at its dots and take for a path where it looks like one.
fn word(text: &str) -> String {
    let kept = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' };
    let word: String = line(text).chars().map(kept).collect();
    if word.is_empty() { "unnamed".to_owned() } else { word }
}
