//! A partner's handler that answers with a status and remembers what it received.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use tokio::sync::watch;
use url::Url;

/// A delivery as the handler received it.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// A partner's handler that answers with a status and remembers what it received.
#[derive(Clone)]
pub(crate) struct Handler {
    pub(crate) url: Url,
    status: StatusCode,
    got: watch::Sender<Vec<Got>>,
}

impl Handler {
    /// Starts a handler on a free port.
    pub(crate) async fn start(status: u16) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/hooks", listener.local_addr().unwrap())).unwrap();
        let status = StatusCode::from_u16(status).unwrap();
        let handler = Handler { url, status, got: watch::Sender::new(Vec::new()) };
        let app = Router::new().fallback(receive).with_state(handler.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        handler
    }

    /// Waits until it has received a number of deliveries.
    pub(crate) async fn wait(&self, count: usize) -> Vec<Got> {
        let mut got = self.got.subscribe();
        let waiting = got.wait_for(|got| got.len() >= count);
        tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap().unwrap().clone()
    }

    /// Returns the number of deliveries that it has received so far.
    pub(crate) fn so_far(&self) -> usize {
        self.got.borrow().len()
    }
}

async fn receive(State(handler): State<Handler>, headers: HeaderMap, body: Bytes) -> StatusCode {
    handler.got.send_modify(|got| got.push(Got { headers, body: body.to_vec() }));
    handler.status
}
