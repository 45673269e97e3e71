//! The words of a pack, which every reader of a report may know: a value that is one of them is not redacted.

use super::model::Pack;
use super::types::Stage;

impl Pack {
    /// Whether a text occurs in the pack as whole words: `production`, the name of an event, a key of a fixture.
    pub fn says(&self, text: &str) -> bool {
        let own = Stage::ALL.map(Stage::word);
        let checks = self.checks.iter().map(|packed| packed.document.text.as_ref());
        let fixtures = self.fixtures.files().filter_map(|(_, bytes)| std::str::from_utf8(bytes).ok());
        own.into_iter()
            .chain([self.document.text.as_ref()])
            .chain(checks)
            .chain(fixtures)
            .any(|words| stands_in(text, words))
    }
}

/// Whether a text occurs in another one between characters that belong to no word.
fn stands_in(text: &str, other: &str) -> bool {
    let apart = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_');
    let mut places = other.match_indices(text);
    places.any(|(at, _)| apart(other[..at].chars().next_back()) && apart(other[at + text.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::super::load::Catalog;

    #[test]
    fn a_pack_knows_its_words() {
        let catalog = Catalog::built_in().unwrap();
        let pack = &catalog.packs["debitura"];
        for word in ["production", "rehearsal", "debitura", "client.linked", "not_required", "externalTenantId"] {
            assert!(pack.says(word), "{word}");
        }
        for other in ["roduction", "S3cr3tQ7w8E9r0Zx", "swordfish", "externalTenant"] {
            assert!(!pack.says(other), "{other}");
        }
    }
}
