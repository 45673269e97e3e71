//! Bodies of deliveries: sets values in them, and serialises them in altered ways.

use std::io;

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, PrettyFormatter, Serializer};
use serde_json::{Value, json};

use super::error::ComposeError;
use crate::json::escaped;
use crate::pack::alteration::BodyAlteration;
use crate::pack::scheme::BodyType;
use crate::pack::types::Where;

/// A body as sent, and as signed.
pub(super) struct WrittenBody {
    pub(super) sent: Vec<u8>,
    pub(super) signed: Vec<u8>,
}

/// Sets a text at a place of the body; header places are ignored.
///
/// # Errors
///
/// Fails if a required place (`needed`) does not exist and is not a field that could be added.
pub(super) fn set(body: &mut Value, place: &Where, text: &str, needed: bool) -> Result<(), ComposeError> {
    let Where::Body(path) = place else { return Ok(()) };
    let spots = path.pointers(body);
    for spot in &spots {
        if let Some(value) = body.pointer_mut(spot) {
            *value = Value::String(text.to_owned());
        }
    }
    match (spots.is_empty() && needed, path.as_str().strip_prefix("$."), body.as_object_mut()) {
        (false, _, _) => Ok(()),
        (true, Some(name), Some(members)) if !name.contains(['.', '[', '*']) => {
            members.insert(name.to_owned(), Value::String(text.to_owned()));
            Ok(())
        }
        (true, _, _) => Err(ComposeError::Place(path.to_string())),
    }
}

/// Spellings of the same fields.
#[derive(Clone, Copy)]
enum Spelling {
    Plain,
    Indented,
    /// White space where few serialisers put it.
    Spaced,
    /// Every letter as an escape.
    Escaped,
}

/// Serialises a body and its signed content. An alteration that does not apply to the body changes nothing.
pub(super) fn write(
    body: &Value,
    kind: BodyType,
    alteration: Option<BodyAlteration>,
    reserved: &[&Where],
) -> Result<WrittenBody, ComposeError> {
    let spelled = |body: &Value, spelling| match kind {
        BodyType::Json => json(body, spelling),
        BodyType::Form => Ok(form(body, spelling)),
    };
    let plain = |body: &Value| spelled(body, Spelling::Plain);
    let same = |bytes: Vec<u8>| WrittenBody { sent: bytes.clone(), signed: bytes };
    Ok(match alteration {
        None => same(plain(body)?),
        Some(BodyAlteration::Spaced) => same(spelled(body, Spelling::Spaced)?),
        Some(BodyAlteration::Reordered) => same(plain(&reordered(body))?),
        Some(BodyAlteration::Escaped) => same(spelled(body, Spelling::Escaped)?),
        Some(BodyAlteration::NonAscii) => same(plain(&added(body, json!("Søren Ærø ApS, 東京, 🚀")))?),
        Some(BodyAlteration::UnknownMember) => same(plain(&added(body, json!({ "big": 9_007_199_254_740_993_u64 })))?),
        Some(BodyAlteration::Changed) => WrittenBody { sent: plain(&changed(body, reserved))?, signed: plain(body)? },
        Some(BodyAlteration::SignedIndented) => {
            WrittenBody { sent: plain(body)?, signed: spelled(body, Spelling::Indented)? }
        }
        Some(BodyAlteration::SignedSorted) => WrittenBody { sent: plain(body)?, signed: plain(&sorted(body))? },
        // A compact body would be signed as sent, so this one contains white space that compaction loses.
        Some(BodyAlteration::SignedCompact) => {
            WrittenBody { sent: spelled(body, Spelling::Spaced)?, signed: plain(body)? }
        }
    })
}

fn json(body: &Value, spelling: Spelling) -> Result<Vec<u8>, ComposeError> {
    match spelling {
        Spelling::Plain => serde_json::to_vec(body).map_err(|error| ComposeError::Body(error.to_string())),
        Spelling::Indented => with(body, PrettyFormatter::new()),
        Spelling::Spaced => with(body, Spaced),
        Spelling::Escaped => with(body, Escaped),
    }
}

/// Writes the fields of an object as a form.
fn form(body: &Value, spelling: Spelling) -> Vec<u8> {
    let members = body.as_object().into_iter().flatten().map(|(name, value)| (name, super::body::text(value)));
    match spelling {
        Spelling::Plain | Spelling::Indented | Spelling::Spaced => {
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(members).finish().into_bytes()
        }
        Spelling::Escaped => {
            let escaped = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
            let pairs: Vec<_> = members.map(|(name, text)| format!("{}={}", escaped(name), escaped(&text))).collect();
            pairs.join("&").into_bytes()
        }
    }
}

fn with<F: Formatter>(body: &Value, formatter: F) -> Result<Vec<u8>, ComposeError> {
    let mut bytes = Vec::new();
    body.serialize(&mut Serializer::with_formatter(&mut bytes, formatter))
        .map_err(|error| ComposeError::Body(error.to_string()))?;
    Ok(bytes)
}

fn reordered(value: &Value) -> Value {
    rebuilt(value, <[(String, Value)]>::reverse)
}

fn sorted(value: &Value) -> Value {
    rebuilt(value, |members| members.sort_by(|(a, _), (b, _)| a.cmp(b)))
}

/// Rebuilds a value with the fields of every object reordered.
fn rebuilt(value: &Value, order: fn(&mut [(String, Value)])) -> Value {
    match value {
        Value::Object(map) => {
            let mut members: Vec<_> = map.iter().map(|(k, v)| (k.clone(), rebuilt(v, order))).collect();
            order(&mut members);
            Value::Object(members.into_iter().collect())
        }
        Value::Array(list) => Value::Array(list.iter().map(|v| rebuilt(v, order)).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn added(body: &Value, extra: Value) -> Value {
    let mut body = body.clone();
    if let Some(members) = body.as_object_mut() {
        members.insert("addedLater".into(), extra);
    }
    body
}

/// Returns the body with one changed value: not its id, name or times, and as late in the document as possible, so that
/// a receiver without verification has no other reason to reject it.
fn changed(body: &Value, reserved: &[&Where]) -> Value {
    let kept: Vec<String> = reserved
        .iter()
        .flat_map(|place| match place {
            Where::Body(path) => path.pointers(body),
            Where::Header(_) => Vec::new(),
        })
        .collect();
    let mut spots = Vec::new();
    leaves(body, "", &mut spots);
    let mut changed = body.clone();
    match spots.into_iter().rfind(|spot| !kept.contains(spot)).and_then(|spot| changed.pointer_mut(&spot)) {
        Some(value) => {
            *value = match value {
                Value::String(text) => json!(format!("{text}x")),
                Value::Bool(yes) => json!(!*yes),
                Value::Number(_) | Value::Null | Value::Array(_) | Value::Object(_) => json!("changed"),
            }
        }
        None => changed = added(body, json!("changed")),
    }
    changed
}

/// Collects the JSON pointers of all scalar values, in document order.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                leaves(inner, &format!("{at}/{}", escaped(name)), found);
            }
        }
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                leaves(inner, &format!("{at}/{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => found.push(at.to_owned()),
    }
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"[ ")
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b" ,\t" })
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"{\r\n")
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        writer.write_all(if first { b"   " } else { b" ,\n\t" })
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"  : ")
    }
}

struct Escaped;

impl Formatter for Escaped {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        for letter in fragment.chars() {
            if letter.is_alphabetic() || !letter.is_ascii() {
                let mut units = [0; 2];
                for unit in letter.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            } else {
                write!(writer, "{letter}")?;
            }
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + io::Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        serde_json::ser::CompactFormatter.write_char_escape(writer, escape)
    }
}

/// Returns a string as it is, and any other value as JSON.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
