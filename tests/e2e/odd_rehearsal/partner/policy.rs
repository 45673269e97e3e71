//! The policies that make this partner odd: ways to cope with a provider that does not always work.

use std::time::Duration;

/// A way of working.
#[derive(Clone, Copy)]
pub(crate) struct Policy {
    /// How often a call is tried in a row while the provider is in trouble.
    pub(crate) attempts: u32,
    /// Whether callers wait for the end of a rate limit. Otherwise they must come again.
    pub(crate) waits: bool,
    /// Whether a rate limit stops all calls, and not only the one that met it.
    pub(crate) pauses_all: bool,
    /// After how many consecutive failures no calls are made, and for how long.
    pub(crate) breaker: Option<(u32, Duration)>,
    /// Whether all work is done later in a queue, with the first pause after a failure.
    pub(crate) queue: Option<Duration>,
    /// What happens to requests while another one is served.
    pub(crate) counter: Counter,
    /// The number of processes that share the work.
    pub(crate) processes: usize,
}

#[derive(Clone, Copy)]
pub(crate) enum Counter {
    /// All requests are served at the same time.
    Open,
    /// Every request, also a webhook, waits for the one before it.
    InTurn,
    /// A user that arrives meanwhile must come again.
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
    /// Returns a way of working by its name.
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
