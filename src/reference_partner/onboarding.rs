//! Onboards clients at Debitura.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::app::App;
use super::attempts::Later;
use super::defects::Defect;
use super::request::ApiResponse;
use super::store::{self, Client, ClientState, StoreError};

/// The outcome of an attempt to onboard a client.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// The client has reached this state; the URL is shown with our return URL.
    Known { state: ClientState, url: Option<String>, message: String },
    /// It cannot succeed, and a retry would not help; somebody must contact Debitura.
    Refused { message: String },
    /// Nothing is decided.
    TryLater(Later),
    /// Only for [`Defect::CrashesOnUnknownConflict`].
    Crashed { message: String },
}

/// Onboards a client, or reads its status. Always asks Debitura: there may be new terms to sign, and an expired link is
/// renewed in the same way, under the same tenant id.
pub(super) async fn onboard(app: &App, client: &Client) -> Result<Outcome, StoreError> {
    if app.has(Defect::ExpiredLinkOldUrl) && client.state == ClientState::NeedsApproval {
        return Ok(known(ClientState::NeedsApproval, client.url.as_deref(), "Please approve the link"));
    }
    let outcome = match post(app, client).await {
        Ok(answer) => spoilt(app, client, read(app, &answer)),
        Err(later) => Outcome::TryLater(later),
    };
    if let Outcome::Known { state, url, .. } = &outcome {
        let (tenant, state, url) = (client.tenant.clone(), *state, url.clone());
        app.store.transaction(move |tx| store::set_client_state(tx, &tenant, state, url.as_deref())).await?;
    }
    Ok(outcome)
}

/// Posts the client once: another post does not resolve a conflict.
async fn post(app: &App, client: &Client) -> Result<ApiResponse, Later> {
    let mut answer = app.debitura.create_client(&client.tenant, request(client)).await?;
    for _ in 0..blind_repeats(app, &answer) {
        answer = app.debitura.create_client(&client.tenant, request(client)).await?;
    }
    Ok(answer)
}

fn request(client: &Client) -> Value {
    json!({
        "externalTenantId": client.tenant,
        "client": { "name": client.name, "country": client.country, "supportEmail": client.email },
        "users": [{ "name": client.name, "email": client.email, "isOnboardingUser": true }],
    })
}

/// Interprets a response to `POST /clients`.
fn read(app: &App, answer: &ApiResponse) -> Outcome {
    match answer.status {
        StatusCode::CREATED if app.has(Defect::Refuses201) => refused("Debitura answered 201, which is unexpected"),
        StatusCode::CREATED | StatusCode::OK => known(ClientState::Ready, None, "Cases can be sent"),
        StatusCode::ACCEPTED => {
            let url = answer.text("/onboardingLinks/url");
            known(ClientState::NeedsSigning, url, "Please sign the terms")
        }
        StatusCode::CONFLICT => conflict(app, answer),
        status => refused(&format!("Debitura refused the client ({status})")),
    }
}

/// Interprets a 409 by its kind. An unknown kind is shown, not guessed at, and never retried.
fn conflict(app: &App, answer: &ApiResponse) -> Outcome {
    match answer.text("/type").unwrap_or("no type") {
        "ClientExistsNeedsLinking" => {
            let url = answer.text("/data/onboardingLinks/url").filter(|_| !app.has(Defect::ApprovalUrlSwallowed));
            known(ClientState::NeedsApproval, url, "You have a Debitura account: please approve the link")
        }
        // Debitura's documentation contains both spellings.
        "ClientAlreadyLinkedToAnotherPartner" | "AlreadyLinkedToAnotherPartner"
            if app.has(Defect::LinkedElsewhereAsSuccess) =>
        {
            known(ClientState::Ready, None, "Cases can be sent")
        }
        "ClientAlreadyLinkedToAnotherPartner" | "AlreadyLinkedToAnotherPartner" => {
            refused("The account is linked to another partner: please contact support")
        }
        "InvalidClientType" => refused("The account is not a creditor's: please contact support"),
        other if app.has(Defect::CrashesOnUnknownConflict) => {
            Outcome::Crashed { message: format!("Unhandled: {other}") }
        }
        other => refused(&format!("Debitura refused the client: {other}")),
    }
}

/// Returns the number of automatic retries of a post: none, except with defects.
fn blind_repeats(app: &App, answer: &ApiResponse) -> u32 {
    let mistakes = [
        ("ClientExistsNeedsLinking", Defect::RepostsOnConflict),
        ("AlreadyLinkedToAnotherPartner", Defect::OneLiteralOnly),
        ("InvalidClientType", Defect::InvalidClientTypeRepeated),
    ];
    let kind = answer.text("/type").filter(|_| answer.status == StatusCode::CONFLICT);
    if mistakes.iter().any(|(of, defect)| kind == Some(of) && app.has(*defect)) { 2 } else { 0 }
}

/// Returns the outcome as the active defect misinterprets it; without a defect, unchanged.
fn spoilt(app: &App, client: &Client, outcome: Outcome) -> Outcome {
    let Outcome::Known { state: ClientState::NeedsSigning, url, message } = outcome else { return outcome };
    if app.has(Defect::ResignedTermsIgnored) && client.state == ClientState::Ready {
        return known(ClientState::Ready, None, "Cases can be sent");
    }
    let url = url.filter(|_| !(app.has(Defect::OnboardingUrlSwallowed) && client.state == ClientState::New));
    Outcome::Known { state: ClientState::NeedsSigning, url, message }
}

/// Fetches a fresh link for a client whose link has expired, so that one is available at the next visit.
pub(super) async fn renew(app: &App, tenant: &str) -> Result<(), StoreError> {
    let (tenant, new_tenant) = (tenant.to_owned(), app.has(Defect::ExpiredLinkNewTenant));
    let found = app.store.transaction(move |tx| {
        let client = store::client(tx, &tenant)?;
        if new_tenant { client.map(|client| store::rename(tx, client)).transpose() } else { Ok(client) }
    });
    if let Some(client) = found.await? {
        onboard(app, &client).await?;
    }
    Ok(())
}

fn refused(message: &str) -> Outcome {
    Outcome::Refused { message: message.to_owned() }
}

fn known(state: ClientState, url: Option<&str>, message: &str) -> Outcome {
    Outcome::Known { state, url: url.map(str::to_owned), message: message.to_owned() }
}

/// Whether cases of this client can be sent. A webhook may have told us; if not, Debitura is asked.
pub(super) async fn is_ready(app: &App, client: &Client) -> Result<bool, StoreError> {
    if client.state == ClientState::Ready || app.has(Defect::SubmitsBeforeCompletion) {
        return Ok(true);
    }
    if app.has(Defect::Refuses201) && client.state == ClientState::New {
        return Ok(false);
    }
    let answer = app.debitura.client(&client.tenant).await;
    let done = answer.is_ok_and(|answer| answer.status.is_success() && answer.body["onboardingDone"] == true);
    if app.has(Defect::CompletionNeverNoticed) {
        return Ok(false);
    }
    if done {
        let tenant = client.tenant.clone();
        app.store.transaction(move |tx| store::set_client_state(tx, &tenant, ClientState::Ready, None)).await?;
    }
    Ok(done)
}
