//! Each way of authenticating to an API: accepted by the simulator, and used by Preflight's own requests.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use preflight::evidence::Responsible;
use preflight::pack::load::Catalog;
use preflight::pack::simulator::Mode;
use preflight::report::model::{Report, VerdictLabel};
use preflight::simulator::{Options, Simulator, start};
use serde_json::{Value, json};
use url::Url;

use super::packs::read;
use crate::support::driven::{planned, row, told};
use crate::support::python::environment;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engine/schemes");
const APIS: [&str; 5] = ["main", "people", "clients", "own", "reports"];
const CREDENTIALS: [(&str, &str); 4] =
    [("user", "acme"), ("password", "the:pass word"), ("id", "client-of-acme"), ("secret", "a+secret/of=acme&100%")];
/// A wrong value. Characters other than these stay the same in any encoding.
const WRONG: &str = "wrong+and/with 100%";
const KEY: &str = "the-key-of-test";

static CHECKS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let check = |api: &str| {
        let given = if api == "clients" { "given: { client: new }\n" } else { "" };
        let text = format!(
            "id: it.{api}\ntitle: The API {api} answers\nitems: [it.works]\nstage: [rehearsal, test]\nwhy: It would not.\n\
             docs: https://docs.acme.example/{api}\nfix: Let it.\n{given}when:\n  - {{ request: GET /me, api: {api}, as: me }}\n  \
             - {{ request: GET /me, api: {api}, as: again }}\nthen:\n  - {{ response: me, status: 200 }}\n  \
             - {{ response: again, status: 200 }}\n"
        );
        (format!("it/{api}"), text)
    };
    APIS.map(check).to_vec()
});

/// Returns the pack, with the addresses of a test environment if there is one.
fn pack(test: Option<&Simulator>) -> Catalog {
    pack_with(test, ("", ""))
}

/// Returns the pack with a text in it replaced.
fn pack_with(test: Option<&Simulator>, (from, to): (&str, &str)) -> Catalog {
    let mut provider = std::fs::read_to_string(Path::new(HERE).join("apis.yaml")).unwrap();
    assert!(provider.contains(from));
    provider = provider.replacen(from, to, 1);
    if let Some(test) = test {
        let apis: BTreeMap<&str, &str> = test.bases().map(|(api, base)| (api, base.as_str())).collect();
        writeln!(provider, "environments: {}", json!({ "test": { "apis": apis } })).unwrap();
    }
    let checks: Vec<(&str, &str)> = CHECKS.iter().map(|(name, text)| (&**name, &**text)).collect();
    read(&provider, &checks, &[("records/client", r#"{ "id": "{{ body.tenant }}" }"#)])
}

/// Starts a simulator that stands for the provider's test environment.
async fn played() -> Simulator {
    played_with(("", "")).await
}

async fn played_with(change: (&str, &str)) -> Simulator {
    let catalog = pack_with(None, change);
    let pack = &catalog.packs["acme"];
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut options = Options::rehearsal(KEY, Url::parse("http://pages.example").unwrap(), client);
    options.mode = Mode::Test;
    // The rehearsal runs at the same time, and each environment needs hosts of its own.
    options.bind = [127, 0, 0, 3].into();
    options.credentials = CREDENTIALS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    start(&pack.provider, &pack.fixtures, options).await.unwrap()
}

/// Runs a partner whose environment contains some variables. Returns the report.
async fn report(test: &Simulator, variables: &[(&str, &str)]) -> Report {
    let catalog = pack(Some(test));
    let profile = format!(
        "partner: Example\nprovider: acme\ntrust: {{ acme: {{ digest: \"sha256:{}\", hosts: {{ test: [127.0.0.3] }} }} }}\nenvironments:\n  \
         test:\n    api_key: ${{KEY}}\n    credentials:\n      user: ${{USER}}\n      password: ${{PASSWORD}}\n      \
         id: ${{ID}}\n      secret: ${{SECRET}}\nrehearsal: {{}}\n",
        catalog.packs["acme"].digest
    );
    planned(&catalog, &profile, &[], variables).report().await
}

fn right() -> Vec<(&'static str, &'static str)> {
    let [user, password, id, secret] = CREDENTIALS.map(|(_, value)| value);
    vec![("KEY", KEY), ("USER", user), ("PASSWORD", password), ("ID", id), ("SECRET", secret)]
}

fn calls(test: &Simulator, route: &str) -> usize {
    test.journal().since(0).iter().filter(|entry| entry.what.route.as_deref() == Some(route)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_requests_get_through_each_way_and_ask_for_a_token_once() {
    let test = played().await;
    let report = report(&test, &right()).await;
    for api in APIS {
        for stage in ["rehearsal", "test"] {
            let row = row(&report, &format!("it.{api}@{stage}"));
            assert_eq!(row.verdict, VerdictLabel::Pass, "{}", told(row));
        }
    }
    for route in ["POST /tokens", "POST /oauth/token", "POST /oauth/form"] {
        assert_eq!(calls(&test, route), 1, "{route}");
    }
    let text = preflight::report::json::render(&report, true).unwrap();
    for secret in [KEY, CREDENTIALS[1].1, CREDENTIALS[3].1] {
        assert!(!text.contains(secret), "{secret} is in the report");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_success_without_a_token_is_the_providers_trouble() {
    let test = played_with(("access_token: \"{{ fresh.token }}\"", "error: \"{{ fresh.token }}\"")).await;
    let report = report(&test, &right()).await;
    for (api, without) in [("own", true), ("reports", true), ("main", false), ("people", false)] {
        let row = row(&report, &format!("it.{api}@test"));
        let wanted = if without { VerdictLabel::Inconclusive } else { VerdictLabel::Pass };
        assert_eq!(row.verdict, wanted, "{}", told(row));
        assert!(!without || row.responsible == Some(Responsible::Provider), "{}", told(row));
        assert_eq!(told(row).contains("contains no token at `$.access_token`"), without, "{}", told(row));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_credential_is_the_401_that_the_provider_gives() {
    let test = played().await;
    for (variable, apis) in
        [("KEY", &["main", "clients"][..]), ("PASSWORD", &["people"]), ("SECRET", &["own", "reports"])]
    {
        let mut variables = right();
        variables.iter_mut().filter(|(name, _)| *name == variable).for_each(|(_, value)| *value = WRONG);
        let report = report(&test, &variables).await;
        for api in APIS {
            let row = row(&report, &format!("it.{api}@test"));
            let wanted = if apis.contains(&api) { VerdictLabel::Fail } else { VerdictLabel::Pass };
            assert_eq!(row.verdict, wanted, "{variable}: {}", told(row));
            assert_eq!(told(row).contains("401"), apis.contains(&api), "{variable}: {}", told(row));
        }
        let text = preflight::report::json::render(&report, true).unwrap();
        assert!(text.contains("authorization"), "that there is a credential is no secret\n{text}");
        let encoded = url::form_urlencoded::byte_serialize(WRONG.as_bytes()).collect::<String>();
        for (name, secret) in [(CREDENTIALS[2].1, &*encoded), (CREDENTIALS[2].1, WRONG), (CREDENTIALS[0].1, WRONG)] {
            let both = STANDARD.encode(format!("{name}:{secret}"));
            assert!(!text.contains(secret) && !text.contains(&both), "{variable}: {secret}\n{text}");
        }
    }
    // Once in each run, however many requests the run makes: two runs get a token, and one gets none.
    for route in ["POST /oauth/token", "POST /oauth/form"] {
        assert_eq!(calls(&test, route), 3, "{route}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_is_not_given_is_named_with_its_line() {
    let test = played().await;
    let report = report(&test, &right()[..3]).await;
    for (api, wanted) in [
        ("main", None),
        ("people", None),
        ("own", Some("set ID, profile.yaml:10; set SECRET, profile.yaml:11")),
        ("reports", Some("set ID, profile.yaml:10; set SECRET, profile.yaml:11")),
    ] {
        let row = row(&report, &format!("it.{api}@test"));
        match wanted {
            None => assert_eq!(row.verdict, VerdictLabel::Pass, "{}", told(row)),
            Some(words) => {
                assert_eq!(row.verdict, VerdictLabel::Inconclusive, "{}", told(row));
                assert!(told(row).contains(words), "{}", told(row));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_oauth_client_gets_a_token_and_is_told_what_is_wrong() {
    let test = played().await;
    let base = |api: &str| test.base(api).unwrap().to_string();
    let (id, secret) = (CREDENTIALS[2].1, CREDENTIALS[3].1);
    let input = json!({ "id": id, "secret": secret, "own": base("own"), "reports": base("reports") }).to_string();
    let run = move || {
        let mut command = Command::new(environment("schemes", &Path::new(HERE).join("requirements.txt")));
        let command = command.arg(Path::new(HERE).join("oauth.py")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap().stdout
    };
    let told: Value = serde_json::from_slice(&tokio::task::spawn_blocking(run).await.unwrap()).unwrap();
    let wanted = json!({
        "name and password": 200, "a wrong secret": "invalid_client", "another scope": "invalid_scope",
        "in the form, where it is not taken": "invalid_client", "in the form": 200,
        "in the form, a wrong secret": "invalid_client",
    });
    assert_eq!(told, wanted);
}

/// Returns the problems of a profile in which a text was replaced.
fn problems(from: &str, to: &str) -> String {
    let (catalog, folder) = (pack(None), tempfile::tempdir().unwrap());
    let profile = format!(
        "partner: Example\nprovider: acme\ntrust: {{ acme: \"sha256:{}\" }}\nenvironments:\n  test:\n    credentials:\n      \
         user: {}\n      password: ${{PASSWORD}}\nrehearsal:\n  start: {{ command: [x], ready: \"http://127.0.0.1:1/\" }}\n  \
         env: {{ PASSWORD: \"{{{{ simulator.credentials.password }}}}\" }}\n",
        catalog.packs["acme"].digest, CREDENTIALS[0].1
    );
    assert!(profile.contains(from), "the profile does not say `{from}`");
    let path = folder.path().join("profile.yaml");
    std::fs::write(&path, profile.replace(from, to)).unwrap();
    let read = preflight::profile::read(
        &path,
        &catalog,
        &|name| (name == "PASSWORD").then(|| CREDENTIALS[1].1.into()),
        &preflight::redact::Redactor::new(),
    );
    read.err().map(|problems| problems.render(false)).unwrap_or_default()
}

#[test]
fn a_credential_is_looked_after_like_a_key() {
    let issued = "{{ simulator.credentials.password }}";
    for (from, to, wanted) in [
        (issued, issued, &[][..]),
        // An untrusted pack does not decide which values are no secrets.
        (
            issued,
            CREDENTIALS[0].1,
            &["`PASSWORD` would give the secret of environments.test.credentials.user to the rehearsal"],
        ),
        (
            issued,
            "${PASSWORD}",
            &["`PASSWORD` would give the secret of environments.test.credentials.password to the rehearsal", issued],
        ),
        ("user:", "usr:", &["no API of Acme uses a credential `usr`", "did you mean `user`?"]),
        ("${PASSWORD}\n", "\"${PASSWORD} \"\n", &["environments.test.credentials.password contains white space"]),
    ] {
        let told = problems(from, to);
        // A value that no API reads may be anything, and so may a name.
        assert_eq!(told.contains("****"), from == "user:" || to == CREDENTIALS[0].1, "{told}");
        assert!(
            told.is_empty() == wanted.is_empty() && wanted.iter().all(|words| told.contains(words)),
            "{to}: {told}"
        );
        assert!(!told.contains(CREDENTIALS[1].1), "{told}");
    }
}
