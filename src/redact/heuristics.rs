//! Guesses what a text is: a random token, a plain word, an address.

use std::net::{IpAddr, SocketAddr};

use uuid::Uuid;

use crate::address::Host;

/// Parts of names that announce a secret, in lower case.
const TELLING: [&str; 14] = [
    "apikey",
    "secret",
    "token",
    "passw",
    "passphrase",
    "pwd",
    "credential",
    "authorization",
    "cookie",
    "privatekey",
    "accesskey",
    "signingkey",
    "clientkey",
    "authkey",
];

/// Whether a name announces a secret, however its words are joined.
pub(crate) fn is_telling(name: &str) -> bool {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let joined: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    TELLING.iter().any(|word| joined.contains(word))
}

/// Whether a text looks random: it has a UUID, a long mix of letters and digits, or a run in which these, or upper and
/// lower case, alternate often.
pub(crate) fn is_token(text: &str) -> bool {
    let mut dashed = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    dashed.any(|part| part.len() == 36 && Uuid::try_parse(part).is_ok())
        || text.split(|c: char| !c.is_ascii_alphanumeric()).any(is_token_run)
}

fn is_token_run(run: &str) -> bool {
    let kind = |byte: u8| match byte {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        _ => 2,
    };
    let kinds: Vec<u8> = run.bytes().map(kind).collect();
    let has = |wanted: u8| kinds.contains(&wanted);
    let (digit, small, capital) = (has(0), has(1), has(2));
    let changes = kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let letter = small || capital;
    match run.len() {
        0..=7 => false,
        8..=15 => digit && letter && changes >= 4 && changes * 100 >= run.len() * 35,
        // Joined words change case too, but not in every other letter.
        length => {
            (digit && letter && (changes * 100 >= length * 25 || !small || length >= 32))
                || (small && capital && changes * 100 >= length * 40)
        }
    }
}

/// Whether a text consists of words and small numbers, as in paths: `hooks`, `acme-billing`, `v2`.
pub(crate) fn is_wording(text: &str) -> bool {
    let word = |run: &str| {
        let number = run.trim_start_matches(['v', 'V']);
        let small = number.len() <= 4 && number.bytes().all(|byte| byte.is_ascii_digit());
        small || run.len() <= 40 && run.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    !is_token(text) && text.split(['-', '_', '.', '~']).all(word)
}

/// Whether a text is a host with or without a port, and nothing that gives access: `db.acme.example`, `127.0.0.1:5432`,
/// `localhost`.
pub(crate) fn is_address(text: &str) -> bool {
    let bare = text.trim_end_matches('/');
    if bare.parse::<SocketAddr>().is_ok() || bare.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
        return true;
    }
    let (host, port) = bare.rsplit_once(':').unwrap_or((bare, "0"));
    let label = |label: &str| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
        !label.is_empty() && label.bytes().all(plain) && !is_token(label)
    };
    let top = host.rsplit('.').next().unwrap_or_default();
    let named =
        is_name_of_this_machine(host) || host.contains('.') && top.bytes().all(|byte| byte.is_ascii_alphabetic());
    port.parse::<u16>().is_ok() && named && host.split('.').all(label)
}

/// Whether a text is a name of this machine. A number can be an address of this machine too, but may be a secret.
fn is_name_of_this_machine(text: &str) -> bool {
    Host::parse(text).is_some_and(|host| host.name().is_some() && host.is_this_machine())
}

/// Whether a text is a path of plain words: `/var/lib/acme`, `/hooks/acme`.
pub(crate) fn is_plain_path(text: &str) -> bool {
    let path = text.strip_prefix("./").or_else(|| text.strip_prefix('/'));
    path.is_some_and(|path| path.split('/').all(is_wording))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_up_is_told_from_what_was_written() {
        let tokens = "S3cr3tQ7w8E9r0Zx sk_live_51HxYzAbCdEfGh npm_aB3dE5gH7jK9mN1pQ3 pa55edThingVa1ue mySecretV4lue99 \
                      3f2a6f7c01d9 AKIAIOSFODNN7EXAMPLE eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sIg9 QwErTyUiOpAsDfGhJk \
                      550e8400-e29b-41d4-a716-446655440000 aGVsbG9oZWxsb2hlbGxv MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";
        for token in tokens.split_whitespace() {
            assert!(is_token(token) && !is_wording(token), "{token}");
        }
        let words = "debitura hooks acme-billing v2 client.linked clientOnboardingContractSigned hmac-sha256 return_url \
                     2026-11-27 127.0.0.1:39991 externalTenantId X-Api-Key 1250.50 acme-39991.sqlite production x86_64 \
                     DebituraTestReferralApiBase staging2 index.html";
        for word in words.split_whitespace() {
            assert!(!is_token(word), "{word}");
        }
        for word in ["debitura", "acme-billing", "v2", "index.html", "clientOnboardingContractSigned", ""] {
            assert!(is_wording(word), "{word}");
        }
        for other in ["hunter2hunter2", "tok-3f9a1c77", "kq z", "a@b", "20261127"] {
            assert!(!is_wording(other), "{other}");
        }
    }

    #[test]
    fn addresses_and_paths_are_no_secrets() {
        for address in
            ["db.acme.example", "127.0.0.1:5432", "localhost", "localhost:80", "[::1]:80", "hooks.acme.example/"]
        {
            assert!(is_address(address), "{address}");
        }
        for other in ["S3cr3tQ7w8.E9r0Zx", "a:b@c.example", "12345678", "acme", "eyJhbGciOi.eyJzdWIi.abc", "a.b:pass"] {
            assert!(!is_address(other), "{other}");
        }
        assert!(is_plain_path("/var/lib/acme") && is_plain_path("./deploy/.env"));
        assert!(!is_plain_path("/hooks/S3cr3tQ7w8E9r0Zx") && !is_plain_path("hooks"));
    }

    #[test]
    fn names_tell_of_secrets_however_they_are_written() {
        for name in ["api_key", "api-key", "apikey", "X-Api-Key", "DB_PASSWORD", "clientSecret", "Set-Cookie"] {
            assert!(is_telling(name), "{name}");
        }
        for name in ["key", "url", "author", "keyboard", "events", "passes"] {
            assert!(!is_telling(name), "{name}");
        }
    }
}
