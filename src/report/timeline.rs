//! Turns the evidence of a check into lines for readers.

use super::model::TimelineRow;
use crate::evidence::{
    Body, Delivery, DeliveryRole, Entry, EntryKind, Evidence, Offset, Outcome, Page, RecordedCall, Request, Response,
};
use crate::judge::brief;

/// The most lines that are kept for one check; nobody reads a flood of lines whole.
const MAX_ROWS: usize = 200;

/// Renders a check's evidence, one row for each entry.
pub(super) fn rows(evidence: &Evidence) -> Vec<TimelineRow> {
    // In the order in which things began: a call stands below the action that caused it. Calls that belong to no
    // client, and the provider's records, which are read at the end, stand below all others.
    let mut entries: Vec<&Entry> = evidence.entries.iter().collect();
    let aside = |entry: &Entry| entry.what.records().is_some() || is_stray(entry);
    entries.sort_by_key(|entry| (aside(entry), entry.from));
    let mut rows: Vec<TimelineRow> = entries.into_iter().take(MAX_ROWS).map(|entry| row(entry, evidence)).collect();
    let more = evidence.entries.len().saturating_sub(MAX_ROWS);
    if more > 0 {
        let at_ms = rows.last().map_or(0.0, |row| row.at_ms);
        rows.push(TimelineRow {
            at_ms,
            kind: "skipped".into(),
            what: format!("{more} more"),
            outcome: String::new(),
            curl: None,
        });
    }
    rows
}

/// Returns the curl line that sends the exchange of a finding again; `began` says when the exchange began.
pub(super) fn repeat(evidence: &Evidence, began: Offset) -> Option<String> {
    let there = evidence.entries.iter().filter(|entry| entry.from == began);
    let mut sent = there.filter_map(|entry| match (entry.what.exchange(), entry.what.delivery()) {
        (Some(exchange), _) => curl(&exchange.request),
        (None, Some(delivery)) => curl(&delivery.request),
        (None, None) => None,
    });
    sent.next()
}

/// Whether an entry is a call that belongs to no client of the check.
fn is_stray(entry: &Entry) -> bool {
    entry.client.is_none() && entry.what.call().is_some()
}

fn row(entry: &Entry, evidence: &Evidence) -> TimelineRow {
    #[expect(clippy::cast_precision_loss, reason = "runs are far shorter than 2^52 microseconds")]
    let at_ms = entry.from as f64 / 1000.0;
    let step = entry.step.as_ref().map(|step| format!(" ({step})")).unwrap_or_default();
    // If a check has only one client, a line need not name it.
    let whose = entry.client.as_ref().filter(|_| evidence.clients.len() > 1);
    let whose = whose.map(|client| format!(" of {client}")).unwrap_or_default();
    let (kind, what, said, curl) = match &entry.what {
        EntryKind::Exchange(exchange) => {
            let request = &exchange.request;
            ("exchange", format!("{} {}{step}", request.method, request.url), outcome(&exchange.outcome), curl(request))
        }
        EntryKind::Delivery(delivery) => {
            ("delivery", format!("{}{step}", title(delivery)), sent(delivery), curl(&delivery.request))
        }
        EntryKind::Call(call) => {
            let arranged = call.arranged.then(|| "by override".to_owned());
            let said = [Some(replied(&call.answer)), arranged, token(call, evidence), nobody(entry)];
            let said = said.into_iter().flatten().collect::<Vec<_>>().join(", ");
            ("call", format!("{} {}{whose}", call.request.method, call.request.url), said, None)
        }
        EntryKind::Action(action) => ("action", format!("{}{step}{whose}", action.name), brief(&action.outcome), None),
        EntryKind::Inspection(inspection) => {
            let count = inspection
                .count
                .map_or_else(|| inspection.outcome.brief(Outcome::MAX_SENTENCE_CHARS), |count| count.to_string());
            ("lookup", format!("how often {} took effect", inspection.about), count, None)
        }
        EntryKind::OccurredEvent(happened) => {
            let sent = happened.sent.iter().map(|sent| match sent.answered {
                None => format!("{} not answered", sent.event),
                Some(0) => format!("{} not answered: {}", sent.event, sent.said),
                Some(status) if (200..300).contains(&status) => format!("{} answered {status}", sent.event),
                Some(_) => format!("{} answered {}", sent.event, sent.said),
            });
            let said = happened.trouble.clone().unwrap_or_else(|| sent.collect::<Vec<_>>().join(", "));
            ("event", format!("{}{step}{whose}", happened.event), said, None)
        }
        EntryKind::Shown(shown) => {
            let page = match shown.page {
                Page::Shown => "what the partner shows the client",
                Page::UserMessage => "the user message",
            };
            let by = shown.by.as_ref().map(|by| format!(" ({by})")).unwrap_or_default();
            ("page", format!("{page}{by}{whose}"), brief(&shown.outcome), None)
        }
        EntryKind::Records(records) => {
            let count = |records: &serde_json::Value| records.as_array().map_or(0, Vec::len);
            let held = records.iter().filter(|(_, records)| count(records) > 0);
            let held = held.map(|(name, records)| format!("{name}: {}", count(records))).collect::<Vec<_>>();
            let held = if held.is_empty() { "nothing".to_owned() } else { held.join(", ") };
            ("records", format!("the provider's records{whose}"), held, None)
        }
        EntryKind::DeniedHost(refused) => {
            ("denied", format!("{}:{}", refused.host, refused.port), "denied".into(), None)
        }
        EntryKind::Wrote(lines) => ("build", "the build wrote at that moment".into(), lines.clone(), None),
        EntryKind::Fact(fact) => {
            let line = fact.line.map(|line| format!(":{line}")).unwrap_or_default();
            let value = match (&fact.value, &fact.trouble) {
                (Some(value), _) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
                (None, Some(trouble)) => trouble.clone(),
                (None, None) => "nothing".into(),
            };
            // A text of several lines gets a kind of its own; writers with enough room show it whole.
            let kind = if value.contains('\n') { "text" } else { "fact" };
            (kind, format!("{}{line}{step}", fact.place), value, None)
        }
        EntryKind::Skipped(why) | EntryKind::LeftOut(why) => {
            ("skipped", entry.step.clone().unwrap_or_else(|| "a step".into()), why.clone(), None)
        }
        EntryKind::Waited => {
            ("waited", "a quiet period".into(), format!("{} ms", (entry.to - entry.from) / 1000), None)
        }
    };
    TimelineRow { at_ms, kind: kind.into(), what, outcome: said, curl }
}

fn title(delivery: &Delivery) -> String {
    let event = &delivery.event;
    match &delivery.role {
        DeliveryRole::Plain => event.clone(),
        DeliveryRole::Control => format!("{event}, genuine"),
        DeliveryRole::Altered { name, .. } => format!("{event}: {name}"),
        DeliveryRole::Diagnosis(defect) => format!("{event}, signed as if {defect}"),
        DeliveryRole::Probe if delivery.age_s < 0 => format!("{event}, {} s ahead", -delivery.age_s),
        DeliveryRole::Probe => format!("{event}, {} s old", delivery.age_s),
    }
}

fn sent(delivery: &Delivery) -> String {
    let effects = delivery.effects.map(|count| match count {
        1 => ", took effect once".to_owned(),
        count => format!(", took effect {count} times"),
    });
    let effects = effects.unwrap_or_default();
    // Of a success, only the status is shown; of any other response, the beginning too.
    let said = match delivery.outcome.answer() {
        Some(answer) if (200..300).contains(&answer.status) => answer.status.to_string(),
        Some(_) | None => delivery.outcome.brief(Outcome::MAX_SENTENCE_CHARS),
    };
    format!("{said} after {} ms{effects}", delivery.latency_ms)
}

/// Describes the owner of the token that a call carries, if that is another client than the one that the call is about.
fn token(call: &RecordedCall, evidence: &Evidence) -> Option<String> {
    let owner = call.token_of.as_ref().filter(|_| call.client.is_some() && call.token_of != call.client)?;
    let known = evidence.clients.iter().find(|(_, client)| client["email"].as_str() == Some(owner));
    Some(
        known
            .map_or_else(|| "with the token of another client".into(), |(name, _)| format!("with the token of {name}")),
    )
}

fn nobody(entry: &Entry) -> Option<String> {
    is_stray(entry).then(|| "not attributed to any client".to_owned())
}

/// Describes the simulator's reply. Error replies include the body, which says what the partner did wrong.
fn replied(answer: &Response) -> String {
    if answer.status == 0 {
        return "the connection was dropped".to_owned();
    }
    match &answer.body {
        Body::Json(json) if answer.status >= 400 => format!("{} {json}", answer.status),
        Body::Text(text) if answer.status >= 400 => format!("{} {text}", answer.status),
        Body::Json(_) | Body::Text(_) | Body::Empty | Body::Binary(_) => answer.status.to_string(),
    }
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Answered(answer) => answer.status.to_string(),
        Outcome::TransportError(trouble) => trouble.detail.clone(),
    }
}

/// Returns a curl line that sends a request again; `None` if the request was never composed. Secrets appear as their
/// labels.
fn curl(request: &Request) -> Option<String> {
    if request.method.is_empty() {
        return None;
    }
    let quote = |text: &str| shlex::try_quote(text).map_or_else(|_| "''".to_owned(), std::borrow::Cow::into_owned);
    let mut line = format!("curl -X {} {}", quote(&request.method), quote(&request.url));
    for (name, value) in &request.headers {
        line.extend([" -H ", &quote(&format!("{name}: {value}"))]);
    }
    match &request.body {
        Body::Json(json) => line.extend([" --data-binary ", &quote(&json.to_string())]),
        Body::Text(text) => line.extend([" --data-binary ", &quote(text)]),
        Body::Empty | Body::Binary(_) => {}
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::evidence::Action;

    fn entry(from: u64, client: Option<&str>, what: EntryKind) -> Entry {
        Entry { from, to: from + 1, step: None, client: client.map(str::to_owned), what }
    }

    fn call(status: u16, about: Option<&str>, token_of: Option<&str>) -> EntryKind {
        let request = Request { method: "POST".into(), url: "/cases".into(), ..Request::default() };
        let answer = Response { status, ..Response::default() };
        let [client, token_of] = [about, token_of].map(|name| name.map(|name| format!("{name}@x.example")));
        EntryKind::Call(RecordedCall { request, answer, client, token_of, ..RecordedCall::default() })
    }

    #[test]
    fn calls_say_whose_token_they_carried_and_what_is_about_nobody_stands_below() {
        let said = Response { status: 500, body: Body::Text("<b>Unhandled</b>: no".into()), ..Response::default() };
        let action = Action {
            name: "submit_case".into(),
            outcome: Outcome::Answered(said),
            presented: Vec::new(),
            own: Vec::new(),
        };
        let records = json!({ "cases": [{}, {}], "kyc": [] }).as_object().cloned().unwrap();
        let evidence = Evidence {
            entries: vec![
                entry(9, Some("a"), EntryKind::Records(records)),
                entry(3, None, call(200, None, None)),
                entry(5, Some("a"), call(0, Some("a"), Some("a"))),
                entry(4, Some("b"), call(401, Some("b"), Some("a"))),
                entry(1, Some("b"), EntryKind::Action(action)),
            ],
            clients: ["a", "b"]
                .map(|name| (name.to_owned(), json!({ "email": format!("{name}@x.example") })))
                .into_iter()
                .collect(),
            ..Evidence::default()
        };
        let lines: Vec<String> = rows(&evidence).iter().map(|row| format!("{} | {}", row.what, row.outcome)).collect();
        let wanted = [
            "submit_case of b | 500 Unhandled : no",
            "POST /cases of b | 401, with the token of a",
            "POST /cases of a | the connection was dropped",
            "POST /cases | 200, not attributed to any client",
            "the provider's records of a | cases: 2",
        ];
        assert_eq!(lines, wanted);
    }
}
