//! Authenticates Preflight's own calls to a provider: by a key, by a name and password, or by a token that is requested
//! once.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::authentication_error::AuthenticationError;
use super::context::run_context::RunContext;
use super::context::scope::Scope;
use super::context::tokens::{AuthError, Token, TokenKey};
use crate::body;
use crate::evidence::{Outcome, TransportError, TransportErrorKind};
use crate::net::client::CallResult;
use crate::net::gate::{Draft, Purpose};
use crate::pack::authentication::{Api, Basic, ClientCredentials, CredentialsSent, TokenRequest};
use crate::pack::types::{Environment, Text};
use crate::redact::Secret;
use crate::template;

/// Timeout of a token request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// The target of a call: an API of a real environment, or of the simulated provider if `environment` is `None`.
#[derive(Clone, Copy)]
pub(super) struct ApiTarget<'a> {
    pub(super) run: &'a RunContext,
    pub(super) environment: Option<Environment>,
    pub(super) api: &'a str,
}

impl<'a> ApiTarget<'a> {
    /// Drafts an authenticated call without a body. `scope` contains the `client` for which a token may be needed.
    pub(super) async fn draft(self, method: &str, target: &str, scope: &Scope) -> Result<Draft, AuthError> {
        let mut draft = self.bare(method, target)?;
        draft.headers = match self.rule()? {
            Api::Bearer(bearer) => {
                let of = ApiTarget { api: &bearer.from, ..self };
                let json = bearer.json.as_ref().ok_or_else(|| AuthenticationError::NoTokenBody {
                    mint: bearer.mint.to_string(),
                    api: self.api.to_owned(),
                })?;
                let mut ask = of.bare(&bearer.mint.method, &bearer.mint.path)?;
                ask.headers = of.own().await?;
                ask.headers.push(("content-type".to_owned(), "application/json".to_owned()));
                let client = json!({ "client": scope.get("client") });
                ask.body = template::render_json(json, &client)?.to_string().into_bytes();
                self.bearer(ask).await?
            }
            Api::Header(_) | Api::Basic(_) | Api::ClientCredentials(_) => self.own().await?,
        };
        Ok(draft)
    }

    fn rule(self) -> Result<&'a Api, AuthenticationError> {
        let rule = self.run.plan.pack.provider.apis.get(self.api);
        rule.ok_or_else(|| AuthenticationError::NoRule { api: self.api.to_owned() })
    }

    /// Returns the headers that authenticate a call as the partner itself.
    async fn own(self) -> Result<Vec<(String, String)>, AuthError> {
        let scope = self.credentials();
        match self.rule()? {
            Api::Header(templates) => {
                let header = |(name, text): (&String, &Text)| Ok((name.clone(), template::render_text(text, &scope)?));
                templates.iter().map(header).collect()
            }
            Api::Basic(Basic { user, password }) => {
                Ok(vec![basic(&template::render_text(user, &scope)?, &template::render_text(password, &scope)?)])
            }
            Api::ClientCredentials(own) => self.bearer(self.ask(own, &scope)?).await,
            Api::Bearer(_) => Err(AuthenticationError::NoClient { api: self.api.to_owned() }.into()),
        }
    }

    /// Drafts the token request of the client credentials grant (RFC 6749, section 4.4.2).
    fn ask(self, own: &ClientCredentials, scope: &Scope) -> Result<Draft, AuthError> {
        let of = ApiTarget { api: own.from.as_deref().unwrap_or(self.api), ..self };
        let mut ask = of.bare(&own.mint.method, &own.mint.path)?;
        let (id, secret) = (template::render_text(&own.id, scope)?, template::render_text(&own.secret, scope)?);
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        if let Some(wanted) = &own.scope {
            form.append_pair("scope", &template::render_text(wanted, scope)?);
        }
        match own.sent {
            // RFC 6749, section 2.3.1: the name and the password are form-encoded first.
            CredentialsSent::Basic => {
                let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
                let (id, secret) = (encoded(&id), encoded(&secret));
                // Redaction would not recognise the encoded secret inside Base64, so it is registered as well.
                let place = self.environment.map_or("rehearsal", Environment::word);
                self.run.redactor.capture(&format!("{place}.client_secret"), &secret);
                ask.headers.push(basic(&id, &secret));
            }
            CredentialsSent::Form => {
                form.append_pair("client_id", &id).append_pair("client_secret", &secret);
            }
        }
        ask.headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
        ask.body = form.finish().into_bytes();
        Ok(ask)
    }

    /// Returns the header with a token for this API: the cached token, or a newly requested one.
    async fn bearer(self, ask: Draft) -> Result<Vec<(String, String)>, AuthError> {
        let Some(token_request) = self.rule()?.token_request(self.api) else {
            return Err(AuthenticationError::NoTokens { api: self.api.to_owned() }.into());
        };
        let asked = TokenKey { environment: self.environment, api: self.api.to_owned(), body: ask.body.clone() };
        let kept = self.run.outbound.tokens.0.lock().await.entry(asked).or_default().clone();
        // The lock is held during the request, so that all waiting calls use the same token.
        let mut kept = kept.lock().await;
        let token = match kept.as_ref().and_then(Token::now) {
            Some(token) => token,
            None => {
                let token = self.minted(token_request, ask).await;
                *kept = match &token {
                    Ok(text) => {
                        let (text, lifetime) = (text.clone(), token_request.lifetime.0);
                        Some(Token::Given { text, since: Instant::now(), lifetime })
                    }
                    Err(why) => why.lasts(token_request).then(|| Token::Refused(why.clone())),
                };
                token
            }
        };
        Ok(vec![("authorization".to_owned(), format!("Bearer {}", token?))])
    }

    async fn minted(self, token_request: TokenRequest<'_>, ask: Draft) -> Result<String, AuthError> {
        // The response contains the token, so it is never recorded.
        let sent = self.run.send(ask, REQUEST_TIMEOUT, false, None).await;
        let is_good = sent.outcome.answer().is_some_and(|answer| (200..300).contains(&answer.status));
        if !is_good {
            return Err(AuthError::Refused(Box::new(sent)));
        }
        let json = sent.raw.as_deref().and_then(body::json);
        let token = json.as_ref().and_then(|json| token_request.token.first(json)?.as_str()).map(str::to_owned);
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            let detail = format!("the response contains no token at `{}`", token_request.token);
            let outcome = Outcome::TransportError(TransportError { kind: TransportErrorKind::Shape, detail });
            return Err(AuthError::Refused(Box::new(CallResult { outcome, ..sent })));
        };
        self.run.learn_token(self.environment, &token);
        Ok(token)
    }

    /// Drafts a call without authentication.
    fn bare(self, method: &str, target: &str) -> Result<Draft, AuthenticationError> {
        let (base, purpose) = self.side()?;
        let url = format!("{}{target}", base.as_str().trim_end_matches('/'));
        let credentials = self.environment.into_iter().collect();
        Ok(Draft { purpose, method: method.into(), url, headers: Vec::new(), body: Vec::new(), credentials })
    }

    /// Returns the base URL of the API, and the purpose by which the gate judges the call.
    fn side(self) -> Result<(Url, Purpose), AuthenticationError> {
        let ApiTarget { run, environment, api } = self;
        let Some(environment) = environment else {
            let base = run.provider.simulator().and_then(|simulator| simulator.base(api));
            let base = base.ok_or_else(|| AuthenticationError::NotPlayed { api: api.to_owned() })?;
            return Ok((base.clone(), Purpose::Simulated { api: api.into() }));
        };
        let addresses = run.plan.pack.provider.environments.get(&environment);
        let base = addresses.and_then(|addresses| addresses.apis.get(api));
        let base = base.ok_or_else(|| AuthenticationError::NoAddress { api: api.to_owned(), environment })?;
        Ok((base.clone(), Purpose::Provider { environment, api: api.into() }))
    }

    /// Returns the key and the credentials for the target: those of the profile, or those that the simulator issued.
    /// Missing ones are omitted.
    fn credentials(self) -> Scope {
        let Some(environment) = self.environment else {
            return json!({ "api_key": self.run.provider.issued_key(), "credentials": self.run.provider.issued_credentials() });
        };
        let inside = self.run.plan.read.profile.environments.get(&environment);
        let credentials = inside.iter().flat_map(|inside| &inside.credentials);
        let credentials = credentials.filter_map(|(name, secret)| Some((name.clone(), secret.as_ref()?.expose())));
        let credentials: serde_json::Map<String, Value> =
            credentials.map(|(name, secret)| (name, secret.into())).collect();
        let key = inside.and_then(|inside| inside.api_key.as_ref()).map(Secret::expose);
        json!({ "api_key": key, "credentials": credentials })
    }
}

/// Returns the header of basic authentication (RFC 7617).
fn basic(name: &str, password: &str) -> (String, String) {
    ("authorization".to_owned(), format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))))
}
