//! The proxy that a rehearsed build is told to use: it lets loopback and named hosts through, refuses the rest, and
//! remembers what it refused. It can only hold back what asks it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use super::connection;
use super::host_policy::Doors;
use super::shared::Shared;
use crate::evidence::Refused;

/// So many connections are served at once; later ones wait. Each may need two descriptors, and 1024 are usual.
const MOST_CONNECTIONS: usize = 128;

/// How long the listener rests after it could not accept, which it cannot where descriptors have run out.
const REST: Duration = Duration::from_millis(50);

/// A proxy on a free port of loopback. It ends with this value.
pub struct Proxy {
    at: SocketAddr,
    shared: Arc<Shared>,
    /// Dropped with the proxy, which every task of it notices.
    _stop: watch::Sender<()>,
}

impl Proxy {
    /// Starts a proxy with these doors.
    ///
    /// # Errors
    ///
    /// No free port on loopback.
    pub async fn start(doors: Doors) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let at = listener.local_addr()?;
        let (stop, gone) = watch::channel(());
        let shared = Arc::new(Shared { doors, refused: Mutex::default(), gone });
        tokio::spawn(accept(Arc::clone(&shared), listener));
        Ok(Proxy { at, shared, _stop: stop })
    }

    /// Its address, as variables name it.
    pub fn url(&self) -> String {
        format!("http://{}", self.at)
    }

    /// What it refused so far, each place once.
    pub fn refused(&self) -> Vec<Refused> {
        self.shared.refused.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

async fn accept(shared: Arc<Shared>, listener: TcpListener) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut gone = shared.gone.clone();
    let accepting = async {
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            match listener.accept().await {
                Ok((stream, _)) => drop(tokio::spawn(connection::connection(Arc::clone(&shared), stream, place))),
                Err(_) => tokio::time::sleep(REST).await,
            }
        }
    };
    tokio::select! {
        _ = gone.changed() => {}
        () = accepting => {}
    }
}
