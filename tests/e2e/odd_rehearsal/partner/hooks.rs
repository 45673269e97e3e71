//! Receives the webhook events of the provider.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::Partner;

pub(super) async fn receive(State(partner): State<Arc<Partner>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if partner.genuine(&headers, &body).is_none() {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(event) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST };
    if !partner.store.remember(event["id"].as_str().unwrap_or_default()) {
        return StatusCode::OK;
    }
    let account = event["data"]["externalTenantId"].as_str().and_then(|account| account.strip_prefix("desk-"));
    if let Some(customer) = account.and_then(|number| number.parse().ok()) {
        match event["event"].as_str().unwrap_or_default() {
            "client.linked" | "client.onboarding.contract_signed" => partner.store.set_open(customer, true),
            // The page that was shown no longer works. The customer gets a new one at the next visit.
            "client.link_expired" => partner.store.forget_told(customer, ""),
            _ => {}
        }
    }
    StatusCode::OK
}

/// Answers how often an event took effect.
pub(super) async fn seen(State(partner): State<Arc<Partner>>, Path(id): Path<String>) -> String {
    json!({ "times": partner.store.times_seen(&id) }).to_string()
}

impl Partner {
    /// Verifies a signature `t=...,v1=...` over `t`, a dot and the body, which must not be older than five minutes.
    fn genuine(&self, headers: &HeaderMap, body: &[u8]) -> Option<()> {
        let (t, v1) = headers.get("x-debitura-signature")?.to_str().ok()?.strip_prefix("t=")?.split_once(",v1=")?;
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()?;
        let age = now - t.parse::<i64>().ok()?;
        let key = BASE64_STANDARD.decode(&self.hook_secret).ok()?;
        let mac = Hmac::<Sha256>::new_from_slice(&key).ok()?.chain_update(t).chain_update(".").chain_update(body);
        mac.verify_slice(&hex::decode(v1).ok()?).ok().filter(|()| (-60..=300).contains(&age))
    }
}
