//! Files that are a list of names and values: what the usual readers make of them.

use super::placeholder;

/// A name with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its line, from 1.
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) value: ConfigValue,
}

/// What a file says at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ConfigValue {
    /// A value.
    Value(String),
    /// Nothing; the value comes from elsewhere, if at all.
    Nothing,
    /// A map or a list instead of one value.
    Several,
    /// A value that cannot be determined here, with the reason; it reads after `line N`.
    Unknown(&'static str),
}

impl ConfigValue {
    /// The meaning of a text that may contain placeholders.
    pub(super) fn parse(text: &str) -> Self {
        match placeholder::found(text) {
            Some(why) => ConfigValue::Unknown(why),
            None => ConfigValue::plain(text),
        }
    }

    /// The meaning of a literal text.
    pub(super) fn plain(text: &str) -> Self {
        match text.trim() {
            "" => ConfigValue::Nothing,
            value if value.contains(char::REPLACEMENT_CHARACTER) => ConfigValue::Unknown("is not UTF-8 text"),
            value => ConfigValue::Value(value.to_owned()),
        }
    }
}

/// Whether two keys are the same to frameworks that treat `referral-url`, `referralUrl` and `referral_url` alike.
pub(super) fn alike(one: &str, other: &str) -> bool {
    let letters = |key: &str| -> String {
        key.chars().filter(|letter| !matches!(letter, '-' | '_')).flat_map(char::to_lowercase).collect()
    };
    letters(one) == letters(other)
}

/// The entries for a key: those with that exact name, otherwise those with an equivalent name.
pub(super) fn named(entries: Vec<Entry>, key: &str) -> Vec<(usize, ConfigValue)> {
    let exact = entries.iter().any(|entry| entry.name == key);
    let meant = |entry: &Entry| if exact { entry.name == key } else { alike(&entry.name, key) };
    entries.into_iter().filter(meant).map(|entry| (entry.line, entry.value)).collect()
}
