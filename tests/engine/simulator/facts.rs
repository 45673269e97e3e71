//! The simulator's replies, compared with what the provider publishes: with its API descriptions if they are available,
//! and in any clone with a list of members and types.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::support::calls::{KEY, case, client, customer, http, play, ready, referral};
use preflight::pack::simulator::Mode;
use preflight::pack::types::Route;
use preflight::simulator::Simulator;
use serde_json::{Map, Value, json};

/// The folder of the descriptions, if they are available.
const DESCRIPTIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/reference/openapi");

/// Replies that deliberately differ from the description, because they follow the provider's pages or reports of other
/// callers; with the reason.
const EXCEPTIONS: [(&str, &str); 2] = [
    ("/kycStatus", "snake_case on the wire, although the description lists `NotRequired`"),
    (" 400", "field errors and Problem Details are documented as further shapes of a 400"),
];

/// A reply, named by the pack's route.
struct Replied {
    name: String,
    api: String,
    call: String,
    status: u16,
    body: Value,
}

/// Returns every kind of reply, collected in one long story.
async fn story() -> Vec<Replied> {
    let simulator = play(Mode::Test).await;
    let token = ready(&simulator, "t1").await;
    let (_, made) = customer(&simulator, "POST /cases", &token, case("r1")).await;
    let hook = json!({ "url": "https://acme.example/hooks", "events": ["client.linked"] });
    let (_, subscription) = referral(&simulator, "POST /v1/Webhooks", hook.clone()).await;
    let reference = made["reference"].as_str().unwrap();
    let (made, hooked) = (made["id"].as_str().unwrap(), subscription["id"].as_str().unwrap());
    for (tenant, state) in
        [("t2", "known_elsewhere"), ("t3", "linked_elsewhere"), ("t4", "missing_kyc"), ("t5", "missing_poa")]
    {
        simulator.prepare(&format!("{tenant}@acme.example"), state);
    }
    let kyc =
        json!({ "directorFullName": "Kim", "directorHomeAddress": "Road 1", "directorDateOfBirth": "1980-01-31" });
    let mut with_cases = client("t7");
    with_cases["cases"] = json!([case("r7")]);
    let mut wrong = client("t8");
    wrong["users"] = json!([]);
    let calls: Vec<(String, Value)> = vec![
        ("GET /me".into(), Value::Null),
        ("POST /clients".into(), client("t1")),
        ("POST /clients".into(), client("t6")),
        ("POST /clients".into(), with_cases),
        ("POST /clients".into(), wrong),
        ("POST /clients".into(), client("t2")),
        ("POST /clients".into(), client("t3")),
        ("POST /clients".into(), client("t4")),
        ("GET /clients".into(), Value::Null),
        ("GET /clients/t1".into(), Value::Null),
        ("GET /clients/nobody".into(), Value::Null),
        ("GET /clients/t1/is-deletable".into(), Value::Null),
        ("POST /clients/t1/withdraw".into(), Value::Null),
        ("POST /clients/t4/kyc-verification".into(), kyc),
        ("GET /clients/t4".into(), Value::Null),
        ("POST /oauth/token".into(), json!({ "externalTenantId": "t1" })),
        ("POST /oauth/token".into(), json!({ "externalTenantId": "nobody" })),
        ("POST /cases/preview".into(), case("r2")),
        ("GET /cases".into(), Value::Null),
        (format!("GET /cases/{made}"), Value::Null),
        ("POST /v1/Webhooks".into(), hook),
        ("GET /v1/Webhooks".into(), Value::Null),
        (format!("GET /v1/Webhooks/{hooked}"), Value::Null),
        (format!("PUT /v1/Webhooks/{hooked}"), json!({ "isTestMode": true })),
        ("POST /v1/Webhooks/test".into(), json!({ "eventType": "client.linked", "externalTenantId": "t1" })),
    ];
    for (line, body) in calls {
        referral(&simulator, &line, body).await;
    }
    let needy = ready_in(&simulator, "t5").await;
    let mut pending = case("r5");
    pending["allowPendingContracts"] = json!(true);
    let mut worthless = case("r3");
    worthless["amountToRecover"] = json!(-1);
    let calls = [
        ("GET /me", &token, Value::Null),
        ("GET /me", &"none".to_owned(), Value::Null),
        ("POST /cases", &token, case("r2")),
        ("POST /cases", &token, case("r1")),
        ("POST /cases", &token, worthless),
        ("POST /cases", &needy, case("r4")),
        ("POST /cases", &needy, pending),
        ("POST /cases/preview", &token, case("r2")),
        ("POST /cases/preview", &needy, case("r2")),
        ("GET /cases", &token, Value::Null),
        ("GET /cases/by-creditor-reference/r1", &token, Value::Null),
        (&*format!("GET /cases/{made}"), &token, Value::Null),
        ("GET /cases?Page=0", &token, Value::Null),
        ("GET /cases/17", &token, Value::Null),
        (&*format!("GET /cases/case-reference/{reference}"), &token, Value::Null),
        (&*format!("GET /cases/{made}/contract-status"), &token, Value::Null),
        (&*format!("GET /cases/{made}/timeline"), &token, Value::Null),
        (&*format!("GET /cases/{made}/validation"), &token, Value::Null),
        (&*format!("GET /cases/{made}/chats"), &token, Value::Null),
        (&*format!("GET /cases/{made}/payments"), &token, Value::Null),
        (&*format!("GET /cases/{made}/tasks"), &token, Value::Null),
        (&*format!("GET /cases/{made}/exclusive-period"), &token, Value::Null),
        (&*format!("GET /cases/{made}/quote-requests"), &token, Value::Null),
        (&*format!("GET /cases/{made}/quote-requests/q"), &token, Value::Null),
        ("GET /contracts/debt-collection/status", &token, Value::Null),
        ("GET /contracts/debt-collection/status", &needy, Value::Null),
        ("GET /coverage", &needy, Value::Null),
        ("GET /coverage/1", &token, Value::Null),
        ("GET /coverage/search?q=spain", &needy, Value::Null),
        ("GET /coverage/9999", &token, Value::Null),
        ("GET /divisions", &token, Value::Null),
        (&*format!("GET /divisions/{made}"), &token, Value::Null),
        ("GET /Payments", &token, Value::Null),
        (&*format!("GET /Payments/{made}"), &token, Value::Null),
        ("GET /tasks", &token, Value::Null),
        ("GET /users", &token, Value::Null),
        ("GET /webhooks", &token, Value::Null),
        (&*format!("GET /webhooks/{made}"), &token, Value::Null),
        (&*format!("GET /webhooks/events?caseId={made}"), &token, Value::Null),
    ];
    for (line, token, body) in calls {
        customer(&simulator, line, token, body).await;
    }
    simulator.journal().since(0).iter().map(|entry| replied(&entry.what)).collect()
}

async fn ready_in(simulator: &Simulator, tenant: &str) -> String {
    let url = simulator.base("referral").unwrap().join("/clients").unwrap();
    let created = http().post(url).header("XApiKey", KEY).body(client(tenant).to_string()).send().await.unwrap();
    assert_eq!(created.status(), 201);
    let (_, token) = referral(simulator, "POST /oauth/token", json!({ "externalTenantId": tenant })).await;
    token["accessToken"].as_str().unwrap().to_owned()
}

fn replied(call: &preflight::evidence::RecordedCall) -> Replied {
    let (route, status) = (call.route.clone().unwrap_or_default(), call.answer.status);
    let path = call.request.url.split('?').next().unwrap_or_default();
    Replied {
        name: format!("{} {route} {status}", call.api),
        api: call.api.clone(),
        call: format!("{} {path}", call.request.method),
        status,
        body: call.answer.body.json().cloned().unwrap_or_default(),
    }
}

fn member<'v>(body: &'v Value, name: &str) -> &'v Value {
    body.pointer(&format!("/{}", name.replace('.', "/"))).unwrap_or(&Value::Null)
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "text" => value.is_string(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "list" => value.is_array(),
        "uuid" => value.as_str().is_some_and(|text| uuid::Uuid::try_parse(text).is_ok()),
        "date" => value.as_str().is_some_and(|text| text.get(4..5) == Some("-") && text.get(7..8) == Some("-")),
        other => panic!("`{other}` is no type"),
    }
}

#[tokio::test]
async fn every_reply_has_the_members_and_types_that_are_documented() {
    let facts = include_str!("../../../fixtures/debitura/facts.json");
    let facts: BTreeMap<String, Map<String, Value>> = serde_json::from_str(facts).unwrap();
    let story = story().await;
    for (name, members) in &facts {
        // Some statuses have several shapes. The facts are about one of them.
        let fits =
            |reply: &&Replied| members.iter().all(|(m, kind)| is_of(kind.as_str().unwrap(), member(&reply.body, m)));
        let shown: Vec<String> = story.iter().filter(|reply| reply.name == *name).map(|r| r.body.to_string()).collect();
        assert!(story.iter().filter(|reply| reply.name == *name).any(|reply| fits(&reply)), "{name}: {shown:?}");
    }
    let never: Vec<&str> =
        story.iter().filter(|r| r.status >= 500 || r.name.contains("  ")).map(|r| &*r.name).collect();
    assert!(never.is_empty(), "{never:?}");
}

#[tokio::test]
async fn every_reply_follows_the_published_description() {
    if !Path::new(DESCRIPTIONS).exists() {
        // The descriptions are not part of this repository. The list above is.
        return;
    }
    let (mut judgement, mut wrong, mut excepted) = (0, Vec::new(), BTreeSet::new());
    let descriptions = BTreeMap::from([
        ("referral", description("debitura-referral-partner-api.trimmed.yaml")),
        ("customer", description("debitura-customer-api.json")),
    ]);
    for reply in story().await {
        let Some(schema) = schema_of(&descriptions[&*reply.api], &reply) else { continue };
        judgement += 1;
        for error in jsonschema::validator_for(&schema).unwrap().iter_errors(&reply.body) {
            let place = format!("{}{} {}", reply.call, error.instance_path(), reply.status);
            match EXCEPTIONS.iter().find(|(exception, _)| place.contains(exception)) {
                Some((exception, _)) => drop(excepted.insert(*exception)),
                None => wrong.push(format!("{place}: {error}")),
            }
        }
    }
    assert!(judgement > 30, "only {judgement} replies have a schema");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(excepted.len(), EXCEPTIONS.len(), "an exception that nothing needs is one too many: {excepted:?}");
}

#[test]
fn the_list_of_operations_is_that_of_the_published_descriptions() {
    if !Path::new(DESCRIPTIONS).exists() {
        // The list is part of this repository, and another test tries every line of it.
        return;
    }
    let listed: BTreeMap<String, BTreeSet<String>> =
        serde_json::from_str(include_str!("../../../fixtures/debitura/operations.json")).unwrap();
    for (api, file, dropped) in
        [("referral", "debitura-referral-partner-api.trimmed.yaml", 4), ("customer", "debitura-customer-api.json", 0)]
    {
        let description = description(file);
        let paths = description["paths"].as_object().unwrap();
        let published = paths.iter().flat_map(|(path, operations)| {
            let methods = operations.as_object().unwrap().keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        });
        let published: BTreeSet<String> = published.collect();
        assert_eq!(published.difference(&listed[api]).next(), None, "{api}");
        // What the available copy leaves out.
        assert_eq!(listed[api].difference(&published).count(), dropped, "{api}");
    }
}

/// Reads an API description, with its way to say nullable converted to that of JSON Schema.
fn description(file: &str) -> Value {
    let text = std::fs::read_to_string(Path::new(DESCRIPTIONS).join(file)).unwrap();
    let value: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    nullable(serde_json::to_value(value).unwrap())
}

fn nullable(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut map: Map<String, Value> = map.into_iter().map(|(name, inner)| (name, nullable(inner))).collect();
            if map.get("nullable") == Some(&Value::Bool(true))
                && let Some(Value::String(kind)) = map.get("type").cloned()
            {
                map.insert("type".into(), json!([kind, "null"]));
            }
            Value::Object(map)
        }
        Value::Array(list) => Value::Array(list.into_iter().map(nullable).collect()),
        plain => plain,
    }
}

/// Returns the schema that a description has for a reply.
fn schema_of(description: &Value, reply: &Replied) -> Option<Value> {
    let (method, path) = reply.call.split_once(' ')?;
    let paths = description["paths"].as_object()?;
    // A path without parameters takes precedence over one with parameters.
    let mut fitting: Vec<_> = paths
        .iter()
        .filter(|(known, operations)| {
            let route = Route { method: method.into(), path: (*known).clone() };
            route.captures(path).is_some() && operations.get(method.to_lowercase()).is_some()
        })
        .collect();
    fitting.sort_by_key(|(known, _)| known.matches('{').count());
    let response = &fitting.first()?.1[method.to_lowercase()]["responses"][reply.status.to_string()];
    let mut schema = response["content"]["application/json"]["schema"].as_object()?.clone();
    schema.insert("components".into(), description["components"].clone());
    Some(Value::Object(schema))
}
