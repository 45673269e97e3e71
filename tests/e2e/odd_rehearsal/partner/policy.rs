//! What makes this partner odd: one of some ways to get along with a provider that is not always well.

use std::time::Duration;

/// A way of working.
#[derive(Clone, Copy)]
pub(crate) struct Policy {
    /// How often a call is made in one go while the provider is in trouble.
    pub(crate) attempts: u32,
    /// Whether the end of a rate limit is waited for; otherwise whoever calls is told to come again.
    pub(crate) waits: bool,
    /// Whether a rate limit keeps everybody from calling, and not just the call that met it.
    pub(crate) pauses_all: bool,
    /// After so many failures in a row nobody calls for so long.
    pub(crate) breaker: Option<(u32, Duration)>,
    /// Whatever is asked for is done later, and after a failure again, first after so long.
    pub(crate) queue: Option<Duration>,
    /// What becomes of who comes while another is served.
    pub(crate) counter: Counter,
    /// So many processes share the work.
    pub(crate) processes: usize,
}

#[derive(Clone, Copy)]
pub(crate) enum Counter {
    /// All are served at the same time.
    Open,
    /// Every request waits for the one before it, webhooks too.
    InTurn,
    /// A user who comes is told to come again.
    TurnsAway,
}

const USUAL: Policy = Policy {
    attempts: 3,
    waits: true,
    pauses_all: false,
    breaker: None,
    queue: None,
    counter: Counter::Open,
    processes: 1,
};

impl Policy {
    /// A way of working by its name.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "breaker" => {
                let breaker = Some((2, Duration::from_millis(300)));
                Policy { breaker, attempts: 2, waits: false, pauses_all: true, ..USUAL }
            }
            "pause" => Policy { pauses_all: true, ..USUAL },
            "queue" => {
                let queue = Some(Duration::from_millis(400));
                Policy { queue, attempts: 1, waits: false, pauses_all: true, ..USUAL }
            }
            "workers" => Policy { processes: 4, ..USUAL },
            "sequential" => Policy { counter: Counter::InTurn, ..USUAL },
            "busy" => Policy { counter: Counter::TurnsAway, ..USUAL },
            other => panic!("nobody works in the way `{other}`"),
        }
    }
}
