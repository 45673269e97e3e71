//! Files that are a list of names and values: what each of their readers gives.

use super::placeholder;

/// A name with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its line, from 1.
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) value: Said,
}

/// What a file says at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// A value.
    Value(String),
    /// Nothing, so that the value comes from elsewhere, if at all.
    Nothing,
    /// Something else than one value: a map, or a list.
    Several,
    /// Something of which nobody knows here what becomes of it, and why; it reads after `line N`.
    Unknown(&'static str),
}

impl Said {
    /// What a text says in which nothing has been put in yet.
    pub(super) fn of(text: &str) -> Self {
        match placeholder::found(text) {
            Some(why) => Said::Unknown(why),
            None => Said::plain(text),
        }
    }

    /// What a text says as it stands there.
    pub(super) fn plain(text: &str) -> Self {
        match text.trim() {
            "" => Said::Nothing,
            value if value.contains(char::REPLACEMENT_CHARACTER) => Said::Unknown("is not UTF-8 text"),
            value => Said::Value(value.to_owned()),
        }
    }
}

/// Whether two keys are one in frameworks that take `referral-url`, `referralUrl` and `referral_url` for the same.
pub(super) fn alike(one: &str, other: &str) -> bool {
    let letters = |key: &str| -> String {
        key.chars().filter(|letter| !matches!(letter, '-' | '_')).flat_map(char::to_lowercase).collect()
    };
    letters(one) == letters(other)
}

/// The entries that a key means: those of that name, else those of a name that is taken for the same.
pub(super) fn named(entries: Vec<Entry>, key: &str) -> Vec<(usize, Said)> {
    let exact = entries.iter().any(|entry| entry.name == key);
    let meant = |entry: &Entry| if exact { entry.name == key } else { alike(&entry.name, key) };
    entries.into_iter().filter(meant).map(|entry| (entry.line, entry.value)).collect()
}
