//! Calls that repeat earlier calls.

use std::collections::BTreeMap;

use super::bodies::Plain;
use super::call::path;
use crate::evidence::{Entry, Offset, RecordedCall};
use crate::json_path::JsonPath;

/// The calls that others may repeat.
pub(super) struct Repeated<'c> {
    pub(super) calls: Vec<&'c Entry>,
    /// The contents of these calls, with the time of the first call of each content.
    said: BTreeMap<RequestContent, Offset>,
}

/// The content of a call, without credentials.
type RequestContent = (String, String, Vec<(String, String)>, String);

impl<'c> Repeated<'c> {
    pub(super) fn group(calls: Vec<&'c Entry>, except: &[JsonPath]) -> Self {
        let mut said = BTreeMap::new();
        for entry in &calls {
            if let Some(call) = entry.what.call() {
                let first = said.entry(by(call, except)).or_insert(entry.from);
                *first = entry.from.min(*first);
            }
        }
        Repeated { calls, said }
    }

    /// Whether a call repeats one of them, later.
    pub(super) fn by(&self, entry: &Entry, call: &RecordedCall, except: &[JsonPath]) -> bool {
        self.said.get(&by(call, except)).is_some_and(|first| *first < entry.from)
    }
}

/// Method, path, query pairs in any order, and body, normalised for comparison.
fn by(call: &RecordedCall, except: &[JsonPath]) -> RequestContent {
    let query = call.request.url.split_once('?').map_or("", |(_, query)| query);
    let mut query: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    query.sort();
    let path = path(call).trim_end_matches('/').split('/').map(|segment| {
        let decoded = percent_encoding::percent_decode_str(segment).decode_utf8_lossy();
        percent_encoding::utf8_percent_encode(&decoded.to_lowercase(), percent_encoding::NON_ALPHANUMERIC).to_string()
    });
    let path = path.collect::<Vec<_>>().join("/");
    (call.request.method.to_uppercase(), path, query, Plain::without_fields(call, except).key())
}
