//! The values that templates can read.

use serde_json::Value;

/// A JSON object with the values that templates can read, by name.
pub(crate) type Scope = Value;
