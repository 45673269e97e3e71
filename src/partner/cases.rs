//! Sending an invoice to Debitura as a case.

use serde::Deserialize;
use serde_json::{Number, Value, json};
use time::OffsetDateTime;

use super::{
    client::Answer,
    onboarding::{self, shown},
    server::App,
    store::{self, Client, StoreError},
};

/// An invoice that a client wants collected.
#[derive(Debug, Deserialize)]
pub(super) struct Invoice {
    /// The tenant id of the client.
    pub(super) client: String,
    /// The invoice number, by which a repetition is recognised. Without one, debtor and amount have to do.
    #[serde(rename = "invoice")]
    number: Option<String>,
    debtor: Debtor,
    /// The amount to recover, as a number or a text.
    amount: Value,
    currency: Option<String>,
}

/// Who owes: a name alone stands for a private person at a made-up address.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Debtor {
    Name(String),
    Full(serde_json::Map<String, Value>),
}

/// What became of an invoice.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// The case exists.
    Submitted { reference: String },
    /// It was submitted before, under this reference.
    AlreadySubmitted { reference: String },
    /// The client has something to sign first, at these URLs.
    NeedsSigning { reference: String, urls: Vec<String>, message: String },
    /// The client is not onboarded yet; the URL it was given, if any.
    NotReady { url: Option<String> },
    /// It cannot be submitted, and sending it again would not help.
    Refused { reference: Option<String>, message: String },
    /// Nothing is decided: try again after these seconds, if it is known how many.
    TryLater { reference: String, message: String, after: Option<f64> },
}

/// Sends an invoice of a client, under the reference it keeps through every repetition.
pub(super) async fn submit(app: &App, client: &Client, invoice: Invoice) -> Result<Outcome, StoreError> {
    let Some(amount) = amount(&invoice.amount) else {
        return Ok(Outcome::Refused { reference: None, message: "The amount is not a positive number".to_owned() });
    };
    if !onboarding::is_ready(app, client).await? {
        return Ok(Outcome::NotReady { url: client.url.as_deref().map(|url| shown(&app.options, url)) });
    }
    let debtor = debtor(invoice.debtor);
    let numbered = invoice.number.is_some();
    let key = invoice.number.unwrap_or_else(|| format!("{debtor} {amount}"));
    let tenant = client.tenant.clone();
    let reserved = app.store.transaction(move |tx| {
        let done = if numbered { store::submitted_reference(tx, &tenant, &key)? } else { None };
        // The reference is stored before the first attempt: an answer that is lost must not cost us the reference.
        done.map_or_else(|| store::open_reference(tx, &tenant, &key).map(Ok), |reference| Ok(Err(reference)))
    });
    let reference = match reserved.await? {
        Ok(reference) => reference,
        Err(reference) => return Ok(Outcome::AlreadySubmitted { reference }),
    };
    let body = json!({
        "currencyCode": invoice.currency.as_deref().unwrap_or("EUR"),
        "date": OffsetDateTime::now_utc().date().to_string(),
        "amountToRecover": amount,
        "creditorReference": reference,
        "debtor": debtor,
    });
    match app.debitura.create_case(&client.tenant, &body).await {
        Ok(answer) => settle(app, reference, &answer).await,
        Err(no_answer) => Ok(Outcome::TryLater { reference, message: no_answer.to_string(), after: None }),
    }
}

async fn settle(app: &App, reference: String, answer: &Answer) -> Result<Outcome, StoreError> {
    let status = answer.status;
    if status.is_success() {
        let (known, case_id) = (reference.clone(), answer.text("/id").unwrap_or("unknown").to_owned());
        app.store.transaction(move |tx| store::submitted(tx, &known, &case_id)).await?;
        return Ok(Outcome::Submitted { reference });
    }
    if status.as_u16() == 429 || status.is_server_error() {
        let message = format!("Debitura answered {status}");
        return Ok(Outcome::TryLater { reference, message, after: answer.retry_after() });
    }
    let message = answer.text("/businessErrors/0/message").or_else(|| answer.text("/message"));
    let message = message.map_or_else(|| format!("Debitura refused the case ({status})"), str::to_owned);
    let urls: Vec<String> = signing_urls(answer).into_iter().map(|url| shown(&app.options, url)).collect();
    Ok(if urls.is_empty() {
        Outcome::Refused { reference: Some(reference), message }
    } else {
        Outcome::NeedsSigning { reference, urls, message }
    })
}

/// Where the client can put right what is missing: one page for everything, or one page for each error.
fn signing_urls(answer: &Answer) -> Vec<&str> {
    if let Some(combined) = answer.text("/signingHandoff/combinedSigningUrl") {
        return vec![combined];
    }
    let errors = answer.body["businessErrors"].as_array();
    let to_sign = errors.into_iter().flatten().filter(|error| {
        // Other errors may carry a link to support; that is nothing a client could sign.
        let signable = ["MissingDebtCollectionContract", "MissingPowerOfAttorney", "MissingKycVerification"];
        error["type"].as_str().is_some_and(|kind| signable.contains(&kind))
    });
    to_sign.filter_map(|error| error["solutionUrl"].as_str()).collect()
}

/// The amount as it was written: a detour through a float would change it.
fn amount(given: &Value) -> Option<Number> {
    let amount = match given {
        Value::Number(number) => number.clone(),
        Value::String(text) => text.trim().parse().ok()?,
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    amount.as_f64().is_some_and(|value| value > 0.0).then_some(amount)
}

/// The debtor with every required field.
fn debtor(given: Debtor) -> Value {
    let given = match given {
        Debtor::Name(name) => serde_json::Map::from_iter([("name".to_owned(), Value::from(name))]),
        Debtor::Full(fields) => fields,
    };
    let mut debtor = json!({
        "type": "Private", "name": "Example Debtor", "address": "Example Street 1", "zipCode": "1000",
        "city": "Example City", "countryAlpha2": "DK",
    });
    for (name, value) in given {
        debtor[name] = value;
    }
    debtor
}
