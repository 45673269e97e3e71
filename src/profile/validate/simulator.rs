//! Validates the fixed settings of the simulator in a profile.

use std::collections::BTreeMap;

use crate::address::Host;
use crate::pack::Pack;
use crate::profile::simulator::SimulatorSettings;
use crate::yaml::{Document, Problem};

/// The minimum length of a key, in bytes: a shorter one occurs in texts by chance, and would be redacted there.
const MIN_KEY_CHARS: usize = 12;

/// Finds everything that is wrong with `rehearsal.simulator`.
pub(in crate::profile) fn played(document: &Document, played: &SimulatorSettings, pack: &Pack) -> Vec<Problem> {
    const PORTS: &str = "/rehearsal/simulator/ports";
    let mut problems = Vec::new();
    let mut taken = BTreeMap::new();
    for (api, port) in &played.ports {
        let apis = pack.provider.apis.keys().map(String::as_str);
        let at = |message: String| document.problem_at_key(PORTS, api, message);
        if !pack.provider.apis.contains_key(api) {
            problems.push(at(format!("{} has no API `{api}`", pack.provider.name)).nearest(api, apis));
        }
        if let Some(other) = taken.insert(port, api).filter(|_| *port != 0) {
            problems.push(at(format!("`{other}` already has port {port}")).hint("give each API its own port"));
        }
    }
    if let Some(bind) = played.bind.filter(|bind| !Host::from(*bind).is_this_machine() && !bind.is_unspecified()) {
        let message = format!("the simulator cannot listen at {bind}: Preflight itself could not reach it there");
        let problem = document.problem("/rehearsal/simulator/bind", message);
        problems.push(problem.hint("write 127.0.0.1, or 0.0.0.0 for a build in a container"));
    }
    if played.api_key.as_ref().is_some_and(|key| key.expose().len() < MIN_KEY_CHARS) {
        let message = format!("a key of fewer than {MIN_KEY_CHARS} characters cannot be told apart from other text");
        let problem = document.problem("/rehearsal/simulator/api_key", message);
        problems.push(problem.hint("choose a longer one for the rehearsed build"));
    }
    problems
}
