//! The signer of the demo: does at the stand-in of the test environment what a person would do at the real one, by
//! itself or when the person at the terminal says so.

use std::sync::Arc;

use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::sync::oneshot;

use crate::run::{Errand, People, PersonsAnswer};
use crate::simulator::Simulator;

/// Somebody who does errands at a played provider. `ask`: the person who is asked first.
pub(super) fn signer(provider: Arc<Simulator>, ask: People) -> UnboundedSender<Errand> {
    let (people, mut errands) = mpsc::unbounded_channel::<Errand>();
    tokio::spawn(async move {
        while let Some(errand) = errands.recv().await {
            let (event, tenant) = (errand.event.clone(), errand.tenant.clone());
            let (errand, answer) = asked(errand, &ask).await;
            let signs = answer == PersonsAnswer::Done && provider.happen(&tenant, &event).is_ok();
            // What cannot happen now is left out, as by a person who finds nothing to sign.
            errand.send(if signs { PersonsAnswer::Done } else { PersonsAnswer::Skip }).ok();
        }
    });
    people
}

/// What the person says, if one is asked; and where to send the answer.
async fn asked(errand: Errand, ask: &People) -> (oneshot::Sender<PersonsAnswer>, PersonsAnswer) {
    let Some(person) = ask else { return (errand.answer, PersonsAnswer::Done) };
    let (answer, mut answered) = oneshot::channel();
    let Errand { event, tenant, says, pages, within, answer: mut back } = errand;
    if person.send(Errand { event, tenant, says, pages, within, answer }).is_err() {
        return (back, PersonsAnswer::Skip);
    }
    let answer = tokio::select! {
        // The time is over; dropping our end takes the countdown away.
        () = back.closed() => PersonsAnswer::Skip,
        answer = &mut answered => answer.unwrap_or(PersonsAnswer::Skip),
    };
    (back, answer)
}
