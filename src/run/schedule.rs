//! Carrying out: the only part that talks to networks, files and processes. Trouble is evidence too, never an error
//! that ends the run.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Semaphore, watch};

use super::context::log::Log;
use super::context::run_context::World;
use super::{check, unresponsive};
use crate::evidence::{Evidence, Who};
use crate::pack::check::Isolation;
use crate::pack::types::Stage;
use crate::plan::{Plan, Unit};

/// How many units of real environments may be under way at the same time, where `--jobs` does not say.
const JOBS: usize = 16;

/// How many units of a rehearsal may be under way at the same time. Most of them wait; how many may have the partner do
/// something is the profile's `concurrency`.
const REHEARSED: usize = 64;

/// Where a run stands, for whoever shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Units that are over.
    pub done: usize,
    /// Units that are to be carried out.
    pub all: usize,
    /// What cannot wait for the report.
    pub note: Option<String>,
}

/// Why a run must end before it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Nothing speaks against going on.
    No,
    /// A person interrupted it.
    Interrupted,
    /// The time that the profile allows is over.
    OutOfTime,
}

impl Stop {
    fn reason(self) -> Option<&'static str> {
        match self {
            Stop::No => None,
            Stop::Interrupted => Some("the run was interrupted"),
            Stop::OutOfTime => Some("the time that `run_within` of the profile allows was over"),
        }
    }
}

/// What became of one unit's work.
#[derive(Clone, Debug)]
pub struct Done {
    /// Its place in the plan.
    pub at: usize,
    /// The record.
    pub evidence: Evidence,
    /// How long it took.
    pub took: Duration,
}

/// Carries out some units of the plan, in the order and company that their isolation allows.
///
/// Shared units run at the same time; the others one after another. `progress` is told of each unit that is over.
pub async fn execute(
    world: &Arc<World>,
    units: &[usize],
    isolation: Isolation,
    stop: &watch::Receiver<Stop>,
    mut progress: impl FnMut(),
) -> Vec<Done> {
    let jobs = Arc::new(Semaphore::new(world.jobs.unwrap_or(JOBS)));
    let rehearsed = Arc::new(Semaphore::new(REHEARSED));
    let lane = Arc::new(Semaphore::new(match isolation {
        Isolation::Shared => world.plan.read.profile.rehearsal.as_ref().map_or(1, |rehearsal| rehearsal.concurrency),
        Isolation::Alone | Isolation::Restarts => 1,
    }));
    let _doubts = AbortOnDrop(tokio::spawn(unresponsive::look_into_doubts(world.clone())));
    if isolation != Isolation::Shared {
        // Nobody is alone beside what others have left in a queue; of a run that ends nobody is left to be alone.
        let mut stop = stop.clone();
        tokio::select! {
            () = world.calm() => {}
            _ = world.falls_silent() => {}
            _ = stop.wait_for(|stop| *stop != Stop::No) => {}
        }
    }
    let mut done = Vec::new();
    let mut running = FuturesUnordered::new();
    for &at in units {
        let unit = &world.plan.units[at];
        let place = if unit.stage == Stage::Rehearsal { rehearsed.clone() } else { jobs.clone() };
        // A task that panicked is a fault of this program, and must not end the run with it; its unit is reported as
        // such by whoever misses it.
        let task = tokio::spawn(one(world.clone(), at, place, lane.clone(), stop.clone()));
        if isolation == Isolation::Shared {
            running.push(task);
        } else {
            done.extend(task.await.ok());
            progress();
        }
    }
    while let Some(finished) = running.next().await {
        done.extend(finished.ok());
        progress();
    }
    done.sort_by_key(|done| done.at);
    done
}

/// A task that ends with this value.
struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// One unit, until it is over, or the run is.
async fn one(
    world: Arc<World>,
    at: usize,
    place: Arc<Semaphore>,
    lane: Arc<Semaphore>,
    mut stop: watch::Receiver<Stop>,
) -> Done {
    let unit = world.plan.units[at].clone();
    let log = Log::new();
    let turned = OnceLock::new();
    let stopped = async { stop.wait_for(|stop| *stop != Stop::No).await.map_or(Stop::No, |stop| *stop) };
    let work = async {
        let Ok(_place) = place.acquire().await else { return };
        turned.get_or_init(Instant::now);
        if unit.stage == Stage::Rehearsal {
            world.rehearsing().await;
        }
        match not_possible(&world, &unit) {
            Some((who, why)) => log.incomplete(who, why),
            // In a box of its own: hundreds of units wait for their turn, and only those under way need its space.
            None => Box::pin(check::run(&world, &unit, &log, &lane)).await,
        }
    };
    let longest = LONGEST + world.clock.retry() * 6 + world.for_people(&unit);
    tokio::select! {
        biased;
        why = stopped => {
            log.incomplete(Who::Tool, why.reason().unwrap_or_default());
            log.left_behind(unit.stage.environment());
        }
        () = work => {}
        () = tokio::time::sleep(longest) => {
            log.incomplete(Who::Partner, format!("given up after {} s", longest.as_secs()));
            log.left_behind(unit.stage.environment());
        }
    }
    let took = turned.get().map_or(Duration::ZERO, Instant::elapsed);
    Done { at, evidence: log.finish(), took }
}

/// The longest time that one unit may take, beside the waits that the profile and people ask for.
const LONGEST: Duration = Duration::from_mins(5);

/// Why a unit of the rehearsal cannot be carried out, if its set-up did not complete.
fn not_possible(world: &World, unit: &Unit) -> Option<(Who, String)> {
    (unit.stage == Stage::Rehearsal).then(|| world.set_up_trouble()).flatten()
}

/// The units of a plan that are to be carried out in a phase, by their places.
pub fn phase(plan: &Plan, isolation: Isolation) -> Vec<usize> {
    let wanted = |unit: &Unit| unit.runs() && unit.isolation() == isolation;
    plan.units.iter().enumerate().filter(|(_, unit)| wanted(unit)).map(|(at, _)| at).collect()
}
