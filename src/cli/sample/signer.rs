//! The signer of the demo: carries out manual steps at the simulated test environment instead of a person, by itself or
//! after the person at the terminal agrees.

use std::sync::Arc;

use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::sync::oneshot;

use crate::run::{ManualStep, ManualStepSender, PersonsAnswer};
use crate::simulator::Simulator;

/// Starts a task that carries out manual steps at a simulated provider. If `ask` is set, it asks that person first.
pub(super) fn signer(provider: Arc<Simulator>, ask: ManualStepSender) -> UnboundedSender<ManualStep> {
    let (people, mut errands) = mpsc::unbounded_channel::<ManualStep>();
    tokio::spawn(async move {
        while let Some(manual_step) = errands.recv().await {
            let (event, tenant) = (manual_step.event.clone(), manual_step.tenant.clone());
            let (manual_step, answer) = asked(manual_step, &ask).await;
            let signs = answer == PersonsAnswer::Done && provider.happen(&tenant, &event).is_ok();
            // A step that is not possible now is skipped, as by a person who finds nothing to sign.
            manual_step.send(if signs { PersonsAnswer::Done } else { PersonsAnswer::Skip }).ok();
        }
    });
    people
}

/// Asks the person, if there is one. Returns the answer and where to send it.
async fn asked(manual_step: ManualStep, ask: &ManualStepSender) -> (oneshot::Sender<PersonsAnswer>, PersonsAnswer) {
    let Some(person) = ask else { return (manual_step.answer, PersonsAnswer::Done) };
    let (answer, mut answered) = oneshot::channel();
    let ManualStep { event, tenant, says, pages, within, answer: mut back } = manual_step;
    if person.send(ManualStep { event, tenant, says, pages, within, answer }).is_err() {
        return (back, PersonsAnswer::Skip);
    }
    let answer = tokio::select! {
        // The time is over; dropping our end removes the countdown.
        () = back.closed() => PersonsAnswer::Skip,
        answer = &mut answered => answer.unwrap_or(PersonsAnswer::Skip),
    };
    (back, answer)
}
