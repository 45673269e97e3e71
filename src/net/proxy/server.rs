//! A proxy for rehearsed builds. It admits loopback and allowed hosts, denies all others, and remembers the denied
//! ones. It cannot stop software that ignores it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use super::connection;
use super::host_policy::HostPolicy;
use super::shared::Shared;
use crate::evidence::DeniedHost;

/// Maximum number of concurrent connections; further ones wait. Each may need two file descriptors, of which a process
/// usually has 1024.
const MAX_CONNECTIONS: usize = 128;

/// Pause of the listener after a failed accept, which happens if file descriptors run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A proxy on a free port of loopback, which stops on drop.
pub struct Proxy {
    at: SocketAddr,
    shared: Arc<Shared>,
    /// Dropped with the proxy, which ends all its tasks.
    _stop: watch::Sender<()>,
}

impl Proxy {
    /// Starts a proxy with a host policy.
    ///
    /// # Errors
    ///
    /// There is no free port on loopback.
    pub async fn start(policy: HostPolicy) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let at = listener.local_addr()?;
        let (stop, gone) = watch::channel(());
        let shared = Arc::new(Shared { policy, refused: Mutex::default(), gone });
        tokio::spawn(accept(Arc::clone(&shared), listener));
        Ok(Proxy { at, shared, _stop: stop })
    }

    /// Returns the URL of the proxy, for environment variables.
    pub fn url(&self) -> String {
        format!("http://{}", self.at)
    }

    /// Returns the denied hosts so far, each once.
    pub fn refused(&self) -> Vec<DeniedHost> {
        self.shared.refused.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

async fn accept(shared: Arc<Shared>, listener: TcpListener) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut gone = shared.gone.clone();
    let accepting = async {
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            match listener.accept().await {
                Ok((stream, _)) => drop(tokio::spawn(connection::connection(Arc::clone(&shared), stream, place))),
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            }
        }
    };
    tokio::select! {
        _ = gone.changed() => {}
        () = accepting => {}
    }
}
