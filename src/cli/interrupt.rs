//! How the program is told to end: by Ctrl-C, by the polite request of a pipeline, by a terminal that is gone. Who heeds
//! it ends by itself and still reports. Told twice, or where nobody heeds it, or nobody gets done, the program ends.

use std::path::Path;
use std::sync::{LazyLock, Once, mpsc};
use std::time::Duration;

use futures_util::future::select_all;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::exit::Exit;
use super::temporary;
use crate::files::{self, Kind};

/// How long whoever heeds it may take: a build has its grace, and reports are made.
const MAX_WRITE_TIME: Duration = Duration::from_secs(20);

/// How long reports may take to be written by a program that was told to end: they are made by then, and only a reader who
/// takes nothing keeps them waiting.
const WRITE_GRACE: Duration = Duration::from_secs(3);

/// How often is looked whether they are.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Whether the program was told to end. Who heeds that has a receiver.
static INTERRUPTED: LazyLock<watch::Sender<bool>> = LazyLock::new(|| watch::Sender::new(false));

/// Somebody who ends by itself when the program is told to end.
pub(super) struct EndsOnInterrupt(watch::Receiver<bool>);

/// Heeds it from now on, for as long as the value lives.
pub(super) fn heed() -> EndsOnInterrupt {
    EndsOnInterrupt(INTERRUPTED.subscribe())
}

impl EndsOnInterrupt {
    /// Waits until the program is told to end, if it was not already.
    pub(super) async fn interrupted(&mut self) {
        // The sender is never dropped, so there is no other end.
        drop(self.0.wait_for(|told| *told).await);
    }
}

/// As long as this is there, what is left is to write.
pub(super) struct Writing(#[expect(dead_code, reason = "that it goes is what is listened for")] mpsc::Sender<()>);

/// From now on only a moment is left, should the program be told to end, or have been.
pub(super) fn writing() -> Writing {
    let (writing, written) = mpsc::channel();
    std::thread::spawn(move || {
        let (told, mut left) = (INTERRUPTED.subscribe(), WRITE_GRACE);
        while written.recv_timeout(POLL_INTERVAL) == Err(mpsc::RecvTimeoutError::Timeout) {
            if *told.borrow() {
                left = left.saturating_sub(POLL_INTERVAL);
            }
            if left.is_zero() {
                end();
            }
        }
    });
    Writing(writing)
}

/// Listens from now on. In a thread of its own: whatever the program is at, it can be ended.
pub(super) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let (listening, ready) = mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            // Without it each signal does what it does to any program.
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async {
                let mut signals: Vec<Signal> = kinds().filter_map(|kind| signal(kind).ok()).collect();
                listening.send(()).ok();
                obey(&mut signals).await;
            });
        });
        // An error: the thread is gone already.
        ready.recv().ok();
    });
}

fn kinds() -> impl Iterator<Item = SignalKind> {
    let hangup = (!outlives_its_terminal()).then(SignalKind::hangup);
    [SignalKind::interrupt(), SignalKind::terminate()].into_iter().chain(hangup)
}

/// Whether whoever started us wants us to go on without the terminal, as `nohup` does: then its end is ignored, and has
/// to stay so. Where the system does not tell, the signal is left as it is, which is right for either.
fn outlives_its_terminal() -> bool {
    let status = files::text(Path::new("/proc/self/status"), Kind::Own).unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // Its number is 1, so its place is the first.
    ignored.is_none_or(|mask| mask & 1 == 1)
}

async fn obey(signals: &mut [Signal]) {
    if signals.is_empty() {
        return;
    }
    next(signals).await;
    if INTERRUPTED.receiver_count() > 0 {
        INTERRUPTED.send_replace(true);
        drop(tokio::time::timeout(MAX_WRITE_TIME, next(signals)).await);
    }
    end();
}

async fn next(signals: &mut [Signal]) {
    select_all(signals.iter_mut().map(|signal| Box::pin(signal.recv()))).await;
}

/// Ends the program as it is. What it has started ends with it by itself; what it put down is taken away.
#[expect(clippy::exit, reason = "whoever is at work did not end when it was told to, or would not hear of it")]
fn end() {
    let _nothing_new = temporary::take_all_away();
    std::process::exit(Exit::Interrupted as i32);
}
