//! How a correct partner receives webhooks.

use serde_json::json;
use tokio::task::JoinSet;

use super::running::{Delivery, Running, event, fresh_id, genuine, linked, mac, options};
use std::sync::Arc;

#[tokio::test]
async fn a_genuine_delivery_takes_effect_once_however_often_it_comes() {
    let partner = Running::start(options(&[])).await;
    let id = fresh_id();
    assert_eq!(partner.effects(&id).await, 0);
    for _ in 0..3 {
        assert_eq!(partner.deliver(&genuine(&linked(&id))).await, 200);
    }
    assert_eq!(partner.effects(&id).await, 1);
    assert_eq!(partner.count("/ops/events?type=client.linked").await, 1);
    assert_eq!(partner.count("/ops/events?type=case.created").await, 0);
    partner.stop().await;
}

#[tokio::test]
async fn parallel_deliveries_of_one_id_take_effect_once() {
    let partner = Arc::new(Running::start(options(&[])).await);
    let id = fresh_id();
    let mut deliveries = JoinSet::new();
    for _ in 0..20 {
        let (partner, delivery) = (Arc::clone(&partner), genuine(&linked(&id)));
        deliveries.spawn(async move { partner.deliver(&delivery).await });
    }
    assert_eq!(deliveries.join_all().await, vec![200; 20]);
    assert_eq!(partner.effects(&id).await, 1);
}

#[tokio::test]
async fn unusual_bytes_are_taken_as_they_are() {
    let partner = Running::start(options(&[])).await;
    let bodies = [
        "{ \"event\" :\n\"client.linked\" ,\t\"id\":\"ID\", \"data\":{\"n\":1.50,\"big\":123456789012345678901234567890} }\r\n",
        r#"{"id":"ID","event":"case.created","data":{"debtor":"S\u00f8ren \/ Ærø","caseId":"c1"},"extra":null}"#,
        r#"{"id":"ID","event":"client.link_requested"}"#,
    ];
    for body in bodies {
        let id = fresh_id();
        assert_eq!(partner.deliver(&genuine(&body.replace("ID", &id))).await, 200, "{body}");
        assert_eq!(partner.effects(&id).await, 1, "{body}");
    }
    partner.stop().await;
}

#[tokio::test]
async fn every_documented_event_takes_effect_and_an_unknown_one_is_acknowledged() {
    let partner = Running::start(options(&[])).await;
    let known = [
        "client.onboarding.poa_signed",
        "client.onboarding.contract_signed",
        "client.linked",
        "client.link_declined",
        "client.link_requested",
        "client.link_expired",
        "case.created",
        "case.updated",
        "case.closed",
        "cases.replay_failed",
    ];
    for (name, effects) in known.into_iter().map(|name| (name, 1)).chain([("case.invented", 0)]) {
        let id = fresh_id();
        assert_eq!(partner.deliver(&genuine(&event(&id, name, &json!({})))).await, 200, "{name}");
        assert_eq!(partner.effects(&id).await, effects, "{name}");
    }
    partner.stop().await;
}

#[tokio::test]
async fn what_is_no_delivery_is_refused_in_the_documented_way() {
    let partner = Running::start(options(&[])).await;
    let unsigned = Delivery { body: "not json".to_owned(), signature: None };
    let forged = Delivery { body: linked("x"), signature: Some(format!("t=1769873025,v1={}", mac(b"other", "x"))) };
    let malformed = Delivery { body: linked("x"), signature: Some("sha256=00".to_owned()) };
    let cases = [
        ("unsigned", unsigned, 401),
        ("forged", forged, 401),
        ("malformed header", malformed, 401),
        ("signed, not JSON", genuine("not json"), 400),
        ("signed, no envelope", genuine(r#"{"event":"client.linked"}"#), 400),
        ("signed, empty id", genuine(r#"{"id":"","event":"client.linked"}"#), 400),
        ("too large", genuine(&"x".repeat(1024 * 1024 + 1)), 413),
    ];
    for (what, delivery, status) in cases {
        assert_eq!(partner.deliver(&delivery).await, status, "{what}");
    }
    let largest = format!(r#"{{"id":"large","event":"client.linked","pad":"{}"}}"#, "x".repeat(1024 * 1024 - 100));
    assert_eq!(partner.deliver(&genuine(&largest)).await, 200, "just under the limit");
    partner.stop().await;
}
