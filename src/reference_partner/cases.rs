//! Submits an invoice to Debitura as a case.

use std::sync::PoisonError;

use reqwest::StatusCode;
use serde_json::Value;
use uuid::Uuid;

use super::app::App;
use super::attempts::Later;
use super::client::Failure;
use super::defects::Defect;
use super::errors::{self, Kind};
use super::invoice::Invoice;
use super::links::{Page, shown};
use super::onboarding;
use super::preview::{self, Verdict};
use super::request::ApiResponse;
use super::store::{self, Client, StoreError};

/// The outcome of an invoice.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// The case exists.
    Submitted { reference: String },
    /// It was submitted before, under this reference.
    AlreadySubmitted { reference: String },
    /// The client must sign something first, at these URLs.
    NeedsSigning { reference: String, urls: Vec<String>, message: String },
    /// The client must be verified first, at these URLs.
    NeedsKyc { reference: String, urls: Vec<String>, message: String },
    /// The client is not onboarded yet; with the URL it was given, if any.
    NotReady { url: Option<String> },
    /// It cannot be submitted, and a retry would not help.
    Refused { reference: Option<String>, message: String },
    /// Nothing is decided.
    TryLater { reference: String, later: Later },
}

/// Submits an invoice of a client, under a reference that stays the same for every retry.
pub(super) async fn submit(app: &App, client: &Client, invoice: &Invoice) -> Result<Outcome, StoreError> {
    if let Some(problem) = invoice.problem() {
        return Ok(Outcome::Refused { reference: None, message: problem.to_owned() });
    }
    if !onboarding::is_ready(app, client).await? {
        let url = client.url.as_deref().map(|url| shown(&app.options, Page::Onboarding, url));
        return Ok(Outcome::NotReady { url });
    }
    // The reference is stored before the first attempt, so that a lost response does not lose it.
    let fresh = if app.has(Defect::ReferencePerClient) { client.tenant.clone() } else { Uuid::new_v4().to_string() };
    let (tenant, number) = (client.tenant.clone(), invoice.number.clone());
    let submission = app.store.transaction(move |tx| store::submission(tx, &tenant, &number, &fresh)).await?;
    let reference = submission.reference;
    if submission.done {
        return Ok(Outcome::AlreadySubmitted { reference });
    }
    if app.given_up.lock().unwrap_or_else(PoisonError::into_inner).contains(&reference) {
        return Ok(refused(reference, "This invoice was rejected before"));
    }
    if app.has(Defect::MintEveryCall) {
        app.debitura.forget_token(&client.tenant);
    }
    match attempt(app, client, invoice, &reference).await {
        Ok(outcome) => Ok(outcome),
        Err(Failure::Later(later)) => Ok(Outcome::TryLater { reference, later }),
        Err(Failure::NoLink(_)) if app.has(Defect::Second401AsSuccess) => Ok(Outcome::Submitted { reference }),
        Err(Failure::NoLink(message)) => Ok(refused(reference, &message)),
        Err(Failure::Store(error)) => Err(error),
    }
}

fn refused(reference: String, message: &str) -> Outcome {
    Outcome::Refused { reference: Some(reference), message: message.to_owned() }
}

/// Asks for a preview, then sends the case.
async fn attempt(app: &App, client: &Client, invoice: &Invoice, reference: &str) -> Result<Outcome, Failure> {
    app.debitura.case_is_due(&client.tenant)?;
    if let Some(outcome) = objection(app, client, invoice, reference).await? {
        return Ok(outcome);
    }
    let answer = send(app, client, invoice.case(reference, &app.options)).await?;
    settle(app, client, reference.to_owned(), &answer).await
}

/// Returns the outcome that keeps the case from being sent, if the preview demands one.
async fn objection(app: &App, client: &Client, invoice: &Invoice, of: &str) -> Result<Option<Outcome>, Failure> {
    match preview::ask(app, client, invoice).await {
        Ok(Verdict::NotEligible { reason }) if !app.has(Defect::SubmitsIneligible) => {
            Ok(Some(refused(of.to_owned(), &reason)))
        }
        Ok(Verdict::NeedsKyc { url, message }) if !app.has(Defect::KycAskedAfterwards) => {
            let urls = if app.has(Defect::KycUrlSwallowed) { Vec::new() } else { vec![url] };
            Ok(Some(Outcome::NeedsKyc { reference: of.to_owned(), urls, message }))
        }
        // A failed preview stops nothing: the response to the case decides.
        Ok(Verdict::Eligible | Verdict::NotEligible { .. } | Verdict::NeedsKyc { .. } | Verdict::Unclear { .. })
        | Err(Failure::Later(_)) => Ok(None),
        Err(failure @ (Failure::NoLink(_) | Failure::Store(_))) => Err(failure),
    }
}

/// Sends the case once: a rejection stays until somebody acts.
async fn send(app: &App, client: &Client, mut case: Value) -> Result<ApiResponse, Failure> {
    let mut answer = app.debitura.create_case(&client.tenant, case.clone()).await?;
    let mut repeats = 0;
    while repeats < blind_repeats(app, &answer) {
        repeats += 1;
        if app.has(Defect::PendingSwitchedOn) {
            case["allowPendingContracts"] = Value::from(true);
        }
        if app.has(Defect::DuplicateNewReference) {
            case["creditorReference"] = Value::from(Uuid::new_v4().to_string());
        }
        answer = app.debitura.create_case(&client.tenant, case.clone()).await?;
    }
    Ok(answer)
}

/// Returns the number of automatic retries of a rejected case: none, except with defects.
fn blind_repeats(app: &App, answer: &ApiResponse) -> u32 {
    let repeats = |kind: &Kind| match kind {
        Kind::Contract if app.has(Defect::BlindRepeatOfContract) => 2,
        Kind::Kyc if app.has(Defect::PendingSwitchedOn) => 1,
        Kind::NoPartner if app.has(Defect::NoPartnerRepeated) => 2,
        Kind::Blocked if app.has(Defect::BlockedRepeated) => 2,
        Kind::Duplicate if app.has(Defect::DuplicateNewReference) => 1,
        Kind::Duplicate if app.has(Defect::DuplicateLooped) => 5,
        Kind::Contract
        | Kind::PowerOfAttorney
        | Kind::Kyc
        | Kind::NoPartner
        | Kind::Blocked
        | Kind::Duplicate
        | Kind::Other => 0,
    };
    errors::kinds(answer).iter().map(repeats).max().unwrap_or_default()
}

/// Interprets the response for the invoice.
async fn settle(app: &App, client: &Client, reference: String, answer: &ApiResponse) -> Result<Outcome, Failure> {
    let (kinds, message) = (errors::kinds(answer), errors::message(answer));
    if answer.status.is_success() {
        submitted(app, &reference, answer).await?;
        return Ok(Outcome::Submitted { reference });
    }
    if kinds.contains(&Kind::Duplicate) {
        return look_up(app, client, reference, answer.in_doubt).await;
    }
    if by_mistake_a_success(app, &kinds) {
        return Ok(Outcome::Submitted { reference });
    }
    if by_mistake_final(app, answer, &kinds) {
        app.given_up.lock().unwrap_or_else(PoisonError::into_inner).insert(reference.clone());
    }
    let urls = errors::solution_urls(answer, app.options.defects);
    let urls: Vec<String> = urls.into_iter().map(|url| shown(&app.options, Page::Solution, url)).collect();
    Ok(if urls.is_empty() {
        Outcome::Refused { reference: Some(reference), message }
    } else if kinds.iter().all(|kind| *kind == Kind::Kyc) {
        Outcome::NeedsKyc { reference, urls, message }
    } else {
        Outcome::NeedsSigning { reference, urls, message }
    })
}

/// Finds the case that Debitura reports with our reference. Nobody else uses our references, so it must be this
/// invoice's.
async fn look_up(app: &App, client: &Client, reference: String, answer_was_lost: bool) -> Result<Outcome, Failure> {
    let found = app.debitura.find_case(&client.tenant, &reference).await?;
    if !found.status.is_success() {
        return Ok(refused(reference, "Debitura has another case with this reference: please contact support"));
    }
    submitted(app, &reference, &found).await?;
    // If an attempt of this submission got no response, that attempt succeeded.
    Ok(if answer_was_lost { Outcome::Submitted { reference } } else { Outcome::AlreadySubmitted { reference } })
}

async fn submitted(app: &App, reference: &str, case: &ApiResponse) -> Result<(), StoreError> {
    let (reference, case_id) = (reference.to_owned(), case.text("/id").unwrap_or("unknown").to_owned());
    app.store.transaction(move |tx| store::submitted(tx, &reference, &case_id)).await
}

fn by_mistake_a_success(app: &App, kinds: &[Kind]) -> bool {
    kinds.contains(&Kind::NoPartner) && app.has(Defect::NoPartnerAsSuccess)
        || kinds.contains(&Kind::Blocked) && app.has(Defect::BlockedAsSuccess)
}

fn by_mistake_final(app: &App, answer: &ApiResponse, kinds: &[Kind]) -> bool {
    kinds.contains(&Kind::Contract) && app.has(Defect::NeverAfterSigning)
        || answer.status == StatusCode::TOO_MANY_REQUESTS && app.has(Defect::RateLimitFinal)
}
