//! An invoice as our users submit it, and the case that Debitura receives for it.

use serde::Deserialize;
use serde_json::{Number, Value, json};
use time::{Duration, OffsetDateTime};

use super::defects::Defect;
use super::options::{Mode, Options};

/// An invoice that a client wants collected.
#[derive(Debug, Deserialize)]
pub(super) struct Invoice {
    /// The tenant id of the client.
    pub(super) client: String,
    /// The invoice number, which identifies a repeated submission.
    #[serde(rename = "invoice")]
    pub(super) number: String,
    /// The amount to recover, as a number or a string.
    amount: Value,
    currency: Option<String>,
    debtor: Debtor,
}

#[derive(Debug, Deserialize)]
struct Debtor {
    name: String,
    #[serde(rename = "type")]
    kind: Kind,
    address: String,
    zip_code: Option<String>,
    city: String,
    /// The ISO 3166 two-letter code.
    country: String,
    /// Required in the US, such as `CA`.
    state: Option<String>,
    email: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[serde(alias = "Private")]
    Private,
    #[serde(alias = "Company")]
    Company,
}

impl Kind {
    /// Returns Debitura's word for it.
    fn word(self) -> &'static str {
        match self {
            Self::Private => "Private",
            Self::Company => "Company",
        }
    }
}

impl Invoice {
    /// Returns what our user must correct before any call is made.
    pub(super) fn problem(&self) -> Option<&'static str> {
        if self.amount().is_none() {
            return Some("The amount is not a positive number");
        }
        let stateless = self.debtor.country.eq_ignore_ascii_case("US") && present(self.debtor.state.as_ref()).is_none();
        stateless.then_some("A debtor in the US needs a state")
    }

    /// Returns the amount as written: a conversion to a float would change it.
    fn amount(&self) -> Option<Number> {
        let amount = match &self.amount {
            Value::Number(number) => number.clone(),
            Value::String(text) => text.trim().parse().ok()?,
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        amount.as_f64().is_some_and(|value| value > 0.0).then_some(amount)
    }

    fn currency(&self) -> String {
        self.currency.as_deref().unwrap_or("EUR").to_uppercase()
    }

    /// Returns the data that a preview needs, which is less than a case needs.
    pub(super) fn preview(&self) -> Value {
        let mut debtor =
            json!({ "type": self.debtor.kind.word(), "countryAlpha2": self.debtor.country.to_uppercase() });
        add(&mut debtor, "stateAlpha2", self.debtor.state.as_ref());
        json!({ "amountToRecover": self.amount(), "currencyCode": self.currency(), "debtor": debtor })
    }

    /// Returns the case with every required field. `isTest` is not among them: real cases are real.
    pub(super) fn case(&self, reference: &str, options: &Options) -> Value {
        let mut debtor = json!({
            "type": self.debtor.kind.word(),
            "name": self.debtor.name,
            "address": self.debtor.address,
            "city": self.debtor.city,
            "countryAlpha2": self.debtor.country.to_uppercase(),
        });
        add(&mut debtor, "zipCode", self.debtor.zip_code.as_ref());
        add(&mut debtor, "stateAlpha2", self.debtor.state.as_ref());
        add(&mut debtor, "email", self.debtor.email.as_ref());
        let mut case = json!({
            "currencyCode": self.currency(),
            "date": OffsetDateTime::now_utc().date().to_string(),
            "amountToRecover": self.amount(),
            "creditorReference": reference,
            "debtor": debtor,
        });
        spoil(&mut case, options);
        case
    }
}

fn present(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn add(debtor: &mut Value, name: &str, text: Option<&String>) {
    if let Some(text) = present(text) {
        debtor[name] = Value::from(text);
    }
}

/// Changes a case as some defects do.
fn spoil(case: &mut Value, options: &Options) {
    let has = |defect: Defect| options.defects.has(defect);
    let forget = |case: &mut Value, name: &str| case["debtor"].as_object_mut().and_then(|debtor| debtor.remove(name));
    if has(Defect::MissingCity) {
        forget(case, "city");
    }
    if has(Defect::UsStateDropped) {
        forget(case, "stateAlpha2");
    }
    if has(Defect::DateInFuture) {
        case["date"] = Value::from((OffsetDateTime::now_utc() + Duration::days(14)).date().to_string());
    }
    if has(Defect::CurrencyName) {
        case["currencyCode"] = Value::from("Euro");
    }
    if has(Defect::AmountAsText) {
        case["amountToRecover"] = Value::from(case["amountToRecover"].to_string());
    }
    if has(Defect::IsTestLeftOn) && options.mode == Mode::Production {
        case["isTest"] = Value::from(true);
    }
}
