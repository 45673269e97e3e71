//! The sending time of a delivery, `t`.

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::error::ComposeError;
use crate::pack::scheme::TimeUnit;

/// Writes a time, given in seconds since 1970, in the scheme's unit: as a number if the unit is one, so that templates
/// can calculate.
pub(super) fn written(unit: TimeUnit, seconds: i64) -> Result<Value, ComposeError> {
    match unit {
        TimeUnit::Seconds => Ok(json!(seconds)),
        TimeUnit::Milliseconds => seconds.checked_mul(1000).map(Value::from).ok_or(ComposeError::Time(seconds)),
        TimeUnit::Rfc3339 => rfc3339(seconds).map(Value::from),
    }
}

/// Reads a text in the scheme's unit as seconds since 1970.
pub(super) fn read(unit: TimeUnit, text: &str) -> Option<i64> {
    match unit {
        TimeUnit::Seconds => text.parse().ok(),
        TimeUnit::Milliseconds => text.parse::<i64>().ok().map(|milliseconds| milliseconds.div_euclid(1000)),
        TimeUnit::Rfc3339 => OffsetDateTime::parse(text, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp),
    }
}

/// Formats a time in UTC to the second: `2026-01-31T15:23:45Z`.
pub(super) fn rfc3339(seconds: i64) -> Result<String, ComposeError> {
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .ok_or(ComposeError::Time(seconds))
}
