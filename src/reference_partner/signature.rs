//! Verifies the signature of a delivery: whether it is Debitura's, and fresh.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::defects::{ActiveDefect, Defect};

/// Maximum age of a delivery, in seconds.
const MAX_AGE_SECONDS: i64 = 300;

/// Maximum lead of a delivery over our clock, in seconds.
const MAX_AHEAD_SECONDS: i64 = 30;

/// Why a delivery is not trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VerificationError {
    /// There is no signature header.
    Missing,
    /// The header is not `t={seconds},v1={hex}`.
    Malformed,
    /// The signature does not match these bytes under our secret.
    Forged,
    /// The timestamp is too old, or too far ahead.
    Stale,
}

/// Verifies deliveries with one webhook secret.
#[derive(Clone)]
pub(super) struct Verifier {
    keyed: Hmac<Sha256>,
    defects: ActiveDefect,
}

impl Verifier {
    /// Takes the secret as Debitura shows it; `None` if it is not Base64.
    pub(super) fn new(secret: &str, defects: ActiveDefect) -> Option<Self> {
        let key = if defects.has(Defect::SecretNotDecoded) {
            secret.as_bytes().to_vec()
        } else {
            BASE64_STANDARD.decode(secret).ok()?
        };
        Some(Self { keyed: Hmac::new_from_slice(&key).ok()?, defects })
    }

    /// Verifies the header of a delivery against the bytes of its body, at `now` in Unix seconds. `instead` is a time
    /// that a defect uses in place of the signed one.
    pub(super) fn verify(
        &self,
        header: Option<&str>,
        body: &[u8],
        now: i64,
        instead: Option<i64>,
    ) -> Result<(), VerificationError> {
        let Some(header) = header else {
            let let_through = self.defects.has(Defect::KeyUncheckedWhenHeaderMissing);
            return if let_through { Ok(()) } else { Err(VerificationError::Missing) };
        };
        let (timestamp, signature) = parts(header).ok_or(VerificationError::Malformed)?;
        let seconds = timestamp.parse().map_err(|_| VerificationError::Malformed)?;
        if !self.signed(timestamp, body, signature) && !self.defects.has(Defect::SignatureUnchecked) {
            return Err(VerificationError::Forged);
        }
        if self.fresh(instead.unwrap_or(seconds), now) { Ok(()) } else { Err(VerificationError::Stale) }
    }

    fn signed(&self, timestamp: &str, body: &[u8], signature: &str) -> bool {
        if self.defects.has(Defect::ReserialisedBody) {
            return self.matches(&[timestamp.as_bytes(), b".", &reserialised(body)], signature);
        }
        // The exact bytes received: parsing and serialising would change them.
        self.matches(&[timestamp.as_bytes(), b".", body], signature)
            || (self.defects.has(Defect::TimestampNotSigned) && self.matches(&[body], signature))
    }

    fn matches(&self, message: &[&[u8]], signature: &str) -> bool {
        let mac = message.iter().fold(self.keyed.clone(), Mac::chain_update);
        if self.defects.has(Defect::ShortSignatureAccepted) {
            return hex::encode(mac.finalize().into_bytes()).starts_with(signature);
        }
        // `verify_slice` runs in constant time, so that nobody can guess the signature byte by byte.
        hex::decode(signature).is_ok_and(|signature| mac.verify_slice(&signature).is_ok())
    }

    fn fresh(&self, seconds: i64, now: i64) -> bool {
        let age = now.saturating_sub(seconds);
        let oldest = if self.defects.has(Defect::TimestampWindowAnHour) { 3600 } else { MAX_AGE_SECONDS };
        let not_ahead = age >= -MAX_AHEAD_SECONDS || self.defects.has(Defect::FutureTimestampsAccepted);
        (age <= oldest && not_ahead) || self.defects.has(Defect::NoTimestampCheck)
    }
}

/// Returns the values of `t` and `v1`, in any order.
fn parts(header: &str) -> Option<(&str, &str)> {
    let value = |name: &str| {
        header
            .split(',')
            .filter_map(|part| part.split_once('='))
            .find(|(key, _)| key.trim() == name)
            .map(|(_, v)| v.trim())
    };
    Some((value("t")?, value("v1")?))
}

fn reserialised(body: &[u8]) -> Vec<u8> {
    serde_json::from_slice::<serde_json::Value>(body)
        .map_or_else(|_| body.to_vec(), |value| value.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "dGhpc2lzYWJhc2U2NGVuY29kZWRzZWNyZXQ=";
    const NOW: i64 = 1_769_873_025;
    const BODY: &str = r#"{"id":"550e8400-e29b-41d4-a716-446655440000","specVersion":"1.0","event":"client.linked","timestamp":"2026-01-31T15:23:45Z","data":{"externalTenantId":"partner-client-123"}}"#;
    const GENUINE: &str = "c5136a348f39a598fb605e096205dd98f72b7c08903967db4fcbf04448385859";
    const UNDECODED: &str = "b39daddca8629d6dcddb007d91368388c7c3ec83d2a3a3d30f836a232773c9ff";
    const WITHOUT_TIMESTAMP: &str = "660d02b649deff85e9a3cb8e9526be70e4e0c244100e46e20073e63911608d54";
    const SORTED: &str = "96787307e092a175dc55dec91be6222001fcf18fbe2fa7a636096a4f20890ebc";
    const INDENTED: &str = "051542513c36098b49d6f2a7d6f64ba98b703233f60fc7e256771f32352336ed";
    const IN_BASE64: &str = "xRNqNI85pZj7YF4JYgXdmPcrfAiQOWfbT8vwREg4WFk=";

    fn verify(defect: Option<Defect>, v1: &str, age: i64) -> Result<(), VerificationError> {
        let header = format!("t={NOW},v1={v1}");
        Verifier::new(SECRET, defect.into()).unwrap().verify(Some(&header), BODY.as_bytes(), NOW + age, None)
    }

    #[test]
    fn the_published_vectors_are_accepted() {
        assert_eq!(verify(None, GENUINE, 0), Ok(()));
        let body = r#"{"event":"case.created","data":{"debtorName":"Søren Ærø ApS"}}"#;
        let header = "t=1700000000,v1=c97b57068df95931a5ee1568c25fe02cf3790b3a1b1deaa81309508d03158ad6";
        let verifier = Verifier::new("GfbdOMutetuNEZjgCUjQqWkQ3Z3ByTBN3jqPZExu9zE=", ActiveDefect::default()).unwrap();
        assert_eq!(verifier.verify(Some(header), body.as_bytes(), 1_700_000_000, None), Ok(()));
    }

    #[test]
    fn what_a_wrong_sender_would_compute_is_refused() {
        for v1 in [UNDECODED, WITHOUT_TIMESTAMP, SORTED, INDENTED, IN_BASE64, &GENUINE[..63], &GENUINE[..32], ""] {
            assert_eq!(verify(None, v1, 0), Err(VerificationError::Forged), "{v1}");
        }
    }

    #[test]
    fn a_header_that_is_not_one_is_refused() {
        let verifier = Verifier::new(SECRET, ActiveDefect::default()).unwrap();
        assert_eq!(verifier.verify(None, BODY.as_bytes(), NOW, None), Err(VerificationError::Missing));
        let (semicolon, swapped) = (format!("t={NOW};v1={GENUINE}"), format!("v1={GENUINE}, t={NOW}"));
        for header in ["", "t=1", "v1=00", "t=soon,v1=00", &semicolon] {
            assert_eq!(
                verifier.verify(Some(header), BODY.as_bytes(), NOW, None),
                Err(VerificationError::Malformed),
                "{header}"
            );
        }
        assert_eq!(
            verifier.verify(Some(&swapped), BODY.as_bytes(), NOW, None),
            Ok(()),
            "order and blanks do not matter"
        );
    }

    #[test]
    fn the_window_is_five_minutes_back_and_half_a_minute_ahead() {
        for (age, expected) in
            [(300, Ok(())), (301, Err(VerificationError::Stale)), (-30, Ok(())), (-31, Err(VerificationError::Stale))]
        {
            assert_eq!(verify(None, GENUINE, age), expected, "{age} s");
        }
    }

    #[test]
    fn each_defect_changes_exactly_its_own_behaviour() {
        let cases: [(&str, &str, i64, &[Defect]); 9] = [
            ("genuine", GENUINE, 0, &[]),
            ("undecoded", UNDECODED, 0, &[Defect::SecretNotDecoded]),
            ("timestamp not signed", WITHOUT_TIMESTAMP, 0, &[Defect::TimestampNotSigned]),
            ("truncated", &GENUINE[..16], 0, &[Defect::ShortSignatureAccepted]),
            ("empty", "", 0, &[Defect::ShortSignatureAccepted]),
            ("ten minutes old", GENUINE, 600, &[Defect::NoTimestampCheck, Defect::TimestampWindowAnHour]),
            ("a day old", GENUINE, 86_400, &[Defect::NoTimestampCheck]),
            ("ahead", GENUINE, -330, &[Defect::NoTimestampCheck, Defect::FutureTimestampsAccepted]),
            ("sorted", SORTED, 0, &[]),
        ];
        for (what, v1, age, accepted_with) in cases {
            for defect in Defect::all().iter().copied() {
                let expected = match defect {
                    Defect::SignatureUnchecked => (-MAX_AHEAD_SECONDS..=MAX_AGE_SECONDS).contains(&age),
                    Defect::SecretNotDecoded if v1 == GENUINE => false,
                    _ => what == "genuine" || accepted_with.contains(&defect),
                };
                assert_eq!(verify(Some(defect), v1, age).is_ok(), expected, "{what} with {defect:?}");
            }
        }
    }

    #[test]
    fn only_one_defect_lets_a_missing_header_through() {
        for defect in Defect::all().iter().copied() {
            let accepted =
                Verifier::new(SECRET, defect.into()).unwrap().verify(None, BODY.as_bytes(), NOW, None).is_ok();
            assert_eq!(accepted, defect == Defect::KeyUncheckedWhenHeaderMissing, "{defect:?}");
        }
    }
}
