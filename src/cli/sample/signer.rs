//! The signer of the demo: does at the stand-in of the test environment what a person would do at the real one, by
//! itself or when the person at the terminal says so.

use std::sync::Arc;

use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::sync::oneshot;

use crate::run::{ManualStep, ManualStepSender, PersonsAnswer};
use crate::simulator::Simulator;

/// Somebody who does errands at a played provider. `ask`: the person who is asked first.
pub(super) fn signer(provider: Arc<Simulator>, ask: ManualStepSender) -> UnboundedSender<ManualStep> {
    let (people, mut errands) = mpsc::unbounded_channel::<ManualStep>();
    tokio::spawn(async move {
        while let Some(manual_step) = errands.recv().await {
            let (event, tenant) = (manual_step.event.clone(), manual_step.tenant.clone());
            let (manual_step, answer) = asked(manual_step, &ask).await;
            let signs = answer == PersonsAnswer::Done && provider.happen(&tenant, &event).is_ok();
            // What cannot happen now is left out, as by a person who finds nothing to sign.
            manual_step.send(if signs { PersonsAnswer::Done } else { PersonsAnswer::Skip }).ok();
        }
    });
    people
}

/// What the person says, if one is asked; and where to send the answer.
async fn asked(manual_step: ManualStep, ask: &ManualStepSender) -> (oneshot::Sender<PersonsAnswer>, PersonsAnswer) {
    let Some(person) = ask else { return (manual_step.answer, PersonsAnswer::Done) };
    let (answer, mut answered) = oneshot::channel();
    let ManualStep { event, tenant, says, pages, within, answer: mut back } = manual_step;
    if person.send(ManualStep { event, tenant, says, pages, within, answer }).is_err() {
        return (back, PersonsAnswer::Skip);
    }
    let answer = tokio::select! {
        // The time is over; dropping our end takes the countdown away.
        () = back.closed() => PersonsAnswer::Skip,
        answer = &mut answered => answer.unwrap_or(PersonsAnswer::Skip),
    };
    (back, answer)
}
