//! The gate by itself denies what planning should have rejected before.

use std::sync::Arc;

use preflight::cli::drive::{RunSettings, drive};
use preflight::plan::{self, Selection};
use preflight::redact::Redactor;
use preflight::run::StopReason;
use tokio::sync::watch;

use super::ground::{Attack, Ground, SECRETS};

/// Carries out, with the plan of the trusted pack, what an attack made of the pack. Returns the result of its check.
async fn unit_of(attack: &Attack<'_>) -> (Ground, String) {
    let trusted = Ground::new("play");
    let profile = std::fs::read_to_string(trusted.path("profile.yaml")).unwrap();
    let trust = format!("{{ digest: sha256:{}, hosts: {{ test: [127.0.0.7] }} }}", trusted.digest());
    std::fs::write(trusted.path("profile.yaml"), profile.replace("TRUST", &trust)).unwrap();
    let variable = |name: &str| SECRETS.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let (redactor, selection) = (Redactor::new(), Selection::default());
    let read = preflight::profile::read(&trusted.path("profile.yaml"), &trusted.catalog(), &variable, &redactor)
        .unwrap_or_else(|problems| panic!("{problems}"));
    let attacked = Ground::attacked("play", attack);
    let plan = plan::plan(attacked.catalog().packs["play"].clone(), read, selection)
        .unwrap_or_else(|problems| panic!("{problems}"));
    let (_sender, stop) = watch::channel(StopReason::No);
    let report = drive(Arc::new(plan), redactor, RunSettings::default(), stop, |_| ()).await.unwrap();
    let row = report.checks.iter().find(|row| row.full_id() == "hostile.it@test").unwrap();
    (attacked, format!("{:?}: {}", row.verdict, row.reason))
}

#[tokio::test]
async fn a_host_that_planning_did_not_see_gets_no_key() {
    let attacks: [Attack; 2] = [
        ("another host", &[("provider.yaml", r#""http://PROVIDER""#, r#""http://EVIL""#)]),
        ("the same host as a name", &[("provider.yaml", r#""http://PROVIDER""#, r#""http://localhost:4010""#)]),
    ];
    for attack in attacks {
        let (ground, said) = unit_of(&attack).await;
        assert!(
            said.starts_with("Inconclusive") && said.contains("the host is not an API host of this provider"),
            "{said}"
        );
        assert!(said.contains("its host under `trust` of the profile"), "{said}");
        assert_eq!((ground.evil_heard(), ground.provider_heard()), (String::new(), String::new()), "{}", attack.0);
    }
}
