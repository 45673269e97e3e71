//! What calls and events do: types, rules, look-ups, outcomes.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::Mode;
use crate::catalog::words::Text;


