//! Where reports are written: never over an input or over each other. A report of an earlier run is removed if this run
//! would have replaced it.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;

use super::ends::WAITS;
use crate::support::program::Desk;
use crate::support::waiting::{line, until};

/// A report of an earlier run.
const GREEN: &str = "<testsuites name=\"preflight debitura\" tests=\"1\" failures=\"0\" errors=\"0\"/>\n";

const ALL: &str = "--junit out/junit.xml --json out/report.json --markdown out/page.md";

/// Creates a desk with reports of an earlier run.
fn green() -> Desk {
    let desk = Desk::new();
    for name in ["junit.xml", "report.json", "page.md"] {
        desk.write(&format!("out/{name}"), GREEN);
    }
    desk
}

fn left(desk: &Desk) -> usize {
    fs::read_dir(desk.path("out")).unwrap().count()
}

#[test]
fn wrong_input_leaves_no_earlier_report() {
    let wrong = [
        "run --profile none.yaml",
        "run --profile wrong.yaml",
        "run --profile unparsable.yaml",
        "run --profile sound.yaml --only zzz",
        "run --profile sound.yaml --only [",
        "run --profile sound.yaml --checks nowhere",
        "run --profile sound.yaml --stage rehersal",
        "run --profile sound.yaml --strikt",
        "run --profile sound.yaml --jobs 0",
        "run",
        "run --profile vouched/profile.yaml",
        "demo --defect pale-fnt",
        "demo --only zzz",
        "demo --provider stripe",
        "demo --strikt",
    ];
    for arguments in wrong {
        let desk = green();
        desk.write("sound.yaml", "partner: Acme\nprovider: debitura\n");
        desk.write("wrong.yaml", "partner: Acme\nprovider: debitura\nrehersal: {}\n");
        desk.write("unparsable.yaml", "partner: Acme\nprovider: [debitura\n");
        desk.write("vouched/profile.yaml", "partner: Acme\nprovider: debitura\n");
        desk.write("vouched/attestations.yaml", "attestations: [{ check: none.such }]\n");
        desk.run(&format!("{arguments} {ALL}")).with(2);
        assert_eq!(left(&desk), 0, "{arguments}");
    }
}

#[test]
fn what_only_tells_leaves_reports_alone() {
    for arguments in ["demo --defect help", "run --help"] {
        let desk = green();
        desk.run(&format!("{arguments} {ALL}")).with(0);
        assert_eq!(left(&desk), 3, "{arguments}");
    }
}

/// Holds even for a signal that cannot be caught.
#[test]
fn a_run_that_is_killed_leaves_no_earlier_report() {
    let desk = green();
    desk.write("profile.yaml", WAITS);
    let mut running = Desk::start(&mut desk.command(&format!("run --profile profile.yaml {ALL}")));
    let build = until("the build", || line(&desk.path("build.pid")));
    assert_eq!(left(&desk), 0, "they are gone as soon as it runs");
    running.signal(Signal::SIGKILL);
    running.ended();
    assert_eq!(left(&desk), 0);
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(build.parse().unwrap()), Signal::SIGKILL).ok();
}

/// A profile that names a file of every kind.
const PROFILE: &str = "partner: Acme
provider: debitura
attestations: people/words.yaml
environments:
  production:
    apis: { referral: { file: deploy/.env, key: REFERRAL }, customer: { file: deploy/app.json, key: $.customer } }
    api_key: { file: \"${KEY_FILE}\", key: KEY }
rehearsal:
  start: { command: [node, server.js], ready: http://127.0.0.1:9/health }
  webhook: { url: http://127.0.0.1:9/hooks }
  bodies: { case.created: bodies/created.json }
connect_to: { ca: ca.pem, hosts: {} }
";

const INPUTS: [&str; 10] = [
    "profile.yaml",
    "attestations.yaml",
    "people/words.yaml",
    "deploy/.env",
    "deploy/app.json",
    "deploy/key.env",
    "server.js",
    "bodies/created.json",
    "ca.pem",
    "packs/acme/provider.yaml",
];

fn inputs() -> Desk {
    let desk = green();
    for name in INPUTS {
        desk.write(name, "kept: as it is\n");
    }
    desk.write("profile.yaml", PROFILE);
    desk.write("packs/acme/api/key.yaml", "id: api.key\n");
    desk.write("fixtures/acme/events/made.json", "{}");
    symlink(desk.path("profile.yaml"), desk.path("link.yaml")).unwrap();
    fs::hard_link(desk.path("deploy/.env"), desk.path("hard")).unwrap();
    desk
}

#[test]
fn a_report_goes_over_nothing_that_is_read() {
    let others = [
        "./profile.yaml",
        "out/../profile.yaml",
        "new/../profile.yaml",
        "PROFILE.yaml",
        "link.yaml",
        "hard",
        "packs/acme/api/key.yaml",
        "packs/acme/new.json",
        "fixtures/acme/events/made.json",
        "fixtures/acme/new.json",
    ];
    for name in INPUTS.iter().chain(&others) {
        for option in ["--json", "--junit", "--markdown"] {
            let desk = inputs();
            let before: Vec<String> = INPUTS.iter().map(|name| desk.read(name)).collect();
            let another = if option == "--junit" { "--json" } else { "--junit" };
            let arguments =
                format!("run --profile profile.yaml --checks packs {another} out/junit.xml {option} {name}");
            let mut command = desk.command(&arguments);
            let output = command.env("KEY_FILE", "deploy/key.env").output().unwrap();
            let told = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{option} {name}: {told}");
            assert!(told.contains(&format!("{option} {name} would ")), "{option} {name}: {told}");
            assert!(told.contains("for the report"), "what to do next: {told}");
            let after: Vec<String> = INPUTS.iter().map(|name| desk.read(name)).collect();
            assert_eq!(after, before, "{option} {name}");
            assert_eq!(left(&desk), 3, "nothing was taken away before all was known to be well: {option} {name}");
        }
    }
}

/// Even a profile that is no valid YAML shows which files it names.
#[test]
fn a_profile_that_does_not_parse_keeps_the_files_that_it_names() {
    let desk = inputs();
    desk.write("profile.yaml", &PROFILE.replace("hosts: {}", "hosts: {"));
    let told = desk.run("run --profile profile.yaml --json deploy/.env").with(2).err;
    assert!(told.contains("--json deploy/.env would overwrite"), "{told}");
    assert_eq!(desk.read("deploy/.env"), "kept: as it is\n");
}

#[test]
fn two_reports_have_a_file_each() {
    let same = [
        ("out/one.xml", "out/one.xml"),
        ("out/one.xml", "./out/one.xml"),
        ("out/one.xml", "out/new/../one.xml"),
        ("new/one.xml", "new/other/../one.xml"),
        ("out/one.xml", "folder/one.xml"),
        ("out/junit.xml", "link.xml"),
        ("out/absent.xml", "dangling.xml"),
        ("out/junit.xml", "hard.xml"),
        ("out/one.xml", "out/ONE.xml"),
        ("/dev/null", "/dev/null"),
    ];
    for (one, other) in same {
        let desk = green();
        symlink("out", desk.path("folder")).unwrap();
        symlink("out/junit.xml", desk.path("link.xml")).unwrap();
        symlink("out/absent.xml", desk.path("dangling.xml")).unwrap();
        fs::hard_link(desk.path("out/junit.xml"), desk.path("hard.xml")).unwrap();
        for command in ["run --profile none.yaml", "demo"] {
            let told = desk.run(&format!("{command} --junit {one} --markdown {other}")).with(2).err;
            let said = format!("--junit {one} and --markdown {other} are the same file");
            assert!(told.contains(&said), "{told}");
            assert!(!told.contains("none.yaml"), "nothing was read: {told}");
        }
        assert_eq!(desk.read("out/junit.xml"), GREEN, "{one} {other}");
    }
}

#[test]
fn files_whose_names_are_alike_are_fine() {
    let desk = Desk::new();
    desk.run("demo --stage static --junit a/report --json b/report --markdown report").with(0);
    desk.run("demo --stage static --junit a/report --json b/report --markdown report").with(0);
    // A value of the profile that looks like a path is no file.
    desk.write("profile.yaml", "partner: x\nprovider: debitura\n");
    for _ in 0..2 {
        desk.run("run --profile profile.yaml --json x --junit debitura --markdown partner").with(3);
    }
}

#[test]
fn a_link_stays_a_link_and_what_is_no_file_is_written_to() {
    let desk = green();
    symlink("out/junit.xml", desk.path("link.xml")).unwrap();
    assert!(Command::new("mkfifo").arg(desk.path("pipe")).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = desk.path("pipe");
        move || fs::read_to_string(pipe).unwrap()
    });
    desk.run("demo --stage static --junit link.xml --json pipe --markdown /dev/null").with(0);
    assert!(fs::symlink_metadata(desk.path("link.xml")).unwrap().is_symlink());
    assert!(desk.read("out/junit.xml").contains("<testcase"), "the file behind it is new");
    assert!(reader.join().unwrap().contains("\"readiness\""));
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

/// `/dev/stdout` may be a file that contains more than the report.
#[test]
fn standard_output_is_never_taken_away() {
    let desk = Desk::new();
    let all = fs::File::create(desk.path("all.txt")).unwrap();
    let mut command = desk.command("demo --stage static --json /dev/stdout");
    let status = command.stdout(Stdio::from(all)).status().unwrap();
    assert_eq!(status.code(), Some(0));
    let all = desk.read("all.txt");
    assert!(all.contains("SELECTION PASSED") && all.contains("\"readiness\": \"selection_passed\""), "{all}");
}
