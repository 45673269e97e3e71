//! Handwritten reports.

use preflight::evidence::Responsible;
use preflight::judge::{ItemVerdict, Readiness};
use preflight::report::model::{
    ActionRow, CheckResult, ItemRow, LevelLabel, PackRow, Report, Summary, TimelineRow, VerdictLabel,
};

/// Everything that somebody may put into a response to harm a reader of the report, short enough for a snapshot.
pub(crate) const HOSTILE: &str = "]]> \u{1b}[31mred\u{1b}[0m nul:\0 \u{fffe} \u{202e}desrever ##vso[task.complete] ##[error]x\n\
    ::error::annotated\n  ::set-output name=a::b\nsection_start:1:a\r\u{1b}[0K [[ATTACHMENT|/etc/passwd]] <script>alert(1)</script> \
    | a `b` *c* [d](https://evil.example) www.evil.example &amp; $x$ ]]>";

/// Returns a check result with nothing but what every result has.
pub(crate) fn unit(id: &str, stage: &str, item: &str, verdict: VerdictLabel) -> CheckResult {
    let section = item.split('.').next().unwrap_or_default();
    CheckResult {
        id: id.to_owned(),
        stage: stage.to_owned(),
        title: format!("Title of {id}"),
        items: vec![item.to_owned()],
        section: section.to_owned(),
        level: LevelLabel::Required,
        risk: false,
        verdict,
        reason: String::new(),
        blocked_by: None,
        responsible: None,
        expected: None,
        observed: None,
        because: None,
        remarks: Vec::new(),
        docs: "https://docs.example/guide".to_owned(),
        why: "It matters.".to_owned(),
        fix: "Do it.".to_owned(),
        rerun: None,
        file: format!("checks/acme/{}.yaml", id.replace('.', "/")),
        line: 3,
        duration_ms: 120,
        evidence: Vec::new(),
    }
}

/// Returns a report with these results. Its items, sections and counts derive from them.
pub(crate) fn report(readiness: Readiness, mut checks: Vec<CheckResult>) -> Report {
    for unit in &mut checks {
        let required = unit.level == LevelLabel::Required;
        unit.risk = match unit.verdict {
            VerdictLabel::Fail => !required,
            VerdictLabel::Waived => required,
            VerdictLabel::Pass | VerdictLabel::Attested | VerdictLabel::Inconclusive | VerdictLabel::Skipped => false,
        };
    }
    let mut items: Vec<ItemRow> = Vec::new();
    for unit in &checks {
        for id in &unit.items {
            if let Some(item) = items.iter_mut().find(|item| item.id == *id) {
                item.checks.push(unit.full_id());
                item.verdict = item.verdict.max(word(unit));
                item.risks.extend(risk_of(unit));
            } else {
                let section = id.split('.').next().unwrap_or_default().to_owned();
                let words = format!("Words of {id}");
                let (verdict, reason) = (word(unit), String::new());
                let risks = risk_of(unit).into_iter().collect();
                items.push(ItemRow {
                    id: id.clone(),
                    section,
                    text: words,
                    verdict,
                    reason,
                    risks,
                    checks: vec![unit.full_id()],
                });
            }
        }
    }
    Report {
        schema: 1,
        tool: "0.1.0".to_owned(),
        partner: "Acme Invoicing".to_owned(),
        provider: "Example".to_owned(),
        pack: PackRow {
            id: "example".to_owned(),
            version: "1.0".to_owned(),
            sha256: "3f9c0a".repeat(11)[..64].to_owned(),
            built_in: true,
        },
        started: "2026-10-01T08:00:00Z".to_owned(),
        duration_ms: 61_234,
        simulated_environments: false,
        selection: None,
        strict: false,
        interrupted: false,
        readiness,
        because: None,
        summary: summary(&checks),
        actions: Vec::new(),
        items,
        checks,
        remarks: Vec::new(),
        phases: Vec::new(),
    }
}

fn risk_of(unit: &CheckResult) -> Option<String> {
    (unit.verdict == VerdictLabel::Fail && unit.level == LevelLabel::Recommended).then(|| unit.full_id())
}

/// Returns the verdict of an item that this check alone decides.
fn word(unit: &CheckResult) -> ItemVerdict {
    match unit.verdict {
        VerdictLabel::Fail if unit.level == LevelLabel::Recommended => ItemVerdict::Risk,
        VerdictLabel::Fail => ItemVerdict::Fail,
        VerdictLabel::Inconclusive => ItemVerdict::Inconclusive,
        VerdictLabel::Pass => ItemVerdict::Pass,
        VerdictLabel::Attested => ItemVerdict::Attested,
        VerdictLabel::Waived => ItemVerdict::Waived,
        VerdictLabel::Skipped => ItemVerdict::NotDecided,
    }
}

fn summary(checks: &[CheckResult]) -> Summary {
    let mut sum = Summary { planned: checks.len(), ..Summary::default() };
    for unit in checks {
        let required = unit.level == LevelLabel::Required;
        *match unit.verdict {
            VerdictLabel::Pass => &mut sum.pass,
            VerdictLabel::Fail if required => &mut sum.fail,
            VerdictLabel::Fail => &mut sum.fail_recommended,
            VerdictLabel::Inconclusive if required => &mut sum.inconclusive,
            VerdictLabel::Inconclusive => &mut sum.inconclusive_recommended,
            VerdictLabel::Attested => &mut sum.attested,
            VerdictLabel::Waived => &mut sum.waived,
            VerdictLabel::Skipped => &mut sum.skipped,
        } += 1;
    }
    sum
}

/// Returns the report of a partner that passes everything.
pub(crate) fn calm() -> Report {
    let pass = |id: &str, stage: &str, item: &str| unit(id, stage, item, VerdictLabel::Pass);
    let mut checks = vec![
        pass("auth.caches", "rehearsal", "auth.tokens"),
        pass("auth.remint", "rehearsal", "auth.retry-on-401"),
        pass("cases.fields", "rehearsal", "cases.required-fields"),
        pass("cases.fields", "test", "cases.required-fields"),
        pass("webhooks.genuine", "rehearsal", "webhooks.raw-body"),
    ];
    checks[4].remarks = vec!["accepts 301 s, limit 300 s".to_owned()];
    report(Readiness::Ready, checks)
}

/// Returns a selection of the calm report.
pub(crate) fn selection() -> Report {
    let mut report = calm();
    for unit in &mut report.checks[2..] {
        unit.verdict = VerdictLabel::Skipped;
        unit.reason = "not selected".to_owned();
        unit.remarks.clear();
    }
    let checks = report.checks.clone();
    let selection = Some("--only auth".to_owned());
    Report { selection, ..self::report(Readiness::SelectionPassed, checks) }
}

/// Returns the report of a run that planned nothing.
pub(crate) fn empty() -> Report {
    report(Readiness::Inconclusive, Vec::new())
}

fn failing() -> CheckResult {
    let row = |at_ms, kind: &str, what: &str, outcome: &str| TimelineRow {
        at_ms,
        kind: kind.to_owned(),
        what: what.to_owned(),
        outcome: outcome.to_owned(),
        curl: None,
    };
    let mut unit = unit("auth.remint-on-401", "rehearsal", "auth.retry-on-401", VerdictLabel::Fail);
    unit.title = "Re-mints the token once after a 401, and repeats the call once".to_owned();
    unit.items.push("cases.required-fields".to_owned());
    unit.reason = "the call was not repeated".to_owned();
    unit.responsible = Some(Responsible::Partner);
    unit.expected = Some("after the 401: one POST /oauth/token, then the same call once more".to_owned());
    unit.observed = Some("nothing more in 10 s; the restart action answered 500".to_owned());
    unit.because = Some("the token is kept for ever".to_owned());
    unit.evidence = vec![
        row(0.0, "action", "submit_case", ""),
        row(41.3, "call", "POST /oauth/token", "200"),
        row(63.0, "call", "POST /cases", "401  the token has expired (arranged)"),
        row(71.9, "action", "submit_case", "500  \"Unhandled: token rejected\""),
    ];
    unit.evidence[3].curl = Some("curl -X POST 'http://127.0.0.1:3000/test/cases'".to_owned());
    unit.rerun.clone_from(&unit.evidence[3].curl);
    unit
}

fn inconclusive(id: &str, item: &str, reason: &str) -> CheckResult {
    let mut unit = unit(id, "production", item, VerdictLabel::Inconclusive);
    unit.reason = reason.to_owned();
    unit.responsible = Some(Responsible::Partner);
    unit
}

fn said(mut unit: CheckResult, reason: &str) -> CheckResult {
    unit.reason = reason.to_owned();
    unit
}

/// Returns a report with every verdict, at every level, with everything that a report can contain.
pub(crate) fn everything() -> Report {
    const MISSING: &str = "DEBITURA_PROD_KEY is not set; profile.yaml:16 wants it";
    let of = |id: &str, item: &str, verdict| unit(id, "rehearsal", item, verdict);
    let blocked = |id: &str, by: &str| {
        let mut unit = inconclusive(id, "onboarding.created", "");
        unit.blocked_by = Some(by.to_owned());
        unit
    };
    let recommended = |mut unit: CheckResult| {
        unit.level = LevelLabel::Recommended;
        unit
    };
    let mut hostile = said(of("cases.hostile", "cases.creditor-reference", VerdictLabel::Fail), HOSTILE);
    hostile.title = format!("Title {HOSTILE}");
    hostile.observed = Some(HOSTILE.to_owned());
    hostile.expected = Some("anything else".to_owned());
    hostile.responsible = Some(Responsible::Provider);
    let checks = vec![
        failing(),
        of("auth.caches", "auth.tokens", VerdictLabel::Pass),
        hostile,
        recommended(said(of("cases.preview", "cases.required-fields", VerdictLabel::Fail), "no preview was asked for")),
        inconclusive("onboarding.created", "onboarding.created", "not exercised: no client was onboarded"),
        blocked("onboarding.linked", "onboarding.created@production"),
        blocked("onboarding.expiry", "onboarding.created@production"),
        blocked("onboarding.again", "auth.remint-on-401@rehearsal"),
        inconclusive("readiness.key", "readiness.credentials", MISSING),
        inconclusive("readiness.webhooks", "readiness.webhooks", MISSING),
        recommended(inconclusive("readiness.contrast", "readiness.branding", MISSING)),
        said(
            of("readiness.agreement", "readiness.agreement", VerdictLabel::Attested),
            "the CTO, 2026-09-01: signed, ref 7",
        ),
        said(
            of("webhooks.secret", "webhooks.secret", VerdictLabel::Waived),
            "until 2026-12-01 by the CTO: old handler",
        ),
        said(of("webhooks.burst", "webhooks.burst", VerdictLabel::Skipped), "not applicable: polling instead"),
        of("extra.unlisted", "gone.item", VerdictLabel::Pass),
    ];
    let mut report = report(Readiness::NotReady, checks);
    report.items.retain(|item| item.id != "gone.item");
    report.items.push(ItemRow {
        id: "kyc.preview".to_owned(),
        section: "kyc".to_owned(),
        text: "The preview is shown".to_owned(),
        verdict: ItemVerdict::Unchecked,
        reason: "no check in this version, and nobody attested it".to_owned(),
        risks: Vec::new(),
        checks: Vec::new(),
    });
    report.items.push(ItemRow {
        id: "kyc.dry-run".to_owned(),
        section: "kyc".to_owned(),
        text: "The dry run was made".to_owned(),
        verdict: ItemVerdict::Attested,
        reason: "the CTO attested on 2026-09-01 until 2027-09-01: a mail".to_owned(),
        risks: Vec::new(),
        checks: Vec::new(),
    });
    report.simulated_environments = true;
    report.interrupted = true;
    report.pack.built_in = false;
    report.remarks = vec!["the waiver of auth.caches is not needed".to_owned(), HOSTILE.to_owned()];
    report.actions = actions(MISSING);
    report
}

fn actions(missing: &str) -> Vec<ActionRow> {
    let action = |responsible, what: &str, place: Option<&str>, checks: &[&str]| ActionRow {
        responsible,
        what: what.to_owned(),
        place: place.map(str::to_owned),
        checks: checks.iter().map(|unit| (*unit).to_owned()).collect(),
    };
    vec![
        action(Responsible::Partner, "fix auth.remint-on-401", None, &["auth.remint-on-401@rehearsal"]),
        action(
            Responsible::Partner,
            missing,
            Some("profile.yaml:16"),
            &["readiness.key@production", "readiness.webhooks@production"],
        ),
        action(Responsible::AccountManager, HOSTILE, None, &["cases.hostile@rehearsal"]),
    ]
}
