//! The second partner, called the desk, against the simulator without the engine: it does what the checklist asks for.

use std::time::{Duration, Instant};

use preflight::evidence::RecordedCall;
use preflight::pack::simulator::Mode;
use preflight::pack::types::Route;
use preflight::simulator::{Effect, Override, Simulator};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use url::Url;

use super::desk::Program;
use crate::support::calls::{KEY, http, play};

const MAIL: &str = "kim@customer.example";

/// The desk with one customer, which begins in some state.
struct Play {
    simulator: Simulator,
    mail: Program,
    desk: Program,
    data: TempDir,
    number: String,
}

impl Play {
    async fn start(state: &str) -> Self {
        let (simulator, mail, data) =
            (play(Mode::Rehearsal).await, Program::mail_catcher(), tempfile::tempdir().unwrap());
        assert!(simulator.prepare(MAIL, state));
        let desk = start(&simulator, &mail, &data);
        let mut play = Play { simulator, mail, desk, data, number: String::new() };
        play.sign_up().await;
        play
    }

    async fn sign_up(&mut self) {
        let form = [("company", "Customer Ltd"), ("mail", MAIL)];
        let page = posted(&format!("{}/customers", self.desk.at), &form, 303).await;
        page.split("data-no=\"").nth(1).unwrap().split('"').next().unwrap().clone_into(&mut self.number);
        self.page(&format!("customers/{}", self.number), |page| !page.contains("queued")).await;
    }

    /// Orders the collection of an invoice. Returns the page about it once it is done.
    async fn order(&self, invoice: &str) -> String {
        let form = [
            ("customer", &*self.number),
            ("invoice", invoice),
            ("total", "1000.5"),
            ("currency", "EUR"),
            ("kind", "private"),
            ("who", "Robin Example"),
            ("street", "Road 1"),
            ("zip", "8000"),
            ("town", "Aarhus"),
            ("country", "DK"),
        ];
        posted(&format!("{}/orders", self.desk.at), &form, 202).await;
        self.page(&format!("orders/{invoice}"), |page| !page.contains("We are working")).await
    }

    /// Returns a page as soon as it is as wanted.
    async fn page(&self, path: &str, wanted: impl Fn(&str) -> bool) -> String {
        let started = Instant::now();
        loop {
            let page = got(&format!("{}/{path}", self.desk.at)).await;
            if wanted(&page) {
                return page;
            }
            assert!(started.elapsed() < Duration::from_secs(20), "{page}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Returns the links in the customer's emails.
    async fn links(&self) -> Vec<Url> {
        let text = got(&format!("{}/messages?to={MAIL}", self.mail.at)).await;
        text.split('<').skip(1).map(|rest| Url::parse(rest.split('>').next().unwrap()).unwrap()).collect()
    }

    fn arrange(&self, on: Option<&str>, nth: Option<u32>, effect: Effect) {
        let on = on.map(|route| Route::parse(route).unwrap());
        self.simulator.change(Override { about: vec![MAIL.into()], on, nth, effect }).unwrap();
    }

    /// Returns the calls that the desk made on a route, with their times from the first call on.
    fn calls(&self, route: &str) -> Vec<(Duration, RecordedCall)> {
        let journal = self.simulator.journal().since(0);
        let first = journal[0].from;
        let mine = journal.iter().filter(|entry| entry.what.route.as_deref() == Some(route));
        mine.map(|entry| (entry.from.duration_since(first), entry.what.clone())).collect()
    }

    fn cases(&self) -> usize {
        self.simulator.snapshot()["cases"].as_array().map_or(0, Vec::len)
    }
}

fn start(simulator: &Simulator, mail: &Program, data: &TempDir) -> Program {
    let base = |api| simulator.base(api).unwrap().to_string();
    let variables = [
        ("PORT", "0"),
        ("PROVIDER_REFERRAL", &*base("referral")),
        ("PROVIDER_CUSTOMER", &base("customer")),
        ("PROVIDER_KEY", KEY),
        ("MAIL", &mail.at),
        ("DATA", data.path().to_str().unwrap()),
        ("PATIENCE", "0.05 0.15"),
        ("POLL", "0.02"),
    ];
    Program::desk(&variables)
}

async fn got(url: &str) -> String {
    http().get(url).send().await.unwrap().text().await.unwrap()
}

async fn posted(url: &str, form: &[(&str, &str)], status: u16) -> String {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = http.post(url).body(body).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), status);
    answer.text().await.unwrap()
}

/// Returns the value of a link's `returnUrl`, and asserts that there is exactly one.
fn way_back(link: &Url) -> String {
    let mut found = link.query_pairs().filter(|(name, _)| name == "returnUrl").map(|(_, value)| value.into_owned());
    let first = found.next().unwrap_or_else(|| panic!("{link} has no way back"));
    assert!(found.next().is_none() && link.as_str().matches('?').count() == 1, "{link}");
    first
}

fn named(reply: &str, with: Value) -> Effect {
    Effect::Reply { name: reply.into(), with: serde_json::from_value::<Map<String, Value>>(with).unwrap() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_signs_and_is_found_by_polling_and_what_was_held_is_sent() {
    let play = Play::start("new").await;
    let links = play.links().await;
    assert_eq!(links.len(), 1);
    assert_eq!(way_back(&links[0]), format!("https://desk.example/back?from=collection&for={}", play.number));
    assert!(play.order("A-1").await.contains("Waiting for the customer"));
    assert_eq!(play.calls("POST /cases").len(), 0);
    play.simulator.happen(&format!("kd-{}", play.number), "client.onboarding.contract_signed").unwrap();
    play.page("orders/A-1", |page| page.contains("Handed over")).await;
    let cases = play.calls("POST /cases");
    let sent = cases[0].1.request.body.json().unwrap();
    assert!(sent["creditorReference"].as_str().unwrap().ends_with("-000001"), "{sent}");
    assert_eq!((&sent["allowPendingContracts"], &sent["debtor"]["type"]), (&json!(true), &json!("Private")));
    assert!(play.order("A-2").await.contains("Handed over"));
    assert_eq!((play.cases(), play.calls("POST /oauth/token").len()), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn links_keep_what_they_had_and_come_back() {
    for (state, page, orders) in [
        ("known_elsewhere", "/ReferralPartner/Approve", false),
        ("missing_poa", "/Signing/PendingContracts", true),
        ("missing_kyc", "/Kyc/Verify/", true),
    ] {
        let play = Play::start(state).await;
        if orders {
            play.order("A-1").await;
        }
        let links = play.links().await;
        assert!(links.len() == 1 && links[0].path().starts_with(page), "{state}: {links:?}");
        assert!(way_back(&links[0]).starts_with("https://desk.example/back?"), "{state}");
        assert_eq!(play.cases(), usize::from(state == "missing_poa"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_told_and_not_repeated() {
    for (state, words) in [("no_partner", "No collection partner"), ("blocked", "blocked")] {
        let play = Play::start(state).await;
        let page = play.order("A-1").await;
        assert!(page.contains("Not possible") && page.contains(words), "{page}");
        assert_eq!((play.calls("POST /cases").len(), play.links().await.len()), (1, 0), "{state}");
    }
    for state in ["linked_elsewhere", "invalid_client_type", "unknown_conflict"] {
        let play = Play::start(state).await;
        assert!(play.order("A-1").await.contains("Not possible"), "{state}");
        assert_eq!((play.calls("POST /clients").len(), play.calls("POST /cases").len()), (1, 0), "{state}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_looked_up_before_anything_is_repeated() {
    for (after_processing, sends) in [(true, 1), (false, 2)] {
        let play = Play::start("ready").await;
        play.arrange(Some("POST /cases"), Some(1), Effect::Dropped { after_processing });
        assert!(play.order("A-1").await.contains("Handed over"));
        assert_eq!((play.calls("POST /cases").len(), play.cases()), (sends, 1));
        assert_eq!(play.calls("GET /cases/by-creditor-reference/{reference}").len(), 1);
    }
    let play = Play::start("ready").await;
    play.arrange(Some("POST /cases"), None, named("duplicate-reference", json!({ "type": "DuplicateReference" })));
    assert!(play.order("A-1").await.contains("did not work"));
    assert_eq!(play.calls("POST /cases").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_and_errors_of_the_provider_are_waited_for() {
    let play = Play::start("ready").await;
    play.arrange(Some("POST /cases"), Some(1), named("rate-limited", json!({ "retryAfter": 0.4 })));
    assert!(play.order("A-1").await.contains("Handed over"));
    let calls = play.calls("POST /cases");
    assert!(calls.len() == 2 && calls[1].0 >= calls[0].0 + Duration::from_millis(400), "{calls:?}");
    play.arrange(Some("POST /cases"), None, named("server-error", json!({})));
    assert!(play.order("A-2").await.contains("did not work"));
    let calls = play.calls("POST /cases");
    let gaps: Vec<f64> = calls[2..].windows(2).map(|two| two[1].0.as_secs_f64() - two[0].0.as_secs_f64()).collect();
    assert!(gaps.len() == 2 && gaps[1] > gaps[0] * 1.5, "{gaps:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_replaced_once() {
    let play = Play::start("ready").await;
    play.order("A-1").await;
    play.arrange(None, Some(1), Effect::Expired);
    assert!(play.order("A-2").await.contains("Handed over"));
    assert_eq!((play.calls("POST /oauth/token").len(), play.calls("POST /cases").len()), (2, 3));
    play.arrange(None, None, Effect::Expired);
    assert!(play.order("A-3").await.contains("did not work"));
    assert_eq!((play.calls("POST /oauth/token").len(), play.calls("POST /cases").len()), (3, 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_ends_with_whoever_started_it_and_knows_its_customers_afterwards() {
    let mut play = Play::start("ready").await;
    let again = start(&play.simulator, &play.mail, &play.data);
    assert!(std::mem::replace(&mut play.desk, again).end());
    assert!(play.order("A-1").await.contains("Handed over"));
    let number = play.number.clone();
    play.sign_up().await;
    assert_eq!((play.number, play.simulator.keys_of(MAIL)), (number.clone(), vec![format!("kd-{number}")]));
}
