//! The state in which a check begins, as sentences.

use super::plain::{code, ordinal, span};
use super::speaker::{Sentence, Speaker};
use crate::pack::given::{ClientSetup, CredentialFate, Dropping, Given, Override};
use crate::pack::simulator::SetupStep;

impl Speaker<'_> {
    /// Describes what Preflight arranges before the steps. Each sentence comes with its place in the check as a JSON
    /// pointer.
    pub fn given(self, given: &Given) -> Vec<(String, Sentence)> {
        let Given { client, overrides: change, clients, variant } = given;
        let only = client.iter().map(|one| ("/given/client".to_owned(), self.beginning("The client", one, &change.0)));
        let several = clients.iter().map(|(name, one)| {
            (format!("/given/clients/{name}"), self.beginning(&format!("The client {}", code(name)), one, &[]))
        });
        let variant = variant.iter().map(|variant| {
            let text = format!("Preflight starts the partner's build in its variant {}", code(variant));
            ("/given/variant".to_owned(), text.into())
        });
        only.chain(several).chain(variant).collect()
    }

    fn beginning(self, responsible: &str, beginning: &ClientSetup, more: &[Override]) -> Sentence {
        let ClientSetup { is, change } = beginning;
        let way = self.pack.provider.simulator.as_ref().map(|simulator| simulator.way(is).1).unwrap_or_default();
        let way: Vec<String> = way.into_iter().map(bringing).collect();
        let way = if way.is_empty() { String::new() } else { format!(": {}", way.join(", then ")) };
        let parts: Vec<Sentence> = change.0.iter().chain(more).map(|change| self.change(change)).collect();
        let but = if parts.is_empty() { "" } else { "; overrides for its calls:" };
        Sentence { text: format!("{responsible} is in the state {} at the provider{way}{but}", code(is)), parts }
    }

    fn change(self, change: &Override) -> Sentence {
        let Override { on, credential, once, nth, reply, with, status, change, delay, drop_connection } = change;
        let fate = credential.map(|fate| match (fate, once) {
            (CredentialFate::Expired, true) => "its token is rejected as expired, once".to_owned(),
            (CredentialFate::Expired, false) => "all its tokens are rejected as expired".to_owned(),
        });
        let values = if with.is_empty() { String::new() } else { format!(" with {}", self.members(with)) };
        let reply = reply.as_ref().map(|reply| format!("the response is {}{values}", code(reply)));
        let status = status.map(|status| format!("the response has the status {status}"));
        let change = (!change.is_empty()).then(|| format!("the response contains {}", self.members(change)));
        let late = delay.map(|delay| format!("the response is delayed by {}", span(delay)));
        let dropped = drop_connection.map(|dropping| match dropping {
            Dropping::BeforeProcessing => "the connection drops before processing".to_owned(),
            Dropping::AfterProcessing => "the connection drops after processing, without a response".to_owned(),
        });
        let what: Vec<String> = [fate, reply, status, change, late, dropped].into_iter().flatten().collect();
        let route = on.as_ref().map(|route| code(&route.to_string()));
        let place = match (route, nth) {
            (Some(route), Some(nth)) => format!("the {} {route}: ", ordinal(*nth as usize)),
            (Some(route), None) => format!("every {route}: "),
            (None, Some(nth)) => format!("the {} call: ", ordinal(*nth as usize)),
            (None, None) => String::new(),
        };
        format!("{place}{}", what.join(", ")).into()
    }
}

fn bringing(step: &SetupStep) -> String {
    match step {
        SetupStep::Action(action) => format!("the partner performs {}", code(action)),
        SetupStep::Event(event) => format!("{} happens", code(event)),
    }
}
