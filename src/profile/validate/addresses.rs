//! Validates the addresses in a profile.

use serde_json::Value;
use url::Url;

use crate::address::Host;
use crate::yaml::{Document, Problem};

/// What an address is used for, which decides how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// Preflight fetches something from it, or delivers something to it.
    Called,
    /// A client returns to it, perhaps in an app, and it is compared with a decoded URL.
    Returned,
}

fn uses(pointer: &str) -> Option<Use> {
    let parts: Vec<&str> = pointer.split('/').skip(1).collect();
    match parts.as_slice() {
        ["rehearsal", "start", "ready"]
        | ["rehearsal", "webhook", "url"]
        | ["environments", _, "webhook", "url"]
        | ["environments", _, "apis", _]
        | ["branding", "logo_url"] => Some(Use::Called),
        ["return_url"] => Some(Use::Returned),
        _ => None,
    }
}

/// Whether the value at a pointer is an address.
pub(in crate::profile) fn is_address(pointer: &str) -> bool {
    uses(pointer).is_some()
}

/// Whether variables are inserted at a pointer, but no templates.
fn is_plain(pointer: &str) -> bool {
    let parts: Vec<&str> = pointer.split('/').skip(1).collect();
    matches!(parts.as_slice(), ["environments", _, "api_key"] | ["environments", _, "credentials", _])
        || matches!(parts.as_slice(), ["rehearsal", "webhook", "secret"] | ["environments", _, "webhook", "secret"])
        || matches!(parts.as_slice(), ["rehearsal", "simulator", "api_key"])
        || uses(pointer) == Some(Use::Called)
}

/// Finds invalid addresses, and templates where none are evaluated; each with its pointer. `written` is the profile as
/// it is written, `json` the same with its variables inserted.
pub(in crate::profile) fn addresses(document: &Document, written: &Value, json: &Value) -> Vec<(String, Problem)> {
    let mut problems = Vec::new();
    crate::json::texts(written, &mut |pointer, text| {
        if is_plain(pointer) && text.split_once("{{").is_some_and(|(_, rest)| rest.contains("}}")) {
            let problem = document.problem(pointer, format!("`{text}` is used literally: templates do not work here"));
            let hint = "write the value itself, or `${NAME}` for an environment variable";
            problems.push((pointer.to_owned(), problem.hint(hint)));
        }
    });
    crate::json::texts(json, &mut |pointer, text| {
        let told = problems.iter().any(|(known, _)| known == pointer);
        // A return URL may contain a template.
        let open = |how: &Use| *how == Use::Returned && text.contains("{{");
        if let Some(how) = uses(pointer).filter(|how| !told && !open(how))
            && let Some((message, hint)) = wrong(text, how)
        {
            let problem = document.problem(pointer, message);
            problems.push((pointer.to_owned(), hint.map_or(problem.clone(), |hint| problem.hint(hint))));
        }
    });
    problems
}

fn wrong(text: &str, how: Use) -> Option<(String, Option<String>)> {
    if how == Use::Called && text.contains(char::is_whitespace) {
        let hint = "remove it; in a path, write a space as `%20`";
        return Some((format!("`{text}` contains a space or a line break"), Some(hint.into())));
    }
    not_called(text).filter(|_| how == Use::Called || !is_in_app(text))
}

/// Returns why nothing can be fetched from an address, if that is so.
pub(in crate::profile) fn not_called(text: &str) -> Option<(String, Option<String>)> {
    let whole = format!("`{text}` is not a complete URL such as `https://acme.example/path`");
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => {
            let (_, rest) = text.split_once(':').unwrap_or_default();
            (!rest.starts_with("//") || rest.starts_with("///"))
                .then(|| (whole, Some(format!("write `{}`", url.as_str()))))
        }
        // `localhost:3000/path` is a URL with the scheme `localhost`.
        Ok(url) if !text.contains("://") => {
            let port = url.path().starts_with(|letter: char| letter.is_ascii_digit());
            Some((whole, port.then(|| with_scheme(text))))
        }
        Ok(url) => Some((format!("`{text}` is not an HTTP URL: `{}` is another protocol", url.scheme()), None)),
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            let host = text.split(['/', '?', '#']).next().unwrap_or_default();
            Some((whole, host.contains(['.', ':']).then(|| with_scheme(text))))
        }
        Err(error) => Some((format!("`{text}` is not a URL: {error}"), None)),
    }
}

/// Returns the hint for an address that lacks only the scheme: servers on this machine rarely have certificates.
fn with_scheme(text: &str) -> String {
    let url = Url::parse(&format!("http://{text}")).ok();
    let here = url.as_ref().and_then(Host::of).is_some_and(|host| host.is_here());
    let (likely, other) = if here { ("http", "https") } else { ("https", "http") };
    format!("write `{likely}://{text}`, or `{other}://`")
}

/// Whether an address opens an app, by a scheme of its own as in `acme://done` or `com.acme.app:/done`.
fn is_in_app(text: &str) -> bool {
    let scheme = Url::parse(text).ok().map(|url| url.scheme().to_owned());
    scheme.is_some_and(|scheme| scheme != "http" && scheme != "https" && (text.contains(":/") || scheme.contains('.')))
}
