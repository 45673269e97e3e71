use super::*;
use crate::pack::types::Route;

#[test]
fn a_route_matches_one_segment_for_each_star_and_ignores_case() {
    let route = Route::parse("GET /clients/{tenant}/is-deletable").unwrap();
    assert!(route.matches("get", "/Clients/a%20b/is-deletable"));
    assert_eq!(route.captures("/clients/a%20b/is-deletable"), Some(vec![("tenant".into(), "a b".into())]));
    assert!(!route.matches("GET", "/clients/a/b/is-deletable"));
    assert!(Route::parse("FETCH /x").is_none());
}

#[test]
fn a_plain_segment_is_compared_decoded_and_an_encoded_slash_ends_none() {
    let route = Route::parse("GET /by/INV%201%2F2").unwrap();
    assert!(route.matches("GET", "/by/inv%201%2f2") && route.matches("GET", "/by/%49NV%201%2F2"));
    assert!(!route.matches("GET", "/by/INV%201/2") && !route.matches("GET", "/by%2FINV%201%2F2"));
}

#[test]
fn statuses_are_numbers_classes_or_lists() {
    let rule: StatusRule = serde_json::from_str(r#"["2xx", 404]"#).unwrap();
    assert!(rule.holds(204) && rule.holds(404) && !rule.holds(401));
    assert!(serde_json::from_str::<StatusRule>("99").is_err());
}

#[test]
fn ages_may_lie_ahead() {
    assert_eq!(serde_json::from_str::<Age>(r#""-330s""#).unwrap(), Age(-330));
    assert_eq!(serde_json::from_str::<Age>(r#""1d""#).unwrap(), Age(86_400));
    assert!(serde_json::from_str::<Span>(r#""1 week""#).is_err());
}

#[test]
fn a_span_is_at_most_ten_years() {
    let read = |text: &str| serde_json::from_value::<Span>(text.into());
    assert_eq!(read("3650d").unwrap().0.as_secs(), 3650 * 86_400);
    for text in ["3651d", "87601h", "99999999999999999999d"] {
        let refused = read(text).unwrap_err().to_string();
        assert!(refused.contains("longer than the maximum of ten years"), "{text}: {refused}");
    }
}
