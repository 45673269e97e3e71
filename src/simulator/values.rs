//! Values of records, as they are kept and written.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A time as stored in records: UTC, to the second.
pub(super) fn written(time: OffsetDateTime) -> Value {
    json!(time.replace_nanosecond(0).unwrap_or(time).format(&Rfc3339).ok())
}

/// A string as it is, any other value as JSON.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The fields of a record.
pub(super) type Members = Map<String, Value>;
