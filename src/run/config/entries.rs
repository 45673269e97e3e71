//! Entries of a file that is a list of names and values, interpreted as the usual loaders do.

use super::placeholder;

/// A name with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The line number, from 1.
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) value: ConfigValue,
}

/// What a file says about a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ConfigValue {
    /// The value is known.
    Value(String),
    /// The file has no value; if there is one, it comes from elsewhere.
    Nothing,
    /// The key has a map or a list instead of one value.
    Several,
    /// The value cannot be determined here; the reason continues a sentence after `line N`.
    Unknown(&'static str),
}

impl ConfigValue {
    /// Interprets a text that may contain placeholders.
    pub(super) fn parse(text: &str) -> Self {
        match placeholder::found(text) {
            Some(why) => ConfigValue::Unknown(why),
            None => ConfigValue::plain(text),
        }
    }

    /// Interprets a literal text.
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

/// Returns the entries for a key: those with exactly that name, or else those with an equivalent name.
pub(super) fn named(entries: Vec<Entry>, key: &str) -> Vec<(usize, ConfigValue)> {
    let exact = entries.iter().any(|entry| entry.name == key);
    let meant = |entry: &Entry| if exact { entry.name == key } else { alike(&entry.name, key) };
    entries.into_iter().filter(meant).map(|entry| (entry.line, entry.value)).collect()
}
