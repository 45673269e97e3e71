//! Interruptions: Ctrl-C, the termination signal of a pipeline, or a closed terminal. Code that handles an interruption
//! stops by itself and still reports. The program ends at once if it is interrupted twice, if nobody handles the
//! interruption, or if the handler takes too long.

use std::path::Path;
use std::sync::{LazyLock, Once, mpsc};
use std::time::Duration;

use futures_util::future::select_all;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::exit::Exit;
use super::temporary;
use crate::files::{self, Kind};

/// How long the handlers may take: the partner's build has time to stop, and reports are made.
const HANDLER_GRACE: Duration = Duration::from_secs(20);

/// How long an interrupted program may take to write its reports: they are complete by then, and only a reader that
/// accepts no data holds them up.
const WRITE_GRACE: Duration = Duration::from_secs(3);

/// How often to look whether the reports are written.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Whether the program was interrupted. Each handler has a receiver.
static INTERRUPTED: LazyLock<watch::Sender<bool>> = LazyLock::new(|| watch::Sender::new(false));

/// Handles interruptions as long as it exists.
pub(super) struct EndsOnInterrupt(watch::Receiver<bool>);

/// Starts to handle interruptions, until the returned value is dropped.
pub(super) fn heed() -> EndsOnInterrupt {
    EndsOnInterrupt(INTERRUPTED.subscribe())
}

impl EndsOnInterrupt {
    /// Waits until the program is interrupted; returns at once if it was already.
    pub(super) async fn interrupted(&mut self) {
        // The sender is never dropped, so waiting cannot fail.
        drop(self.0.wait_for(|told| *told).await);
    }
}

/// Marks that only writing is left to do, until it is dropped.
pub(super) struct Writing(#[expect(dead_code, reason = "that it goes is what is listened for")] mpsc::Sender<()>);

/// Limits the time that is left to write, from the moment the program is interrupted.
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

/// Starts to listen for signals, in a thread of its own so that the program can be ended whatever it is doing.
pub(super) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let (listening, ready) = mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            // Without a runtime, each signal has its default effect.
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async {
                let mut signals: Vec<Signal> = kinds().filter_map(|kind| signal(kind).ok()).collect();
                listening.send(()).ok();
                obey(&mut signals).await;
            });
        });
        // An error means that the thread has ended already.
        ready.recv().ok();
    });
}

fn kinds() -> impl Iterator<Item = SignalKind> {
    let hangup = (!outlives_its_terminal()).then(SignalKind::hangup);
    [SignalKind::interrupt(), SignalKind::terminate()].into_iter().chain(hangup)
}

/// Whether the program must outlive its terminal, as under `nohup`: then the hangup signal is ignored and must stay so.
/// If the system does not say, the signal keeps its current setting, which is right in both cases.
fn outlives_its_terminal() -> bool {
    let status = files::text(Path::new("/proc/self/status"), Kind::Own).unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // The hangup signal has number 1, so it is the lowest bit.
    ignored.is_none_or(|mask| mask & 1 == 1)
}

async fn obey(signals: &mut [Signal]) {
    if signals.is_empty() {
        return;
    }
    next(signals).await;
    if INTERRUPTED.receiver_count() > 0 {
        INTERRUPTED.send_replace(true);
        drop(tokio::time::timeout(HANDLER_GRACE, next(signals)).await);
    }
    end();
}

async fn next(signals: &mut [Signal]) {
    select_all(signals.iter_mut().map(|signal| Box::pin(signal.recv()))).await;
}

/// Ends the program at once. Its child processes end by themselves; its temporary folders are removed.
#[expect(clippy::exit, reason = "whoever is at work did not end when it was told to, or would not hear of it")]
fn end() {
    let _nothing_new = temporary::take_all_away();
    std::process::exit(Exit::Interrupted as i32);
}
