//! What the partner's users can do: bring a customer to the provider, have a claim estimated, and file it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use url::Url;

use super::Partner;
use super::line::{Answer, Ask, Stuck};
use super::store::Customer;

/// A job of the partner.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub(super) enum Job {
    Connect { customer: i64 },
    Estimate(Claim),
    File(Claim),
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Claim {
    pub(super) customer: i64,
    pub(super) number: String,
    total: Value,
    currency: String,
    against: Value,
}

/// What the user is told at the end of a job.
#[derive(Serialize)]
pub(super) struct Outcome {
    #[serde(skip)]
    pub(super) status: u16,
    state: &'static str,
    say: String,
    /// The pages that the customer must visit first.
    visit: Vec<String>,
    /// After which time another try may help.
    #[serde(skip)]
    pub(super) later: Option<Duration>,
}

fn told(status: u16, state: &'static str, say: impl Into<String>) -> Outcome {
    Outcome { status, state, say: say.into(), visit: Vec::new(), later: None }
}

impl From<Stuck> for Outcome {
    fn from(stuck: Stuck) -> Self {
        match stuck {
            Stuck::Later(wait) => Outcome {
                later: Some(wait),
                ..told(503, "later", "The collectors cannot be reached, please try again")
            },
            Stuck::Unlinked => told(409, "unlinked", "The connection to the collectors has ended, please contact us"),
        }
    }
}

impl Job {
    /// Returns the customer and the number of the claim that the job is about. The number is empty for a job about the
    /// customer itself.
    pub(super) fn about(&self) -> (i64, &str) {
        match self {
            Job::Connect { customer } => (*customer, ""),
            Job::Estimate(claim) | Job::File(claim) => (claim.customer, &claim.number),
        }
    }

    /// Returns the name of the job in the queue.
    pub(super) fn name(&self) -> String {
        match self {
            Job::Connect { customer } => format!("connect {customer}"),
            Job::Estimate(claim) => format!("estimate {} of {}", claim.number, claim.customer),
            Job::File(claim) => format!("file {} of {}", claim.number, claim.customer),
        }
    }

    pub(super) async fn carry_out(&self, partner: &Partner) -> Outcome {
        let Some(customer) = partner.store.customer(self.about().0) else {
            return told(404, "unknown", "There is no such customer");
        };
        let outcome = match self {
            Job::Connect { .. } => connect(partner, &customer).await,
            Job::Estimate(claim) => {
                let objection = estimate(partner, &customer, claim).await;
                objection.map(|objection| objection.unwrap_or_else(|| told(200, "fine", "The claim can be filed")))
            }
            Job::File(claim) => file(partner, &customer, claim).await,
        };
        outcome.unwrap_or_else(Outcome::from)
    }
}

async fn connect(partner: &Partner, customer: &Customer) -> Result<Outcome, Stuck> {
    let user = json!({ "name": customer.company, "email": customer.mail });
    let client = json!({ "name": customer.company, "country": "Denmark", "supportEmail": customer.mail });
    let body = json!({ "externalTenantId": customer.account(), "client": client, "users": [user] });
    let answer = partner.line.ask(&Ask::post("clients", body)).await?;
    match answer.status {
        200 | 201 => partner.store.set_open(customer.id, true),
        // The terms changed. A customer that was never accepted may have signed while this answer was read.
        _ if customer.open => partner.store.set_open(customer.id, false),
        _ => {}
    }
    let data = &answer.body["data"];
    Ok(match (answer.status, answer.body["type"].as_str().unwrap_or_default()) {
        (200 | 201, _) => told(200, "open", "The collectors take claims from now on"),
        (202, _) => {
            partner.visit(&answer.body["onboardingLinks"], "url", "terms", "Please accept the collectors' terms")
        }
        (409, "ClientExistsNeedsLinking") => {
            partner.visit(&data["onboardingLinks"], "url", "approval", "Please let us act for your account")
        }
        (409, "ClientAlreadyLinkedToAnotherPartner" | "AlreadyLinkedToAnotherPartner") => {
            told(409, "elsewhere", "Your account belongs to somebody else's software, please contact support")
        }
        (status, kind) => told(409, "refused", format!("The collectors do not take you in: {status} {kind}")),
    })
}

/// Returns what prevents a claim, as far as the preview knows.
async fn estimate(partner: &Partner, customer: &Customer, claim: &Claim) -> Result<Option<Outcome>, Stuck> {
    let answer = partner.line.ask_for(&customer.account(), &Ask::post("cases/preview", claim.case(None))).await?;
    let result = &answer.body["result"];
    if answer.status != 200 {
        return Ok(Some(refused(&answer)));
    }
    if result["isEligible"] == false {
        let reason = result["ineligibilityReason"].as_str().unwrap_or("no reason given");
        return Ok(Some(told(409, "ineligible", format!("This claim cannot be collected: {reason}"))));
    }
    Ok(to_do(partner, &result["requiredActions"], &result["signingHandoff"]))
}

async fn file(partner: &Partner, customer: &Customer, claim: &Claim) -> Result<Outcome, Stuck> {
    if !customer.open {
        return Ok(told(409, "closed", "The terms have not been accepted yet"));
    }
    // The reference derives from the number in the partner's books, so it stays the same whatever gets lost on the way.
    let (number, filed) = partner.store.claim(customer.id, &claim.number);
    let reference = format!("desk-{}-{number}", customer.id);
    if filed {
        return Ok(told(200, "filed before", "This claim was filed before"));
    }
    if let Some(objection) = estimate(partner, customer, claim).await? {
        return Ok(objection);
    }
    let account = customer.account();
    let answer = partner.line.ask_for(&account, &Ask::post("cases", claim.case(Some(&reference)))).await?;
    if answer.status == 200 {
        partner.store.filed(number);
        return Ok(told(200, "filed", "The claim was filed"));
    }
    let errors = answer.body["businessErrors"].as_array();
    let kinds = errors.into_iter().flatten().filter_map(|error| error["type"].as_str());
    if answer.status == 422 && kinds.into_iter().any(|kind| kind.contains("Duplicate")) {
        let found =
            partner.line.ask_for(&account, &Ask::get(format!("cases/by-creditor-reference/{reference}"))).await?;
        if found.status == 200 {
            partner.store.filed(number);
            return Ok(told(200, "filed before", "The collectors have this claim already"));
        }
    }
    let handoff = &answer.body["signingHandoff"];
    Ok(to_do(partner, &answer.body["businessErrors"], handoff).unwrap_or_else(|| refused(&answer)))
}

fn refused(answer: &Answer) -> Outcome {
    let reasons = answer.body["businessErrors"].as_array().into_iter().flatten();
    let reasons: Vec<&str> = reasons.filter_map(|error| error["message"].as_str()).collect();
    told(409, "refused", format!("The collectors refuse the claim ({}): {}", answer.status, reasons.join(" ")))
}

/// Returns what the customer must do first, if anything: visit one page that leads through everything, or each page.
fn to_do(partner: &Partner, actions: &Value, handoff: &Value) -> Option<Outcome> {
    let actions =
        actions.as_array().filter(|actions| actions.iter().any(|action| action["solutionUrl"].is_string()))?;
    let whole = partner.visit(handoff, "combinedSigningUrl", "to do", "Please sign what is still to be signed");
    if !whole.visit.is_empty() {
        return Some(whole);
    }
    let each = actions.iter().map(|action| partner.visit(action, "solutionUrl", "to do", ""));
    let visit = each.flat_map(|outcome| outcome.visit).collect();
    Some(Outcome { visit, ..told(409, "to do", "Please complete what is still missing") })
}

impl Partner {
    /// Returns a page for the customer to visit, with the return URL of the partner.
    fn visit(&self, links: &Value, name: &str, state: &'static str, say: &str) -> Outcome {
        let mut url = links[name].as_str().and_then(|url| Url::parse(url).ok());
        if let Some(url) = &mut url {
            url.query_pairs_mut().append_pair("returnUrl", &self.return_url);
        }
        Outcome { visit: url.map(String::from).into_iter().collect(), ..told(409, state, say) }
    }
}

impl Claim {
    fn case(&self, reference: Option<&str>) -> Value {
        let against = &self.against;
        let country = against["country"].as_str().unwrap_or_default().to_uppercase();
        let state = against["state"].as_str().filter(|_| country == "US").map(|state| format!("US-{state}"));
        let kind = if against["type"] == "company" { "Company" } else { "Private" };
        let mut case = json!({
            "currencyCode": self.currency,
            "amountToRecover": self.total,
            "debtor": { "type": kind, "countryAlpha2": country, "stateAlpha2": state },
        });
        if let Some(reference) = reference {
            case["creditorReference"] = reference.into();
            case["date"] = (OffsetDateTime::now_utc() - time::Duration::days(40)).date().to_string().into();
            for (ours, theirs) in [("name", "name"), ("street", "address"), ("zip", "zipCode"), ("town", "city")] {
                case["debtor"][theirs] = against[ours].clone();
            }
        }
        case
    }
}
