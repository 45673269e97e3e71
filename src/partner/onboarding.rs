//! Bringing a client to Debitura, and the URLs that a client has to be shown on the way.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::StatusCode;
use serde_json::{Value, json};
use url::Url;

use super::{
    client::{Answer, NoAnswer},
    defects::{CONFIGURED_HOST, Defect},
    options::Options,
    server::App,
    store::{self, Client, ClientState, StoreError},
};

/// What a client has to know after an attempt.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// The client has come this far; the URL is shown to it with our return URL.
    Known { state: ClientState, url: Option<String>, message: String },
    /// It will not work, and trying again would not help; somebody has to talk.
    Refused { message: String },
    /// Nothing is decided: try again after these seconds, if it is known how many.
    TryLater { message: String, after: Option<f64> },
}

/// Brings a client to Debitura, or finds out how it stands there. Always asks: terms may have to be signed again.
pub(super) async fn onboard(app: &App, client: &Client, country: &str) -> Result<Outcome, StoreError> {
    let outcome = match app.debitura.create_client(&request(client, country)).await {
        Ok(answer) => read(&answer),
        Err(NoAnswer { .. }) => Outcome::TryLater { message: "Debitura cannot be reached".to_owned(), after: None },
    };
    if let Outcome::Known { state, url, .. } = &outcome {
        let (tenant, state, url) = (client.tenant.clone(), *state, url.clone());
        app.store.transaction(move |tx| store::set_client_state(tx, &tenant, state, url.as_deref())).await?;
    }
    Ok(outcome)
}

fn request(client: &Client, country: &str) -> Value {
    json!({
        "externalTenantId": client.tenant,
        "client": { "name": client.name, "country": country, "supportEmail": client.email },
        "users": [{ "name": client.name, "email": client.email, "isOnboardingUser": true }],
    })
}

/// What an answer to `POST /clients` means.
fn read(answer: &Answer) -> Outcome {
    match answer.status {
        StatusCode::CREATED | StatusCode::OK => known(ClientState::Ready, None, "Cases can be sent"),
        StatusCode::ACCEPTED => {
            let url = answer.text("/onboardingLinks/url");
            known(ClientState::NeedsSigning, url, "Please sign the terms")
        }
        StatusCode::CONFLICT => conflict(answer),
        StatusCode::TOO_MANY_REQUESTS => {
            Outcome::TryLater { message: "Too many requests at once".to_owned(), after: answer.retry_after() }
        }
        status if status.is_server_error() => {
            Outcome::TryLater { message: format!("Debitura answered {status}"), after: None }
        }
        status => refused(&format!("Debitura refused the client ({status})")),
    }
}

/// The kinds of 409. There may be kinds we do not know: they are told, not guessed at, and never repeated.
fn conflict(answer: &Answer) -> Outcome {
    match answer.text("/type").unwrap_or("no type") {
        "ClientExistsNeedsLinking" => {
            let url = answer.text("/data/onboardingLinks/url");
            known(ClientState::NeedsApproval, url, "You have a Debitura account: please approve the link")
        }
        // Debitura's documentation spells it in both ways.
        "ClientAlreadyLinkedToAnotherPartner" | "AlreadyLinkedToAnotherPartner" => {
            refused("The account is linked to another partner: please contact support")
        }
        "InvalidClientType" => refused("The account is not a creditor's: please contact support"),
        other => refused(&format!("Debitura refused the client: {other}")),
    }
}

fn refused(message: &str) -> Outcome {
    Outcome::Refused { message: message.to_owned() }
}

fn known(state: ClientState, url: Option<&str>, message: &str) -> Outcome {
    Outcome::Known { state, url: url.map(str::to_owned), message: message.to_owned() }
}

/// Whether cases of this client can be sent. A webhook may have told us; if not, Debitura is asked.
pub(super) async fn is_ready(app: &App, client: &Client) -> Result<bool, StoreError> {
    if client.state == ClientState::Ready {
        return Ok(true);
    }
    let answer = app.debitura.client(&client.tenant).await;
    let done = answer.is_ok_and(|answer| answer.status.is_success() && answer.body["onboardingDone"] == true);
    if done {
        let tenant = client.tenant.clone();
        app.store.transaction(move |tx| store::set_client_state(tx, &tenant, ClientState::Ready, None)).await?;
    }
    Ok(done)
}

/// A URL as the client is shown it: as it was received, and with the way back to us.
pub(super) fn shown(options: &Options, received: &str) -> String {
    if options.defects.has(Defect::WhiteLabelHost)
        && let Ok(mut url) = Url::parse(received)
        && url.set_host(Some(CONFIGURED_HOST)).is_ok()
    {
        return with_return_url(url.as_str(), options.return_url.as_str());
    }
    with_return_url(received, options.return_url.as_str())
}

/// What `encodeURIComponent` leaves alone, as far as it matters: everything else could end the value early.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Adds `returnUrl` to a URL that may have a query already, or a `returnUrl` already. The rest stays to the letter.
fn with_return_url(received: &str, return_url: &str) -> String {
    let (rest, fragment) = received.split_once('#').map_or((received, None), |(rest, fragment)| (rest, Some(fragment)));
    let query = rest.split_once('?').map(|(_, query)| query);
    if query.is_some_and(|query| query.split('&').any(|pair| pair.starts_with("returnUrl="))) {
        return received.to_owned();
    }
    let joint = match query {
        None => "?",
        Some(query) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let value = utf8_percent_encode(return_url, COMPONENT);
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{rest}{joint}returnUrl={value}{fragment}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_return_url_is_joined_to_whatever_was_received() {
        let value = "https%3A%2F%2Fapp.acme.example%2Fdone%3Fa%3D1%26b%3D%C3%A6";
        let cases = [
            ("https://r.example/x/1", format!("https://r.example/x/1?returnUrl={value}")),
            ("https://r.example/x?token=a%2Bb", format!("https://r.example/x?token=a%2Bb&returnUrl={value}")),
            ("https://r.example/x?", format!("https://r.example/x?returnUrl={value}")),
            ("https://r.example/x?a=1&", format!("https://r.example/x?a=1&returnUrl={value}")),
            ("https://r.example/x#top", format!("https://r.example/x?returnUrl={value}#top")),
            ("https://r.example/x?returnUrl=y", "https://r.example/x?returnUrl=y".to_owned()),
        ];
        for (received, expected) in cases {
            assert_eq!(with_return_url(received, "https://app.acme.example/done?a=1&b=æ"), expected);
        }
    }
}
