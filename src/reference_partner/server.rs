//! Starts, runs and stops the partner.

use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex as BlockingMutex};
use std::time::Duration;
use std::{io, thread};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::header::CONTENT_TYPE,
    response::{Html, IntoResponse},
    routing::{get, post},
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::{Mutex, oneshot},
};

use super::app::App;
use super::client::Debitura;
use super::header_names::Strict;
use super::options::Options;
use super::signature::Verifier;
use super::store::{Store, StoreError};
use super::{notifications, routes, webhooks};

/// Maximum size of a request body, in bytes.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Time for open requests to finish after the stop signal.
const STOP_GRACE: Duration = Duration::from_secs(5);

/// Why the reference partner cannot run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The database cannot be opened.
    #[error("{0}; is DATABASE a writable path?")]
    Store(StoreError),
    /// The webhook secret is not Base64.
    #[error("DEBITURA_SECRET is not Base64; use the secret as Debitura showed it")]
    Secret,
    /// The HTTP client cannot be created.
    #[error("the HTTP client cannot be created: {0}")]
    Http(reqwest::Error),
    /// The address is not available.
    #[error("cannot listen on {0}: {1}; choose another PORT or BIND")]
    Bind(SocketAddr, io::Error),
    /// Serving, or printing the address, failed.
    #[error("serving failed: {0}")]
    Io(io::Error),
}

/// A listening partner, which answers once it is [run](Self::run).
pub struct Partner {
    listener: Strict,
    address: SocketAddr,
    routes: Router,
}

impl Partner {
    /// Returns the actual listening address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` completes, then finishes open requests within five seconds.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), ServeError> {
        let (told, ending) = oneshot::channel();
        let stop = async move {
            stop.await;
            let _ = told.send(());
        };
        let served = axum::serve(self.listener, self.routes).with_graceful_shutdown(stop);
        let overdue = async {
            // An error means that the server ended by itself; the other branch has the reason.
            if ending.await.is_err() {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(STOP_GRACE).await;
        };
        tokio::select! {
            done = served.into_future() => done.map_err(ServeError::Io),
            () = overdue => Ok(()),
        }
    }
}

/// Opens the database and the port.
pub async fn bind(options: Options) -> Result<Partner, ServeError> {
    let store = Store::open(&options.database).map_err(ServeError::Store)?;
    let verifier = Verifier::new(options.secret.reveal(), options.defects).ok_or(ServeError::Secret)?;
    let debitura = Debitura::new(&options).map_err(ServeError::Http)?;
    let wanted = SocketAddr::new(options.bind, options.port);
    let listener = TcpListener::bind(wanted).await.map_err(|error| ServeError::Bind(wanted, error))?;
    let address = listener.local_addr().map_err(ServeError::Io)?;
    let listener = Strict::new(listener, options.defects);
    let (given_up, tenants) = (BlockingMutex::default(), BlockingMutex::default());
    let routes = routes(App { options, store, verifier, debitura, slow: Mutex::default(), given_up, tenants });
    Ok(Partner { listener, address, routes })
}

/// Runs the partner until SIGTERM, SIGINT, or the end of standard input if that is requested. Prints one line with its
/// address when ready.
pub async fn serve(options: Options) -> Result<(), ServeError> {
    let stop = told_to_end(options.stop_on_eof).map_err(ServeError::Io)?;
    let partner = bind(options).await?;
    writeln!(io::stdout(), "listening on http://{}", partner.address()).map_err(ServeError::Io)?;
    partner.run(stop).await
}

fn routes(app: App) -> Router {
    let mut routes = Router::new()
        .route("/", get(Html("<!doctype html><title>Acme Invoicing</title><h1>Acme Invoicing</h1>")))
        .route("/health", get("ok"))
        .route("/logo.svg", get(logo));
    if app.options.debitura {
        routes = routes.route("/hooks/debitura", post(webhooks::receive));
    }
    if app.options.notices.is_some() {
        routes = routes.route("/hooks/debitsuccess", post(notifications::receive));
    }
    if app.options.look_ups_open() {
        routes = routes.merge(routes::look_ups());
    }
    if app.options.debitura && app.options.test_endpoints_open() {
        routes = routes.merge(routes::test_endpoints());
    }
    routes.layer(DefaultBodyLimit::max(MAX_BODY_BYTES)).with_state(Arc::new(app))
}

async fn logo() -> impl IntoResponse {
    const LOGO: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#0B5FFF"/><path d="M8 24 16 8l8 16" fill="none" stroke="#fff" stroke-width="3"/></svg>"##;
    ([(CONTENT_TYPE, "image/svg+xml")], LOGO)
}

/// Installs the signal handlers; the future completes at the first signal.
fn told_to_end(stop_on_eof: bool) -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let input = stop_on_eof.then(input_closed);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = over(input) => {}
        }
    })
}

/// Waits for the end of `input`; for ever without one.
async fn over(input: Option<oneshot::Receiver<()>>) {
    match input {
        Some(closed) => drop(closed.await),
        None => std::future::pending().await,
    }
}

/// Completes when standard input closes, as it does when the parent process is gone.
fn input_closed() -> oneshot::Receiver<()> {
    let (closed, heard) = oneshot::channel();
    // A separate thread: the runtime would wait for a blocking read on one of its own threads.
    thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = closed.send(());
    });
    heard
}
