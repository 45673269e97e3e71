//! The sample partner of a pack, which runs on loopback as `partner.yaml` describes it: a separate program that a
//! rehearsal starts like any partner's build. It verifies deliveries by the pack's own description of them, and knows
//! no provider.

use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::routes;
use super::state::{Description, Playing, SampleError, Surroundings};
use crate::files::{self, Kind};

/// Runs the partner that a file describes, until its standard input closes if that is requested. Prints one line with
/// its address when ready.
///
/// # Errors
///
/// The file describes no partner, or the port cannot be opened.
pub async fn serve(path: &Path, around: Surroundings) -> Result<(), SampleError> {
    let wrong = |why: String| SampleError::Description(path.to_owned(), why);
    let text = files::text(path, Kind::Own).map_err(|why| wrong(format!("it {why}")))?;
    let described: Description = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, around.port)).await.map_err(SampleError::Io)?;
    let at = listener.local_addr().map_err(SampleError::Io)?;
    let ends_with_input = around.ends_with_input;
    let playing = Playing::new(described, around, at)?;
    writeln!(std::io::stdout(), "listening on http://{at}").map_err(SampleError::Io)?;
    let served = axum::serve(listener, routes::routes(Arc::new(playing)));
    let mut silence = tokio::io::sink();
    let mut input = tokio::io::stdin();
    tokio::select! {
        done = served.into_future() => done.map_err(SampleError::Io),
        _ = tokio::io::copy(&mut input, &mut silence), if ends_with_input => Ok(()),
    }
}
