//! Explains why there was no response.

use std::error::Error;
use std::time::Duration;
use std::{fmt, io};

use rustls::CertificateError;

use crate::evidence::{TransportError, TransportErrorKind};
use crate::net::header_case::NoResponse;

pub(super) fn trouble(kind: TransportErrorKind, detail: impl Into<String>) -> TransportError {
    TransportError { kind, detail: detail.into() }
}

/// Iterates over an error and all its causes. The error inside an `io::Error` is not among its sources, so it is looked
/// up.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| beneath(*error))
}

fn beneath<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

/// Returns the message of the innermost error, which is the most specific one.
pub(super) fn deepest(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

/// Explains that a name does not resolve.
pub(super) fn of_name(unresolved: &Unresolved) -> TransportError {
    trouble(TransportErrorKind::Dns, format!("{unresolved}; check the spelling of the host, and this machine's DNS"))
}

/// Explains why a call on a connection of its own got no response.
pub(super) fn of_line(error: &NoResponse, host: &str) -> TransportError {
    let io = chain(error).filter_map(|error| error.downcast_ref::<io::Error>()).map(io::Error::kind).last();
    match error {
        NoResponse::Connect(_) => of_connecting(io, host, error),
        NoResponse::Broken(_) => of_answer(io, host, error),
        NoResponse::Unwritable(why) => trouble(TransportErrorKind::Refused, why.clone()),
    }
}

/// Explains an error of the HTTP client.
pub(super) fn from_reqwest(error: &reqwest::Error, host: &str) -> TransportError {
    if let Some(unresolved) = chain(error).find_map(|error| error.downcast_ref::<Unresolved>()) {
        return of_name(unresolved);
    }
    if let Some(tls) = chain(error).find_map(|error| error.downcast_ref::<rustls::Error>()) {
        return of_tls(tls, host);
    }
    let io = chain(error).filter_map(|error| error.downcast_ref::<io::Error>()).map(io::Error::kind).last();
    if error.is_connect() { of_connecting(io, host, error) } else { of_answer(io, host, error) }
}

fn of_connecting(kind: Option<io::ErrorKind>, host: &str, error: &(dyn Error + 'static)) -> TransportError {
    match kind {
        Some(io::ErrorKind::ConnectionRefused) => trouble(
            TransportErrorKind::Connect,
            format!("{host} refuses connections; is the service running on this port?"),
        ),
        Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => {
            trouble(TransportErrorKind::Broken, format!("{host} closed the connection before it was set up"))
        }
        _ => trouble(TransportErrorKind::Connect, format!("no connection to {host}: {}", deepest(error))),
    }
}

fn of_answer(kind: Option<io::ErrorKind>, host: &str, error: &(dyn Error + 'static)) -> TransportError {
    match kind {
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe) => trouble(
            TransportErrorKind::Broken,
            format!("{host} closed the connection before its response was complete"),
        ),
        _ => trouble(
            TransportErrorKind::Broken,
            format!("{host} gave no valid and complete response: {}", deepest(error)),
        ),
    }
}

fn of_tls(error: &rustls::Error, host: &str) -> TransportError {
    let rustls::Error::InvalidCertificate(certificate) = error else {
        return trouble(TransportErrorKind::Broken, format!("{host} and Preflight could not agree on TLS: {error}"));
    };
    let why = match certificate {
        CertificateError::UnknownIssuer => {
            "is self-signed, or its issuer is not trusted on this machine, or its intermediate certificate is missing"
                .to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "is not valid yet".to_owned(),
        CertificateError::NotValidForNameContext { presented, .. } => {
            // The library writes `DnsName("host")`.
            let names = presented.iter().take(5).map(|name| name.split('"').nth(1).unwrap_or(name));
            format!("is not valid for this name, only for {}", names.collect::<Vec<_>>().join(", "))
        }
        CertificateError::NotValidForName => "is not valid for this name".to_owned(),
        CertificateError::Revoked => "has been revoked".to_owned(),
        // The enum of the library is non-exhaustive.
        other => format!("is not accepted: {other}"),
    };
    trouble(TransportErrorKind::Certificate, format!("the certificate of {host} {why}"))
}

/// Explains that the deadline has passed. `status` is that of an incomplete response.
pub(super) fn late(deadline: Duration, host: &str, status: Option<u16>) -> TransportError {
    let far = status.map_or("no response".to_owned(), |status| format!("an incomplete response with status {status}"));
    trouble(TransportErrorKind::Timeout, format!("{far} within {} ms from {host}", deadline.as_millis()))
}

/// A name does not resolve to a usable address.
#[derive(Debug)]
pub(super) struct Unresolved(pub(super) String);

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unresolved {}
