//! Bodies that came in an encoding, undone within bounds: nobody is asked for one, but some servers use one all the same.

use std::io::{self, Read};

use brotli_decompressor::Decompressor;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// So many encodings are undone, one within the other.
const MOST: usize = 3;

/// How much of a stream is looked at in one piece.
const BUFFER: usize = 4096;

/// What became of a body.
pub(super) enum Decoded {
    /// The bytes that were meant.
    Plain(Vec<u8>),
    /// It is in an encoding that is not read, or says so and is not; with its length.
    Unread(usize),
    /// It grows beyond the bound.
    TooLarge,
}

/// The body that was meant, of at most so many bytes.
pub(super) fn decoded(headers: &HeaderMap, body: Vec<u8>, most: usize) -> Decoded {
    let named = headers.get_all(CONTENT_ENCODING).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let named: Vec<String> =
        named.flat_map(|all| all.split(',').map(|one| one.trim().to_lowercase()).collect::<Vec<_>>()).collect();
    let encodings: Vec<&str> =
        named.iter().map(String::as_str).filter(|one| !matches!(*one, "" | "identity")).collect();
    // The answer to a question for the head alone says how the body would come.
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

/// One encoding undone, as far as the bound and one byte more.
fn undone(encoding: &str, bytes: &[u8], most: usize) -> io::Result<Vec<u8>> {
    match encoding {
        "gzip" | "x-gzip" => read(MultiGzDecoder::new(bytes), most),
        // The standard means zlib, and some servers send what is inside of it.
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
