//! The report as `JUnit` XML, for its usual readers: GitLab, Jenkins, Azure DevOps, `CircleCI`, the GitHub actions.
//!
//! One suite for each section; one case for each check, and for an item or a run whose result no check shows; no
//! nesting; at most one child that says how a case went. `junit-report` makes the file from text that is already
//! escaped; a pass then adds what that crate does not write.

use std::io;

use indexmap::IndexMap;
use junit_report::{OffsetDateTime, ReportBuilder, TestSuite};
use quick_xml::escape::{escape, partial_escape};
use time::format_description::well_known::Rfc3339;

use super::case::{Case, Cases};
use super::element::{self, elements};
use super::limits::{BOUNDS, MAX_FILE_BYTES, MAX_LINE_CHARS, MAX_TEXT_BYTES, line};
use super::pass::{self, Extras, Properties, SuiteExtra};
use crate::judge::ItemVerdict;
use crate::report::model::Report;
use crate::report::text::{clipped, for_xml, one_line};

/// Renders the whole file. Without `timings` it holds no times, so equal verdicts give equal files.
///
/// A report without checks becomes one `error` case, because readers take an empty file for a success.
///
/// # Errors
///
/// Fails if the XML cannot be written or read again, which no report can cause.
pub fn render(report: &Report, timings: bool) -> io::Result<String> {
    if report.checks.is_empty() {
        return Ok(single_error("checklist", "The run has checks", "no checks were planned, so nothing was checked"));
    }
    let mut file = String::new();
    for bound in BOUNDS {
        let safe = report.map_text(&|text| for_xml(&clipped(text, bound)));
        file = Writer { report: &safe, bound, timings }.file()?;
        if file.len() <= MAX_FILE_BYTES {
            break;
        }
    }
    Ok(file)
}

/// Renders a file with one `error` case, for a run that ended in an internal error: readers ignore a missing file.
pub fn crash(message: &str) -> String {
    single_error("run", "Preflight completed the run", message)
}

fn single_error(class: &str, name: &str, message: &str) -> String {
    let text = for_xml(&clipped(message, MAX_TEXT_BYTES / 8));
    let (line, text) = (one_line(&text), partial_escape(text.as_str()));
    let line = clipped(&line, MAX_LINE_CHARS);
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

/// Writes the file of a report whose text is harmless already.
struct Writer<'a> {
    report: &'a Report,
    bound: usize,
    timings: bool,
}

impl Writer<'_> {
    fn file(&self) -> io::Result<String> {
        let mut builder = ReportBuilder::new();
        let mut extras = self.extras();
        for (section, cases) in self.sections() {
            let name = if section.is_empty() { "checks" } else { &section };
            let mut suite = TestSuite::new(name);
            // The crate would use the current time, which is not in the report; the pass writes the real time.
            suite.set_timestamp(OffsetDateTime::UNIX_EPOCH);
            let (cases, extra): (Vec<_>, Vec<_>) = cases.into_iter().map(|case| (case.case, case.extra)).unzip();
            suite.add_testcases(cases);
            extras.suites.push(SuiteExtra {
                tests: suite.tests(),
                failures: suite.failures(),
                errors: suite.errors(),
                skipped: suite.skipped(),
                cases: extra,
            });
            builder.add_testsuite(suite);
        }
        let mut raw = Vec::new();
        builder.build().write_xml(&mut raw).map_err(|error| io::Error::other(error.to_string()))?;
        pass::complete(&raw, &extras)
    }

    /// Makes all cases, by section.
    fn sections(&self) -> IndexMap<String, Vec<Case>> {
        let report = self.report;
        let mut cases = Cases::new(report, self.bound, self.timings);
        let mut sections: IndexMap<String, Vec<Case>> = IndexMap::new();
        let mut shown = elements(report);
        for (check, element) in report.checks.iter().zip(&shown) {
            sections.entry(line(&check.section)).or_default().push(cases.of_check(check, *element));
        }
        for item in report.items.iter().filter(|item| element::has_case(report, item)) {
            sections.entry(line(&item.section)).or_default().push(cases.of_item(item));
            shown.push(element::element_of_item(report, item));
        }
        if let Some(why) = element::untold(report, &shown) {
            sections.entry("run".to_owned()).or_default().push(cases.of_run(&why));
        }
        sections
    }

    fn extras(&self) -> Extras {
        let started = OffsetDateTime::parse(&self.report.started, &Rfc3339).ok();
        Extras {
            name: format!("preflight {}", line(&self.report.pack.id)),
            started: started.and_then(|time| time.format(&Rfc3339).ok()).filter(|_| self.timings),
            milliseconds: if self.timings { self.report.duration_ms } else { 0 },
            properties: self.run_properties(),
            suites: Vec::new(),
        }
    }

    /// Returns the properties that every suite repeats about the run.
    fn run_properties(&self) -> Properties {
        let r = self.report;
        let unchecked = r.items.iter().filter(|item| item.verdict == ItemVerdict::Unchecked);
        let unchecked = unchecked.map(|item| item.id.as_str()).collect::<Vec<_>>().join(" ");
        let mut properties = vec![
            ("partner", line(&r.partner)),
            ("provider", line(&r.provider)),
            ("pack", line(&r.pack_line())),
            ("sha256", line(&r.pack.sha256)),
            ("readiness", r.readiness.label().to_owned()),
            ("because", line(r.because.as_deref().unwrap_or_default())),
            ("checks", r.plan_line()),
            ("checklist", r.items_line()),
            ("unchecked-items", line(&unchecked)),
        ];
        properties.extend(r.caveats().iter().map(|caveat| ("caveat", line(caveat))));
        properties
    }
}
