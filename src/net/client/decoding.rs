//! Decodes encoded bodies within limits: Preflight requests no encoding, but some servers use one anyway.

use std::io::{self, Read};

use brotli_decompressor::Decompressor;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// Maximum number of nested encodings.
const MOST: usize = 3;

/// Buffer size of stream decoders, in bytes.
const BUFFER: usize = 4096;

/// The result of decoding a body.
pub(super) enum Decoded {
    /// The decoded bytes.
    Plain(Vec<u8>),
    /// An unsupported or invalid encoding; with the length of the body.
    Unread(usize),
    /// The decoded body exceeds the limit.
    TooLarge,
}

/// Decodes a body of at most `most` bytes.
pub(super) fn decoded(headers: &HeaderMap, body: Vec<u8>, most: usize) -> Decoded {
    let named = headers.get_all(CONTENT_ENCODING).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let named: Vec<String> =
        named.flat_map(|all| all.split(',').map(|one| one.trim().to_lowercase()).collect::<Vec<_>>()).collect();
    let encodings: Vec<&str> =
        named.iter().map(String::as_str).filter(|one| !matches!(*one, "" | "identity")).collect();
    // The response to a HEAD request names the encoding of a body that does not follow.
    if encodings.is_empty() || body.is_empty() {
        return Decoded::Plain(body);
    }
    if encodings.len() > MOST {
        return Decoded::Unread(body.len());
    }
    let length = body.len();
    let mut bytes = body;
    for encoding in encodings.into_iter().rev() {
        match undone(encoding, &bytes, most) {
            Ok(plain) if plain.len() > most => return Decoded::TooLarge,
            Ok(plain) => bytes = plain,
            Err(_) => return Decoded::Unread(length),
        }
    }
    Decoded::Plain(bytes)
}

/// Decodes one encoding, up to one byte beyond the limit.
fn undone(encoding: &str, bytes: &[u8], most: usize) -> io::Result<Vec<u8>> {
    match encoding {
        "gzip" | "x-gzip" => read(MultiGzDecoder::new(bytes), most),
        // The standard means zlib, but some servers send a raw deflate stream.
        "deflate" => read(ZlibDecoder::new(bytes), most).or_else(|_| read(DeflateDecoder::new(bytes), most)),
        "br" => read(Decompressor::new(bytes, BUFFER), most),
        _ => Err(io::ErrorKind::Unsupported.into()),
    }
}

fn read(stream: impl Read, most: usize) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    stream.take(most as u64 + 1).read_to_end(&mut plain)?;
    Ok(plain)
}
