//! The simulator delivers by the scheme: with its method, to the URL of the subscription, signed with both secrets
//! while both are valid.

use std::time::Duration;

use preflight::pack::scheme::Webhooks;
use preflight::simulator::{Options, Simulator, start};
use preflight::webhook::{ReceivedDelivery, examine};
use serde_json::{Value, json};
use time::OffsetDateTime;
use url::Url;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::packs::read;

/// A provider that replaces the secrets of subscriptions on request.
const PACK: &str = r#"name: Acme
version: "1"
items: [{ id: it.works, section: It, text: It works }]
apis: { main: { header: { X-Key: "{{ api_key }}" } } }
simulator:
  correlate_by: [bearer]
  records: { subscription: { in: subscriptions, of: records/subscription } }
  replies:
    fine: { status: 200 }
    secret: { status: 200, body: { id: "{{ subscription.id }}", secret: "{{ subscription.secret }}" } }
    refused: { status: 400 }
  default_replies: { unknown_route: refused, unauthenticated: refused, malformed: refused, wrong_type: refused, too_large: refused, not_here: refused }
  routes:
    main:
      POST /hooks: { body: { $.url: text }, outcomes: [{ creates: subscription, reply: secret }] }
      POST /hooks/{id}/rotate:
        find: { subscription: { in: subscriptions, where: { id: "{{ path.id }}" }, else: refused } }
        outcomes:
          - changes:
              - in: subscriptions
                where: { id: "{{ path.id }}" }
                set: { secret: "{{ fresh.secret }}", before: "{{ subscription.secret }}", since: "{{ now }}" }
            reply: secret
      POST /things: { body: {}, outcomes: [{ sends: [thing.made], reply: fine }] }
  client: { in: clients, key: id, identified_by: [$.id], starts: new }
  states: { new: {} }
  subscriptions:
    in: subscriptions
    key: id
    url: url
    events: events
    secret: secret
    active: active
    disabled: disabled
    previous: { secret: before, since: since }
"#;

const CHECK: &str = "id: it.works
title: Accepts a delivery
items: [it.works]
stage: rehearsal
docs: https://docs.acme.example/it
why: It would not work.
fix: Let it work.
when: [{ deliver: thing.made, as: first }]
then: [{ delivery: first, is: accepted }]
";

const FIXTURES: [(&str, &str); 2] = [
    ("events/thing.made", r#"{ "id": "", "type": "", "thing": "one" }"#),
    (
        "records/subscription",
        r#"{ "id": "{{ fresh.id }}", "url": "{{ body.url }}", "events": ["thing.made"], "active": true, "disabled": null,
             "secret": "{{ fresh.secret }}", "before": null, "since": null }"#,
    ),
];

/// The simulator, its scheme, and a handler that answers late.
struct Scene {
    simulator: Simulator,
    scheme: Webhooks,
    handler: MockServer,
}

async fn scene(late: Duration) -> Scene {
    let section =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engine/schemes/one-header.yaml")).unwrap();
    let section = section.replace("webhooks:\n", "webhooks:\n  method: PUT\n");
    let catalog = read(&format!("{PACK}{section}"), &[("it/works", CHECK)], &FIXTURES);
    let pack = &catalog.packs["acme"];
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let options = Options::rehearsal("the-key", Url::parse("http://pages.example").unwrap(), client);
    let simulator = start(&pack.provider, &pack.fixtures, options).await.unwrap();
    let handler = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_delay(late)).mount(&handler).await;
    Scene { simulator, scheme: pack.provider.webhooks.clone().unwrap(), handler }
}

impl Scene {
    async fn ask(&self, path: &str, body: &Value) -> Value {
        let url = self.simulator.base("main").unwrap().join(path).unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.post(url).header("X-Key", "the-key").header("content-type", "application/json");
        let text = request.body(body.to_string()).send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Returns which of some secrets verify the next delivery.
    async fn proven_by(&self, secrets: &[&str]) -> Vec<bool> {
        let seen = self.simulator.deliveries().len();
        self.ask("/things", &json!({})).await;
        self.simulator.deliveries().changed(seen).await;
        let request = self.handler.received_requests().await.unwrap().pop().unwrap();
        assert_eq!(request.method.as_str(), "PUT");
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap().to_owned();
        let headers: Vec<_> = request.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let arrived =
            ReceivedDelivery { method: "PUT", url: request.url.as_str(), headers: &headers, body: &request.body };
        let now = OffsetDateTime::now_utc().unix_timestamp();
        secrets.iter().map(|secret| examine(&self.scheme, &[secret], &arrived, now).verified).collect()
    }
}

#[tokio::test]
async fn a_delivery_is_signed_with_the_secret_before_for_as_long_as_both_are_in_use() {
    let scene = scene(Duration::ZERO).await;
    let made = scene.ask("/hooks", &json!({ "url": scene.handler.uri() })).await;
    let first = made["secret"].as_str().unwrap();
    assert_eq!(scene.proven_by(&[first, "other"]).await, [true, false]);
    let rotated = scene.ask(&format!("/hooks/{}/rotate", made["id"].as_str().unwrap()), &json!({})).await;
    let second = rotated["secret"].as_str().unwrap();
    assert_ne!(first, second);
    assert_eq!(scene.proven_by(&[first, second, "other"]).await, [true, true, false]);
    scene.simulator.clock().advance(Duration::from_hours(24));
    assert_eq!(scene.proven_by(&[first, second]).await, [false, true]);
}

#[tokio::test]
async fn a_delivery_counts_until_its_answer_is_there() {
    let scene = scene(Duration::from_millis(300)).await;
    assert!(!scene.simulator.is_delivering());
    scene.ask("/hooks", &json!({ "url": scene.handler.uri() })).await;
    scene.ask("/things", &json!({})).await;
    let started = async {
        while !scene.simulator.is_delivering() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), started).await.unwrap();
    assert_eq!(scene.simulator.deliveries().len(), 0);
    tokio::time::timeout(Duration::from_secs(5), scene.simulator.delivered()).await.unwrap();
    assert_eq!(scene.simulator.deliveries().len(), 1);
}
