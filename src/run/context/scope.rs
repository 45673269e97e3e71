//! What templates can read.

use serde_json::Value;

/// What templates can read.
pub(crate) type Scope = Value;
