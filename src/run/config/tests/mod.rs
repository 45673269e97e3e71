//! Realistic files in each format: the value of a key, or why it is unknown.

mod hostile;

use super::*;

/// The expected result: a value with its line, or a part of the error message.
enum Wanted {
    Is(&'static str, usize),
    Unknown(&'static str),
}

use Wanted::{Is, Unknown};

const URL: &str = "https://a.example/";
const VARIABLE: &str = "refers to another variable";
const REPLACED: &str = "placeholder";

fn told(name: &str, bytes: &[u8], key: &str) -> Result<(String, usize), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    value_of(&path, key).map_err(|why| why.to_string())
}

fn hold(table: &[(&str, &str, &str, Wanted)]) {
    let mut wrong = Vec::new();
    for (name, text, key, wanted) in table {
        let found = told(name, text.as_bytes(), key);
        let right = match (&found, wanted) {
            (Ok((value, line)), Is(text, at)) => value == text && line == at,
            (Err(why), Unknown(part)) => why.contains(part),
            (Ok(_), Unknown(_)) | (Err(_), Is(..)) => false,
        };
        if !right {
            wrong.push(format!("{name} `{key}`: {found:?}\n{text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn lists_of_variables() {
    hold(&[
        (".env.production", "# hosts\nexport A=\"https://a.example/\"\r\nB=1\n", "A", Is(URL, 2)),
        (".env", "\u{feff}A=https://a.example/\n", "A", Is(URL, 1)),
        (".env", "A = https://a.example/ \n", "A", Is(URL, 1)),
        (".env", "A=https://a.example/ # costs $5 and ${X}\n", "A", Is(URL, 1)),
        (".env", "A='https://a.example/' # it's $5\n", "A", Is(URL, 1)),
        (".env", "# $A\n\n  A=https://a.example/\n", "A", Is(URL, 3)),
        (".env", "#A=https://b.example/\nA=https://a.example/", "A", Is(URL, 2)),
        (".env", "A='https://a.example/$x'\n", "A", Is("https://a.example/$x", 1)),
        (".env", "A=\"https://a.example/\\$x\"\n", "A", Is("https://a.example/$x", 1)),
        (".env", "A=https://a.example/$\n", "A", Is("https://a.example/$", 1)),
        (".env", "export\tA=https://a.example/\n", "A", Is(URL, 1)),
        (".env", "PEM=\"-----BEGIN\nA=https://b.example/\n-----END=\"\nA=https://a.example/\n", "A", Is(URL, 4)),
        (".env", "WORDS=it's here\nA=https://a.example/\n", "A", Is(URL, 2)),
        (".env", "X='never closed\nA=https://a.example/\n", "A", Is(URL, 2)),
        (".env", "PASSWORD=hunter2 and more\nA=https://a.example/\nA=https://a.example/\n", "A", Is(URL, 2)),
        ("prod.tfvars", "a = \"https://a.example/\"\n", "a", Is(URL, 1)),
        (".env.example", "A=https://a.example/\n", "A", Is(URL, 1)),
        (".env", "A=https://${HOME}.example\n", "A", Unknown("line 1 refers to another variable, so")),
        (".env", "A=$B\n", "A", Unknown(VARIABLE)),
        (".env", "A=\"${B:-https://a.example/}\" # why\n", "A", Unknown(VARIABLE)),
        ("env.sh", "export A=$(cat /run/secrets/a)\n", "A", Unknown(VARIABLE)),
        ("env.sh", "export A=`cat a`\n", "A", Unknown("loaders read differently")),
        (".env", "A={{ referral_api }}\n", "A", Unknown(REPLACED)),
        (".env", "A='{{ referral_api }}'\n", "A", Unknown(REPLACED)),
        (".env", "A=__REFERRAL_API__\n", "A", Unknown(REPLACED)),
        (".env", "A=op://vault/item/field\n", "A", Unknown(REPLACED)),
        (".env", "A=https://a.example/#frag\n", "A", Unknown("without quotes")),
        (".env", "A=\n", "A", Unknown("is empty in line 1")),
        (".env", "A=\"\"\n", "A", Unknown("is empty in line 1")),
        (".env", "A=1\nB=2\nA=3\n", "A", Unknown("different values in the lines 1, 3")),
        (".env", "A='x\n", "A", Unknown("line 1 is not NAME=value")),
        (".env", "A=hunter2 and more\n", "A", Unknown("line 1 is not NAME=value")),
        (".env", "AB=1\n", "A", Unknown("there is no `A`")),
        ("settings.py", "A = os.environ['A']\n", "A", Unknown("a `.py` file is not read")),
        ("web.config", "<add key=\"A\" value=\"B\"/>\n", "A", Unknown("a `.config` file is not read")),
    ]);
}

#[test]
fn properties_and_sections() {
    hold(&[
        ("a.properties", "a.b-c=https://a.example/\n", "a.b-c", Is(URL, 1)),
        ("a.properties", "\u{feff}a.b-c=https://a.example/\n", "a.b-c", Is(URL, 1)),
        ("a.properties", "! a = b\n# a = b\na.bC : https\\://a.example/\n", "a.b-c", Is(URL, 3)),
        ("a.properties", "a.b https://a.example/\r\n", "a.b", Is(URL, 1)),
        ("a.properties", "a.b = https://\\\n    a.example/\n", "a.b", Is(URL, 1)),
        ("a.properties", "a\\:b=https\\u003a//a.example/\n", "a:b", Is(URL, 1)),
        ("a.properties", "other=it's \"so\nservers[0].url=https://a.example/\n", "servers[0].url", Is(URL, 2)),
        ("a.properties", "a.b=${A_B:https://a.example/}\n", "a.b", Unknown(VARIABLE)),
        ("a.properties", "a.b=@a.b@\n", "a.b", Unknown(REPLACED)),
        ("a.properties", "a.b=#{environment['x']}\n", "a.b", Unknown(REPLACED)),
        ("a.properties", "a.b=ENC(0123456789)\n", "a.b", Unknown(REPLACED)),
        ("a.properties", "a.b=x\n#---\na.b=y\n", "a.b", Unknown("different values")),
        ("a.properties", "a.b=\n", "a.b", Unknown("is empty")),
        ("a.ini", "[dev]\nurl=x\n[prod]\n; as agreed\nurl = \"https://a.example/\"\n", "prod.url", Is(URL, 5)),
        ("a.ini", "[dev]\nurl=x\n[prod]\nurl=y\n", "url", Unknown("different values in the lines 2, 4")),
        ("a.cfg", "[a]\nurl: https://a.example/\n", "url", Is(URL, 2)),
        ("a.cfg", "[a]\nurl = %(base)s/x\n", "a.url", Unknown(REPLACED)),
        ("a.conf", "a.url = \"https://a.example/\"\n", "a.url", Is(URL, 1)),
        ("a.conf", "a.url = \"https://a.example/\"\na.url = ${?A_URL}\n", "a.url", Unknown(VARIABLE)),
    ]);
}

#[test]
fn yaml() {
    const DOCUMENTS: &str =
        "a: { url: https://a.example/ }\n---\nspring.config.activate.on-profile: dev\na: { url: x }\n";
    hold(&[
        ("a.yml", "a:\n  b-c: https://a.example/\n", "a.b-c", Is(URL, 2)),
        ("a.yml", "a:\n  b-c: https://a.example/\n", "$.a.b-c", Is(URL, 2)),
        ("a.yml", "a:\n  b-c: https://a.example/\n", "$['a']['b-c']", Is(URL, 2)),
        ("a.yml", "a:\n  b-c: https://a.example/\n", "a.bC", Is(URL, 2)),
        ("a.yml", "\u{feff}---\na: { b: https://a.example/ }\n", "a.b", Is(URL, 2)),
        ("a.yml", "a.b: https://a.example/\n", "a.b", Is(URL, 1)),
        ("a.yml", "a.b:\n  c: https://a.example/\n", "a.b.c", Is(URL, 2)),
        (
            "a.yml",
            "x: 123456789012345678901234567890\ny: 1e400\nz: .inf\n? [k]\n: 1\na: https://a.example/\n",
            "a",
            Is(URL, 6),
        ),
        ("a.yml", "base: &b { url: https://a.example/ }\nprod:\n  <<: *b\n  n: 1\n", "prod.url", Is(URL, 1)),
        ("a.yml", "base: &b { url: x }\nprod:\n  <<: *b\n  url: https://a.example/\n", "prod.url", Is(URL, 4)),
        ("a.yml", "u: &u https://a.example/\nprod: { url: *u }\n", "prod.url", Is(URL, 1)),
        ("a.yml", "list:\n  - url: https://a.example/\n", "list[0].url", Is(URL, 2)),
        ("a.yml", "list:\n  - url: https://a.example/\n", "list.0.url", Is(URL, 2)),
        ("a.yml", "secret: !vault |\n  abc\na: https://a.example/\n", "a", Is(URL, 3)),
        ("a.yml", DOCUMENTS, "a.url", Is(URL, 1)),
        (
            "compose.yml",
            "s:\n  app:\n    environment:\n      - A=https://a.example/\n",
            "s.app.environment.A",
            Is(URL, 4),
        ),
        (
            "k.yml",
            "kind: X\n---\nenv:\n  - { name: B, value: x }\n  - name: A\n    value: https://a.example/\n",
            "env.A",
            Is(URL, 6),
        ),
        (
            "k.yml",
            "env:\n  - name: A\n    valueFrom: { secretKeyRef: { name: s, key: a } }\n",
            "env.A",
            Unknown("from elsewhere"),
        ),
        ("a.yml", "a: x\n---\na: y\n", "a", Unknown("different values in the lines 1, 3")),
        ("a.yml", "a: x\na: y\n", "a", Unknown("different values in the lines 1, 2")),
        ("a.yml", "---\nspring:\n  config.activate.on-profile: dev\na: x\n", "a", Unknown("for another profile")),
        ("a.yml", "a: ${A:https://a.example/}\n", "a", Unknown(VARIABLE)),
        ("a.yml", "a: '${A:-https://a.example/}'\n", "a", Unknown(VARIABLE)),
        ("a.yml", "a: \"$A\"\n", "a", Unknown(VARIABLE)),
        ("a.yml", "a: '%env(A)%'\n", "a", Unknown(REPLACED)),
        ("a.yml", "a: \"{{ a }}\"\n", "a", Unknown(REPLACED)),
        ("a.yml", "a: <%= ENV['A'] %>\n", "a", Unknown(REPLACED)),
        ("a.yml", "a: !Sub https://a.example/\n", "a", Unknown("has a tag")),
        ("a.yml", "a:\n", "a", Unknown("is empty")),
        ("a.yml", "a: { b: 1 }\n", "a", Unknown("a map or a list")),
        ("a.yml", "a: {{ .Values.a }}\n", "a", Unknown("a map or a list")),
        ("a.yml", "a:\n\tb: 1\n", "a.b", Unknown("not YAML in line 2")),
        ("a.yml", "a: 1\n", "a.b", Unknown("there is no `a.b`")),
    ]);
}

#[test]
fn json_and_toml() {
    hold(&[
        ("a.json", "{\n \"a\": { \"b\": \"https://a.example/\" }\n}", "$.a.b", Is(URL, 2)),
        ("a.json", "{\n\t\"a\": { \"b-c\": \"https://a.example/\" }\n}", "a.b-c", Is(URL, 2)),
        ("a.json", "\u{feff}{ \"a\": \"https:\\/\\/a.example\\/\" }", "a", Is(URL, 1)),
        ("appsettings.json", "{\n // hosts\n \"A\": { \"Url\": \"https://a.example/\", },\n}", "A:Url", Is(URL, 3)),
        (
            "a.json",
            "{ \"x\": 123456789012345678901234567890, \"y\": 1e400, \"a\": \"https://a.example/\" }",
            "a",
            Is(URL, 1),
        ),
        ("a.json", "{ \"x\": 1e400, \"a\": \"https://a.example/\" }", "$.a", Is(URL, 1)),
        ("a.json", "{ \"a.b\": \"https://a.example/\" }", "a.b", Is(URL, 1)),
        ("a.json", "{ \"l\": [{ \"n\": \"x\", \"u\": \"https://a.example/\" }] }", "$.l[?@.n == 'x'].u", Is(URL, 1)),
        ("a.json", "{ \"a\": \"x\", \"a\": \"y\" }", "a", Unknown("different values")),
        ("a.json", "{ \"a\": \"${A}\" }", "a", Unknown(VARIABLE)),
        ("a.json", "{ \"a\": \"#{A}#\" }", "a", Unknown(REPLACED)),
        ("a.json", "{ \"a\": null }", "a", Unknown("is empty")),
        ("a.json", "", "a", Unknown("there is no `a`")),
        ("a.json", "{ \"a\": ", "a", Unknown("not JSON in line 1")),
        ("a.json", "{ \"x\": 1 \"a\": \"y\" }", "a", Unknown("not JSON in line 1")),
        ("a.json", "{}", "$[", Unknown("is not a JSON path")),
        ("a.toml", "x = 1\n[a]\nb-c = \"https://a.example/\"\n", "a.b-c", Is(URL, 3)),
        ("a.toml", "x = 123456789012345678901234567890\na.b = 'https://a.example/'\n", "a.b", Is(URL, 2)),
        ("a.toml", "a = \"${A}\"\n", "a", Unknown(VARIABLE)),
        ("a.toml", "a = \n", "a", Unknown("not TOML in line 1")),
    ]);
}

#[test]
fn encodings() {
    let utf16: Vec<u8> = "\u{feff}A=https://a.example/\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(told(".env", &utf16, "A").unwrap_err().contains("UTF-16"));
    let latin: &[u8] = b"# f\xfcr\na.b=https://a.example/\na.c=f\xfcr\n";
    assert_eq!(told("a.properties", latin, "a.b"), Ok((URL.into(), 2)));
    assert!(told("a.properties", latin, "a.c").unwrap_err().contains("not UTF-8"));
}
