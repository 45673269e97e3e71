//! Sends an HTTP/1.1 request on a connection of its own, with header names spelled as they are written.
//!
//! Header names are case-insensitive, so HTTP clients write them in lower case. Some handlers copy a name from the
//! documentation and recognise only that spelling.

use std::error::Error;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::{fmt, io};

use hyper::client::conn::http1::handshake;
use hyper::header::{ACCEPT, HOST, HeaderMap, HeaderValue, USER_AGENT as AGENT};
use hyper_util::rt::TokioIo;
use reqwest::{Body, Request, Response};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The `User-Agent` of Preflight's requests.
pub(crate) const USER_AGENT: &str = concat!("preflight/", env!("CARGO_PKG_VERSION"));

/// The usual spellings of the headers that a client adds.
const ADDED: [&str; 5] = ["Host", "Accept", "User-Agent", "Content-Length", "Connection"];

/// Why there is no response.
#[derive(Debug)]
pub(crate) enum NoResponse {
    /// No connection could be made.
    Connect(io::Error),
    /// The connection failed.
    Broken(hyper::Error),
    /// The request is invalid.
    Unwritable(String),
}

impl fmt::Display for NoResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoResponse::Connect(error) => write!(f, "{error}"),
            NoResponse::Broken(error) => write!(f, "{error}"),
            NoResponse::Unwritable(why) => write!(f, "the request is invalid: {why}"),
        }
    }
}

impl Error for NoResponse {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            NoResponse::Connect(error) => Some(error),
            NoResponse::Broken(error) => Some(error),
            NoResponse::Unwritable(_) => None,
        }
    }
}

/// Sends a request without TLS to the first reachable address. Returns that address with the response.
pub(crate) async fn call(
    addresses: &[SocketAddr],
    request: Request,
    spelled: &[String],
) -> Result<(Response, SocketAddr), NoResponse> {
    let request = whole(request)?;
    let stream = TcpStream::connect(addresses).await.map_err(NoResponse::Connect)?;
    stream.set_nodelay(true).ok();
    let address = stream.peer_addr().map_err(NoResponse::Connect)?;
    let line = Spelled::new(stream, names(spelled));
    let (mut sender, connection) = handshake(TokioIo::new(line)).await.map_err(NoResponse::Broken)?;
    // The task ends with the response, or when nobody waits for it any more. Its errors show in the response.
    tokio::spawn(async move { drop(connection.await) });
    let response = sender.send_request(request).await.map_err(NoResponse::Broken)?;
    Ok((Response::from(response.map(Body::wrap)), address))
}

/// Completes a request: the path for its first line, and the headers that clients add.
fn whole(request: Request) -> Result<hyper::Request<Body>, NoResponse> {
    let unwritable = |why: &dyn fmt::Display| NoResponse::Unwritable(why.to_string());
    let url = request.url().clone();
    let mut request = hyper::Request::<Body>::try_from(request).map_err(|error| unwritable(&error))?;
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    *request.uri_mut() = path.parse().map_err(|error| unwritable(&error))?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let host = format!("{}{port}", url.host_str().unwrap_or_default());
    let mut headers = HeaderMap::new();
    headers.insert(HOST, HeaderValue::try_from(host).map_err(|error| unwritable(&error))?);
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    headers.insert(AGENT, HeaderValue::from_static(USER_AGENT));
    headers.extend(std::mem::take(request.headers_mut()));
    *request.headers_mut() = headers;
    Ok(request)
}

/// Returns all header names with their spelling. If the given ones are all lower-case, so are the added ones.
fn names(spelled: &[String]) -> Vec<String> {
    let small = spelled.iter().all(|name| *name == name.to_lowercase());
    let added = ADDED.into_iter().filter(|_| !small).map(str::to_owned);
    spelled.iter().cloned().chain(added).collect()
}

/// A stream that restores the spelling of header names in the first request head that is written to it.
struct Spelled<S> {
    stream: S,
    names: Vec<String>,
    /// The head written so far; `None` once it is complete.
    head: Option<Vec<u8>>,
    /// Bytes with restored spelling that are not written yet.
    left: Vec<u8>,
}

impl<S> Spelled<S> {
    fn new(stream: S, names: Vec<String>) -> Self {
        Spelled { stream, names, head: Some(Vec::new()), left: Vec::new() }
    }
}

impl<S: AsyncWrite + Unpin> Spelled<S> {
    fn write_left(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.left.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.left))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.left.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Spelled<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(mut head) = self.head.take() {
            head.extend_from_slice(bytes);
            match end_of_head(&head) {
                Some(end) => {
                    spell(&mut head[..end], &self.names);
                    self.left = head;
                }
                None => self.head = Some(head),
            }
            return Poll::Ready(Ok(bytes.len()));
        }
        ready!(self.write_left(cx))?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.write_left(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.write_left(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Spelled<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n")
}

/// Restores the spelling of names at the beginning of lines. A change of case does not change the length.
fn spell(head: &mut [u8], names: &[String]) {
    for line in head.split_mut(|byte| *byte == b'\n').skip(1) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let known = names.iter().find(|name| name.as_bytes().eq_ignore_ascii_case(&line[..colon]));
        if let Some(name) = known {
            line[..colon].copy_from_slice(name.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;

    #[tokio::test]
    async fn names_are_spelled_as_they_were_written_however_the_head_is_cut() {
        let sent = b"POST /x-token: HTTP/1.1\r\nhost: a\r\nx-token: x-token: b\r\nx-other: c\r\n\r\nx-token: d\r\n\r\n";
        let text = "POST /x-token: HTTP/1.1\r\nHost: a\r\nX-ToKen: x-token: b\r\nx-other: c\r\n\r\nx-token: d\r\n\r\n";
        for cut in 0..sent.len() {
            let mut line = Spelled::new(Vec::new(), names(&["X-ToKen".to_owned()]));
            line.write_all(&sent[..cut]).await.unwrap();
            line.write_all(&sent[cut..]).await.unwrap();
            line.flush().await.unwrap();
            assert_eq!(String::from_utf8(line.stream).unwrap(), text, "{cut}");
        }
    }

    #[test]
    fn what_is_added_is_written_small_where_everything_is() {
        assert_eq!(names(&["x-token".into()]), ["x-token"]);
        assert_eq!(names(&["X-Token".into()])[..2], ["X-Token", "Host"]);
    }
}
