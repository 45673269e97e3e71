//! Mixed writes and look-ups at many connections: how many requests a second are answered in each stretch of time, by
//! what status, and how much memory that takes.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const CONNECTIONS: u64 = 16;

/// The length of a stretch.
const STRETCH: Duration = Duration::from_secs(10);

/// What is played, by the program itself, so that its memory is its own.
struct Played {
    child: Child,
    told: BTreeMap<String, String>,
}

impl Drop for Played {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn played(program: &str) -> Played {
    let mut child = Command::new(program).args(["simulate", "debitura"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut told = BTreeMap::new();
    for line in BufReader::new(child.stdout.as_mut().unwrap()).lines().map(Result::unwrap) {
        if let [name, value] = line.split_whitespace().collect::<Vec<_>>()[..] {
            told.insert(name.to_owned(), value.trim_start_matches("http://").to_owned());
        }
        if told.contains_key("key") {
            break;
        }
    }
    Played { child, told }
}

impl Played {
    /// A line of what the system says of its memory, in MiB.
    fn memory(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
    }
}

/// The CPU time of a process so far, in milliseconds: 14th and 15th in a list that begins with a number and a name.
fn cpu(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let behind_name = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // In hundredths of a second on every Linux.
    behind_name.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10
}

/// One connection, which is kept.
struct Line<'l> {
    stream: TcpStream,
    host: &'l str,
    key: &'l str,
}

impl Line<'_> {
    /// The status and the body of an answer.
    async fn call(&mut self, line: &str, body: Option<&Value>) -> (u16, Value) {
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = format!(
            "{line} HTTP/1.1\r\nHost: {}\r\nXApiKey: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            self.key,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::with_capacity(16384);
        loop {
            let read = self.stream.read_buf(&mut bytes).await.unwrap();
            assert!(read > 0, "{line}: the connection ended");
            let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(&bytes[..end]).unwrap().to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.parse().unwrap());
            if bytes.len() >= end + 4 + length {
                let status = head.split(' ').nth(1).unwrap().parse().unwrap();
                return (status, serde_json::from_slice(&bytes[end + 4..]).unwrap_or_default());
            }
        }
    }
}

fn client(tenant: &str) -> Value {
    json!({
        "externalTenantId": tenant,
        "client": { "name": format!("Company {tenant}"), "country": "DK", "supportEmail": format!("{tenant}@acme.example") },
        "users": [{ "name": "Kim Example", "email": format!("kim@{tenant}.example") }],
        "cases": [{
            "currencyCode": "EUR", "date": "2020-09-01T00:00:00", "amountToRecover": 120.5,
            "creditorReference": format!("r-{tenant}"),
            "debtor": { "type": "Company", "name": "Robin Example", "address": "Road 1", "city": "Aarhus", "countryAlpha2": "DK" }
        }]
    })
}

/// What all connections have seen: so many answers by line and status, and so many in all.
#[derive(Default)]
struct Seen {
    all: AtomicU64,
    statuses: Mutex<BTreeMap<(&'static str, u16), u64>>,
}

async fn load(line: &mut Line<'_>, number: u64, until: Instant, seen: &Seen) {
    let mut statuses = BTreeMap::new();
    let mut count = |what: &'static str, status: u16| {
        *statuses.entry((what, status)).or_insert(0) += 1;
        seen.all.fetch_add(1, Ordering::Relaxed);
    };
    for n in 0.. {
        let (tenant, earlier) = (format!("t{number}x{n}"), format!("t{number}x{}", n - n.min(20)));
        let (status, created) = line.call("POST /clients", Some(&client(&tenant))).await;
        count("POST /clients", status);
        assert_eq!(created["externalTenantId"], tenant.as_str(), "the client that was asked for");
        for _ in 0..2 {
            let (status, found) = line.call(&format!("GET /clients/{tenant}"), None).await;
            count("GET /clients/{tenant}", status);
            assert_eq!(found["externalTenantId"], tenant.as_str(), "the client that was created");
        }
        count("GET /clients/{tenant}", line.call(&format!("GET /clients/{earlier}"), None).await.0);
        let (status, list) = line.call("GET /clients?PageSize=10", None).await;
        count("GET /clients", status);
        assert!(list["totalCount"].as_u64().is_none_or(|total| total > 0), "{list}");
        let (status, found) = line.call(&format!("GET /clients?Query={tenant}"), None).await;
        count("GET /clients?Query", status);
        assert!(found.to_string().contains(&tenant), "the client that was created: {found}");
        count("GET /cases", line.call(&format!("GET /cases?ExternalTenantId={tenant}"), None).await.0);
        let (status, _) = line.call("POST /oauth/token", Some(&json!({ "externalTenantId": tenant }))).await;
        count("POST /oauth/token", status);
        count("GET /me", line.call("GET /me", None).await.0);
        if Instant::now() >= until {
            break;
        }
    }
    for (key, number) in statuses {
        *seen.statuses.lock().unwrap().entry(key).or_insert(0) += number;
    }
}

/// Measures for so many seconds. Ends where an answer has another status than it should have.
pub(crate) async fn measure(program: &str, seconds: u64) {
    let played = Arc::new(played(program));
    let seen = Arc::new(Seen::default());
    let until = Instant::now() + Duration::from_secs(seconds);
    println!("{CONNECTIONS} connections for {seconds} s to {program}; at first {} MiB", played.memory("VmRSS"));
    let mut connections = tokio::task::JoinSet::new();
    for number in 0..CONNECTIONS {
        let (played, seen) = (played.clone(), seen.clone());
        connections.spawn(async move {
            let (host, key) = (&played.told["referral"], &played.told["key"]);
            let stream = TcpStream::connect(host).await.unwrap();
            stream.set_nodelay(true).unwrap();
            load(&mut Line { stream, host, key }, number, until, &seen).await;
        });
    }
    let (mut before, mut used) = (0, cpu(played.child.id()));
    for stretch in 1..=seconds.div_ceil(STRETCH.as_secs()) {
        tokio::time::sleep(STRETCH).await;
        let all = seen.all.load(Ordering::Relaxed);
        let (answered, now) = (all - before, cpu(played.child.id()));
        let (rate, each) = (answered / STRETCH.as_secs(), (now - used) * 1000 / answered.max(1));
        (before, used) = (all, now);
        let (seconds, memory) = (stretch * STRETCH.as_secs(), played.memory("VmRSS"));
        println!("{seconds:>4} s  {rate:>6} requests/s  {each:>5} µs CPU each  {memory:>4} MiB");
    }
    while let Some(ended) = connections.join_next().await {
        ended.unwrap();
    }
    println!("peak {} MiB, {} requests:", played.memory("VmHWM"), seen.all.load(Ordering::Relaxed));
    for ((line, status), number) in &*seen.statuses.lock().unwrap() {
        println!("  {number:>7} × {line} {status}");
        assert!((200..300).contains(status), "every answer is a success");
    }
}
