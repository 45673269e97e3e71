//! Starting, configuring, restarting and stopping the partner.

use std::{
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use clap::ValueEnum;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use preflight::reference_partner::{Database, Defect, Mode, Options, serve};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    process::{Child, Command},
    time::timeout,
};

use super::{
    provider::{Provider, broken},
    running::{Running, VARIABLES, fresh_id, genuine, linked, options, read},
    scene::{invoice, told},
};

#[test]
fn everything_that_is_missing_or_wrong_is_named_at_once_and_no_value_is_shown() {
    let changes = [
        ("PORT", "many"),
        ("DEBITURA_KEY", ""),
        ("DEBITURA_SECRET", "not base64!"),
        ("APP_MODE", "prod"),
        ("BIND", "here"),
        ("RETURN_URL", "/done"),
        ("RETRY_BACKOFF", "soon"),
    ];
    let text = read(&changes).unwrap_err().to_string();
    for (name, value) in changes {
        assert!(text.contains(name), "{name} is not named in: {text}");
        assert!(value.is_empty() || !text.contains(&format!(" {value}")), "{value} is shown in: {text}");
    }
    assert_eq!(text.lines().count(), changes.len() + 1, "{text}");
}

#[test]
fn options_are_read_and_do_not_print_secrets() {
    let options = options(&[
        ("BIND", "0.0.0.0"),
        ("PORT", "8080"),
        ("APP_MODE", "staging"),
        ("DATABASE", "a.db"),
        ("PARTNER_STOP_ON_EOF", "1"),
    ]);
    assert_eq!((options.bind.to_string().as_str(), options.port, options.mode), ("0.0.0.0", 8080, Mode::Staging));
    assert_eq!((options.database.clone(), options.stop_on_eof), (Database::File("a.db".into()), true));
    let printed = format!("{options:?}");
    assert!(!printed.contains("key-1") && !printed.contains(super::running::SECRET), "{printed}");
}

#[tokio::test]
async fn a_restart_keeps_the_data() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("partner.db").display().to_string();
    let id = fresh_id();
    let before = Running::start(options(&[("DATABASE", &file)])).await;
    assert_eq!(before.deliver(&genuine(&linked(&id))).await, 200);
    before.stop().await;
    let after = Running::start(options(&[("DATABASE", &file)])).await;
    assert_eq!(after.effects(&id).await, 1);
    assert_eq!(after.deliver(&genuine(&linked(&id))).await, 200);
    assert_eq!(after.effects(&id).await, 1, "the repetition is recognised after the restart");
    after.stop().await;
}

#[tokio::test]
async fn test_endpoints_and_lookups_are_where_the_mode_has_them() {
    let modes = [
        ("rehearsal", "", 200, 415),
        ("staging", "", 200, 404),
        ("staging", "1", 200, 415),
        ("production", "", 404, 404),
        ("production", "0", 404, 404),
        ("production", "1", 200, 415),
    ];
    for (mode, open, look_up, door) in modes {
        let partner = Running::start(options(&[("APP_MODE", mode), ("OPEN_TEST_ENDPOINTS", open)])).await;
        assert_eq!(partner.get("/ops/events/x").await.status().as_u16(), look_up, "{mode}");
        for path in ["/test/clients", "/test/previews", "/test/cases"] {
            assert_eq!(partner.post_text(path).await.as_u16(), door, "{mode} {path}");
        }
        partner.stop().await;
    }
}

#[tokio::test]
async fn the_public_pages_are_there() {
    let partner = Running::start(options(&[("APP_MODE", "production")])).await;
    for (path, kind) in [("/", "text/html"), ("/health", "text/plain"), ("/logo.svg", "image/svg+xml")] {
        let answer = partner.get(path).await;
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with(kind), "{path}");
    }
    partner.stop().await;
}

/// Tested below, because the proxy comes from the environment of a whole process.
pub(crate) const IN_A_PROCESS: Defect = Defect::HardcodedHost;

/// The body of the processes that the tests below start: this test program, which then runs only this.
#[tokio::test]
#[ignore = "started by other tests, in a process of its own"]
async fn served() {
    let mistake = std::env::var("MISTAKE").ok().map(|name| Defect::from_str(&name, false).unwrap());
    assert!(serve(Options::from_env().unwrap().with_defect(mistake)).await.is_ok());
}

/// Starts a partner in a process of its own. Returns it with the address that it prints.
async fn spawn(changes: &[(&str, &str)]) -> (Child, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "partner::process::served", "--ignored", "--nocapture"]).env_clear().envs(VARIABLES);
    command.envs(changes.iter().copied()).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        // The test harness prints the name of the test before it, on the same line.
        if let Some((_, address)) = line.split_once("listening on ") {
            // Somebody must keep reading, or the harness fails to write its summary.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return (child, address.to_owned());
        }
    }
    panic!("the process ended without telling its address");
}

async fn ended(child: &mut Child) -> ExitStatus {
    timeout(Duration::from_secs(20), child.wait()).await.expect("the process should have ended").unwrap()
}

#[tokio::test]
async fn a_process_tells_its_address_and_ends_on_a_signal() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let (mut child, address) = spawn(&[("PARTNER_STOP_ON_EOF", "1")]).await;
        assert!(address.starts_with("http://127.0.0.1:") && !address.ends_with(":0"), "{address}");
        kill(Pid::from_raw(child.id().unwrap().try_into().unwrap()), signal).unwrap();
        assert!(ended(&mut child).await.success(), "{signal}");
    }
}

#[tokio::test]
async fn a_process_ends_with_its_standard_input_only_where_that_is_wanted() {
    let (mut child, _) = spawn(&[("PARTNER_STOP_ON_EOF", "1")]).await;
    drop(child.stdin.take());
    assert!(ended(&mut child).await.success());

    let (mut child, address) = spawn(&[]).await;
    drop(child.stdin.take());
    let health = Running::elsewhere(&address).get("/health").await;
    assert_eq!(health.status().as_u16(), 200, "still there");
    child.kill().await.unwrap();
}

/// Starts a proxy that denies everything, and remembers the hosts that were requested.
async fn refusing_proxy() -> (String, Arc<Mutex<Vec<String>>>) {
    let (listener, wanted) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), Arc::new(Mutex::new(Vec::new())));
    let (address, heard) = (format!("http://{}", listener.local_addr().unwrap()), Arc::clone(&wanted));
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut line = String::new();
            BufReader::new(&mut connection).read_line(&mut line).await.unwrap();
            heard.lock().unwrap().push(line.trim_end().to_owned());
            connection.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        }
    });
    (address, wanted)
}

#[tokio::test]
async fn a_repetition_goes_where_the_call_went_and_a_proxy_sees_whatever_goes_elsewhere() {
    let (referral, customer) =
        ("CONNECT referral-api.debitura.com:443 HTTP/1.1", "CONNECT customer-api.debitura.com:443 HTTP/1.1");
    for (mistake, elsewhere) in [("", vec![]), ("hardcoded-host", vec![referral, customer])] {
        let (provider, (proxy, wanted)) = (Provider::start().await, refusing_proxy().await);
        let mut changes = vec![("HTTPS_PROXY", proxy.as_str()), ("HTTP_PROXY", &proxy), ("NO_PROXY", "127.0.0.1")];
        changes.extend([("DEBITURA_REFERRAL_API", provider.base.as_str()), ("DEBITURA_CUSTOMER_API", &provider.base)]);
        changes.extend((!mistake.is_empty()).then_some(("MISTAKE", mistake)));
        let (mut child, address) = spawn(&changes).await;
        let partner = Running::elsewhere(&address);
        provider.next("POST /clients", [broken()]);
        provider.next("POST /cases", [broken()]);
        let (_, client) = partner.post("/test/clients", &json!({ "name": "A", "email": "a@example.com" })).await;
        partner.post("/test/clients", &json!({ "name": "A", "email": "a@example.com" })).await;
        let told = told(&partner.post("/test/cases", &invoice(&client["id"], "1")).await);
        let mut wanted = wanted.lock().unwrap().clone();
        wanted.dedup();
        assert_eq!(wanted, elsewhere, "{mistake}: {told}");
        child.kill().await.unwrap();
    }
}
