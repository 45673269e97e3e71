//! A pack as it was read: the description of its provider, and its checks.

use std::sync::Arc;

use serde_json::Value;

use super::check::Check;
use super::fixtures::Fixtures;
use super::provider::Provider;
use super::sample_partner::PackedSamplePartner;
use crate::yaml::Document;

/// One provider's checklist.
#[derive(Clone, Debug)]
pub struct Pack {
    /// The name of its folder, by which profiles and commands refer to it.
    pub id: String,
    /// What it says about the provider.
    pub provider: Provider,
    /// `provider` as JSON, for templates, with all its `hosts`.
    pub facts: Value,
    /// The text of `provider.yaml`.
    pub document: Document,
    /// Its checks, in the order of the checklist.
    pub checks: Vec<Arc<PackedCheck>>,
    /// SHA-256 over the names and contents of its files, fixtures included; 64 hex digits.
    pub digest: String,
    /// Whether it was built into the program.
    pub built_in: bool,
    /// Its fixtures: the bodies of replies and events.
    pub fixtures: Fixtures,
    /// Its sample partner, if it has one.
    pub sample: Option<PackedSamplePartner>,
}

/// A check and its text.
#[derive(Clone, Debug)]
pub struct PackedCheck {
    /// The check as it was parsed.
    pub check: Check,
    /// The text it was read from; its name is relative, `checks/<provider>/<section>/<stem>.yaml`.
    pub document: Document,
}
