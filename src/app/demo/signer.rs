//! The signer of the demo: does at the stand-in of the test environment what a person would do at the real one.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::execute::{Errand, People, PersonsAnswer};
use crate::simulator::Simulator;

/// Somebody who does every errand at once, at a played provider.
pub(super) fn signer(provider: Arc<Simulator>) -> People {
    let (people, mut errands) = mpsc::unbounded_channel::<Errand>();
    tokio::spawn(async move {
        while let Some(errand) = errands.recv().await {
            // What cannot happen now is skipped, as a person would who finds nothing to sign.
            let done = provider.happen(&errand.tenant, &errand.event).is_ok();
            errand.answer.send(if done { PersonsAnswer::Done } else { PersonsAnswer::Skip }).ok();
        }
    });
    Some(people)
}
