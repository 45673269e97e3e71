//! The data that must survive a restart: clients, cases, and the events that took effect.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use uuid::Uuid;

use super::options::Database;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS clients (
  tenant TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL UNIQUE, country TEXT NOT NULL, state TEXT NOT NULL,
  url TEXT);
CREATE TABLE IF NOT EXISTS submissions (
  tenant TEXT NOT NULL, invoice TEXT NOT NULL, reference TEXT NOT NULL, case_id TEXT, PRIMARY KEY (tenant, invoice));
CREATE TABLE IF NOT EXISTS case_states (case_id TEXT PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS events (id TEXT NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS events_by_id ON events (id);
CREATE INDEX IF NOT EXISTS events_by_type ON events (type);
";

/// The onboarding state of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClientState {
    /// Known only here.
    New,
    /// Must sign before cases can be sent.
    NeedsSigning,
    /// Must approve the link in its own account.
    NeedsApproval,
    /// The approval was not given in time; a fresh link is needed.
    LinkExpired,
    /// Declined the link.
    Declined,
    /// Cases can be sent.
    Ready,
}

impl ClientState {
    /// Returns the word for the database and for responses.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::NeedsSigning => "needs_signing",
            Self::NeedsApproval => "needs_approval",
            Self::LinkExpired => "link_expired",
            Self::Declined => "declined",
            Self::Ready => "ready",
        }
    }

    fn from_word(word: &str) -> Self {
        let all = [Self::NeedsSigning, Self::NeedsApproval, Self::LinkExpired, Self::Declined, Self::Ready];
        all.into_iter().find(|state| state.word() == word).unwrap_or(Self::New)
    }
}

/// A client of ours. We choose the tenant id once; Debitura knows the client by it from then on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Client {
    pub(super) tenant: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) country: String,
    pub(super) state: ClientState,
    /// The URL to show to the client, as received.
    pub(super) url: Option<String>,
}

impl Client {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let state: String = row.get("state")?;
        Ok(Self {
            tenant: row.get("tenant")?,
            name: row.get("name")?,
            email: row.get("email")?,
            country: row.get("country")?,
            state: ClientState::from_word(&state),
            url: row.get("url")?,
        })
    }
}

/// A database failure, with a message.
#[derive(Debug, thiserror::Error)]
#[error("the database failed: {0}")]
pub struct StoreError(String);

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

/// The database. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Store(Arc<Mutex<Connection>>);

impl Store {
    /// Opens the database and creates missing tables.
    pub(super) fn open(database: &Database) -> Result<Self, StoreError> {
        let connection = match database {
            Database::Memory => Connection::open_in_memory()?,
            Database::File(path) => {
                let connection =
                    Connection::open(path).map_err(|error| StoreError(format!("{}: {error}", path.display())))?;
                connection.pragma_update(None, "journal_mode", "wal")?;
                connection
            }
        };
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Runs `work` in one transaction.
    pub(super) async fn transaction<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let shared = Arc::clone(&self.0);
        // SQLite waits for the disk, which must not block a thread that serves connections.
        let done = tokio::task::spawn_blocking(move || {
            let mut connection = shared.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        });
        done.await.map_err(|error| StoreError(error.to_string()))?
    }
}

/// Returns the client with this e-mail address, created with a new tenant id if unknown.
pub(super) fn client_by_email(
    tx: &Transaction<'_>,
    name: &str,
    email: &str,
    country: &str,
) -> rusqlite::Result<Client> {
    tx.execute(
        "INSERT INTO clients (tenant, name, email, country, state) VALUES (?, ?, ?, ?, ?) ON CONFLICT (email) DO NOTHING",
        params![new_tenant(), name, email, country, ClientState::New.word()],
    )?;
    tx.query_row("SELECT * FROM clients WHERE email = ?", [email], Client::from_row)
}

/// Returns a new, unique tenant id.
pub(super) fn new_tenant() -> String {
    format!("acme-{}", Uuid::new_v4())
}

/// Gives a client another tenant id. Only for
/// [`Defect::ExpiredLinkNewTenant`](super::defects::Defect::ExpiredLinkNewTenant): without it, a tenant id is
/// permanent.
pub(super) fn rename(tx: &Transaction<'_>, client: Client) -> rusqlite::Result<Client> {
    let tenant = new_tenant();
    tx.execute("UPDATE clients SET tenant = ? WHERE tenant = ?", [&tenant, &client.tenant])?;
    Ok(Client { tenant, ..client })
}

/// Finds the client with this tenant id.
pub(super) fn client(tx: &Transaction<'_>, tenant: &str) -> rusqlite::Result<Option<Client>> {
    tx.query_row("SELECT * FROM clients WHERE tenant = ?", [tenant], Client::from_row).optional()
}

/// Stores the state of a client. An unknown client is ignored.
pub(super) fn set_client_state(
    tx: &Transaction<'_>,
    tenant: &str,
    state: ClientState,
    url: Option<&str>,
) -> rusqlite::Result<()> {
    tx.execute("UPDATE clients SET state = ?, url = ? WHERE tenant = ?", params![state.word(), url, tenant])?;
    Ok(())
}

/// Stores the state of a case. A closed case stays closed, because deliveries may arrive in any order.
pub(super) fn set_case_state(tx: &Transaction<'_>, case_id: &str, state: &str) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO case_states (case_id, state) VALUES (?, ?)
         ON CONFLICT (case_id) DO UPDATE SET state = excluded.state WHERE state <> 'Closed'",
        [case_id, state],
    )?;
    Ok(())
}

/// Records the id of a delivery. True if it is new.
pub(super) fn remember(tx: &Transaction<'_>, id: &str) -> rusqlite::Result<bool> {
    Ok(tx.execute("INSERT INTO seen (id) VALUES (?) ON CONFLICT DO NOTHING", [id])? == 1)
}

/// Records that an event took effect.
pub(super) fn record_event(tx: &Transaction<'_>, id: &str, kind: &str, data: &str) -> rusqlite::Result<()> {
    tx.execute("INSERT INTO events (id, type, data) VALUES (?, ?, ?)", [id, kind, data])?;
    Ok(())
}

/// Counts how many times the event with this id took effect.
pub(super) fn effects_of_event(tx: &Transaction<'_>, id: &str) -> rusqlite::Result<i64> {
    tx.query_row("SELECT count(*) FROM events WHERE id = ?", [id], |row| row.get(0))
}

/// Counts how many events of this type took effect.
pub(super) fn effects_of_type(tx: &Transaction<'_>, kind: &str) -> rusqlite::Result<i64> {
    tx.query_row("SELECT count(*) FROM events WHERE type = ?", [kind], |row| row.get(0))
}

/// An invoice on its way to becoming a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Submission {
    /// The reference of the case, the same from the first attempt through every retry: another reference would be
    /// another case.
    pub(super) reference: String,
    /// Whether the case is known to exist.
    pub(super) done: bool,
}

/// Returns the submission of a client's invoice, created with a fresh reference if there is none.
pub(super) fn submission(
    tx: &Transaction<'_>,
    tenant: &str,
    invoice: &str,
    fresh: &str,
) -> rusqlite::Result<Submission> {
    tx.execute(
        "INSERT INTO submissions (tenant, invoice, reference) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [tenant, invoice, fresh],
    )?;
    let sql = "SELECT reference, case_id IS NOT NULL AS done FROM submissions WHERE tenant = ? AND invoice = ?";
    let read = |row: &Row<'_>| Ok(Submission { reference: row.get("reference")?, done: row.get("done")? });
    tx.query_row(sql, [tenant, invoice], read)
}

/// Records that the case with a reference exists, and its id.
pub(super) fn submitted(tx: &Transaction<'_>, reference: &str, case_id: &str) -> rusqlite::Result<()> {
    tx.execute("UPDATE submissions SET case_id = ? WHERE reference = ?", [case_id, reference])?;
    Ok(())
}
