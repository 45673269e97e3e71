//! Lists of the built-in pack: filters, order, pages, and invalid parameters.

use super::*;

/// Creates clients and cases that differ in every property by which a list can be filtered.
fn many() -> (Simulation, String) {
    let mut play = Simulation::new(Mode::Rehearsal);
    for (tenant, name, state) in
        [("a", "Beta", "ready"), ("b", "alpha", "new"), ("c", "Gamma", "ready"), ("d", "Delta", "new")]
    {
        play.store.prepared.insert(format!("{tenant}@acme.example"), state.to_owned());
        play.referral("POST /clients", &but(client(tenant), "client.name", json!(name)));
        play.now += time::Duration::days(1);
    }
    play.store.prepared.insert("e@acme.example".into(), "known_elsewhere".into());
    play.referral("POST /clients", &client("e"));
    let token = play.referral("POST /oauth/token", &json!({ "externalTenantId": "a" })).1;
    let token = token["accessToken"].as_str().unwrap().to_owned();
    for (reference, amount, country) in [("r1", 300, "DK"), ("r2", 100, "DE"), ("r3", 200, "DK")] {
        let asked = but(but(case(reference), "amountToRecover", json!(amount)), "debtor.countryAlpha2", json!(country));
        assert_eq!(play.customer("POST /cases", &token, &asked).0, 200);
        play.now += time::Duration::minutes(5);
    }
    play.happen("a", "case.closed").unwrap();
    (play, token)
}

fn named(list: &Value, member: &str) -> String {
    let names = list.as_array().unwrap().iter().map(|one| one[member].as_str().unwrap().to_owned());
    names.collect::<Vec<_>>().join(" ")
}

#[test]
fn clients_are_filtered_sorted_and_paged_as_documented() {
    let (mut play, _) = many();
    for (query, tenants) in [
        ("", "d c b a"),
        ("?OnboardingDone=true", "c a"),
        ("?onboardingdone=False", "d b"),
        ("?ExternalTenantId=b", "b"),
        ("?ExternalTenantId=B", ""),
        ("?ExternalTenantId=", "d c b a"),
        ("?IsAttributedClient=false", ""),
        ("?IsAttributedClient=true&OnboardingDone=true", "c a"),
        ("?Query=ALPH", "b"),
        ("?Query=acme", "d c b a"),
        ("?DateCreatedFrom=2026-10-06T12:00:00Z", "d c b"),
        ("?DateCreatedTo=2026-10-06T12:00:00Z", "b a"),
        ("?DateCreatedFrom=2026-10-06&DateCreatedTo=2026-10-07T23:00:00", "c b"),
        ("?Sort=dateCreated", "a b c d"),
        ("?Sort=dateCreated:asc", "a b c d"),
        ("?Sort=DATECREATED:DESC", "d c b a"),
        ("?Sort=name", "b a d c"),
        ("?Sort=name:desc", "c d a b"),
        ("?Sort=name&OnboardingDone=false", "b d"),
        ("?PageSize=3", "d c b"),
        ("?Page=2&PageSize=3", "a"),
        ("?Page=2147483647&PageSize=100", ""),
        ("?Unheard=of", "d c b a"),
    ] {
        let (status, body) = play.referral(&format!("GET /clients{query}"), &Value::Null);
        assert_eq!((status, &*named(&body["clients"], "externalTenantId")), (200, tenants), "{query}");
    }
    let (_, body) = play.referral("GET /clients?Page=2&PageSize=3", &Value::Null);
    let page = json!({ "totalResults": 4, "pageSize": 3, "currentPage": 2, "responseCount": 1, "totalPages": 2 });
    assert_eq!(body["page"], page);
    let summary = json!({ "totalClients": 4, "attributedClients": 4, "onboardingComplete": 2, "onboardingPending": 2, "totalCases": 3 });
    assert_eq!(body["summary"], summary);
    let (_, body) = play.referral("GET /clients?OnboardingDone=true", &Value::Null);
    assert_eq!((&body["summary"]["onboardingComplete"], &body["summary"]["onboardingPending"]), (&json!(2), &json!(0)));
}

#[test]
fn cases_are_filtered_sorted_and_paged_as_documented() {
    let (mut play, token) = many();
    let country = play.referral("POST /cases/preview", &case("x")).1["jurisdiction"]["id"].clone();
    let partner = "5b0c7a52-6a8e-4f53-8a53-0b3f7f3a9d10";
    let id = |play: &mut Simulation, reference: &str| {
        let found = play.customer(&format!("GET /cases/by-creditor-reference/{reference}"), &token, &Value::Null).1;
        found["id"].as_str().unwrap().to_owned()
    };
    let (first, second) = (id(&mut play, "r1"), id(&mut play, "r2"));
    for (api, query, references) in [
        ("referral", String::new(), "r3 r2 r1"),
        ("referral", "?Statuses=Closed".into(), "r3"),
        ("referral", "?Statuses=active&Statuses=PendingContractSigning".into(), "r2 r1"),
        ("referral", "?Statuses=pending%20contract%20signing".into(), ""),
        ("referral", "?ExternalTenantId=a&Query=R2".into(), "r2"),
        ("referral", "?ExternalTenantId=b".into(), ""),
        ("referral", "?Query=robin".into(), "r3 r2 r1"),
        ("referral", format!("?CountryIds={country}"), "r3 r1"),
        ("referral", format!("?CountryIds={country}&CountryIds=9999"), "r3 r1"),
        ("referral", format!("?CollectionPartnerIds={partner}"), "r3 r2 r1"),
        ("referral", format!("?CollectionPartnerIds={first}"), ""),
        ("referral", "?FromDate=2026-10-09T12:03:00Z".into(), "r3 r2"),
        ("referral", "?ToDate=2026-10-09T12:07:00Z".into(), "r2 r1"),
        ("referral", "?Sort=GrossAmount".into(), "r2 r3 r1"),
        ("referral", "?Sort=GrossAmount:desc&PageSize=2".into(), "r1 r3"),
        ("referral", "?Sort=DueDate:asc".into(), "r1 r2 r3"),
        ("customer", String::new(), "r1 r2 r3"),
        ("customer", "?Statuses=Active,Closed&Sort=GrossAmount:desc".into(), "r1 r3 r2"),
        ("customer", format!("?Ids={first}&Ids={}", second.to_uppercase()), "r1 r2"),
        ("customer", format!("?Ids={first},{second}"), "r1 r2"),
        ("customer", format!("?DivisionIds={first}"), ""),
        ("customer", format!("?DebtorIds={first}"), ""),
        ("customer", "?Sort=Lifecycle,GrossAmount:desc".into(), "r1 r2 r3"),
        ("customer", "?Sort=Lifecycle:desc,GrossAmount".into(), "r3 r2 r1"),
        // Unknown fields are ignored, as documented.
        ("customer", "?Sort=Colour:desc".into(), "r1 r2 r3"),
        ("customer", "?Sort=Colour,GrossAmount".into(), "r2 r3 r1"),
        ("customer", "?page=2&pagesize=2".into(), "r3"),
    ] {
        let call = format!("GET /cases{query}");
        let (status, body) = match api {
            "referral" => play.referral(&call, &Value::Null),
            _ => play.customer(&call, &token, &Value::Null),
        };
        assert_eq!((status, &*named(&body["cases"], "creditorReference")), (200, references), "{api} {call}");
    }
    let (_, body) = play.referral("GET /cases", &Value::Null);
    let lifecycles = json!({ "active": 2, "pending": 0, "closed": 1, "paused": 0 });
    assert_eq!(body["summary"]["byLifecycle"], lifecycles);
}

#[test]
fn values_that_a_parameter_cannot_have_are_refused_with_its_name() {
    let (mut play, token) = many();
    for (api, path, field) in [
        ("referral", "/cases?ToDate=", "ToDate"),
        ("referral", "/cases?FromDate=soon", "FromDate"),
        ("referral", "/cases?PageSize=2147483648", "PageSize"),
        ("referral", "/cases?PageSize=101", "PageSize"),
        ("referral", "/cases?PageSize=0", "PageSize"),
        ("referral", "/cases?PageSize=-1", "PageSize"),
        ("referral", "/cases?PageSize=", "PageSize"),
        ("referral", "/cases?Page=0", "Page"),
        ("referral", "/cases?Page=first", "Page"),
        ("referral", "/cases?Page=2147483648", "Page"),
        ("referral", "/cases?Statuses=Lost", "Statuses"),
        ("referral", "/cases?CountryIds=DK", "CountryIds"),
        ("referral", "/cases?CollectionPartnerIds=1", "CollectionPartnerIds"),
        ("referral", "/cases?Sort=Colour", "Sort"),
        ("referral", "/cases?Sort=DueDate:up", "Sort"),
        ("referral", "/clients?OnboardingDone=yes", "OnboardingDone"),
        ("referral", "/clients?OnboardingDone=", "OnboardingDone"),
        ("referral", "/clients?IsAttributedClient=1", "IsAttributedClient"),
        ("referral", "/clients?DateCreatedTo=", "DateCreatedTo"),
        ("referral", "/clients?PageSize=2147483648", "PageSize"),
        ("referral", "/clients?PageSize=101", "PageSize"),
        ("referral", "/clients?Page=-1", "Page"),
        ("referral", "/clients?Sort=age", "Sort"),
        ("customer", "/cases?Page=0", "Page"),
        ("customer", "/cases?PageSize=1000", "PageSize"),
        ("customer", "/cases?Ids=1", "Ids"),
        ("customer", "/cases?Statuses=Lost", "Statuses"),
        ("customer", "/payments?page=x", "Page"),
        ("customer", "/users?PageSize=0", "PageSize"),
        ("customer", "/tasks?status=", ""),
        ("customer", "/tasks?PageSize=2147483648", "PageSize"),
        ("customer", "/divisions?includeArchived=maybe", "includeArchived"),
        ("customer", "/divisions?pageSize=2147483648", "pageSize"),
    ] {
        let call = format!("GET {path}");
        let (status, body) = match api {
            "referral" => play.referral(&call, &Value::Null),
            _ => play.customer(&call, &token, &Value::Null),
        };
        let (expected, named) = if field.is_empty() { (200, false) } else { (400, body[field][0].is_string()) };
        assert_eq!((status, named), (expected, !field.is_empty()), "{api} {path}: {body}");
    }
}

#[test]
fn filters_know_every_state_that_a_client_can_be_seen_in() {
    let play = Simulation::new(Mode::Rehearsal);
    let facts = &play.script.provider.facts;
    let known = |name: &str| -> Vec<String> { serde_json::from_value(facts[name].clone()).unwrap() };
    let (done, onboarding) = (known("states_done"), known("states_onboarding"));
    for (name, state) in play.script.spec.states.iter().filter(|(_, state)| !state.hidden) {
        assert_eq!(onboarding.contains(name), state.with.contains_key("onboarding"), "{name}");
        assert_eq!(done.contains(name), !state.with.contains_key("onboarding"), "{name}");
    }
}
