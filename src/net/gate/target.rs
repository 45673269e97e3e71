//! Parses the target of a call once, so that what is judged is what is sent.

use percent_encoding::percent_decode_str;
use url::Url;

use super::denial::RuleName;
use crate::address::Host;

/// Maximum number of rounds of percent-decoding. A path that is encoded more often counts as odd.
const MAX_DECODINGS: usize = 4;

/// A URL whose judged host is exactly the host that is called.
pub(super) struct Target {
    pub(super) url: Url,
    pub(super) host: Host,
    pub(super) path: Path,
}

impl Target {
    /// Parses a URL, and strips a trailing dot from the host. An error contains the host as far as it is known.
    pub(super) fn parse(text: &str) -> Result<Self, (RuleName, String)> {
        let nowhere = |_| (RuleName::Url, String::new());
        let odd = text.contains(|letter: char| letter == '\\' || letter.is_whitespace() || letter.is_control());
        let mut url = Url::parse(text).map_err(nowhere)?;
        let unusable = || (RuleName::Url, url.host_str().unwrap_or_default().to_owned());
        let host = Host::of(&url).filter(|_| !odd && matches!(url.scheme(), "http" | "https")).ok_or_else(unusable)?;
        let name = host.to_string();
        if !url.username().is_empty() || url.password().is_some() || authority(text).contains('@') {
            return Err((RuleName::UserInfo, name));
        }
        url.set_host(Some(&name)).map_err(nowhere)?;
        url.set_fragment(None);
        Ok(Target { path: Path::parse(url.path()), url, host })
    }

    /// Whether a query parameter asks the server to treat the request as another method.
    pub(super) fn overrides_method(&self) -> bool {
        self.url.query_pairs().any(|(name, _)| is_override(&name))
    }
}

/// Whether a header or parameter of this name changes the method on some servers.
pub(super) fn is_override(name: &str) -> bool {
    ["_method", "x-http-method-override", "x-http-method", "x-method-override", "x-original-url", "x-rewrite-url"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

fn authority(text: &str) -> &str {
    let rest = text.split_once(':').map_or(text, |(_, rest)| rest).trim_start_matches('/');
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// A path as the most lenient server would read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    /// The segments: fully decoded, without dots, doubled slashes and parameters.
    pub(super) segments: Vec<String>,
    /// Whether another server could read the path differently.
    pub(super) is_odd: bool,
}

impl Path {
    pub(super) fn parse(text: &str) -> Self {
        let (mut decoded, mut is_stable) = (text.to_owned(), false);
        for _ in 0..MAX_DECODINGS {
            let next = percent_decode_str(&decoded).decode_utf8_lossy().into_owned();
            is_stable = next == decoded;
            decoded = next;
        }
        let mut segments: Vec<String> = Vec::new();
        for segment in decoded.replace('\\', "/").split('/') {
            match segment.split(';').next().unwrap_or_default() {
                "" | "." => {}
                ".." => drop(segments.pop()),
                plain => segments.push(plain.to_owned()),
            }
        }
        let shown = text.strip_prefix('/').unwrap_or(text);
        let shown = shown.strip_suffix('/').unwrap_or(shown).split('/').filter(|_| !shown.is_empty());
        let once: Vec<_> = shown.map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect();
        let is_odd = !is_stable || once != segments || decoded.contains(char::is_control);
        Path { segments, is_odd }
    }

    /// Returns the rest of the path below another one; `None` if it is not below it.
    pub(super) fn below(&self, base: &Path) -> Option<String> {
        let rest = self.segments.strip_prefix(base.segments.as_slice())?;
        Some(format!("/{}", rest.join("/")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_the_most_willing_server_would() {
        let table = [
            ("/v1/webhooks/test", "/v1/webhooks/test", false),
            ("/v1/webhooks/test/", "/v1/webhooks/test", false),
            ("/cases/INV%201", "/cases/INV 1", false),
            ("/v1//webhooks/test", "/v1/webhooks/test", true),
            ("/v1/webhooks%2Ftest", "/v1/webhooks/test", true),
            ("/v1/webhooks%252Ftest", "/v1/webhooks/test", true),
            ("/v1/x/%2e%2E/webhooks/test", "/v1/webhooks/test", true),
            ("/v1/webhooks;a=b/test", "/v1/webhooks/test", true),
            ("/v1/webhooks%5Ctest", "/v1/webhooks/test", true),
            ("/%2525252525252574", "/%25252574", true),
            ("/a%00b", "/a\0b", true),
            ("/", "/", false),
        ];
        for (text, read, is_odd) in table {
            let path = Path::parse(text);
            assert_eq!((path.below(&Path::parse("/")), path.is_odd), (Some(read.to_owned()), is_odd), "{text}");
        }
    }

    #[test]
    fn a_path_is_below_another_by_whole_segments() {
        let below = |path: &str| Path::parse(path).below(&Path::parse("/api/"));
        assert_eq!(below("/api/me").as_deref(), Some("/me"));
        assert_eq!((below("/apis/me"), below("/api/../me")), (None, None));
    }
}
