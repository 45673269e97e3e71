//! Values of records, and how they are written.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Writes a time as it is stored in records: in UTC, to the second.
pub(super) fn written(time: OffsetDateTime) -> Value {
    json!(time.replace_nanosecond(0).unwrap_or(time).format(&Rfc3339).ok())
}

/// Returns a string as it is, and any other value as JSON.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The fields of a record.
pub(super) type Members = Map<String, Value>;
