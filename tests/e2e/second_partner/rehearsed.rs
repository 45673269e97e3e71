//! The desk in rehearsals: with its own profile it passes, and its defects are caught.

use std::path::Path;

use futures_util::StreamExt;
use futures_util::stream::iter;
use preflight::report::model::{Report, VerdictLabel};

use super::desk::{HERE, Program};
use crate::support::driven::{BUILT_IN, checks, planned, row, told};
use crate::support::free_port;

/// A defect of the desk, and the check that must catch it.
const FAULTS: [(&str, &str); 9] = [
    ("shared_token", "auth.token-per-client"),
    ("wrong_return_url_joint", "onboarding.return-url"),
    ("link_never_mailed", "onboarding.terms-unsigned"),
    ("new_reference_after_lost_answer", "cases.lost-answer"),
    ("blind_repeat_422", "errors.no-partner-available"),
    ("everything_is_fine", "errors.creditor-blocked"),
    ("retry_after_ignored", "errors.rate-limited"),
    ("preview_skipped", "kyc.preview-first"),
    ("new_tenant_after_restart", "onboarding.tenant-id-durable"),
];

/// A check that passes with any of these defects.
const CONTROL: &str = "onboarding.created@rehearsal";

/// Rehearses the desk with its own profile, except for the folder of its sources and its defect.
async fn rehearsed(fault: Option<&str>, only: &[&str]) -> Report {
    let (mail, data, port) = (Program::mail_catcher(), tempfile::tempdir().unwrap(), free_port().to_string());
    let sources = Path::new(HERE).join("partner.py");
    let profile = std::fs::read_to_string(Path::new(HERE).join("profile.yaml")).unwrap();
    let mut profile = profile.replacen("partner.py", sources.to_str().unwrap(), 1);
    if let Some(fault) = fault {
        profile = profile.replacen("  env:\n", &format!("  env:\n    FAULT: {fault}\n"), 1);
    }
    let data = data.path().to_str().unwrap();
    let variables = [("DESK_PORT", &*port), ("DESK_DATA", data), ("DESK_MAIL", &*mail.at)];
    planned(&BUILT_IN, &profile, only, &variables).report().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_with_other_habits_passes_every_check_that_does_not_deliver() {
    let report = rehearsed(None, &["*@rehearsal"]).await;
    let mut delivered = 0;
    for row in report.checks.iter().filter(|row| row.stage == "rehearsal") {
        // The desk polls and has no handler, so nothing can be observed of one.
        let delivers = row.id.starts_with("webhooks.") || row.id == "e2e.webhook-signatures";
        let wanted = if delivers { VerdictLabel::Inconclusive } else { VerdictLabel::Pass };
        assert_eq!(row.verdict, wanted, "{}", told(row));
        delivered += usize::from(!delivers);
    }
    assert!(delivered > 40, "only {delivered} checks were held against it");
}

#[tokio::test(flavor = "multi_thread")]
async fn its_mistakes_are_caught() {
    let runs = iter(FAULTS).map(|(fault, check)| async move {
        let unit = format!("{check}@rehearsal");
        (fault, rehearsed(Some(fault), &[&unit, CONTROL]).await, unit)
    });
    for (fault, report, unit) in runs.buffer_unordered(3).collect::<Vec<_>>().await {
        let caught = row(&report, &unit);
        assert_eq!(checks(&report, VerdictLabel::Fail), [&*unit], "{fault}: {}", told(caught));
        assert_eq!(row(&report, CONTROL).verdict, VerdictLabel::Pass, "{fault}: {}", told(row(&report, CONTROL)));
    }
}
