//! The pack states what the provider's page states, and no more.

use std::collections::BTreeSet;
use std::time::Duration;

use preflight::pack::scheme::Documented;

use crate::support::driven::BUILT_IN;

const SUSPENSION: [&str; 8] = [
    "FacilityNo",
    "ScheduleId",
    "AccountId",
    "SuspensionFee",
    "StartDate",
    "EndDate",
    "Frequency",
    "ScheduleDescription",
];
const PAYMENT: [&str; 4] = ["ExternalTransactionIdentifier", "Amount", "AccountReference", "ContractPrefix"];

/// The events as the page lists them, each with the members of its body and whether the page has a sample of it.
const EVENTS: [(&str, &[&str], bool); 5] = [
    ("customer.Schedule.Suspension.Added", &SUSPENSION, true),
    ("customer.Schedule.Suspension.Updated", &SUSPENSION, true),
    ("customer.Schedule.Suspension.Deleted", &SUSPENSION, false),
    ("Realtime.Account.Payment.Authorized", &PAYMENT, true),
    ("Realtime.Account.Payment.Declined", &PAYMENT, false),
];

#[test]
fn bodies_have_the_members_that_were_published_and_none_is_taken_for_certain() {
    let pack = &BUILT_IN.packs["debitsuccess"];
    let events = &pack.provider.webhooks.as_ref().unwrap().events;
    assert_eq!(events.keys().collect::<Vec<_>>(), EVENTS.map(|(name, _, _)| name));
    for (name, members, seen) in EVENTS {
        let body = pack.fixtures.json(&events[name].body).unwrap();
        let found: BTreeSet<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(found, members.iter().copied().collect(), "{name}");
        assert_eq!(events[name].documented, if seen { Documented::Partly } else { Documented::No }, "{name}");
        assert!(!events[name].required, "{name}: the page leaves it to the subscriber which events it wants");
    }
}

#[test]
fn delivery_is_as_the_page_says_and_what_it_does_not_say_is_left_open() {
    let pack = &BUILT_IN.packs["debitsuccess"];
    let hooks = pack.provider.webhooks.as_ref().unwrap();
    let accepted: Vec<u16> = (100..600).filter(|status| hooks.success.status.holds(*status)).collect();
    assert_eq!(accepted, [200]);
    assert!(hooks.success.within.is_none() && hooks.mac.is_none() && hooks.time.is_empty());
    assert_eq!(
        hooks.retries.iter().map(|pause| pause.0).collect::<Vec<_>>(),
        [0, 180, 180, 180].map(Duration::from_secs)
    );
    assert_eq!((hooks.disable.after_failures, hooks.secret.at_most), (4, Some(256)));
    assert!(pack.provider.apis.is_empty() && pack.provider.environments.is_empty());
}
