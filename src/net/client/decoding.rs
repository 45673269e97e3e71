//! Decodes encoded bodies within limits. Preflight requests no encoding, but some servers use one anyway.

use std::io::{self, Read};

use brotli_decompressor::Decompressor;
use flate2::read::MultiGzDecoder;
use flate2::{Decompress, FlushDecompress, Status};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// Maximum number of encodings that are applied to one body.
const MAX_ENCODINGS: usize = 3;

/// Buffer size of stream decoders, in bytes.
const BUFFER_BYTES: usize = 4096;

/// The result of decoding a body.
pub(super) enum Decoded {
    /// The decoded bytes.
    Plain(Vec<u8>),
    /// The encoding is unsupported or the body is invalid; with the length of the body in bytes.
    Unread(usize),
    /// The decoded body exceeds the limit.
    TooLarge,
}

/// Decodes a body to at most `most` bytes.
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
    if encodings.len() > MAX_ENCODINGS {
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
        // The standard means zlib by this name, but some servers send a raw deflate stream.
        "deflate" => inflated(bytes, true, most).or_else(|_| inflated(bytes, false, most)),
        "br" => read(Decompressor::new(bytes, BUFFER_BYTES), most),
        _ => Err(io::ErrorKind::Unsupported.into()),
    }
}

/// Decodes a deflate stream, with or without the zlib header. The library's readers would take a truncated stream for a
/// complete one, and its end may contain a truncated secret that redaction does not find.
fn inflated(bytes: &[u8], zlib: bool, most: usize) -> io::Result<Vec<u8>> {
    let (mut inflate, mut plain, mut rest) = (Decompress::new(zlib), Vec::new(), bytes);
    while plain.len() <= most {
        plain.reserve(BUFFER_BYTES);
        let (read, written) = (inflate.total_in(), inflate.total_out());
        let status = inflate.decompress_vec(rest, &mut plain, FlushDecompress::None)?;
        let taken = usize::try_from(inflate.total_in() - read).unwrap_or(usize::MAX);
        rest = rest.get(taken..).unwrap_or_default();
        match status {
            Status::StreamEnd => break,
            Status::Ok | Status::BufError if taken == 0 && inflate.total_out() == written => {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Status::Ok | Status::BufError => {}
        }
    }
    Ok(plain)
}

fn read(stream: impl Read, most: usize) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    stream.take(most as u64 + 1).read_to_end(&mut plain)?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::read::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    fn encoded(encoding: &str, body: &[u8]) -> Decoded {
        let headers = [(CONTENT_ENCODING, encoding.parse().unwrap())].into_iter().collect();
        decoded(&headers, body.to_vec(), 1000)
    }

    #[test]
    fn a_body_that_cannot_be_decoded_whole_is_not_kept() {
        let text: Vec<u8> = (0..500_u32).map(|n| u8::try_from(n * n % 251).unwrap()).collect();
        let all = |mut stream: Box<dyn Read + '_>| {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).unwrap();
            bytes
        };
        let bodies = [
            ("gzip", all(Box::new(GzEncoder::new(&text[..], Compression::fast())))),
            ("deflate", all(Box::new(ZlibEncoder::new(&text[..], Compression::fast())))),
            ("deflate", all(Box::new(DeflateEncoder::new(&text[..], Compression::fast())))),
        ];
        for (encoding, body) in bodies {
            assert!(matches!(encoded(encoding, &body), Decoded::Plain(plain) if plain == text), "{encoding}");
            for length in 1..body.len() {
                let cut = encoded(encoding, &body[..length]);
                assert!(matches!(cut, Decoded::Unread(unread) if unread == length), "{encoding} {length}");
            }
        }
        assert!(matches!(encoded("zstd", b"abc"), Decoded::Unread(3)));
        assert!(matches!(encoded("br", b"\xff\xff\xff"), Decoded::Unread(3)));
        assert!(matches!(encoded("gzip", b"plain"), Decoded::Unread(5)));
    }
}
