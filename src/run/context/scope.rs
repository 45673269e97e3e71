//! What templates can read.

use serde_json::Value;

/// The values that templates can read.
pub(crate) type Scope = Value;
