//! The data of the partner, in one file that all its processes share.

use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension, Row, params};

const TABLES: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS customers
        (id INTEGER PRIMARY KEY, mail TEXT UNIQUE, company TEXT, open INTEGER DEFAULT 0);
    CREATE TABLE IF NOT EXISTS claims
        (id INTEGER PRIMARY KEY, customer INTEGER, number TEXT, filed INTEGER DEFAULT 0, UNIQUE (customer, number));
    CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS outcomes (customer INTEGER, number TEXT, told TEXT, PRIMARY KEY (customer, number));
    CREATE TABLE IF NOT EXISTS jobs (name TEXT PRIMARY KEY, job TEXT, due INTEGER, runs INTEGER DEFAULT 0);
";

pub(super) struct Store(Mutex<Connection>);

/// A customer whose claims are collected.
pub(super) struct Customer {
    pub(super) id: i64,
    pub(super) mail: String,
    pub(super) company: String,
    /// Whether the provider accepts claims for the customer, as far as the partner knows.
    pub(super) open: bool,
}

impl Customer {
    /// Returns the name by which the provider knows the customer. It derives from the id, so it cannot be lost.
    pub(super) fn account(&self) -> String {
        format!("desk-{:06}", self.id)
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Customer {
            id: row.get("id")?,
            mail: row.get("mail")?,
            company: row.get("company")?,
            open: row.get("open")?,
        })
    }
}

impl Store {
    pub(super) fn open(file: &str) -> Self {
        let connection = Connection::open(file).unwrap();
        connection.busy_timeout(Duration::from_secs(5)).unwrap();
        connection.execute_batch(TABLES).unwrap();
        Store(Mutex::new(connection))
    }

    fn db(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap()
    }

    /// Returns the customer with an email address, and creates it if it is new.
    pub(super) fn customer_with(&self, mail: &str, company: &str) -> Customer {
        let db = self.db();
        let new = "INSERT INTO customers (mail, company) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        db.execute(new, params![mail, company]).unwrap();
        db.query_row("SELECT * FROM customers WHERE mail = ?1", [mail], Customer::read).unwrap()
    }

    pub(super) fn customer(&self, id: i64) -> Option<Customer> {
        self.db().query_row("SELECT * FROM customers WHERE id = ?1", [id], Customer::read).optional().unwrap()
    }

    pub(super) fn set_open(&self, customer: i64, open: bool) {
        self.db().execute("UPDATE customers SET open = ?2 WHERE id = ?1", params![customer, open]).unwrap();
    }

    /// Returns the number of a claim in the partner's books, and whether the provider has the claim already.
    pub(super) fn claim(&self, customer: i64, number: &str) -> (i64, bool) {
        let db = self.db();
        let new = "INSERT INTO claims (customer, number) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        db.execute(new, params![customer, number]).unwrap();
        let found = "SELECT id, filed FROM claims WHERE customer = ?1 AND number = ?2";
        db.query_row(found, params![customer, number], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    }

    pub(super) fn filed(&self, claim: i64) {
        self.db().execute("UPDATE claims SET filed = 1 WHERE id = ?1", [claim]).unwrap();
    }

    /// Remembers an event. Returns false if it was known already.
    pub(super) fn remember(&self, event: &str) -> bool {
        self.db().execute("INSERT INTO events VALUES (?1) ON CONFLICT DO NOTHING", [event]).unwrap() == 1
    }

    pub(super) fn times_seen(&self, event: &str) -> i64 {
        self.db().query_row("SELECT count(*) FROM events WHERE id = ?1", [event], |row| row.get(0)).unwrap()
    }

    /// Stores what to tell about a claim, or about the customer itself (with an empty number).
    pub(super) fn tell(&self, customer: i64, number: &str, told: &str) {
        self.db().execute("REPLACE INTO outcomes VALUES (?1, ?2, ?3)", params![customer, number, told]).unwrap();
    }

    pub(super) fn forget_told(&self, customer: i64, number: &str) {
        let gone = "DELETE FROM outcomes WHERE customer = ?1 AND number = ?2";
        self.db().execute(gone, params![customer, number]).unwrap();
    }

    /// Returns what to tell about a claim, or about everything of a customer.
    pub(super) fn told(&self, customer: i64, number: Option<&str>) -> Vec<String> {
        let db = self.db();
        let wanted = "SELECT told FROM outcomes WHERE customer = ?1 AND number = coalesce(?2, number)";
        let mut statement = db.prepare(wanted).unwrap();
        let rows = statement.query_map(params![customer, number], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// Adds a job that is due at once, unless it already waits for a retry.
    pub(super) fn enqueue(&self, name: &str, job: &str) {
        let new = "INSERT INTO jobs (name, job, due) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        self.db().execute(new, params![name, job, now()]).unwrap();
    }

    /// Returns the next job that is due, with its name and the number of tries so far.
    pub(super) fn due_job(&self) -> Option<(String, String, u32)> {
        let due = "SELECT name, job, runs FROM jobs WHERE due <= ?1 ORDER BY due LIMIT 1";
        let columns = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        self.db().query_row(due, [now()], columns).optional().unwrap()
    }

    pub(super) fn again(&self, name: &str, after: Duration) {
        let due = now() + i64::try_from(after.as_millis()).unwrap() + 1;
        self.db().execute("UPDATE jobs SET due = ?2, runs = runs + 1 WHERE name = ?1", params![name, due]).unwrap();
    }

    pub(super) fn done(&self, name: &str) {
        self.db().execute("DELETE FROM jobs WHERE name = ?1", [name]).unwrap();
    }
}

/// Returns the current time, in milliseconds since 1970.
fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}
