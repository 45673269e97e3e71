//! When a call is retried, and when that is left to the user.
//!
//! | what happened | what is done |
//! |---|---|
//! | 429, the wait is short | wait as long as it says, then once more |
//! | 429, the wait is long | do not call before it is over; the user is told when |
//! | 5xx, or no answer at all | at most three attempts, each pause twice as long as the one before |
//! | any other answer | it is the answer: sending the same again would get the same again |

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use reqwest::{Client, StatusCode};
use serde_json::json;
use uuid::Uuid;

use super::defects::{ActiveDefect, Defect};
use super::options::Options;
use super::request::{ApiResponse, Request};

/// Maximum number of attempts while Debitura has problems.
const MAX_ATTEMPTS: u32 = 3;

/// Maximum time that a user waits for the end of a rate limit.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// Maximum pause, whatever `retryAfter` in a response says.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);

/// The calls to Debitura; each has its own pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ApiCall {
    /// `POST /clients`.
    CreateClient,
    /// `GET /clients/{externalTenantId}`.
    ReadClient,
    /// `POST /oauth/token`.
    Mint,
    /// `POST /cases/preview`.
    Preview,
    /// `POST /cases`.
    CreateCase,
    /// `GET /cases/by-creditor-reference/{reference}`.
    FindCase,
}

/// Nothing is decided: try again later, after this time if it is known.
#[derive(Debug, Clone)]
pub(super) struct Later {
    pub(super) message: String,
    pub(super) after: Option<Duration>,
}

/// Why an attempt decided nothing.
enum AttemptError {
    Limited { wait: Option<Duration> },
    Broken(StatusCode),
    Silent(String),
}

/// Makes calls, and retries them where that helps.
pub(super) struct Attempts {
    http: Client,
    backoff: Duration,
    not_before: Mutex<HashMap<(ApiCall, String), Instant>>,
    defects: ActiveDefect,
}

impl Attempts {
    pub(super) fn new(http: Client, options: &Options) -> Self {
        Self { http, backoff: options.retry_backoff, not_before: Mutex::default(), defects: options.defects }
    }

    /// Whether a call may be made for this client now, or must wait for the end of a rate limit.
    pub(super) fn due(&self, call: ApiCall, tenant: &str) -> Result<(), Later> {
        let pauses = self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
        let until = pauses.get(&(call, tenant.to_owned()));
        let left = until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()));
        if left.is_zero() { Ok(()) } else { Err(limited(left)) }
    }

    /// Makes a call until something is decided.
    pub(super) async fn carry_out(
        &self,
        call: ApiCall,
        tenant: &str,
        mut request: Request,
    ) -> Result<ApiResponse, Later> {
        self.due(call, tenant)?;
        let (mut inconclusive, mut waited) = (0, false);
        loop {
            let trouble = match request.send(&self.http).await {
                Ok(answer) => match self.trouble(call, &answer) {
                    None => return Ok(ApiResponse { in_doubt: inconclusive > 0, ..answer }),
                    Some(trouble) => trouble,
                },
                Err(silence) => AttemptError::Silent(silence.to_string()),
            };
            self.change_by_mistake(call, &mut request, &trouble);
            if let AttemptError::Limited { wait } = trouble {
                self.sit_out(call, tenant, wait.unwrap_or(self.backoff), waited).await?;
                waited = true;
            } else {
                inconclusive += 1;
                self.back_off(inconclusive, trouble).await?;
            }
        }
    }

    fn trouble(&self, call: ApiCall, answer: &ApiResponse) -> Option<AttemptError> {
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            if self.defects.has(Defect::RateLimitFinal) && call == ApiCall::CreateCase {
                return None;
            }
            let seconds = answer.retry_after().filter(|seconds| seconds.is_finite());
            let wait =
                seconds.map(|seconds| Duration::from_secs_f64(seconds.clamp(0.0, MAX_RETRY_AFTER.as_secs_f64())));
            return Some(AttemptError::Limited { wait });
        }
        answer.status.is_server_error().then_some(AttemptError::Broken(answer.status))
    }

    /// Waits once, if the time is short; otherwise blocks calls until the time is over.
    async fn sit_out(&self, call: ApiCall, tenant: &str, wait: Duration, waited: bool) -> Result<(), Later> {
        let wait = if self.defects.has(Defect::RateLimitIgnored) {
            Duration::ZERO
        } else if self.defects.has(Defect::RateLimitFloor) {
            Duration::from_secs(wait.as_secs())
        } else {
            wait
        };
        if waited || wait > MAX_WAIT {
            let mut pauses = self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
            pauses.insert((call, tenant.to_owned()), Instant::now() + wait);
            return Err(limited(wait));
        }
        tokio::time::sleep(wait).await;
        Ok(())
    }

    /// Waits longer after each attempt, and gives up after the last.
    async fn back_off(&self, inconclusive: u32, trouble: AttemptError) -> Result<(), Later> {
        let (attempts, pause) = match trouble {
            AttemptError::Broken(_) if self.defects.has(Defect::ServerErrorHammered) => (31, Duration::ZERO),
            AttemptError::Limited { .. } | AttemptError::Broken(_) | AttemptError::Silent(_) => {
                (MAX_ATTEMPTS, self.backoff * 2_u32.pow(inconclusive.min(MAX_ATTEMPTS) - 1))
            }
        };
        if inconclusive >= attempts {
            let message = match trouble {
                AttemptError::Limited { .. } => "Debitura asks us to wait".to_owned(),
                AttemptError::Broken(status) => format!("Debitura answered {status}"),
                AttemptError::Silent(silence) => silence,
            };
            return Err(Later { message, after: None });
        }
        tokio::time::sleep(pause).await;
        Ok(())
    }

    /// Changes a call before its retry, as some defects do. Without them, a retry is exactly the same call.
    fn change_by_mistake(&self, call: ApiCall, request: &mut Request, trouble: &AttemptError) {
        let broken = matches!(trouble, AttemptError::Broken(_)) && self.defects.has(Defect::HardcodedHost);
        let silent = matches!(trouble, AttemptError::Silent(_)) && self.defects.has(Defect::LostAnswerNewReference);
        let host = match call {
            ApiCall::CreateClient => Some("https://referral-api.debitura.com/clients"),
            ApiCall::CreateCase => Some("https://customer-api.debitura.com/cases"),
            ApiCall::ReadClient | ApiCall::Mint | ApiCall::Preview | ApiCall::FindCase => None,
        };
        if let Some(url) = host.filter(|_| broken).and_then(|url| url.parse().ok()) {
            request.url = url;
        }
        if let Some(body) = request.body.as_mut().filter(|_| silent && call == ApiCall::CreateCase) {
            body["creditorReference"] = json!(Uuid::new_v4().to_string());
        }
    }
}

fn limited(wait: Duration) -> Later {
    Later { message: "Debitura asks us to wait before we call again".to_owned(), after: Some(wait) }
}
