//! The schemes of real providers, as the tests compare them with what those publish.

use std::fmt::Write as _;

use crate::support::root;

/// The schemes that are shown, each with a description.
const SHOWN: [(&str, &str); 7] = [
    ("one-header", "Time and codes in one header, as Stripe has them"),
    ("standard-webhooks", "The Standard Webhooks specification"),
    ("github", "`sha256=` and hexadecimal, as GitHub has it"),
    ("base64-header", "Base64 in a header of its own, as Shopify has it"),
    ("slack", "A form, with a version in what is signed, as Slack has it"),
    ("token", "A static token"),
    ("basic", "Name and password"),
];

/// Returns each scheme as a block of YAML, without comments and events.
pub(crate) fn shown() -> String {
    let mut text = String::new();
    for (name, what) in SHOWN {
        let whole = std::fs::read_to_string(root().join(format!("tests/engine/schemes/{name}.yaml"))).unwrap();
        let lines = whole.lines().filter(|line| !line.starts_with('#') && !line.trim_start().starts_with("events:"));
        let yaml: Vec<&str> = lines.collect();
        write!(text, "\n**{what}**\n\n```yaml\n{}\n```\n", yaml.join("\n")).unwrap();
    }
    text + "\n"
}
