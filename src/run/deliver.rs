//! Deliveries to the partner's handler: genuine ones, altered ones between two genuine twins, bursts, and the
//! diagnostic deliveries that follow a rejected genuine one or an unkept limit.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::context::check_context::Doing;
use super::context::event_instance::Occasion;
use super::event_instance::occasions;
use super::lookup;
use super::partner_call::not_sent;
use super::step_error::StepError;
use crate::evidence::{Delivery, Expected, Outcome, Role, TroubleKind, What};
use crate::net::gate::{Draft, Purpose, SigningKey};
use crate::pack::alteration::{Clock, Variation};
use crate::pack::expectations::DeliveryRule;
use crate::pack::scheme::Webhooks;
use crate::pack::step::{DeliverStep, Which};
use crate::pack::types::Age;
use crate::webhook::{self, Order};

/// The largest age that the search for a limit tries, in seconds: 30 days.
const FARTHEST: i64 = 30 * 86_400;

/// The precision of the search for a limit, in seconds.
const CLOSE_ENOUGH: i64 = 5;

/// Runs a `deliver` step.
pub(super) async fn run(doing: &mut Doing<'_>, step: &DeliverStep) -> Result<(), StepError> {
    let plan = &doing.world.plan;
    let hooks = plan.pack.provider.webhooks.as_ref().ok_or(StepError::NoWebhooks)?;
    let occasions = occasions(doing, hooks, step)?;
    if let Some(name) = &step.name {
        // A redelivery uses the name that the event had.
        let named = occasions.iter().map(|one| one.clone().named(step.with.event.as_deref()));
        doing.occasions.insert(name.clone(), named.collect());
    }
    let again = matches!(step.deliver, Which::Again(_));
    if again {
        for occasion in &occasions {
            occasion.a_second_later().await;
        }
    }
    let later = plan.bound.verifies_later;
    let patient = AtomicBool::new(step.burst.is_none());
    let sender = Sender { doing, hooks, step: step.name.as_deref(), again, later, patient };
    let before = doing.log.read(|evidence| evidence.entries.len());
    sender.all(&occasions, step).await;
    // If an event is redelivered altered, its effects cannot be assigned to one delivery.
    if (later || asks_whether_taken_in(doing, step)) && (!again || step.vary.is_empty()) {
        sender.look_later(before).await;
    }
    Ok(())
}

/// Whether to look up effects of genuine deliveries although they were acknowledged: acknowledged does not mean
/// processed. Only checks without `needs` ask this, so that it is asked once.
fn asks_whether_taken_in(doing: &Doing<'_>, step: &DeliverStep) -> bool {
    let check = &doing.unit.packed.check;
    let genuine = step.with == Variation::default() && step.vary.is_empty() && step.burst.is_none();
    genuine
        && check.needs.is_empty()
        && check.wants_of_deliveries().any(|rule| match rule {
            DeliveryRule::Accepted | DeliveryRule::Acknowledged | DeliveryRule::AcceptedOrPutOff => true,
            DeliveryRule::InTime | DeliveryRule::Rejected | DeliveryRule::AsDeclared => false,
        })
}

/// The outcome of a delivery by the provider's rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Treated {
    Accepted,
    Refused,
    SentOn,
    Crashed,
    Unanswered,
}

/// What all deliveries of a step share.
struct Sender<'s, 'd> {
    doing: &'s Doing<'d>,
    hooks: &'s Webhooks,
    step: Option<&'s str>,
    /// Whether all deliveries except controls are of the same event.
    again: bool,
    /// Whether an acknowledgement says nothing, because the handler verifies after it answers.
    later: bool,
    /// Whether to wait beyond the provider's limit, so that a late response is seen as late; not in a burst, and not
    /// for a handler that stayed silent once already.
    patient: AtomicBool,
}

impl Sender<'_, '_> {
    /// Another event of the same kind.
    fn fresh(&self, occasion: &Occasion) -> Occasion {
        occasion.fresh(self.doing, self.hooks)
    }

    /// The same event if the step says `again`, otherwise another of the same kind.
    fn next(&self, occasion: &Occasion) -> Occasion {
        if self.again { occasion.clone() } else { self.fresh(occasion) }
    }

    /// Sends everything that the step asks for.
    async fn all(&self, occasions: &[Occasion], step: &DeliverStep) {
        let mut refused = None;
        for occasion in occasions {
            if !step.vary.is_empty() {
                self.series(occasion, step).await;
                continue;
            }
            if let Some(number) = step.burst.or(step.copies) {
                self.at_once(occasion, step, number).await;
                continue;
            }
            let mut arranged = step.with.arranged().into_iter();
            let first = arranged.next().map(|(_, first)| first).unwrap_or_default();
            let treated = self.deliver(occasion, &first, Role::Plain).await;
            for (_, further) in arranged {
                self.deliver(&self.next(occasion), &further, Role::Plain).await;
            }
            // Without a response, or after a redirect, another signature cannot change anything. Some handlers crash on
            // a signature that they consider wrong.
            if matches!(treated, Treated::Refused | Treated::Crashed) && step.with == Variation::default() {
                refused = refused.or(Some(occasion));
            }
        }
        if let Some(occasion) = refused {
            self.diagnose(occasion).await;
        }
    }

    /// Sends one delivery and records it.
    async fn deliver(&self, occasion: &Occasion, variation: &Variation, role: Role) -> Treated {
        let from = Instant::now();
        let delivery = self.send(occasion, variation, role).await;
        let treated = match delivery.outcome.answer() {
            Some(answer) if self.hooks.success.status.holds(answer.status) => Treated::Accepted,
            Some(answer) if answer.redirects().is_some() => Treated::SentOn,
            Some(answer) if answer.status >= 500 => Treated::Crashed,
            Some(_) => Treated::Refused,
            None => Treated::Unanswered,
        };
        self.doing.log.add(from, self.step, What::Delivery(delivery));
        treated
    }

    async fn send(&self, occasion: &Occasion, variation: &Variation, role: Role) -> Delivery {
        let url = self.doing.world.handler();
        let order = Order {
            scheme: self.hooks,
            event: &occasion.name,
            body: &occasion.body,
            id: &occasion.id,
            secrets: &[self.doing.world.provider.webhook_secret()],
            url: &url,
            sent_at: occasion.under_way_now(),
            happened_at: occasion.at,
            variation,
        };
        let mut delivery = Delivery {
            role,
            event: occasion.name.clone(),
            event_id: occasion.id.clone(),
            age_s: variation.age_by(Clock::Signed),
            request: crate::evidence::Request::default(),
            outcome: Outcome::Trouble(not_sent("nothing was sent")),
            latency_ms: 0,
            // The body of an event with an unknown name cannot be documented.
            documented: occasion.documented || variation.event.is_some(),
            effects: None,
        };
        let parcel = match webhook::compose(&order) {
            Ok(parcel) => parcel,
            Err(error) => {
                delivery.outcome = Outcome::Trouble(not_sent(error.to_string()));
                return delivery;
            }
        };
        delivery.event = parcel.event;
        let draft = Draft {
            purpose: Purpose::Delivery { stage: self.doing.unit.stage, key: SigningKey::Issued },
            method: parcel.method.into(),
            url,
            headers: parcel.headers,
            body: parcel.body,
            credentials: Vec::new(),
        };
        // Waits longer than the provider, so that a late response is seen as late.
        let longer = if self.hooks.success.within.is_some() && self.patient.load(Ordering::Relaxed) { 3 } else { 1 };
        let patience = self.hooks.success.patience() * longer + Duration::from_millis(500);
        let sent = self.doing.world.send(draft, patience, false, None).await;
        occasion.under_way_now();
        if matches!(&sent.outcome, Outcome::Trouble(trouble) if trouble.kind == TroubleKind::Timeout) {
            self.patient.store(false, Ordering::Relaxed);
        }
        delivery.latency_ms = u64::try_from(sent.latency.as_millis()).unwrap_or(u64::MAX);
        (delivery.request, delivery.outcome) = (sent.request, sent.outcome);
        let apart = webhook::taken_apart(self.hooks, variation);
        let headers = delivery.request.headers.iter_mut();
        headers
            .filter(|(name, _)| apart.contains(&name.to_lowercase()))
            .for_each(|(_, value)| webhook::CHANGED.clone_into(value));
        delivery
    }

    /// Sends altered deliveries one after another between two genuine twins, each of an event of its own, or all of the
    /// same event.
    async fn series(&self, occasion: &Occasion, step: &DeliverStep) {
        let genuine = Variation::default();
        // A control must be able to take effect; an event that was processed already cannot take effect once more.
        let control = if self.again { self.fresh(occasion) } else { occasion.clone() };
        let before = if self.again && !self.later { lookup::effects(self.doing, &occasion.id).await } else { None };
        let alive = self.deliver(&control, &genuine, Role::Control).await == Treated::Accepted;
        let mut doubtful = Vec::new();
        let mut broken = Vec::new();
        let variants = step.vary.iter().flat_map(|(name, variation)| {
            variation.arranged().into_iter().map(move |(how, variation)| (format!("{name}{how}"), variation))
        });
        for (name, variation) in variants.collect::<Vec<_>>() {
            let varied = self.next(occasion);
            let role = Role::Varied { name, expect: variation.expect };
            let treated = self.deliver(&varied, &variation, role).await;
            let accepted = treated == Treated::Accepted;
            // No response, or a crash, is no decision: the handler may have processed the event all the same.
            let wanted = variation.expect == Some(Expected::Accepted);
            if !wanted && (accepted || matches!(treated, Treated::Unanswered | Treated::Crashed)) {
                doubtful.push(varied.id.clone());
            }
            // A limit is measured with a separate event in which all timestamps agree.
            if let (Some(age), Some(expect), true) = (variation.age, variation.expect, variation.clocks.is_empty()) {
                broken.extend((accepted != (expect == Expected::Accepted)).then_some((age, accepted)));
            }
        }
        self.deliver(&self.fresh(occasion), &genuine, Role::Control).await;
        // A handler that rejects the genuine twin has no limit to measure.
        for (age, accepted) in broken.into_iter().filter(|_| alive && !self.later) {
            self.measure(occasion, age, accepted).await;
        }
        if !self.later && self.refusal_is_wanted() && !doubtful.is_empty() {
            self.look_for_effects(&control.id, &doubtful, before.unwrap_or_default()).await;
        }
    }

    /// Whether the check expects a rejection, so that the effect of an acknowledged delivery must be looked up.
    fn refusal_is_wanted(&self) -> bool {
        let mut wanted = self.doing.unit.packed.check.wants_of_deliveries();
        wanted.any(|rule| matches!(rule, DeliveryRule::Rejected | DeliveryRule::AsDeclared))
    }

    /// Looks up how often the genuine twin and each delivery that was not rejected took effect, after the reaction
    /// time. `before` is the count for a redelivered event before this step.
    async fn look_for_effects(&self, control: &str, doubtful: &[String], before: u64) {
        let Some(twin) = lookup::await_effect(self.doing, control).await else { return };
        tokio::time::sleep(self.doing.world.clock.reaction()).await;
        let mut found = vec![(control.to_owned(), twin)];
        for id in doubtful {
            let count = lookup::effects(self.doing, id).await;
            found.extend(count.map(|count| (id.clone(), count.saturating_sub(before))));
        }
        self.doing.log.add_effects(&found);
    }

    /// Looks up the effects of deliveries acknowledged since a position in the log, all at once, where only effects
    /// show the outcome. For a handler that verifies before it answers, only certainly genuine deliveries are looked
    /// up.
    async fn look_later(&self, since: usize) {
        let acknowledged: Vec<String> = self.doing.log.read(|evidence| {
            let accepted = |delivery: &Delivery| delivery.outcome.answer().map(|answer| answer.status);
            let since = evidence.entries[since..].iter().filter_map(|entry| entry.what.delivery());
            let since = since.filter(|delivery| accepted(delivery).is_some_and(|s| self.hooks.success.status.holds(s)));
            let since = since.filter(|delivery| self.later || delivery.role == Role::Plain);
            since.map(|delivery| delivery.event_id.clone()).collect()
        });
        let looks = acknowledged
            .iter()
            .map(|id| async move { Some((id.clone(), lookup::await_effect(self.doing, id).await?)) });
        let found: Vec<(String, u64)> = futures_util::future::join_all(looks).await.into_iter().flatten().collect();
        self.doing.log.add_effects(&found);
    }

    /// Sends a burst of concurrent deliveries: of one event, or of separate ones.
    async fn at_once(&self, occasion: &Occasion, step: &DeliverStep, number: u32) {
        let arranged = step.with.arranged();
        let mut sending = Vec::new();
        for ((_, with), at) in arranged.iter().cycle().zip(0..number) {
            let same = at == 0 || step.copies.is_some();
            let occasion = if same { occasion.clone() } else { self.next(occasion) };
            sending.push(async move { self.deliver(&occasion, with, Role::Plain).await });
        }
        let treated = futures_util::future::join_all(sending).await;
        if treated.contains(&Treated::Unanswered) {
            // Later checks must not suffer from work that such a handler has not finished.
            tokio::time::sleep(self.hooks.success.patience()).await;
        }
    }

    /// Sends deliveries signed the way known defects expect; an accepted one names the defect. Only checks without
    /// `needs` do this, so that the cause is diagnosed once.
    async fn diagnose(&self, occasion: &Occasion) {
        if !self.doing.unit.packed.check.needs.is_empty() {
            return;
        }
        for (mistake, variation) in &self.hooks.mistakes {
            if self.deliver(&self.fresh(occasion), variation, Role::Diagnosis(mistake.clone())).await
                == Treated::Accepted
            {
                return;
            }
        }
    }

    /// Measures the real limit of the timestamp window, on the side of an age that the handler treated wrongly.
    async fn measure(&self, occasion: &Occasion, age: Age, accepted: bool) {
        let sign = if age.0 < 0 { -1 } else { 1 };
        let (mut inside, mut outside) = if accepted { (age.0 * sign, None) } else { (0, Some(age.0 * sign)) };
        self.probe(occasion, age.0).await;
        while outside.is_none() && inside < FARTHEST {
            let next = (inside * 4).min(FARTHEST);
            if self.probe(occasion, next * sign).await { inside = next } else { outside = Some(next) }
        }
        while let Some(limit) = outside.filter(|limit| limit - inside > CLOSE_ENOUGH.max(inside / 20)) {
            let middle = inside.midpoint(limit);
            if self.probe(occasion, middle * sign).await { inside = middle } else { outside = Some(middle) }
        }
    }

    async fn probe(&self, occasion: &Occasion, age: i64) -> bool {
        let aged = Variation { age: Some(Age(age)), ..Variation::default() };
        self.deliver(&self.fresh(occasion), &aged, Role::Probe).await == Treated::Accepted
    }
}
