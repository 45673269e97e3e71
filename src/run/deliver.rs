//! Sends deliveries to the partner's handler: genuine ones, altered ones between two genuine twins, bursts, and the
//! diagnostic deliveries that follow a rejected genuine one or a timestamp limit that was not kept.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::context::check_context::CheckContext;
use super::context::event_instance::EventInstance;
use super::event_instance::occasions;
use super::lookup;
use super::partner_call::not_sent;
use super::step_error::StepError;
use crate::evidence::{DeclaredExpectation, Delivery, DeliveryRole, EntryKind, Outcome, TransportErrorKind};
use crate::net::gate::{Draft, Purpose, SigningKey};
use crate::pack::alteration::{Alteration, Clock};
use crate::pack::expectations::DeliveryRule;
use crate::pack::scheme::Webhooks;
use crate::pack::step::{DeliverStep, EventChoice};
use crate::pack::types::Age;
use crate::webhook::{self, DeliverySpec};

/// The largest age that the search for a timestamp limit tries, in seconds: 30 days.
const MAX_AGE_SECONDS: i64 = 30 * 86_400;

/// The precision of the search for a timestamp limit, in seconds.
const AGE_TOLERANCE_SECONDS: i64 = 5;

/// Runs a `deliver` step.
pub(super) async fn run(context: &mut CheckContext<'_>, step: &DeliverStep) -> Result<(), StepError> {
    let plan = &context.run.plan;
    let hooks = plan.pack.provider.webhooks.as_ref().ok_or(StepError::NoWebhooks)?;
    let occasions = occasions(context, hooks, step)?;
    if let Some(name) = &step.name {
        // A later redelivery uses the name that this delivery gave the event.
        let named = occasions.iter().map(|one| one.clone().named(step.with.event.as_deref()));
        context.occasions.insert(name.clone(), named.collect());
    }
    let again = matches!(step.deliver, EventChoice::Again(_));
    if again {
        for event_instance in &occasions {
            event_instance.a_second_later().await;
        }
    }
    let later = plan.bound.verifies_later;
    let patient = AtomicBool::new(step.burst.is_none());
    let sender = Sender { context, hooks, step: step.name.as_deref(), again, later, patient };
    let before = context.log.read(|evidence| evidence.entries.len());
    sender.deliver_all(&occasions, step).await;
    // The effects of an event that is redelivered altered cannot be assigned to one delivery.
    if (later || asks_whether_taken_in(context, step)) && (!again || step.alter.is_empty()) {
        sender.look_later(before).await;
    }
    Ok(())
}

/// Whether to look up the effects of genuine deliveries even if they are acknowledged, because an acknowledged event
/// may not be processed. Only checks without `needs` do this, so that the question is asked once.
fn asks_whether_taken_in(context: &CheckContext<'_>, step: &DeliverStep) -> bool {
    let check = &context.planned.packed.check;
    let genuine = step.with == Alteration::default() && step.alter.is_empty() && step.burst.is_none();
    genuine
        && check.needs.is_empty()
        && check.wants_of_deliveries().any(|rule| match rule {
            DeliveryRule::Accepted | DeliveryRule::Acknowledged | DeliveryRule::AcceptedOrPutOff => true,
            DeliveryRule::InTime | DeliveryRule::Rejected | DeliveryRule::AsDeclared => false,
        })
}

/// How the handler treated a delivery, by the provider's rule for success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DeliveryTreatment {
    Accepted,
    Refused,
    SentOn,
    Crashed,
    Unanswered,
}

/// What all deliveries of a step share.
struct Sender<'s, 'd> {
    context: &'s CheckContext<'d>,
    hooks: &'s Webhooks,
    step: Option<&'s str>,
    /// Whether all deliveries except the controls are of the same event.
    again: bool,
    /// Whether an acknowledgement says nothing because the handler verifies after it answers.
    later: bool,
    /// Whether to wait beyond the provider's limit, so that a late response is recorded as late. Not in a burst, and
    /// not for a handler that has already kept a delivery waiting.
    patient: AtomicBool,
}

impl Sender<'_, '_> {
    /// Makes another event of the same kind.
    fn fresh(&self, event_instance: &EventInstance) -> EventInstance {
        event_instance.fresh(self.context, self.hooks)
    }

    /// Returns the same event if the step redelivers one, otherwise another of the same kind.
    fn next(&self, event_instance: &EventInstance) -> EventInstance {
        if self.again { event_instance.clone() } else { self.fresh(event_instance) }
    }

    /// Sends everything that the step asks for, and diagnoses a rejected genuine delivery.
    async fn deliver_all(&self, occasions: &[EventInstance], step: &DeliverStep) {
        let mut refused = None;
        for event_instance in occasions {
            if !step.alter.is_empty() {
                self.series(event_instance, step).await;
                continue;
            }
            if let Some(number) = step.burst.or(step.copies) {
                self.at_once(event_instance, step, number).await;
                continue;
            }
            let mut arranged = step.with.arranged().into_iter();
            let first = arranged.next().map(|(_, first)| first).unwrap_or_default();
            let treated = self.deliver(event_instance, &first, DeliveryRole::Plain).await;
            for (_, further) in arranged {
                self.deliver(&self.next(event_instance), &further, DeliveryRole::Plain).await;
            }
            // Without a response, or after a redirect, another signature cannot change anything. A crash counts as a
            // rejection, because some handlers crash on a signature that they consider wrong.
            if matches!(treated, DeliveryTreatment::Refused | DeliveryTreatment::Crashed)
                && step.with == Alteration::default()
            {
                refused = refused.or(Some(event_instance));
            }
        }
        if let Some(event_instance) = refused {
            self.diagnose(event_instance).await;
        }
    }

    /// Sends one delivery and records it.
    async fn deliver(
        &self,
        event_instance: &EventInstance,
        alteration: &Alteration,
        role: DeliveryRole,
    ) -> DeliveryTreatment {
        let from = Instant::now();
        let delivery = self.send(event_instance, alteration, role).await;
        let treated = match delivery.outcome.answer() {
            Some(answer) if self.hooks.success.status.holds(answer.status) => DeliveryTreatment::Accepted,
            Some(answer) if answer.redirects().is_some() => DeliveryTreatment::SentOn,
            Some(answer) if answer.status >= 500 => DeliveryTreatment::Crashed,
            Some(_) => DeliveryTreatment::Refused,
            None => DeliveryTreatment::Unanswered,
        };
        self.context.log.add(from, self.step, EntryKind::Delivery(delivery));
        treated
    }

    async fn send(&self, event_instance: &EventInstance, alteration: &Alteration, role: DeliveryRole) -> Delivery {
        let url = self.context.run.handler();
        let order = DeliverySpec {
            scheme: self.hooks,
            event: &event_instance.name,
            body: &event_instance.body,
            id: &event_instance.id,
            secrets: &[self.context.run.provider.webhook_secret()],
            url: &url,
            sent_at: event_instance.under_way_now(),
            happened_at: event_instance.at,
            alteration,
        };
        let mut delivery = Delivery {
            role,
            event: event_instance.name.clone(),
            event_id: event_instance.id.clone(),
            age_s: alteration.age_by(Clock::Signed),
            request: crate::evidence::Request::default(),
            outcome: Outcome::TransportError(not_sent("nothing was sent")),
            latency_ms: 0,
            // The body of an event with an unknown name counts as documented, because the handler must accept it.
            documented: event_instance.documented || alteration.event.is_some(),
            effects: None,
        };
        let signed = match webhook::compose(&order) {
            Ok(signed) => signed,
            Err(error) => {
                delivery.outcome = Outcome::TransportError(not_sent(error.to_string()));
                return delivery;
            }
        };
        delivery.event = signed.event;
        let draft = Draft {
            purpose: Purpose::Delivery { stage: self.context.planned.stage, key: SigningKey::Issued },
            method: signed.method.into(),
            url,
            headers: signed.headers,
            body: signed.body,
            credentials: Vec::new(),
        };
        // Waits longer than the provider would, so that a late response is recorded as late.
        let longer = if self.hooks.success.within.is_some() && self.patient.load(Ordering::Relaxed) { 3 } else { 1 };
        let patience = self.hooks.success.patience() * longer + Duration::from_millis(500);
        let sent = self.context.run.send(draft, patience, false, None).await;
        event_instance.under_way_now();
        if matches!(&sent.outcome, Outcome::TransportError(trouble) if trouble.kind == TransportErrorKind::Timeout) {
            self.patient.store(false, Ordering::Relaxed);
        }
        delivery.latency_ms = u64::try_from(sent.latency.as_millis()).unwrap_or(u64::MAX);
        (delivery.request, delivery.outcome) = (sent.request, sent.outcome);
        let apart = webhook::secret_derived(self.hooks, alteration);
        let headers = delivery.request.headers.iter_mut();
        headers
            .filter(|(name, _)| apart.contains(&name.to_lowercase()))
            .for_each(|(_, value)| webhook::CHANGED.clone_into(value));
        delivery
    }

    /// Sends altered deliveries one after another between two genuine twins. Each has an event of its own, or all have
    /// the same event.
    async fn series(&self, event_instance: &EventInstance, step: &DeliverStep) {
        let genuine = Alteration::default();
        // A control must be able to take effect, and an event that was already processed cannot do so again.
        let control = if self.again { self.fresh(event_instance) } else { event_instance.clone() };
        let before =
            if self.again && !self.later { lookup::effects(self.context, &event_instance.id).await } else { None };
        let alive = self.deliver(&control, &genuine, DeliveryRole::Control).await == DeliveryTreatment::Accepted;
        let mut doubtful = Vec::new();
        let mut broken = Vec::new();
        let variants = step.alter.iter().flat_map(|(name, alteration)| {
            alteration.arranged().into_iter().map(move |(how, alteration)| (format!("{name}{how}"), alteration))
        });
        for (name, alteration) in variants.collect::<Vec<_>>() {
            let altered = self.next(event_instance);
            let role = DeliveryRole::Altered { name, expect: alteration.expect };
            let treated = self.deliver(&altered, &alteration, role).await;
            let accepted = treated == DeliveryTreatment::Accepted;
            // A missing response or a crash decides nothing: the handler may have processed the event all the same.
            let wanted = alteration.expect == Some(DeclaredExpectation::Accepted);
            if !wanted && (accepted || matches!(treated, DeliveryTreatment::Unanswered | DeliveryTreatment::Crashed)) {
                doubtful.push(altered.id.clone());
            }
            // A limit is measured with a separate event whose timestamps all agree.
            if let (Some(age), Some(expect), true) = (alteration.age, alteration.expect, alteration.clocks.is_empty()) {
                broken.extend((accepted != (expect == DeclaredExpectation::Accepted)).then_some((age, accepted)));
            }
        }
        self.deliver(&self.fresh(event_instance), &genuine, DeliveryRole::Control).await;
        // If the handler rejects even the genuine twin, there is no limit to measure.
        for (age, accepted) in broken.into_iter().filter(|_| alive && !self.later) {
            self.measure(event_instance, age, accepted).await;
        }
        if !self.later && self.refusal_is_wanted() && !doubtful.is_empty() {
            self.look_for_effects(&control.id, &doubtful, before.unwrap_or_default()).await;
        }
    }

    /// Whether the check expects a rejection, so that the effects of an acknowledged delivery must be looked up.
    fn refusal_is_wanted(&self) -> bool {
        let mut wanted = self.context.planned.packed.check.wants_of_deliveries();
        wanted.any(|rule| matches!(rule, DeliveryRule::Rejected | DeliveryRule::AsDeclared))
    }

    /// Looks up how often the genuine twin and each delivery that was not clearly rejected took effect, after the
    /// reaction time. `before` is the count of a redelivered event before this step.
    async fn look_for_effects(&self, control: &str, doubtful: &[String], before: u64) {
        let Some(twin) = lookup::await_effect(self.context, control).await else { return };
        tokio::time::sleep(self.context.run.clock.reaction()).await;
        let mut found = vec![(control.to_owned(), twin)];
        for id in doubtful {
            let count = lookup::effects(self.context, id).await;
            found.extend(count.map(|count| (id.clone(), count.saturating_sub(before))));
        }
        self.context.log.add_effects(&found);
    }

    /// Looks up, all at once, the effects of the deliveries that were acknowledged since a position in the log, because
    /// only their effects show the outcome. For a handler that verifies before it answers, only plain deliveries are
    /// looked up.
    async fn look_later(&self, since: usize) {
        let acknowledged: Vec<String> = self.context.log.read(|evidence| {
            let accepted = |delivery: &Delivery| delivery.outcome.answer().map(|answer| answer.status);
            let since = evidence.entries[since..].iter().filter_map(|entry| entry.what.delivery());
            let since = since.filter(|delivery| accepted(delivery).is_some_and(|s| self.hooks.success.status.holds(s)));
            let since = since.filter(|delivery| self.later || delivery.role == DeliveryRole::Plain);
            since.map(|delivery| delivery.event_id.clone()).collect()
        });
        let looks = acknowledged
            .iter()
            .map(|id| async move { Some((id.clone(), lookup::await_effect(self.context, id).await?)) });
        let found: Vec<(String, u64)> = futures_util::future::join_all(looks).await.into_iter().flatten().collect();
        self.context.log.add_effects(&found);
    }

    /// Sends a burst of concurrent deliveries, of one event or of separate ones.
    async fn at_once(&self, event_instance: &EventInstance, step: &DeliverStep, number: u32) {
        let arranged = step.with.arranged();
        let mut sending = Vec::new();
        for ((_, with), at) in arranged.iter().cycle().zip(0..number) {
            let same = at == 0 || step.copies.is_some();
            let event_instance = if same { event_instance.clone() } else { self.next(event_instance) };
            sending.push(async move { self.deliver(&event_instance, with, DeliveryRole::Plain).await });
        }
        let treated = futures_util::future::join_all(sending).await;
        if treated.contains(&DeliveryTreatment::Unanswered) {
            // Such a handler has not finished its work, which must not affect later checks.
            tokio::time::sleep(self.hooks.success.patience()).await;
        }
    }

    /// Sends deliveries that are signed the way known defects expect, until the handler accepts one and so reveals its
    /// defect. Only checks without `needs` do this, so that the cause is diagnosed once.
    async fn diagnose(&self, event_instance: &EventInstance) {
        if !self.context.planned.packed.check.needs.is_empty() {
            return;
        }
        for (mistake, alteration) in &self.hooks.known_defects {
            if self.deliver(&self.fresh(event_instance), alteration, DeliveryRole::Diagnosis(mistake.clone())).await
                == DeliveryTreatment::Accepted
            {
                return;
            }
        }
    }

    /// Measures the real limit of the timestamp window, on the side of an age that the handler treated wrongly.
    async fn measure(&self, event_instance: &EventInstance, age: Age, accepted: bool) {
        let sign = if age.0 < 0 { -1 } else { 1 };
        let (mut inside, mut hooks) = if accepted { (age.0 * sign, None) } else { (0, Some(age.0 * sign)) };
        self.probe(event_instance, age.0).await;
        while hooks.is_none() && inside < MAX_AGE_SECONDS {
            let next = (inside * 4).min(MAX_AGE_SECONDS);
            if self.probe(event_instance, next * sign).await { inside = next } else { hooks = Some(next) }
        }
        while let Some(limit) = hooks.filter(|limit| limit - inside > AGE_TOLERANCE_SECONDS.max(inside / 20)) {
            let middle = inside.midpoint(limit);
            if self.probe(event_instance, middle * sign).await { inside = middle } else { hooks = Some(middle) }
        }
    }

    async fn probe(&self, event_instance: &EventInstance, age: i64) -> bool {
        let aged = Alteration { age: Some(Age(age)), ..Alteration::default() };
        self.deliver(&self.fresh(event_instance), &aged, DeliveryRole::Probe).await == DeliveryTreatment::Accepted
    }
}
