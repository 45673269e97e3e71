//! Carries out `actions`, and the `follow_up` of a delivery.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::Url;

use super::error::ActError;
use super::expressions;
use super::state::Playing;
use crate::body;
use crate::pack::sample_partner::{Act, CallStep, ResponseStep, RetryStep};
use crate::pack::types::Span;

/// Maximum pause before a retry; a longer one in the description is shortened.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(30);

/// Timeout of a call to the provider.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

impl Playing {
    /// Returns the values that conditions and templates read.
    pub(super) fn scope(&self, told: &Map<String, Value>, kept: &Map<String, Value>) -> Value {
        let now = OffsetDateTime::now_utc();
        let mut scope = told.clone();
        scope.insert("stored".into(), Value::Object(kept.clone()));
        scope.insert("key".into(), json!(self.around.key));
        scope.insert("secret".into(), json!(self.around.secret));
        scope.insert("credentials".into(), json!(self.around.credentials));
        scope.insert("facts".into(), json!(self.described.facts));
        scope.insert("fresh".into(), json!(uuid::Uuid::new_v4().to_string()));
        scope.insert("now".into(), json!(now.format(&Rfc3339).unwrap_or_default()));
        scope.insert("today".into(), json!(now.date().to_string()));
        Value::Object(scope)
    }
}

/// One run of acts: its inputs, and the responses of calls by name.
struct Round<'p> {
    playing: &'p Playing,
    told: Map<String, Value>,
}

/// Carries out acts in order; returns the response if one of them gives it.
pub(super) async fn carry_out(
    playing: &Playing,
    acts: &[Act],
    told: Map<String, Value>,
) -> Result<Option<Response>, ActError> {
    let mut round = Round { playing, told };
    for act in acts {
        if !expressions::holds(act.condition(), &round.scope())? {
            continue;
        }
        match act {
            Act::Call(call) => round.call(call).await?,
            Act::Retry(again) => round.again(again, acts).await?,
            Act::Store(keep) => {
                let scope = round.scope();
                let named = |(name, value): (&String, &Value)| {
                    Ok((expressions::text(name, &scope)?, expressions::filled(value, &scope)?))
                };
                let values = keep.store.iter().map(named).collect::<Result<Vec<_>, ActError>>()?;
                playing.memory.change(|memory| {
                    for (name, value) in values {
                        memory.kept.insert(name, value);
                    }
                    memory.kept.retain(|_, value| !value.is_null());
                });
            }
            Act::Respond(answer) => return round.answer(answer).map(Some),
        }
    }
    Ok(None)
}

impl Round<'_> {
    fn scope(&self) -> Value {
        self.playing.scope(&self.told, &self.playing.memory.read(|memory| memory.kept.clone()))
    }

    async fn call(&mut self, call: &CallStep) -> Result<(), ActError> {
        let scope = self.scope();
        let request = self.request(call, &scope)?;
        let answer = match self.playing.http.execute(request).await {
            Ok(response) => {
                let status = response.status().as_u16();
                let headers: Map<String, Value> = response
                    .headers()
                    .iter()
                    .map(|(name, value)| (name.to_string(), json!(String::from_utf8_lossy(value.as_bytes()))))
                    .collect();
                let text = response.text().await.unwrap_or_default();
                let body = body::json(text.as_bytes()).unwrap_or(Value::String(text));
                json!({ "status": status, "headers": headers, "body": body })
            }
            Err(error) => json!({ "status": 0, "headers": {}, "body": error.to_string() }),
        };
        if let Some(name) = &call.name {
            self.told.insert(name.clone(), answer);
        }
        Ok(())
    }

    fn request(&self, call: &CallStep, scope: &Value) -> Result<reqwest::Request, ActError> {
        let line = expressions::text(&call.call, scope)?;
        let (method, path) = line.split_once(' ').ok_or_else(|| ActError::NotACall(line.clone()))?;
        let base = self.playing.around.apis.get(&call.api);
        let base = base.ok_or_else(|| ActError::UnknownApi(call.api.clone()))?;
        let wrong = |why: String| ActError::Request { line: line.clone(), why };
        let method = reqwest::Method::from_bytes(method.as_bytes()).map_err(|error| wrong(error.to_string()))?;
        let mut request = self.playing.http.request(method, below(base, path)?).timeout(REQUEST_TIMEOUT);
        if let Some(json) = &call.json {
            let body = expressions::filled(json, scope)?;
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        if let Some(form) = &call.form {
            let mut fields = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in form {
                fields.append_pair(name, &expressions::text(value, scope)?);
            }
            request = request.header("content-type", "application/x-www-form-urlencoded").body(fields.finish());
        }
        for (name, value) in self.headers(call, scope)? {
            request = request.header(name, value);
        }
        request.build().map_err(|error| wrong(error.to_string()))
    }

    /// Returns the headers of a call: its own, and those of all calls to the API that it does not set itself.
    fn headers(&self, call: &CallStep, scope: &Value) -> Result<Vec<(String, String)>, ActError> {
        let said = |name: &str| call.headers.keys().any(|own| own.eq_ignore_ascii_case(name));
        let carried = self.playing.described.partner.apis.get(&call.api);
        let carried = carried.into_iter().flat_map(|carried| &carried.headers).filter(|(name, _)| !said(name));
        let carried = carried.filter_map(|(name, text)| Some((name.clone(), expressions::text(text, scope).ok()?)));
        let own = call.headers.iter().filter_map(|(name, text)| Some((name, text.as_ref()?)));
        let own = own.map(|(name, text)| Ok((name.clone(), expressions::text(text, scope)?)));
        carried.map(Ok).chain(own).collect()
    }

    /// Retries a call while its condition holds, up to the maximum.
    async fn again(&mut self, again: &RetryStep, acts: &[Act]) -> Result<(), ActError> {
        let named = acts.iter().find_map(|act| match act {
            Act::Call(call) if call.name.as_ref() == Some(&again.retry) => Some(call),
            Act::Call(_) | Act::Retry(_) | Act::Store(_) | Act::Respond(_) => None,
        });
        let call = named.ok_or_else(|| ActError::UnknownCall(again.retry.clone()))?;
        for _ in 0..again.at_most {
            let scope = self.scope();
            if !expressions::holds(Some(&again.condition), &scope)? {
                return Ok(());
            }
            if let Some(after) = &again.delay {
                tokio::time::sleep(pause(&expressions::text(after, &scope)?)?).await;
            }
            self.call(call).await?;
        }
        Ok(())
    }

    fn answer(&self, answer: &ResponseStep) -> Result<Response, ActError> {
        let scope = self.scope();
        let words = &answer.answer;
        let status = StatusCode::from_u16(words.status).map_err(|_| ActError::Status(words.status))?;
        let mut response = match (&words.json, &words.text) {
            (Some(json), _) => (status, axum::Json(expressions::filled(json, &scope)?)).into_response(),
            (None, Some(text)) => (status, expressions::text(text, &scope)?).into_response(),
            (None, None) => status.into_response(),
        };
        for (name, text) in &words.headers {
            let value = expressions::text(text, &scope)?;
            let pair = HeaderName::try_from(name).ok().zip(HeaderValue::try_from(value).ok());
            let (name, value) = pair.ok_or_else(|| ActError::Header(name.clone()))?;
            response.headers_mut().insert(name, value);
        }
        Ok(response)
    }
}

/// Returns the URL of a path below an API; no path leads to another place.
fn below(base: &str, path: &str) -> Result<Url, ActError> {
    let wrong = |why: &str| ActError::Path { path: path.to_owned(), why: why.to_owned() };
    if !path.starts_with('/') || path.starts_with("//") {
        return Err(wrong("is not a path, which begins with one `/`"));
    }
    let (base, url) = (Url::parse(base), Url::parse(&format!("{}{path}", base.trim_end_matches('/'))));
    let (base, url) = base.and_then(|base| Ok((base, url?))).map_err(|error| wrong(&error.to_string()))?;
    let same = |url: &Url| (url.origin(), url.username().to_owned(), url.password().map(str::to_owned));
    if same(&base) == same(&url) { Ok(url) } else { Err(wrong("leads away from the API")) }
}

/// Parses a duration or a number of seconds, and limits it to the maximum pause.
fn pause(text: &str) -> Result<Duration, ActError> {
    let span = match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => serde_json::from_value::<Span>(json!(text)).ok().map(|span| span.0),
    };
    let span = span.ok_or_else(|| ActError::Delay(text.to_owned()))?;
    Ok(span.min(MAX_RETRY_DELAY))
}

#[cfg(test)]
mod tests {
    use super::below;

    #[test]
    fn no_path_leads_away_from_the_api_that_a_call_names() {
        for (path, url) in [
            ("/x", Some("http://127.0.0.1:4010/v1/x")),
            ("/x?to=http://other.example/@", Some("http://127.0.0.1:4010/v1/x?to=http://other.example/@")),
            ("/@127.0.0.1:48123/x", Some("http://127.0.0.1:4010/v1/@127.0.0.1:48123/x")),
            ("@127.0.0.1:48123/x", None),
            (":1@127.0.0.1:48123/x", None),
            ("//127.0.0.1:48123/x", None),
            ("1/x", None),
            ("\\@127.0.0.1:48123/x", None),
            ("", None),
        ] {
            let found = below("http://127.0.0.1:4010/v1/", path).ok();
            assert_eq!(found.as_ref().map(url::Url::as_str), url, "{path}");
        }
        assert!(below("http://127.0.0.1", ":48123/x").is_err() && below("http://127.0.0.1", ".example/x").is_err());
    }
}
