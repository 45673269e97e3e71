//! How long a played provider takes to answer a look-up, with few and with many clients:
//! `cargo run --release --example bench_simulator`; and how it bears a load for so many seconds, 60 if none are given:
//! `cargo run --release --example bench_simulator -- load target/release/preflight [SECONDS]`.
#![expect(clippy::unwrap_used, reason = "a measurement ends where something is not as it should be")]
#![expect(clippy::print_stdout, reason = "what is measured is told")]

mod load;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use preflight::net::client::{SimulatedEnvironments, player};
use preflight::pack::load::Catalog;
use preflight::simulator::{Options, Seed, Simulator};
use serde_json::{Value, json};
use url::Url;

const KEY: &str = "a-key-for-measuring";

fn client(n: usize) -> serde_json::Map<String, Value> {
    let client = json!({
        "externalTenantId": format!("tenant-{n}"), "id": format!("{n:032x}"), "link": format!("{n:032x}"),
        "companyName": format!("Company {n}"), "officeEmail": format!("office-{n}@acme.example"), "country": "DK",
        "address": "Road 1", "city": "Aarhus", "zipCode": "8000", "companyRegistrationNumber": "DK00000000",
        "users": [{ "id": 1, "email": format!("kim-{n}@acme.example"), "firstName": "Kim", "lastName": "Example" }],
        "isAttributed": true, "dateLinked": "2026-10-05T12:00:00Z", "kycStatus": "not_required", "poaSigned": false,
        "state": if n.is_multiple_of(2) { "ready" } else { "onboarding" },
    });
    client.as_object().cloned().unwrap_or_default()
}

async fn play(clients: usize) -> Simulator {
    let catalog = Catalog::built_in().unwrap();
    let pack = catalog.pack("debitura").unwrap();
    let pages = Url::parse("https://pages.example").unwrap();
    let mut options = Options::rehearsal(KEY, pages, player(&SimulatedEnvironments::default()).unwrap());
    let records = BTreeMap::from([("clients".to_owned(), (0..clients).map(client).collect())]);
    options.seed = Seed { records, ..Seed::default() };
    preflight::simulator::start(&pack.provider, &pack.fixtures, options).await.unwrap()
}

/// The median of some calls.
async fn median(simulator: &Simulator, path: &str) -> Duration {
    let client = player(&SimulatedEnvironments::default()).unwrap();
    let url = simulator.base("referral").unwrap().join(path).unwrap();
    let mut times = Vec::new();
    for _ in 0..31 {
        let from = Instant::now();
        let answer = client.get(url.clone()).header("XApiKey", KEY).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.bytes().await.unwrap();
        times.push(from.elapsed());
    }
    times.sort_unstable();
    times[times.len() / 2]
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, program, rest @ ..] = arguments.as_slice()
        && word == "load"
    {
        return load::measure(program, rest.first().map_or(60, |seconds| seconds.parse().unwrap())).await;
    }
    println!("{:<44} {:>10} {:>10}", "median of 31", "100", "15,000");
    let (few, many) = (play(100).await, play(15_000).await);
    for path in [
        "/clients",
        "/clients?Page=2&PageSize=10",
        "/clients?Sort=name&PageSize=10",
        "/clients?OnboardingDone=true&PageSize=10",
        "/clients?Query=company%2099&PageSize=10",
        "/clients/tenant-7",
    ] {
        let (few, many) = (median(&few, path).await, median(&many, path).await);
        let ms = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1000.0);
        println!("GET {path:<40} {:>10} {:>10}", ms(few), ms(many));
    }
}
