//! Parses query parameters by the types that the pack declares.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::expressions::{Evaluator, Scope, moment};
use crate::pack::simulator::{Parameter, Scalar};

/// A parameter with an invalid value.
#[derive(Debug, PartialEq)]
pub(super) struct InvalidParameter {
    /// The name of the parameter, as it is documented.
    pub(super) field: String,
    pub(super) message: String,
}

/// Reads the values of a route's declared parameters, by lower-case name. Fails at the first invalid value.
pub(super) fn read(
    parameters: &IndexMap<String, Parameter>,
    query: &[(String, String)],
    words: &Evaluator,
    scope: &Scope,
) -> Result<Map<String, Value>, InvalidParameter> {
    let mut values = Map::new();
    for (name, parameter) in parameters {
        let wrong = |message: String| InvalidParameter { field: name.clone(), message };
        let mut read = Vec::new();
        for text in given(name, parameter, query) {
            let value = parse_value(parameter, text)
                .map_err(|why| wrong(format!("The value '{text}' is not valid: {why}.")))?;
            let meant = parameter.means.as_ref().map(|means| words.value(means, &scope.with("value", &value)));
            match meant {
                Some(Value::Null) => return Err(wrong(format!("The value '{text}' is not valid."))),
                Some(meant) => read.push(meant),
                None => read.push(value),
            }
        }
        if read.is_empty() && parameter.required {
            return Err(wrong(format!("The {name} field is required.")));
        }
        let value =
            if parameter.many { (!read.is_empty()).then(|| Value::Array(read)) } else { read.into_iter().next() };
        values.insert(name.to_lowercase(), value.unwrap_or_default());
    }
    Ok(values)
}

/// Returns the texts of a parameter in a query. For a list, `A=1&A=2`, `A[]=1`, `A[0]=1` and `A=1,2` are all read; for
/// another parameter, only its first value counts.
fn given<'q>(name: &str, parameter: &Parameter, query: &'q [(String, String)]) -> Vec<&'q str> {
    let is_it = |known: &str| {
        let bare = if parameter.many { known.split('[').next().unwrap_or_default() } else { known };
        bare.eq_ignore_ascii_case(name)
    };
    let texts = query.iter().filter(|(known, _)| is_it(known)).map(|(_, text)| text.as_str());
    let parts: Vec<&str> = if parameter.many {
        texts.flat_map(|text| text.split(',').map(str::trim)).collect()
    } else {
        texts.take(1).collect()
    };
    parts.into_iter().filter(|part| !(part.is_empty() && parameter.kind == Scalar::Text)).collect()
}

/// Why the text of a parameter is not a value of its type.
#[derive(Debug, thiserror::Error)]
enum ValueError {
    #[error("it is no whole number of 32 bits")]
    Integer,
    #[error("it must be between {0} and {1}")]
    Bounds(i32, i32),
    #[error("it is neither true nor false")]
    Boolean,
    #[error("it is no date")]
    Date,
    #[error("it is no UUID")]
    Uuid,
}

fn parse_value(parameter: &Parameter, text: &str) -> Result<Value, ValueError> {
    match parameter.kind {
        Scalar::Text => Ok(json!(text)),
        Scalar::Integer => {
            let number = text.trim().parse::<i32>().map_err(|_| ValueError::Integer)?;
            let (least, most) = (parameter.at_least.unwrap_or(i32::MIN), parameter.at_most.unwrap_or(i32::MAX));
            let within = (least..=most).contains(&number);
            within.then(|| json!(number)).ok_or(ValueError::Bounds(least, most))
        }
        Scalar::Boolean if text.eq_ignore_ascii_case("true") => Ok(json!(true)),
        Scalar::Boolean if text.eq_ignore_ascii_case("false") => Ok(json!(false)),
        Scalar::Boolean => Err(ValueError::Boolean),
        Scalar::Date => moment(text).map(|(_, time)| json!(time)).ok_or(ValueError::Date),
        Scalar::Uuid => {
            uuid::Uuid::try_parse(text).map(|uuid| json!(uuid.hyphenated().to_string())).map_err(|_| ValueError::Uuid)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> IndexMap<String, Parameter> {
        serde_json::from_value(json!({
            "Page": { "type": "integer", "at_least": 1 },
            "PageSize": { "type": "integer", "at_least": 1, "at_most": 100 },
            "Done": { "type": "boolean" },
            "From": { "type": "date" },
            "Ids": { "type": "uuid", "many": true },
            "Statuses": { "type": "text", "many": true, "means": "{{ {'a': 'Active', 'c': 'Closed'}[value | lower] }}" },
            "Query": { "type": "text" },
        }))
        .unwrap()
    }

    fn asked(query: &str) -> Result<Map<String, Value>, InvalidParameter> {
        let query: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        read(&parameters(), &query, &Evaluator::new(&Map::new(), std::collections::BTreeMap::new()), &Scope::default())
    }

    #[test]
    fn values_are_read_as_what_they_are() {
        let id = "550E8400-E29B-41D4-A716-446655440000";
        for (query, name, value) in [
            ("page=2&Page=3", "page", json!(2)),
            ("PAGESIZE=100", "pagesize", json!(100)),
            ("Page=2147483647", "page", json!(2_147_483_647)),
            ("done=True", "done", json!(true)),
            ("From=2026-10-05", "from", json!("2026-10-05T00:00:00Z")),
            ("From=2026-10-05T12:00:00%2B02:00", "from", json!("2026-10-05T10:00:00Z")),
            ("Statuses=A&statuses=c", "statuses", json!(["Active", "Closed"])),
            ("Statuses=a,C", "statuses", json!(["Active", "Closed"])),
            ("Statuses[]=a&Statuses[1]=c", "statuses", json!(["Active", "Closed"])),
            ("Statuses=", "statuses", json!(null)),
            ("Query=", "query", json!(null)),
            ("Query=0", "query", json!("0")),
            ("other=1", "page", json!(null)),
        ] {
            assert_eq!(asked(query).unwrap()[name], value, "{query}");
        }
        assert_eq!(asked(&format!("Ids={id}")).unwrap()["ids"], json!([id.to_lowercase()]));
    }

    #[test]
    fn what_is_no_such_value_is_refused_by_its_documented_name() {
        for (query, field) in [
            ("page=0", "Page"),
            ("page=-1", "Page"),
            ("page=", "Page"),
            ("page=1.5", "Page"),
            ("page=2147483648", "Page"),
            ("page=99999999999999999999", "Page"),
            ("pageSIZE=101", "PageSize"),
            ("pageSize=2147483648", "PageSize"),
            ("pageSize=ten", "PageSize"),
            ("done=yes", "Done"),
            ("done=", "Done"),
            ("done=1", "Done"),
            ("from=", "From"),
            ("from=yesterday", "From"),
            ("from=2026-13-01", "From"),
            ("ids=x", "Ids"),
            ("ids=", "Ids"),
            ("statuses=a,odd", "Statuses"),
        ] {
            assert_eq!(asked(query).err().map(|wrong| wrong.field).as_deref(), Some(field), "{query}");
        }
    }
}
