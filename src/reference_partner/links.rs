//! The URLs that are shown to a client, each with our return URL.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::defects::{ActiveDefect, CONFIGURED_HOST, Defect};
use super::options::Options;

/// The kind of page that a URL leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// The terms of a new client, or the approval of a link.
    Onboarding,
    /// What is missing for a case: a contract, a power of attorney, a verification.
    Solution,
}

/// Returns a URL as it is shown to the client: as received, with our return URL.
pub(super) fn shown(options: &Options, page: Page, received: &str) -> String {
    let (defects, back) = (options.defects, options.return_url.as_str());
    if defects.has(Defect::WhiteLabelHost)
        && let Ok(mut url) = Url::parse(received)
        && url.set_host(Some(CONFIGURED_HOST)).is_ok()
    {
        return with_return_url(url.as_str(), back);
    }
    let mistaken = match page {
        Page::Onboarding => joined_wrongly(defects, received, back),
        Page::Solution => defects.has(Defect::SolutionUrlWithoutReturn).then(|| received.to_owned()),
    };
    mistaken.unwrap_or_else(|| with_return_url(received, back))
}

/// The characters that `encodeURIComponent` leaves alone, as far as they matter: any other could end the value early.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Adds `returnUrl` to a URL that may already have a query or a `returnUrl`. The rest stays unchanged.
fn with_return_url(received: &str, return_url: &str) -> String {
    let (rest, fragment) = received.split_once('#').map_or((received, None), |(rest, fragment)| (rest, Some(fragment)));
    let query = rest.split_once('?').map(|(_, query)| query);
    if query.is_some_and(|query| query.split('&').any(|pair| pair.starts_with("returnUrl="))) {
        return received.to_owned();
    }
    let joint = match query {
        None => "?",
        Some(query) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let value = utf8_percent_encode(return_url, COMPONENT);
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{rest}{joint}returnUrl={value}{fragment}")
}

/// Returns the URL as the active defect builds it, if that defect is about return URLs.
fn joined_wrongly(defects: ActiveDefect, received: &str, return_url: &str) -> Option<String> {
    let value = utf8_percent_encode(return_url, COMPONENT);
    let joint = if received.contains('?') { '&' } else { '?' };
    if defects.has(Defect::ReturnUrlMissing) {
        return Some(received.to_owned());
    }
    if defects.has(Defect::ReturnUrlSecondQuestionMark) {
        return Some(format!("{received}?returnUrl={value}"));
    }
    if defects.has(Defect::ReturnUrlNotEncoded) {
        return Some(format!("{received}{joint}returnUrl={return_url}"));
    }
    if defects.has(Defect::ReturnUrlDropsQuery) {
        let without = received.split('?').next().unwrap_or(received);
        return Some(with_return_url(without, return_url));
    }
    let twice = || format!("{}&returnUrl={value}", with_return_url(received, return_url));
    defects.has(Defect::ReturnUrlTwice).then(twice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_return_url_is_joined_to_whatever_was_received() {
        let value = "https%3A%2F%2Fapp.acme.example%2Fdone%3Fa%3D1%26b%3D%C3%A6";
        let cases = [
            ("https://r.example/x/1", format!("https://r.example/x/1?returnUrl={value}")),
            ("https://r.example/x?token=a%2Bb", format!("https://r.example/x?token=a%2Bb&returnUrl={value}")),
            ("https://r.example/x?", format!("https://r.example/x?returnUrl={value}")),
            ("https://r.example/x?a=1&", format!("https://r.example/x?a=1&returnUrl={value}")),
            ("https://r.example/x#top", format!("https://r.example/x?returnUrl={value}#top")),
            ("https://r.example/x?returnUrl=y", "https://r.example/x?returnUrl=y".to_owned()),
        ];
        for (received, expected) in cases {
            assert_eq!(with_return_url(received, "https://app.acme.example/done?a=1&b=æ"), expected);
        }
    }
}
