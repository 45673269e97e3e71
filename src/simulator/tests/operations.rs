//! Calls every operation that the provider publishes, and some that come close to one.

use super::*;

fn published() -> Vec<(String, String)> {
    let listed = Fixtures::built_in("debitura").json("operations").unwrap();
    let listed = listed.as_object().unwrap().clone().into_iter();
    let lines = listed.flat_map(|(api, lines)| {
        let lines = lines.as_array().unwrap().clone().into_iter();
        lines.map(move |line| (api.clone(), line.as_str().unwrap().to_owned())).collect::<Vec<_>>()
    });
    lines.collect()
}

/// Published operations that no route simulates: files, test tools, and operations that partners use elsewhere.
const NOT_PLAYED: [&str; 24] = [
    "POST /cases/{caseId}/files",
    "POST /cases/{id}/files",
    "GET /cases/{id}/files",
    "POST /cases/{id}/chats",
    // No available description contains their responses.
    "referral GET /coverage",
    "GET /referral-partner/filter-options",
    "GET /reporting/transactions",
    "POST /coverage/check-eligibility",
    "POST /divisions",
    "PUT /divisions/{id}",
    "DELETE /divisions/{id}",
    "POST /divisions/{id}/archive",
    "POST /divisions/{id}:archive",
    "POST /test/cases/{id}/advance",
    "DELETE /test/cases/{id}",
    "DELETE /test/cases",
    "POST /test/webhooks/fire",
    "POST /webhooks/events/{id}/replay",
    "POST /webhooks",
    "PATCH /webhooks/{id}",
    "DELETE /webhooks/{id}",
    "POST /webhooks/{id}/test",
    "POST /webhooks/{id}:test",
    "POST /webhooks/{id}/replay",
];

fn is_played(api: &str, line: &str) -> bool {
    let replay = line == "POST /webhooks/{id}:replay";
    !replay && !NOT_PLAYED.iter().any(|known| *known == line || *known == format!("{api} {line}"))
}

#[test]
fn every_published_operation_is_played_or_says_that_it_is_not() {
    assert_eq!(published().len(), 75);
    // Operations without an effect come first, so that one client suffices for all of them.
    let mut lines = published();
    lines.sort_by_key(|(api, line)| is_played(api, line) && !line.starts_with("GET "));
    let mut play = Simulation::new(Mode::Rehearsal);
    let token = play.client("t1", "ready");
    let (_, made) = play.customer("POST /cases", &token, &case("r1"));
    let hook = json!({ "url": "https://acme.example/", "events": ["client.linked"] });
    let (_, hook) = play.referral("POST /v1/Webhooks", &hook);
    for (api, line) in lines {
        let id = if line.contains("Webhooks") { &hook["id"] } else { &made["id"] };
        let path = line
            .replace("{externalTenantId}", "t1")
            .replace("{creditorReference}", "r1")
            .replace("{caseReference}", made["reference"].as_str().unwrap())
            .replace("/coverage/{id}", "/coverage/1")
            .replace("{quoteRequestId}", "q")
            .replace("{quoteId}", "q");
        let path = ["{id}", "{caseId}"].iter().fold(path, |path, name| path.replace(name, id.as_str().unwrap()));
        let path = path.replace("/search", "/search?q=den").replace(":search", ":search?q=den");
        let path = if line == "GET /webhooks/events" {
            format!("{path}?caseId={}", id.as_str().unwrap())
        } else {
            path.replace("?q=den?q=den", "?q=den")
        };
        let header = if api == "referral" {
            ("xapikey", "key-1".to_owned())
        } else {
            ("authorization", format!("Bearer {token}"))
        };
        let answered = play.ask(&received(&api, &path, (header.0, &header.1), &json!({})));
        let (status, body) = (answered.reply.status, answered.reply.body.unwrap_or_default());
        assert_eq!(answered.not_played, !is_played(&api, &line), "{api} {line}");
        assert_eq!(status == 501, answered.not_played, "{api} {line}: {status}");
        if answered.not_played {
            assert!(body["message"].as_str().unwrap().contains(&line), "{api} {line}: {body}");
            assert_eq!(answered.route.as_deref(), Some(&*line));
            // An unauthenticated caller gets the authentication error first.
            let nobody = play.ask(&received(&api, &path, ("xapikey", "wrong"), &json!({})));
            assert_eq!((nobody.reply.status, nobody.not_played), (401, false), "{api} {line}");
        } else if line.starts_with("GET ") {
            let there = !["payments/{id}", "divisions/{id}", "webhooks/{id}", "exclusive-period", "{quoterequestid}"]
                .iter()
                .any(|part| line.to_lowercase().contains(part) && !line.contains("/v1/"));
            assert_eq!(status, if there { 200 } else { 404 }, "{api} {line}: {body}");
        }
    }
}

#[test]
fn what_is_near_an_operation_is_told_from_it() {
    let mut play = Simulation::new(Mode::Rehearsal);
    let token = play.client("T1", "ready");
    let (_, made) = play.customer("POST /cases", &token, &case("Rec-1/a"));
    let id = made["id"].as_str().unwrap().to_owned();
    for (api, call, status) in [
        // The provider publishes none of these.
        ("referral", "GET /nowhere", 404),
        ("referral", "GET /clients/T1/cases", 404),
        ("referral", "GET //clients", 404),
        ("customer", "POST /clients", 404),
        ("customer", "GET /oauth/token/x", 404),
        // The path is known, but not with this method.
        ("referral", "PATCH /clients/T1", 405),
        ("referral", "DELETE /clients", 405),
        ("referral", "OPTIONS /clients", 405),
        ("referral", "GET /oauth/token", 405),
        ("customer", "PUT /cases", 405),
        // HEAD matches the operation of GET.
        ("referral", "HEAD /me", 200),
        ("customer", "HEAD /cases", 200),
        ("customer", "HEAD /nowhere", 404),
        // Paths ignore case and a trailing slash, but the values of path parameters do not.
        ("referral", "GET /V1/webhooks/", 200),
        ("referral", "GET /CLIENTS/T1", 200),
        ("referral", "GET /clients/T1/", 200),
        ("referral", "GET /clients/t1", 404),
        ("customer", "GET /payments", 200),
        ("customer", "GET /cases/by-creditor-reference/Rec-1%2Fa", 200),
        ("customer", "GET /cases/by-creditor-reference/rec-1%2Fa", 404),
        ("customer", "GET /cases/by-creditor-reference/Rec-1/a", 404),
        // A malformed id is rejected, and an unknown id is not found.
        ("customer", "GET /cases/ID", 200),
        ("customer", "GET /cases/UPPER", 200),
        ("customer", "GET /cases/17", 400),
        ("customer", "GET /cases/17/contract-status", 400),
        ("customer", "GET /cases/550e8400-e29b-41d4-a716-446655440000/tasks", 404),
        ("customer", "GET /coverage/search", 400),
        ("customer", "GET /coverage/search?q=", 400),
        ("customer", "GET /coverage/search?q=Den", 200),
        ("customer", "GET /coverage/:search?q=dk", 200),
        ("customer", "GET /coverage/search?q=Antarctica", 404),
        ("customer", "GET /coverage/9999", 404),
        ("customer", "GET /coverage/x", 404),
        ("customer", "GET /webhooks/events", 400),
        ("customer", "GET /webhooks/events?caseId=17", 400),
        ("customer", "GET /cases/ID/tasks?status=Odd", 400),
        ("customer", "GET /tasks?status=solved&type=ReplyToChat&type=SignContract", 200),
    ] {
        let call = call.replace("UPPER", &id.to_uppercase()).replace("ID/", &format!("{id}/"));
        let call = call.strip_suffix("ID").map(|start| format!("{start}{id}")).unwrap_or(call);
        let header = if api == "referral" {
            ("xapikey", "key-1".to_owned())
        } else {
            ("authorization", format!("Bearer {token}"))
        };
        let answered = play.ask(&received(api, &call, (header.0, &header.1), &Value::Null));
        assert_eq!(answered.reply.status, status, "{api} {call}: {:?}", answered.reply.body);
        let allow = answered.reply.headers.iter().find(|(name, _)| name == "Allow");
        assert_eq!(allow.is_some(), status == 405, "{api} {call}");
    }
}

#[test]
fn what_a_client_has_still_to_sign_is_told_by_every_look_up() {
    for (state, signed, again, signs, poa) in [
        ("ready", true, false, false, false),
        ("missing_contract", false, false, true, false),
        ("terms_changed", true, true, true, false),
        ("missing_poa", true, false, false, true),
        ("several_missing", false, false, true, true),
    ] {
        let mut play = Simulation::new(Mode::Rehearsal);
        let token = play.client("t1", state);
        let asked = but(case("r1"), "allowPendingContracts", json!(true));
        let (_, made) = play.customer("POST /cases", &token, &asked);
        let (_, agreement) = play.customer("GET /contracts/debt-collection/status", &token, &Value::Null);
        let path = format!("GET /cases/{}/contract-status", made["id"].as_str().unwrap());
        let (_, status) = play.customer(&path, &token, &Value::Null);
        for contract in [&agreement, &status["sdca"]] {
            let told = (&contract["signed"], &contract["requiresResigning"], contract["solutionUrl"].is_string());
            assert_eq!(told, (&json!(signed), &json!(again), signs), "{state}: {contract}");
        }
        assert_eq!(agreement["invalidationReason"], if again { "NewVersion" } else { "None" }, "{state}");
        assert_eq!((&status["poa"]["signed"], &status["needsPoaSigning"]), (&json!(!poa), &json!(poa)), "{state}");
    }
}
