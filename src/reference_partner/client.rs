//! Debitura's two APIs, as far as this integration calls them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use reqwest::{Method, StatusCode, redirect::Policy};
use serde_json::{Value, json};
use tokio::sync::Mutex as AsyncMutex;
use url::Url;

use super::attempts::{ApiCall, Attempts, Later};
use super::defects::{ActiveDefect, Defect};
use super::options::{Hidden, Options};
use super::request::{ApiResponse, Request};
use super::store::StoreError;

/// The token slot of one client; the holder of its lock mints, others wait for the result.
type Slot = Arc<AsyncMutex<Option<Hidden>>>;

/// Access to both APIs.
pub(super) struct Debitura {
    attempts: Attempts,
    referral_api: Url,
    customer_api: Url,
    key: Hidden,
    /// Tokens by tenant id: a token belongs to one client and is never shared.
    tokens: Mutex<HashMap<String, Slot>>,
    defects: ActiveDefect,
}

/// Why a call on behalf of a client got no response.
#[derive(Debug)]
pub(super) enum Failure {
    /// Nothing is decided: try again later.
    Later(Later),
    /// Debitura does not let us act for this client, and a retry would not change that.
    NoLink(String),
    /// Our own database failed.
    Store(StoreError),
}

impl From<Later> for Failure {
    fn from(later: Later) -> Self {
        Self::Later(later)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Debitura {
    pub(super) fn new(options: &Options) -> Result<Self, reqwest::Error> {
        // rustls needs one cryptographic provider per process; an installed one is kept.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // Redirects are not followed: one could carry the key to another host.
        let builder = reqwest::Client::builder().redirect(Policy::none());
        let http = builder.connect_timeout(Duration::from_secs(5)).timeout(Duration::from_secs(20)).build()?;
        Ok(Self {
            attempts: Attempts::new(http, options),
            referral_api: options.referral_api.clone(),
            customer_api: options.customer_api.clone(),
            key: options.key.clone(),
            tokens: Mutex::default(),
            defects: options.defects,
        })
    }

    /// `POST /clients`: creates the client, or returns its status.
    pub(super) async fn create_client(&self, tenant: &str, body: Value) -> Result<ApiResponse, Later> {
        let request = self.referral(Method::POST, &["clients"]).with_body(body);
        self.attempts.carry_out(ApiCall::CreateClient, tenant, request).await
    }

    /// `GET /clients/{externalTenantId}`.
    pub(super) async fn client(&self, tenant: &str) -> Result<ApiResponse, Later> {
        let request = self.referral(Method::GET, &["clients", tenant]);
        self.attempts.carry_out(ApiCall::ReadClient, tenant, request).await
    }

    /// `POST /cases/preview`, on behalf of a client.
    pub(super) async fn preview(&self, tenant: &str, body: Value) -> Result<ApiResponse, Failure> {
        let request = self.customer(Method::POST, &["cases", "preview"]).with_body(body);
        self.on_behalf(ApiCall::Preview, tenant, request).await
    }

    /// Whether a case may be sent for this client now, or a rate limit is still in force.
    pub(super) fn case_is_due(&self, tenant: &str) -> Result<(), Later> {
        self.attempts.due(ApiCall::CreateCase, tenant)
    }

    /// `POST /cases`, on behalf of a client.
    pub(super) async fn create_case(&self, tenant: &str, body: Value) -> Result<ApiResponse, Failure> {
        let with_key = self.defects.has(Defect::KycWithoutToken) && body["debtor"]["countryAlpha2"] == "GB";
        let request = self.customer(Method::POST, &["cases"]).with_body(body);
        if with_key {
            return Ok(self.attempts.carry_out(ApiCall::CreateCase, tenant, request.with_key(&self.key)).await?);
        }
        let request = if self.defects.has(Defect::KeyBesideToken) { request.with_key(&self.key) } else { request };
        self.on_behalf(ApiCall::CreateCase, tenant, request).await
    }

    /// `GET /cases/by-creditor-reference/{reference}`, on behalf of a client.
    pub(super) async fn find_case(&self, tenant: &str, reference: &str) -> Result<ApiResponse, Failure> {
        let request = self.customer(Method::GET, &["cases", "by-creditor-reference", reference]);
        self.on_behalf(ApiCall::FindCase, tenant, request).await
    }

    fn referral(&self, method: Method, path: &[&str]) -> Request {
        Request::new(method, &self.referral_api, path).with_key(&self.key)
    }

    fn customer(&self, method: Method, path: &[&str]) -> Request {
        Request::new(method, &self.customer_api, path)
    }

    /// Makes a call with the client's token. After a 401 the token is replaced once and the call retried once: a second
    /// 401 does not come from the token.
    async fn on_behalf(&self, call: ApiCall, tenant: &str, request: Request) -> Result<ApiResponse, Failure> {
        let mut token = self.token(tenant, None).await?;
        let mut answer = self.attempts.carry_out(call, tenant, request.clone().with_token(&token)).await?;
        for _ in 0..self.remints() {
            if answer.status != StatusCode::UNAUTHORIZED {
                break;
            }
            token = self.token(tenant, Some(&token)).await?;
            if !self.defects.has(Defect::RemintWithoutRepeat) {
                let in_doubt = answer.in_doubt;
                answer = self.attempts.carry_out(call, tenant, request.clone().with_token(&token)).await?;
                answer.in_doubt |= in_doubt;
            }
        }
        if answer.status == StatusCode::UNAUTHORIZED {
            return Err(Failure::NoLink("The link to Debitura is no longer valid: please connect again".to_owned()));
        }
        Ok(answer)
    }

    /// Returns how often a rejected token is replaced: once, except with defects.
    fn remints(&self) -> u32 {
        if self.defects.has(Defect::NoRemint) {
            return 0;
        }
        if self.defects.has(Defect::RemintForever) { 6 } else { 1 }
    }

    /// Returns the token of a client, and mints one if none is stored or the stored one is the `refused` one.
    async fn token(&self, tenant: &str, refused: Option<&Hidden>) -> Result<Hidden, Failure> {
        let slot = self.slot(tenant);
        let mut held = slot.lock().await;
        if let Some(token) = held.as_ref().filter(|token| Some(*token) != refused) {
            return Ok(token.clone());
        }
        *held = None;
        let mint = self.referral(Method::POST, &["oauth", "token"]).with_body(json!({ "externalTenantId": tenant }));
        let answer = self.attempts.carry_out(ApiCall::Mint, tenant, mint).await?;
        match answer.text("/accessToken").filter(|_| answer.status.is_success()) {
            Some(token) => Ok(held.insert(Hidden::from(token)).clone()),
            None => Err(Failure::NoLink(format!("Debitura does not let us act for this client ({})", answer.status))),
        }
    }

    fn slot(&self, tenant: &str) -> Slot {
        let whose = if self.defects.has(Defect::SharedToken) { "whoever" } else { tenant };
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(tokens.entry(whose.to_owned()).or_default())
    }

    /// Only for [`Defect::MintEveryCall`]: a token is valid until it is rejected.
    pub(super) fn forget_token(&self, tenant: &str) {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).remove(tenant);
    }
}
