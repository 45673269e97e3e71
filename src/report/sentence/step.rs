//! The steps of a check as sentences.

use serde_json::Value;

use super::alteration::wanted;
use super::plain::{code, known_as, span};
use super::speaker::{Sentence, Speaker};
use crate::pack::expectations::Expectation;
use crate::pack::step::{
    ActionStep, AskStep, ConfigStep, DeliverStep, EventChoice, EventStep, Pause, RequestStep, Step, WaitStep,
};

impl Speaker<'_> {
    /// Describes what a step does.
    pub fn step(self, step: &Step) -> Sentence {
        match step {
            Step::Request(step) => self.request(step).into(),
            Step::Deliver(step) => self.deliver(step),
            Step::Action(step) => self.action(step).into(),
            Step::Event(step) => self.event(step).into(),
            Step::Config(step) => config(step).into(),
            Step::Ask(AskStep { ask }) => format!("A named person answers: {ask}").into(),
            Step::Wait(step) => self.wait(step).into(),
        }
    }

    fn request(self, step: &RequestStep) -> String {
        let RequestStep {
            request,
            api,
            environment,
            json,
            for_each: each,
            capture,
            follow,
            counts,
            sends,
            name,
            without: _,
        } = step;
        let mut text = match api {
            Some(api) => format!("Preflight calls {} on the API {}", code(request), code(api)),
            None => format!("Preflight fetches {} without credentials", code(request)),
        };
        text.extend(environment.iter().map(|environment| format!(", in {environment}")));
        text.extend(json.iter().map(|json| format!(", with the body {}", self.body(json))));
        text.extend(each.iter().map(|each| format!(", once for each {} of {}", code("item"), self.text(each))));
        text += if *follow { ", following redirects" } else { "" };
        text += &known_as(name.as_ref());
        text.extend(
            capture
                .iter()
                .map(|(name, path)| format!("; {} in the response is captured as {}", code(path.as_str()), code(name))),
        );
        let counted = |event: &String| {
            format!("; before and after, Preflight asks the partner how often {} took effect", self.text(event))
        };
        text.extend(counts.iter().map(counted));
        text.extend(
            sends
                .iter()
                .map(|path| format!("; {} in the response says how many deliveries will follow", code(path.as_str()))),
        );
        text
    }

    fn body(self, json: &Value) -> String {
        json.as_object().map_or_else(|| self.value(json), |members| self.members(members))
    }

    fn deliver(self, step: &DeliverStep) -> Sentence {
        let DeliverStep { deliver, with, alter, burst, copies, name } = step;
        let event = match deliver {
            EventChoice::Each => "each event of the partner's subscription".to_owned(),
            EventChoice::Event(event) => self.text(event),
            EventChoice::Again(step) => {
                format!("the event of {} again, with the same id and body, at least a second later", code(step))
            }
        };
        let differs = self.alteration(with);
        let how = if differs.is_empty() { String::new() } else { format!(", {}", differs.join(", ")) };
        let same = matches!(deliver, EventChoice::Again(_)) || copies.is_some();
        let own = if same { ", all with the same event" } else { ", each with its own event" };
        let often = burst.or(*copies).map(|number| format!(", {number} times at once{own}"));
        let text = format!(
            "Preflight delivers {event} to the partner's handler{how}{}{}",
            often.unwrap_or_default(),
            known_as(name.as_ref())
        );
        if alter.is_empty() {
            return text.into();
        }
        let variants = alter.iter().map(|(name, alteration)| {
            let differs = self.alteration(alteration).join(", ");
            let differs = if differs.is_empty() { "unaltered".to_owned() } else { differs };
            let wanted = wanted(alteration).map(|wanted| format!("; expected {wanted}")).unwrap_or_default();
            format!("{name}: {differs}{wanted}").into()
        });
        let text =
            format!("{text}, altered in turn as follows, with a genuine delivery before and after (the controls):");
        Sentence { text, parts: variants.collect() }
    }

    fn action(self, step: &ActionStep) -> String {
        let ActionStep { action, client, with, subject, unless, optional, name } = step;
        let mut text = match action.as_str() {
            "restart" => "Preflight restarts the partner's build".to_owned(),
            action => format!("The partner performs {}", code(action)),
        };
        text += &of_client(client.as_ref());
        text.extend(
            Some(subject).filter(|subject| !subject.is_empty()).map(|subject| format!(", about {}", code(subject))),
        );
        text.extend(Some(with).filter(|with| !with.is_empty()).map(|with| format!(", with {}", self.members(with))));
        text += &known_as(name.as_ref());
        text += if *optional { "; skipped, with its expectations, if the profile has no such action" } else { "" };
        text + &self.unless(unless.as_deref())
    }

    fn event(self, step: &EventStep) -> String {
        let EventStep { event, client, unless, name } = step;
        let by_hand = self
            .pack
            .provider
            .manual_steps
            .get(event)
            .map(|deed| format!("; in the test environment, a person does this: {}", deed.instructions));
        let (whose, known) = (of_client(client.as_ref()), known_as(name.as_ref()));
        let by_hand = by_hand.unwrap_or_default();
        format!(
            "The event {} happens at the provider{whose}{known}{by_hand}{}",
            code(event),
            self.unless(unless.as_deref())
        )
    }

    fn wait(self, step: &WaitStep) -> String {
        let WaitStep { wait, at_least, until } = step;
        let what = match wait {
            Pause::Reaction => "an automatic reaction",
            Pause::Retry => "an automatic retry",
        };
        let least = at_least.map(|least| format!(", at least {}", span(least))).unwrap_or_default();
        let mut text =
            format!("Preflight waits as long as {what} may take ({} in the profile{least})", code(wait.word()));
        text.extend(until.iter().map(|until| format!(", or until {}", self.clause(until))));
        text
    }

    fn unless(self, unless: Option<&Expectation>) -> String {
        unless.map(|unless| format!("; skipped if {} already", self.clause(unless))).unwrap_or_default()
    }

    fn clause(self, expectation: &Expectation) -> String {
        self.expectation(expectation).inline()
    }
}

fn config(step: &ConfigStep) -> String {
    let ConfigStep { config, environment, of, optional, name } = step;
    let known = known_as(name.as_ref());
    if let Some(email) = config.strip_prefix("emails.") {
        return format!("Preflight writes the email {} for {environment} from the profile{known}", code(email));
    }
    if let Some(event) = of {
        return format!(
            "Preflight asks the partner's {environment} deployment through {} about the event {}{known}",
            code(config),
            code(event)
        );
    }
    let absent = if *optional { "; it is optional" } else { "" };
    format!(
        "Preflight reads {} of {environment} from the profile, or from the file that the profile names{absent}{known}",
        code(config)
    )
}

fn of_client(client: Option<&String>) -> String {
    client.map(|client| format!(" for the client {}", code(client))).unwrap_or_default()
}
