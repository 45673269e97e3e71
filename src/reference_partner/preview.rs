//! Asks before sending: whether Debitura would accept the case, and whether a verification is missing.

use reqwest::StatusCode;
use serde_json::Value;

use super::app::App;
use super::client::Failure;
use super::defects::Defect;
use super::invoice::Invoice;
use super::links::{Page, shown};
use super::request::ApiResponse;
use super::store::Client;

/// The result of a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing prevents the case. Signatures may be missing; the response to the case says where to give them.
    Eligible,
    /// Debitura would reject the case.
    NotEligible { reason: String },
    /// The client must be verified first, on this page.
    NeedsKyc { url: String, message: String },
    /// The preview is unusable.
    Unclear { message: String },
}

/// Asks Debitura for a preview of a case, on behalf of the client.
pub(super) async fn ask(app: &App, client: &Client, invoice: &Invoice) -> Result<Verdict, Failure> {
    if app.has(Defect::NoPreview) {
        return Ok(Verdict::Eligible);
    }
    let answer = app.debitura.preview(&client.tenant, invoice.preview()).await?;
    Ok(match read(&answer) {
        Verdict::NeedsKyc { url, message } => {
            Verdict::NeedsKyc { url: shown(&app.options, Page::Solution, &url), message }
        }
        verdict @ (Verdict::Eligible | Verdict::NotEligible { .. } | Verdict::Unclear { .. }) => verdict,
    })
}

fn read(answer: &ApiResponse) -> Verdict {
    // The response wraps the preview in `result`.
    let result = &answer.body["result"];
    if answer.status != StatusCode::OK || !result.is_object() {
        return Verdict::Unclear { message: format!("Debitura gave no preview ({})", answer.status) };
    }
    if result["isEligible"] == false {
        let reason = result["ineligibilityReason"].as_str().unwrap_or("Debitura does not take this case");
        return Verdict::NotEligible { reason: reason.to_owned() };
    }
    if result["requiresKycVerification"] == true && result["hasKycOnFile"] != true {
        // Without a page to show, the rejection of the case will contain one.
        return kyc_page(result).unwrap_or(Verdict::Eligible);
    }
    Verdict::Eligible
}

/// Returns the form for the verification, or the page for all steps.
fn kyc_page(result: &Value) -> Option<Verdict> {
    let actions = result["requiredActions"].as_array();
    let action = actions.into_iter().flatten().find(|action| action["type"] == "MissingKycVerification");
    let own = action.and_then(|action| action["solutionUrl"].as_str());
    let url = own.or_else(|| result.pointer("/signingHandoff/combinedSigningUrl").and_then(Value::as_str))?;
    let message = action.and_then(|action| action["message"].as_str()).unwrap_or("Please verify who you are");
    Some(Verdict::NeedsKyc { url: url.to_owned(), message: message.to_owned() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn needs(url: &str, message: &str) -> Verdict {
        Verdict::NeedsKyc { url: url.to_owned(), message: message.to_owned() }
    }

    #[test]
    fn a_preview_is_read_as_it_is_documented() {
        let action = |kind: &str, url: &str| json!({ "type": kind, "message": "text", "solutionUrl": url });
        let both = [action("MissingPowerOfAttorney", "u:poa"), action("MissingKycVerification", "u:kyc")];
        let kyc = json!({ "isEligible": true, "requiresKycVerification": true, "hasKycOnFile": false });
        let with = |name: &str, value: Value| {
            let mut kyc = kyc.clone();
            kyc[name] = value;
            kyc
        };
        let cases = [
            (json!({ "isEligible": true }), Verdict::Eligible),
            (json!({ "isEligible": true, "requiredActions": both }), Verdict::Eligible),
            (
                json!({ "isEligible": false, "ineligibilityReason": "why" }),
                Verdict::NotEligible { reason: "why".to_owned() },
            ),
            (
                json!({ "isEligible": false }),
                Verdict::NotEligible { reason: "Debitura does not take this case".to_owned() },
            ),
            (with("requiredActions", json!(both)), needs("u:kyc", "text")),
            (
                with("signingHandoff", json!({ "combinedSigningUrl": "u:all" })),
                needs("u:all", "Please verify who you are"),
            ),
            (with("hasKycOnFile", json!(true)), Verdict::Eligible),
            (kyc, Verdict::Eligible),
        ];
        for (result, expected) in cases {
            let body = json!({ "result": result });
            let answer = ApiResponse { status: StatusCode::OK, body: body.clone(), in_doubt: false };
            assert_eq!(read(&answer), expected, "{body}");
        }
        for (status, body) in [(StatusCode::BAD_REQUEST, json!({})), (StatusCode::OK, json!("no object"))] {
            let verdict = read(&ApiResponse { status, body: body.clone(), in_doubt: false });
            assert!(matches!(verdict, Verdict::Unclear { .. }), "{body}");
        }
    }
}
