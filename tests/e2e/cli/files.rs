//! Paths that are no ordinary files, and full disks: the program says so at once, wherever a path can be given.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::sys::stat::Mode;

use crate::support::program::{Desk, Ended, PROGRAM};
use crate::support::waiting::until;

const HEAD: &str = "partner: Acme\nprovider: debitura\n";

/// Places where a profile names a file, with `FILE` for its path.
const NAMED: [&str; 4] = [
    "attestations: FILE\n",
    "connect_to: { ca: FILE, hosts: {} }\n",
    "rehearsal: { bodies: { client.linked: FILE }, webhook: { url: \"http://127.0.0.1:1/\" } }\n",
    "environments: { production: { apis: { referral: { file: FILE, key: A }, customer: { file: FILE, key: A } } } }\n",
];

/// Places where the command line names a file.
const GIVEN: [&str; 8] = [
    "run --profile FILE",
    "email --profile FILE",
    "coverage debitura --page FILE",
    "sample FILE",
    "lint FILE",
    "list --checks FILE",
    "run --profile profile.yaml --junit FILE",
    "run --profile profile.yaml --markdown FILE",
];

/// Creates a desk with paths that are no ordinary files.
fn odd() -> Desk {
    let desk = Desk::new();
    nix::unistd::mkfifo(&desk.path("pipe"), Mode::S_IRWXU).unwrap();
    symlink("pipe", desk.path("to-pipe")).unwrap();
    File::create(desk.path("sparse")).unwrap().set_len(3 << 30).unwrap();
    desk.write("profile.yaml", HEAD);
    desk
}

/// Runs the program, and asserts that it ends soon.
fn soon(desk: &Desk, arguments: &str) -> Ended {
    let began = Instant::now();
    let ended = desk.run(arguments);
    assert!(began.elapsed() < Duration::from_secs(20), "{arguments} took {:?}", began.elapsed());
    ended
}

#[test]
fn what_is_no_file_is_refused_wherever_a_path_can_be_given() {
    let desk = odd();
    for name in ["pipe", "to-pipe", "/dev/zero", "sparse"] {
        for line in NAMED {
            desk.write("profile.yaml", &format!("{HEAD}{}", line.replace("FILE", name)));
            let ended = soon(&desk, "run --profile profile.yaml");
            // A configuration file that cannot be read leaves the check about it inconclusive.
            assert_eq!(ended.code, Some(if line.contains("key: A") { 3 } else { 2 }), "{name} {line}: {}", ended.err);
            let told = format!("{}{}", ended.out, ended.err);
            let why = ["is a pipe", "is a device", "is larger than 1 MiB"];
            assert!(why.iter().any(|why| told.contains(why)), "{name} {line}: {told}");
        }
    }
    desk.write("profile.yaml", HEAD);
    for name in ["pipe", "to-pipe", "/dev/zero", "sparse"] {
        for arguments in GIVEN.iter().filter(|line| !line.contains("profile.yaml") || name.ends_with("pipe")) {
            let ended = soon(&desk, &arguments.replace("FILE", name)).with(2);
            assert!(ended.err.contains(name), "{arguments} {name}: {}", ended.err);
        }
    }
    assert!(soon(&desk, "run --profile profile.yaml --json pipe").err.contains("no process reads it"));
}

#[test]
fn a_profile_from_a_pipe_is_told_with_what_to_do() {
    let desk = odd();
    let shell = format!("echo '{HEAD}' | {PROGRAM} run --profile /dev/stdin");
    let ended = Command::new("sh").args(["-c", &shell]).current_dir(desk.path("")).output().unwrap();
    let told = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(2), "{told}");
    assert!(told.contains("is a pipe") && told.contains("write its output into a file"), "{told}");
}

#[test]
fn the_process_that_reads_a_report_gets_all_of_it() {
    let desk = odd();
    let own = PROGRAM;
    let shell = format!(
        "exec 9>out.json; {own} run --profile profile.yaml --json /dev/fd/9 --junit >(cat > out.xml) >/dev/null; code=$?; wait; exit $code"
    );
    let Ok(ended) = Command::new("bash").args(["-c", &shell]).current_dir(desk.path("")).status() else { return };
    assert_eq!(ended.code(), Some(3));
    assert_eq!(desk.json("out.json")["readiness"], "inconclusive");
    until("the whole report", || {
        fs::read_to_string(desk.path("out.xml")).ok().filter(|text| text.contains("</testsuites>"))
    });
}

#[test]
fn what_could_not_be_printed_is_no_success() {
    let desk = odd();
    for arguments in [
        "list",
        "list debitura",
        "schema profile",
        "explain debitura:webhooks.accepts-genuine --no-play",
        "lint",
        "demo --stage static",
        "demo --defect help",
        "new pack acme",
        "--help",
        "--version",
        "help",
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = desk.command(arguments).stdout(Stdio::from(full)).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        let wanted = if arguments == "help" { 2 } else { 3 };
        assert_eq!(output.status.code(), Some(wanted), "{arguments}: {told}");
        assert!(wanted == 2 || told.contains("the disk is full"), "{arguments}: {told}");
    }
    // It is no error if a reader stops early.
    let shell = format!("{{ {PROGRAM} schema profile; echo $? >code; }} | head -1");
    assert!(Command::new("sh").args(["-c", &shell]).current_dir(desk.path("")).status().unwrap().success());
    assert_eq!(desk.read("code").trim(), "0");
}

#[test]
fn a_full_disk_costs_the_report_that_was_to_go_there_and_no_other() {
    let desk = odd();
    for (arguments, code) in [
        ("run --profile profile.yaml --junit /dev/full --json whole.json", 3),
        ("demo --stage static --markdown /dev/full --json whole.json", 3),
        ("demo --only readiness.production-key --defect same-key-everywhere --markdown /dev/full --json whole.json", 1),
    ] {
        let ended = desk.run(arguments).with(code);
        assert!(ended.err.contains("/dev/full: the disk is full; free some space"), "{arguments}: {}", ended.err);
        assert!(desk.json("whole.json")["checks"].is_array());
    }
}

#[test]
fn a_limit_for_the_size_of_files_is_told_and_leaves_nothing_behind() {
    let desk = odd();
    let before = desk.names();
    for (arguments, code) in
        [("run --profile profile.yaml --json out.json", 3), ("new pack acme", 2), ("demo --stage static", 2)]
    {
        let temporary = tempfile::tempdir().unwrap();
        let shell = format!("ulimit -f 4; exec {PROGRAM} {arguments}");
        let mut command = Command::new("sh");
        command.args(["-c", &shell]).current_dir(desk.path("")).env("TMPDIR", temporary.path());
        let output = command.output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments}: {told}");
        assert!(told.contains("ulimit -f") || told.contains("disk"), "{arguments}: {told}");
        assert_eq!(desk.names(), before, "{arguments}");
        assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0, "{arguments}");
    }
}

#[test]
fn a_reader_that_takes_nothing_does_not_keep_the_program_from_ending() {
    let desk = Desk::new();
    // The output is larger than a pipe holds, so that its end waits for the reader.
    for arguments in ["demo --stage static --json /dev/stdout", "explain debitura:webhooks.accepts-genuine --no-play"] {
        let mut command = desk.command(arguments);
        command.env("COLUMNS", "80");
        let (reader, writer) = std::io::pipe().unwrap();
        let mut filled = writer.try_clone().unwrap();
        command.stdout(writer);
        let mut running = Desk::start(&mut command);
        drop(command);
        std::thread::spawn(move || std::io::Write::write_all(&mut filled, &vec![b'x'; 1 << 20]).ok());
        std::thread::sleep(Duration::from_secs(2));
        running.signal(Signal::SIGTERM);
        let began = Instant::now();
        running.child().wait().unwrap();
        assert!(began.elapsed() < Duration::from_secs(10), "{arguments}");
        drop(reader);
    }
}

#[test]
fn a_folder_without_packs_is_told_at_once() {
    let desk = odd();
    for at in 0..3_000 {
        desk.write(&format!("deep/{}/{at}/x.txt", at % 7), "");
    }
    desk.write("meant/acme/hooks/a.yaml", "id: hooks.a\n");
    desk.write("own/provider.yaml", "name: Own\n");
    for (folder, words) in [
        ("/", "contains no pack"),
        ("/proc", "contains no pack"),
        ("deep", "a pack is a folder with a `provider.yaml`: deep/<provider>/provider.yaml"),
        ("meant", "meant/acme/provider.yaml"),
        ("own", "this folder is itself a pack: name the folder above it"),
    ] {
        for command in ["lint", "list --checks", "test"] {
            let told = soon(&desk, &format!("{command} {folder}")).with(2).err;
            assert!(told.contains("contains no pack") && told.contains(words), "{command} {folder}: {told}");
        }
    }
}
