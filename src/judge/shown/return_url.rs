//! Judges the return URL that the partner adds to the URL it shows.

use serde_json::json;

use super::link::Link;
use crate::evidence::Responsible;
use crate::judge::case::Case;
use crate::judge::finding::{ExpectationResult, Finding};
use crate::judge::matching::matches;
use crate::judge::scope::Scope;
use crate::pack::matcher::Matcher;

/// How the provider takes return URLs, and which ones are allowed.
pub(super) struct ReturnUrlRule<'c> {
    parameter: &'c str,
    allowed: Matcher,
}

impl<'c> ReturnUrlRule<'c> {
    pub(super) fn from_case(case: &Case<'c>) -> Result<Self, ExpectationResult> {
        let unknown = |responsible, why: String| ExpectationResult::Unknown(Finding::new(responsible, why));
        let Some(word) = &case.provider.return_url else {
            return Err(unknown(Responsible::Tool, "the pack does not say how a return URL is passed".to_owned()));
        };
        let allowed = case.bound.get("return_url").and_then(|value| serde_json::from_value(value.clone()).ok());
        match allowed {
            Some(allowed) => Ok(ReturnUrlRule { parameter: &word.parameter, allowed }),
            None => Err(ExpectationResult::Unknown(Finding::for_want_of_a_line(case.bound.how_to_give("return_url")))),
        }
    }

    /// Judges one shown URL against the received URL.
    pub(super) fn judge(&self, received: &Link, presented: &Link, scope: &Scope<'_>) -> ExpectationResult {
        let fault = self.path(received, presented).or_else(|| self.fragment(received, presented));
        let fault = fault.or_else(|| self.number(received, presented)).or_else(|| self.kept(received, presented));
        if let Some(fault) = fault.or_else(|| self.encoding(received, presented)) {
            let expected = format!("{} with exactly one `{}`, joined and encoded", received.raw, self.parameter);
            return ExpectationResult::No(
                Finding::contrast(Responsible::Partner, expected, presented.raw.clone()).because(Some(fault)),
            );
        }
        let pairs = presented.pairs();
        let value = pairs.iter().find(|(name, _)| name == self.parameter).map(|(_, value)| json!(value));
        matches(&self.allowed, value.as_ref(), scope, &format!("`{}` of {}", self.parameter, presented.raw))
    }

    fn path(&self, received: &Link, presented: &Link) -> Option<String> {
        (received.path() != presented.path()).then(|| {
            format!(
                "the added text became part of the path: the first parameter, here `{}`, needs a `?`",
                self.parameter
            )
        })
    }

    fn fragment(&self, received: &Link, presented: &Link) -> Option<String> {
        match (received.url.fragment(), presented.url.fragment()) {
            (ours, theirs) if ours == theirs => None,
            (_, Some(theirs)) if theirs.contains(&format!("{}=", self.parameter)) => {
                Some(format!("`{}` comes after the `#`, where no server sees it", self.parameter))
            }
            (None, Some(_)) => Some("a `#` is not encoded, so everything after it is lost".to_owned()),
            (Some(_), _) => Some("the part after the `#` of the received URL is missing".to_owned()),
            (None, None) => None,
        }
    }

    fn number(&self, received: &Link, presented: &Link) -> Option<String> {
        let (parameter, pairs) = (self.parameter, presented.pairs());
        match pairs.iter().filter(|(name, _)| name == parameter).count() {
            1 => return self.grown(received, &pairs),
            0 => {}
            many => return Some(format!("`{parameter}` appears {many} times")),
        }
        let within = |(_, value): &&(String, String)| value.contains(&format!("?{parameter}="));
        if let Some((name, _)) = pairs.iter().find(within) {
            return Some(format!("a second `?`: `{parameter}` became part of the value of `{name}`; join it with `&`"));
        }
        let nearly = |(name, _): &&(String, String)| {
            name.eq_ignore_ascii_case(parameter) || name.ends_with(&format!(";{parameter}"))
        };
        Some(match pairs.iter().find(nearly) {
            Some((name, _)) => format!("the parameter is named `{name}` instead of `{parameter}`"),
            None => format!("`{parameter}` is missing"),
        })
    }

    /// Finds a second return URL that was appended with `?` to the one that the received URL already had.
    fn grown(&self, received: &Link, pairs: &[(String, String)]) -> Option<String> {
        let own = |pairs: &[(String, String)]| {
            pairs.iter().find(|(name, _)| name == self.parameter).map(|(_, value)| value.clone())
        };
        let (ours, theirs) = own(&received.pairs()).zip(own(pairs))?;
        let rest = theirs.strip_prefix(&ours)?;
        let again = rest.starts_with(&format!("?{}=", self.parameter));
        again.then(|| format!("`{}` was there already, and its value contains a second one", self.parameter))
    }

    /// Finds a part of the received query that is missing or out of order.
    fn kept(&self, received: &Link, presented: &Link) -> Option<String> {
        let others =
            |link: &Link| link.pairs().into_iter().filter(|(name, _)| name != self.parameter).collect::<Vec<_>>();
        let theirs = others(presented);
        let mut left = theirs.iter();
        let ours = others(received);
        let lost = ours.iter().find(|pair| !left.any(|theirs| theirs == *pair))?;
        let moved = theirs.contains(lost);
        let what = if moved { "is in a different place" } else { "is missing" };
        Some(format!("`{}` of the received URL {what}", lost.0))
    }

    /// Finds text after an `&` in a return URL that is not encoded, so that the text belongs to the provider's URL
    /// instead.
    fn encoding(&self, received: &Link, presented: &Link) -> Option<String> {
        let query = presented.url.query().unwrap_or_default();
        let mut parts = query.split('&').skip_while(|part| part.split('=').next() != Some(self.parameter));
        let (_, value) = parts.next()?.split_once('=')?;
        let ours = received.pairs();
        let extra = parts.find(|part| {
            let pair = url::form_urlencoded::parse(part.as_bytes()).into_owned().next();
            !part.is_empty() && pair.is_some_and(|pair| !ours.contains(&pair))
        })?;
        value.contains(['?', '=']).then(|| {
            format!("the return URL is not encoded, so `{extra}` is not part of it: encode it as one component")
        })
    }
}
