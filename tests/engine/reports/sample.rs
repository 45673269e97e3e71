//! Hand-made reports.

use preflight::evidence::Who;
use preflight::judge::{ItemWord, Readiness};
use preflight::report::model::{
    ActionRow, ItemRow, LevelWord, PackRow, Report, Summary, TimelineRow, UnitRow, VerdictWord,
};

/// Everything that somebody may put into an answer to harm a reader of the report; short enough for a snapshot.
pub(crate) const HOSTILE: &str = "]]> \u{1b}[31mred\u{1b}[0m nul:\0 \u{fffe} \u{202e}desrever ##vso[task.complete] ##[error]x\n\
    ::error::annotated\n  ::set-output name=a::b\nsection_start:1:a\r\u{1b}[0K [[ATTACHMENT|/etc/passwd]] <script>alert(1)</script> \
    | a `b` *c* [d](https://evil.example) www.evil.example &amp; $x$ ]]>";

/// A unit with nothing but what every unit has.
pub(crate) fn unit(id: &str, stage: &str, item: &str, verdict: VerdictWord) -> UnitRow {
    let section = item.split('.').next().unwrap_or_default();
    UnitRow {
        id: id.to_owned(),
        stage: stage.to_owned(),
        title: format!("Title of {id}"),
        items: vec![item.to_owned()],
        section: section.to_owned(),
        level: LevelWord::Required,
        risk: false,
        verdict,
        reason: String::new(),
        blocked_by: None,
        who: None,
        expected: None,
        observed: None,
        because: None,
        remarks: Vec::new(),
        docs: "https://docs.example/guide".to_owned(),
        why: "It matters.".to_owned(),
        fix: "Do it.".to_owned(),
        repeat: None,
        file: format!("checks/acme/{}.yaml", id.replace('.', "/")),
        line: 3,
        duration_ms: 120,
        evidence: Vec::new(),
    }
}

/// A report over these units; items, sections and counts are derived from them.
pub(crate) fn report(readiness: Readiness, mut checks: Vec<UnitRow>) -> Report {
    for unit in &mut checks {
        let required = unit.level == LevelWord::Required;
        unit.risk = match unit.verdict {
            VerdictWord::Fail => !required,
            VerdictWord::Waived => required,
            VerdictWord::Pass | VerdictWord::Attested | VerdictWord::Inconclusive | VerdictWord::Skipped => false,
        };
    }
    let mut items: Vec<ItemRow> = Vec::new();
    for unit in &checks {
        for id in &unit.items {
            if let Some(item) = items.iter_mut().find(|item| item.id == *id) {
                item.units.push(unit.unit());
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
                    words,
                    verdict,
                    reason,
                    risks,
                    units: vec![unit.unit()],
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
        stand_ins: false,
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

fn risk_of(unit: &UnitRow) -> Option<String> {
    (unit.verdict == VerdictWord::Fail && unit.level == LevelWord::Recommended).then(|| unit.unit())
}

/// What a unit makes of its item.
fn word(unit: &UnitRow) -> ItemWord {
    match unit.verdict {
        VerdictWord::Fail if unit.level == LevelWord::Recommended => ItemWord::Risk,
        VerdictWord::Fail => ItemWord::Fail,
        VerdictWord::Inconclusive => ItemWord::Inconclusive,
        VerdictWord::Pass => ItemWord::Pass,
        VerdictWord::Attested => ItemWord::Attested,
        VerdictWord::Waived => ItemWord::Waived,
        VerdictWord::Skipped => ItemWord::NotDecided,
    }
}

fn summary(checks: &[UnitRow]) -> Summary {
    let mut sum = Summary { planned: checks.len(), ..Summary::default() };
    for unit in checks {
        let required = unit.level == LevelWord::Required;
        *match unit.verdict {
            VerdictWord::Pass => &mut sum.pass,
            VerdictWord::Fail if required => &mut sum.fail,
            VerdictWord::Fail => &mut sum.fail_recommended,
            VerdictWord::Inconclusive if required => &mut sum.inconclusive,
            VerdictWord::Inconclusive => &mut sum.inconclusive_recommended,
            VerdictWord::Attested => &mut sum.attested,
            VerdictWord::Waived => &mut sum.waived,
            VerdictWord::Skipped => &mut sum.skipped,
        } += 1;
    }
    sum
}

/// A partner of which everything holds.
pub(crate) fn calm() -> Report {
    let pass = |id: &str, stage: &str, item: &str| unit(id, stage, item, VerdictWord::Pass);
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

/// A selection of the calm report.
pub(crate) fn selection() -> Report {
    let mut report = calm();
    for unit in &mut report.checks[2..] {
        unit.verdict = VerdictWord::Skipped;
        unit.reason = "not selected".to_owned();
        unit.remarks.clear();
    }
    let checks = report.checks.clone();
    let selection = Some("--only auth".to_owned());
    Report { selection, ..self::report(Readiness::SelectionPassed, checks) }
}

/// A run that planned nothing.
pub(crate) fn empty() -> Report {
    report(Readiness::Inconclusive, Vec::new())
}

fn failing() -> UnitRow {
    let row = |at_ms, kind: &str, what: &str, outcome: &str| TimelineRow {
        at_ms,
        kind: kind.to_owned(),
        what: what.to_owned(),
        outcome: outcome.to_owned(),
        curl: None,
    };
    let mut unit = unit("auth.remint-on-401", "rehearsal", "auth.retry-on-401", VerdictWord::Fail);
    unit.title = "Re-mints the token once after a 401, and repeats the call once".to_owned();
    unit.items.push("cases.required-fields".to_owned());
    unit.reason = "the call was not repeated".to_owned();
    unit.who = Some(Who::Partner);
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
    unit.repeat.clone_from(&unit.evidence[3].curl);
    unit
}

fn inconclusive(id: &str, item: &str, reason: &str) -> UnitRow {
    let mut unit = unit(id, "production", item, VerdictWord::Inconclusive);
    unit.reason = reason.to_owned();
    unit.who = Some(Who::Partner);
    unit
}

fn said(mut unit: UnitRow, reason: &str) -> UnitRow {
    unit.reason = reason.to_owned();
    unit
}

/// Every verdict, at every level, with everything that a report can hold.
pub(crate) fn everything() -> Report {
    const MISSING: &str = "DEBITURA_PROD_KEY is not set; profile.yaml:16 wants it";
    let of = |id: &str, item: &str, verdict| unit(id, "rehearsal", item, verdict);
    let blocked = |id: &str, by: &str| {
        let mut unit = inconclusive(id, "onboarding.created", "");
        unit.blocked_by = Some(by.to_owned());
        unit
    };
    let recommended = |mut unit: UnitRow| {
        unit.level = LevelWord::Recommended;
        unit
    };
    let mut hostile = said(of("cases.hostile", "cases.creditor-reference", VerdictWord::Fail), HOSTILE);
    hostile.title = format!("Title {HOSTILE}");
    hostile.observed = Some(HOSTILE.to_owned());
    hostile.expected = Some("anything else".to_owned());
    hostile.who = Some(Who::Provider);
    let checks = vec![
        failing(),
        of("auth.caches", "auth.tokens", VerdictWord::Pass),
        hostile,
        recommended(said(of("cases.preview", "cases.required-fields", VerdictWord::Fail), "no preview was asked for")),
        inconclusive("onboarding.created", "onboarding.created", "not exercised: no client was onboarded"),
        blocked("onboarding.linked", "onboarding.created@production"),
        blocked("onboarding.expiry", "onboarding.created@production"),
        blocked("onboarding.again", "auth.remint-on-401@rehearsal"),
        inconclusive("readiness.key", "readiness.credentials", MISSING),
        inconclusive("readiness.webhooks", "readiness.webhooks", MISSING),
        recommended(inconclusive("readiness.contrast", "readiness.branding", MISSING)),
        said(
            of("readiness.agreement", "readiness.agreement", VerdictWord::Attested),
            "the CTO, 2026-09-01: signed, ref 7",
        ),
        said(of("webhooks.secret", "webhooks.secret", VerdictWord::Waived), "until 2026-12-01 by the CTO: old handler"),
        said(of("webhooks.burst", "webhooks.burst", VerdictWord::Skipped), "not applicable: polling instead"),
        of("extra.unlisted", "gone.item", VerdictWord::Pass),
    ];
    let mut report = report(Readiness::NotReady, checks);
    report.items.retain(|item| item.id != "gone.item");
    report.items.push(ItemRow {
        id: "kyc.preview".to_owned(),
        section: "kyc".to_owned(),
        words: "The preview is shown".to_owned(),
        verdict: ItemWord::Unchecked,
        reason: "no check in this version, and nobody attested it".to_owned(),
        risks: Vec::new(),
        units: Vec::new(),
    });
    report.items.push(ItemRow {
        id: "kyc.dry-run".to_owned(),
        section: "kyc".to_owned(),
        words: "The dry run was made".to_owned(),
        verdict: ItemWord::Attested,
        reason: "the CTO vouched on 2026-09-01 until 2027-09-01: a mail".to_owned(),
        risks: Vec::new(),
        units: Vec::new(),
    });
    report.stand_ins = true;
    report.interrupted = true;
    report.pack.built_in = false;
    report.remarks = vec!["the waiver of auth.caches is not needed".to_owned(), HOSTILE.to_owned()];
    report.actions = actions(MISSING);
    report
}

fn actions(missing: &str) -> Vec<ActionRow> {
    let action = |who, what: &str, place: Option<&str>, units: &[&str]| ActionRow {
        who,
        what: what.to_owned(),
        place: place.map(str::to_owned),
        units: units.iter().map(|unit| (*unit).to_owned()).collect(),
    };
    vec![
        action(Who::Partner, "fix auth.remint-on-401", None, &["auth.remint-on-401@rehearsal"]),
        action(
            Who::Partner,
            missing,
            Some("profile.yaml:16"),
            &["readiness.key@production", "readiness.webhooks@production"],
        ),
        action(Who::AccountManager, HOSTILE, None, &["cases.hostile@rehearsal"]),
    ]
}
