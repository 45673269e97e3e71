//! A build that Preflight did not start and that is configured beforehand for the simulator's address; and a run that
//! is cut short and names the clients that it may have left behind.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::partner;
use super::stage::Stage;
use crate::support::play::{answer, run, serve};

/// A process that ends with the test, however the test ends.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        self.0.kill().and_then(|()| self.0.wait()).ok();
    }
}

#[test]
fn a_build_that_runs_already_is_rehearsed_with_a_fixed_address_and_key() {
    const KEY: &str = "a-key-for-rehearsals";
    for bind in ["0.0.0.0", "127.0.0.1"] {
        let mut stage = Stage::new();
        let port = crate::support::free_port();
        stage.add(&format!("simulator: {{ bind: {bind}, ports: {{ main: {port} }}, api_key: {KEY} }}"));
        stage.check("it", "{ client: ready }", &[]);
        let [program, arguments @ ..] = partner::command();
        let variables = [("PARTNER_PORT", stage.port.to_string()), ("PARTNER_API", format!("http://127.0.0.1:{port}"))];
        let mut build = Command::new(program);
        build.args(arguments).envs(variables).env("PARTNER_KEY", KEY).stdout(Stdio::null()).stderr(Stdio::null());
        let _build = Started(build.spawn().unwrap());
        let ready = || std::net::TcpStream::connect(("127.0.0.1", stage.port)).ok();
        crate::support::waiting::until("the build listens", ready);
        let ran = run(&stage.play, &mut stage.program(""));
        assert_eq!((ran.code, &ran.unit("it")["verdict"]), (Some(0), &"pass".into()), "{bind}: {}", ran.console);
        ran.keeps(&[KEY]);
    }
}

#[test]
fn a_run_that_is_cut_short_names_the_clients_that_it_may_have_left_in_the_test_environment() {
    let mut stage = Stage::new();
    let staging = serve([127, 0, 0, 1], |asked, stream| {
        if asked.path == "/hang" {
            std::thread::sleep(Duration::from_secs(30));
        }
        answer(stream, 200, "", b"{}");
    });
    let door = |name: &str| format!("{{ request: \"POST http://{staging}/{name}\" }}");
    let actions = format!("{{ onboard: {}, enter: {} }}", door("fine"), door("hang"));
    let real = format!("test: {{ api_key: some-test-key-1, actions: {actions} }}");
    stage.plain_action(&format!("enter: {}", door("hang")));
    let rest = "stage: test\ngiven: { clients: { a: new, b: ready } }\nwhen: [{ action: enter, client: a, as: it }]\n\
                then: [{ values: \"{{ it.reply }}\", are: { exists: true } }]";
    stage.play.check("cut_short", rest);
    let mut program = stage.program(&stage.start());
    let path = stage.play.path("profile.yaml");
    let profile = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{profile}\nrun_within: 2s\nenvironments: {{ {real} }}\n")).unwrap();
    let ran = run(&stage.play, &mut program);
    let said = ran.unit("cut_short")["remarks"].to_string();
    assert!(ran.reason("cut_short").contains("run_within"), "{}", ran.console);
    assert!(said.contains("perhaps left behind in the test environment: Preflight Client "), "{said}: {}", ran.console);
    assert_eq!(said.matches("@preflight.example").count(), 2, "{said}");
}
