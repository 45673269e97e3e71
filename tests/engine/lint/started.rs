//! What a build is started with and given, compared with what exists and what a run needs.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use preflight::pack::load::Catalog;
use preflight::plan::{self, Selection};

use super::folder::Folder;
use super::profiles::{PROFILE, sound, variables};

/// Creates a profile with programs in its PATH. Returns the folder and the PATH.
fn with_programs(command: &str) -> (Folder, String) {
    let folder = sound();
    folder.change(PROFILE, "[npm, start]", command);
    for (program, mode) in [("bin/serve", 0o755), ("bin/python3", 0o755), ("bin/plain", 0o644)] {
        folder.write(program, "");
        std::fs::set_permissions(folder.path(program), Permissions::from_mode(mode)).unwrap();
    }
    let path = folder.path("bin").display().to_string();
    (folder, path)
}

fn planned_with(command: &str, only: &str) -> String {
    let catalog = Catalog::built_in().unwrap();
    let (folder, path) = with_programs(command);
    let set = |name: &str| match name {
        "PATH" => Some(path.clone()),
        "OUR_TOKEN" => Some("shown to nobody".to_owned()),
        _ => variables(name),
    };
    let read =
        match preflight::profile::read(&folder.path(PROFILE), &catalog, &set, &preflight::redact::Redactor::new()) {
            Ok(read) => read,
            Err(problems) => return folder.plain(&problems),
        };
    let selection = Selection { only: vec![only.to_owned()], ..Selection::default() };
    match plan::plan(catalog.packs["debitura"].clone(), read, selection) {
        Ok(_) => "is planned".to_owned(),
        Err(problems) => folder.plain(&problems),
    }
}

#[test]
fn a_start_command_that_is_not_there() {
    for (command, part) in [
        ("[serv, --port, \"3000\"]", "there is no program `serv`"),
        ("[\"serve --port 3000\"]", "write `[serve, --port, 3000]`"),
        ("[./run.sh]", "there is no file `./run.sh`"),
        ("[python3, handlr.py]", "there is no file `handlr.py`"),
        ("[bin/plain]", "run `chmod +x bin/plain`"),
        ("[bin]", "there is no program `bin`"),
        ("[./bin]", "there is no file `./bin`"),
        ("[\"serve --token=${OUR_TOKEN} x\"]", "there is no program `serve --token=${OUR_TOKEN} x`"),
        ("[\" \"]", "the program is missing"),
    ] {
        let told = planned_with(command, "webhooks.accepts-genuine");
        assert!(told.contains(part) && told.contains("profile.yaml:12:"), "{command}: {told}");
        assert!(!told.contains("shown to nobody"), "{told}");
        // A check that is not selected does not need it.
        assert_eq!(planned_with(command, "prerequisites.*"), "is planned", "{command}");
    }
    for command in
        ["[serve]", "[bin/serve]", "[python3, -m, handler]", "[python3, bin/serve]", "[\"{{ preflight }}\", partner]"]
    {
        assert_eq!(planned_with(command, "webhooks.accepts-genuine"), "is planned", "{command}");
    }
}

/// It is an error if the build is not given an address of the simulator, a check that runs waits for calls there, and
/// the build could not have got the address otherwise.
#[test]
fn an_address_that_is_handed_on_nowhere() {
    let api = ", API: \"{{ simulator.referral_api }}\"";
    let plain = |change: &[(&str, &str)], only: &[&str]| {
        let catalog = Catalog::built_in().unwrap();
        let folder = sound();
        folder.change(PROFILE, api, "");
        for (from, to) in change {
            folder.change(PROFILE, from, to);
        }
        let read =
            preflight::profile::read(&folder.path(PROFILE), &catalog, &variables, &preflight::redact::Redactor::new())
                .unwrap();
        let selection = Selection { only: only.iter().map(|&id| id.to_owned()).collect(), ..Selection::default() };
        plan::plan(catalog.packs["debitura"].clone(), read, selection)
            .map(|plan| plan.remarks)
            .map_err(|problems| folder.plain(&problems))
    };
    let told = plain(&[], &["onboarding.*"]).unwrap_err();
    assert!(
        told.contains("the build does not get `simulator.referral_api`") && told.contains("profile.yaml:13:3"),
        "{told}"
    );
    assert_eq!(plain(&[], &["prerequisites.*"]), Ok(Vec::new()), "nothing is rehearsed");
    for handed in [
        ("[npm, start]", "[npm, start, \"{{ simulator.referral_api }}\"]"),
        (
            "  webhook: { url: http://127",
            "  variants: { production: { env: { A: \"{{ simulator.referral_api }}\" } } }\n  webhook: { url: http://127",
        ),
        ("  webhook: { url: http://127", "  simulator: { ports: { referral: 4010 } }\n  webhook: { url: http://127"),
        ("KEY: \"{{ simulator.api_key }}\"", "KEY: \"{{ simulator | tojson }}\""),
    ] {
        assert!(plain(&[handed], &["onboarding.*"]).is_ok(), "{handed:?}");
    }
    let remarks = plain(&[], &["webhooks.accepts-genuine"]).unwrap();
    assert!(remarks.iter().any(|remark| remark.contains("simulator.referral_api")), "{remarks:?}");
    let (from, to) = (
        "  actions:\n    onboard_client: { request: POST http://127.0.0.1:3000/clients, capture: { tenant: $.id } }\n",
        "",
    );
    assert_eq!(
        plain(&[(from, to)], &["webhooks.*", "onboarding.*"]),
        Ok(Vec::new()),
        "a build that is asked for nothing"
    );
    let start = ("  start: { command: [npm, start], ready: http://127.0.0.1:3000/health }\n", "");
    let remarks = plain(&[start], &["onboarding.*"]).unwrap();
    assert!(remarks.iter().any(|remark| remark.contains("rehearsal.simulator.ports.referral")), "{remarks:?}");
}
