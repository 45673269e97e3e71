//! Compares web addresses: by the URL standard, and after percent-decoding. The only place with this rule.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentDecode, percent_decode, percent_decode_str, percent_encode};
use url::Url;

use super::host::Host;

/// The characters that are encoded in the canonical form of paths and fragments.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// In a query, `&`, `=` and `+` have a meaning, so literal ones stay encoded.
const IN_QUERY: &AsciiSet = &ENCODED.add(b'&').add(b'=').add(b'+');

/// Parses a web address, with a normalised host; `None` for other texts.
pub fn parse(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let host = Host::of(&url)?.to_string();
    url.set_host(Some(&host)).ok()?;
    Some(url)
}

/// Returns the canonical form of a web address; `None` for other texts.
pub fn normal(text: &str) -> Option<Url> {
    let mut url = parse(text)?;
    let path: Vec<String> = url.path().split('/').map(|part| encoded(percent_decode_str(part), ENCODED)).collect();
    url.set_path(&path.join("/"));
    let query = url.query().map(|query| query.split('&').map(pair).collect::<Vec<_>>().join("&"));
    url.set_query(query.as_deref());
    let fragment = url.fragment().map(|text| encoded(percent_decode_str(text), ENCODED));
    url.set_fragment(fragment.as_deref());
    Some(url)
}

/// Whether two texts are the same web address.
pub fn same(left: &str, right: &str) -> bool {
    normal(left).is_some_and(|url| Some(url) == normal(right))
}

/// The most important difference between two web addresses. The variants are ordered from least to most important.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Only one of the paths ends in a slash.
    Slash,
    /// The paths differ only in case.
    PathCase,
    /// Only the query or the fragment differs.
    Behind,
    /// The scheme, the port, or the user information differs.
    Around,
    /// The path differs in more than case or a trailing slash.
    Path,
    /// The host differs, and perhaps more.
    Host,
}

impl Difference {
    /// Returns the difference as a phrase for the report.
    pub fn words(self) -> &'static str {
        match self {
            Difference::Slash => "the trailing slash of the path",
            Difference::PathCase => "the case of letters in the path",
            Difference::Behind => "the query or the fragment",
            Difference::Around => "the scheme, the port or the user information",
            Difference::Path => "the path",
            Difference::Host => "the host",
        }
    }
}

/// Returns the most important difference; `None` if the addresses are the same, or a text is not one.
pub fn difference(left: &str, right: &str) -> Option<Difference> {
    let (left, right) = (normal(left)?, normal(right)?);
    let bare = |url: &Url| url.path().trim_end_matches('/').to_owned();
    Some(if left.host() != right.host() {
        Difference::Host
    } else if left.path() != right.path() && bare(&left) == bare(&right) {
        Difference::Slash
    } else if left.path() != right.path() && bare(&left).eq_ignore_ascii_case(&bare(&right)) {
        Difference::PathCase
    } else if left.path() != right.path() {
        Difference::Path
    } else if left[..url::Position::BeforePath] != right[..url::Position::BeforePath] {
        Difference::Around
    } else if left != right {
        Difference::Behind
    } else {
        return None;
    })
}

/// Returns the spellings of a text that is a web address: as written, canonical, and canonical without an empty path.
/// Other texts have one.
pub fn spellings(text: &str) -> Vec<String> {
    let mut all = vec![text.to_owned()];
    if let Some(url) = normal(text) {
        let origin = url.origin().ascii_serialization();
        let bare = url.as_str().strip_prefix(&origin).and_then(|rest| rest.strip_prefix('/'));
        all.extend(bare.filter(|_| url.path() == "/").map(|rest| format!("{origin}{rest}")));
        all.push(url.into());
    }
    all
}

/// Writes a query pair in canonical form; a plus is a space.
fn pair(text: &str) -> String {
    let one = |part: &str| {
        let plain = part.replace('+', " ");
        encoded(percent_decode(plain.as_bytes()), IN_QUERY)
    };
    text.split_once('=').map_or_else(|| one(text), |(name, value)| format!("{}={}", one(name), one(value)))
}

fn encoded(octets: PercentDecode<'_>, set: &'static AsciiSet) -> String {
    let octets: Vec<u8> = octets.collect();
    percent_encode(&octets, set).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_addresses_are_one_however_they_are_written() {
        let table: [&[&str]; 9] = [
            &[
                "https://a.example",
                "https://a.example/",
                "HTTPS://A.Example",
                "https://a.example:443/",
                "https://a.example./",
                "https:a.example",
            ],
            &["http://a.example:80/x", "http://a.example/x", "http://a.example/y/../x", "http://a.example/%2e/x"],
            &[
                "https://bücher.example/",
                "https://xn--bcher-kva.example",
                "https://BÜCHER.example/",
                "https://b%C3%BCcher.example",
            ],
            &["https://a.example/a%2fb", "https://a.example/a%2Fb"],
            &["https://a.example/%7Euser/%41", "https://a.example/~user/A", "https://a.example/%7euser/%41"],
            &["https://a.example/ö (1)", "https://a.example/%C3%B6%20%281%29", "https://a.example/%c3%b6%20(1)"],
            &["https://a.example/?q=a%20(1)", "https://a.example?q=a+%281%29", "https://a.example/?%71=a%20%281%29"],
            &[
                "https://a.example/?q=https%3A%2F%2Fb.example%2F",
                "https://a.example/?q=https://b.example/",
                "https://a.example/?q=https%3a%2f%2fb.example%2f",
            ],
            &["https://127.0.0.1/", "https://127.1", "https://0x7f.0.0.1", "https://[::ffff:127.0.0.1]/"],
        ];
        for group in table {
            for text in group {
                assert!(same(group[0], text), "{} and {text}", group[0]);
                assert!(same(text, group[0]), "{text} and {}", group[0]);
            }
        }
    }

    #[test]
    fn what_differs_stays_apart() {
        for (left, right) in [
            ("https://a.example/", "http://a.example/"),
            ("https://a.example/", "https://a.example:8443/"),
            ("https://a.example/", "https://b.example/"),
            ("https://a.example/", "https://user@a.example/"),
            ("https://a.example/", "https://a.example/?"),
            ("https://a.example/", "https://a.example/#"),
            ("https://a.example/", "https://a.example//"),
            ("https://a.example/x", "https://a.example/x/"),
            ("https://a.example/x", "https://a.example/X"),
            ("https://a.example/a%2Fb", "https://a.example/a/b"),
            ("https://a.example/a%252Fb", "https://a.example/a%2Fb"),
            ("https://a.example/?a=1&b=2", "https://a.example/?b=2&a=1"),
            ("https://a.example/?a=1%262", "https://a.example/?a=1&2"),
            ("https://a.example/?a=1%2B2", "https://a.example/?a=1+2"),
            ("https://a.example/?a", "https://a.example/?a="),
            ("a.example", "a.example"),
            ("mailto:a@a.example", "mailto:a@a.example"),
        ] {
            assert!(!same(left, right), "{left} and {right}");
        }
    }

    #[test]
    fn a_near_miss_is_told_apart_from_another_address() {
        let of = |other| difference("https://a.example/hooks/x", other);
        for (other, expected) in [
            ("https://A.example:443/hooks/x", None),
            ("https://a.example/hooks/x/", Some(Difference::Slash)),
            ("https://a.example/Hooks/X", Some(Difference::PathCase)),
            ("https://a.example/hooks/x?y", Some(Difference::Behind)),
            ("https://a.example:8443/hooks/x", Some(Difference::Around)),
            ("http://a.example/hooks/x", Some(Difference::Around)),
            ("https://a.example/hooks/y", Some(Difference::Path)),
            ("https://b.example/hooks/x/", Some(Difference::Host)),
            ("nothing", None),
        ] {
            assert_eq!(of(other), expected, "{other}");
        }
    }

    #[test]
    fn an_address_is_spelled_with_and_without_a_path_that_says_nothing() {
        let all = |text| spellings(text).join(" ");
        assert_eq!(all("https://A.example"), "https://A.example https://a.example https://a.example/");
        assert_eq!(
            all("https://a.example/?x=1"),
            "https://a.example/?x=1 https://a.example?x=1 https://a.example/?x=1"
        );
        assert_eq!(all("https://a.example/x"), "https://a.example/x https://a.example/x");
        assert_eq!(all("image/png"), "image/png");
    }
}
