//! What the errors of a 422 require, one or several at once. Their type counts; their text may change.

use serde_json::Value;

use super::defects::{ActiveDefect, Defect};
use super::request::ApiResponse;

/// The kind of an error, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `MissingDebtCollectionContract`: the client has to sign.
    Contract,
    /// `MissingPowerOfAttorney`: the client has to sign.
    PowerOfAttorney,
    /// `MissingKycVerification`: the client has to fill in a form.
    Kyc,
    /// `NoPartnerAvailable`: nobody collects there.
    NoPartner,
    /// `CreditorBlocked`: somebody must contact Debitura.
    Blocked,
    /// A case with this reference exists. Only a part of its type is documented.
    Duplicate,
    /// An unknown kind: it is shown, not guessed at.
    Other,
}

impl Kind {
    fn classify(error: &Value) -> Self {
        match error["type"].as_str().unwrap_or_default() {
            "MissingDebtCollectionContract" => Self::Contract,
            "MissingPowerOfAttorney" => Self::PowerOfAttorney,
            "MissingKycVerification" => Self::Kyc,
            "NoPartnerAvailable" => Self::NoPartner,
            "CreditorBlocked" => Self::Blocked,
            duplicate if duplicate.contains("Duplicate") => Self::Duplicate,
            _ => Self::Other,
        }
    }

    /// Whether the client can resolve it.
    fn solvable(self) -> bool {
        match self {
            Self::Contract | Self::PowerOfAttorney | Self::Kyc => true,
            // Such an error may carry a link to support, where a client can sign nothing.
            Self::NoPartner | Self::Blocked | Self::Duplicate | Self::Other => false,
        }
    }
}

/// Returns the kinds of the errors in a response.
pub(super) fn kinds(answer: &ApiResponse) -> Vec<Kind> {
    answer.body["businessErrors"].as_array().into_iter().flatten().map(Kind::classify).collect()
}

/// Returns Debitura's own description of the error.
pub(super) fn message(answer: &ApiResponse) -> String {
    let errors = answer.body["businessErrors"].as_array();
    let words: Vec<&str> = errors.into_iter().flatten().filter_map(|error| error["message"].as_str()).collect();
    if !words.is_empty() {
        return words.join(" ");
    }
    answer.text("/message").map_or_else(|| format!("Debitura refused the case ({})", answer.status), str::to_owned)
}

/// Returns the URLs where the client can resolve the errors: one page for all, or one page per error.
pub(super) fn solution_urls(answer: &ApiResponse, defects: ActiveDefect) -> Vec<&str> {
    if swallowed(answer, defects) {
        return Vec::new();
    }
    let errors = answer.body["businessErrors"].as_array();
    let mut urls = Vec::new();
    for error in errors.into_iter().flatten().filter(|error| Kind::classify(error).solvable()) {
        // Two errors may share a page.
        if let Some(url) = error["solutionUrl"].as_str().filter(|url| !urls.contains(url)) {
            urls.push(url);
        }
    }
    if defects.has(Defect::FirstErrorOnly) && urls.len() > 1 {
        return vec![urls[0]];
    }
    answer.text("/signingHandoff/combinedSigningUrl").map_or(urls, |combined| vec![combined])
}

fn swallowed(answer: &ApiResponse, defects: ActiveDefect) -> bool {
    let mistakes = [
        (Kind::Contract, Defect::ContractUrlSwallowed),
        (Kind::PowerOfAttorney, Defect::PoaUrlSwallowed),
        (Kind::Kyc, Defect::KycUrlSwallowed),
    ];
    let alone = |kind: Kind| kinds(answer).iter().all(|other| *other == kind);
    mistakes.iter().any(|(kind, defect)| defects.has(*defect) && alone(*kind))
}
