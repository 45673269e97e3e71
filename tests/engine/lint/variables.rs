//! Variables of the environment arrive as they are, wherever a profile inserts them, and are never evaluated or shown.

use preflight::pack::load::Catalog;
use preflight::redact::Redactor;
use preflight::template::{render_json, render_text};
use serde_json::json;

use super::folder::Folder;
use super::profiles::PROFILE;

const PLACES: &str = r#"partner: Acme
provider: debitura
return_url: "https://acme.example/done?of=${PASSWORD}"
environments:
  test:
    webhook: { url: https://acme.example/hooks, secret: "${PASSWORD}" }
    api_key: "key-${PASSWORD}"
    actions:
      onboard_client: { command: [tool, "${PASSWORD}"] }
rehearsal:
  start: { command: [serve, "--password=${PASSWORD}"], ready: http://127.0.0.1:3000/ }
  env: { PASSWORD: "${PASSWORD}", MIXED: "{{ simulator.api_key }}:${PASSWORD}", INNER: "{{ '${PASSWORD}' }}" }
  variants: { production: { command: [serve, "${PASSWORD}"], env: { PASSWORD: "${PASSWORD}" } } }
  webhook: { url: http://127.0.0.1:3000/hooks }
  actions:
    onboard_client:
      request: "POST http://127.0.0.1:3000/?a=${PASSWORD}"
      headers: { Authorization: "Bearer ${PASSWORD}" }
      json: { deep: [{ "value": "${PASSWORD}", mixed: "{{ client.email }} ${PASSWORD}" }] }
    submit_case:
      request: POST http://127.0.0.1:3000/
      form: { value: "${PASSWORD}" }
  lookups:
    processed: { request: "GET http://127.0.0.1:3000/{{ event_id }}", headers: { X-Password: "${PASSWORD}" }, count: $.n }
    user_message: { request: "GET http://127.0.0.1:3000/", headers: { X-Password: "${PASSWORD}" } }
"#;

const PASSWORDS: [&str; 12] = [
    "kX9-Hq{#7Qw-Zz81",
    "kX9-Hq{%7Qw-Zz81%}",
    "kX9-Hq{{7Qw}}Zz81",
    "kX9-Hq{{ simulator.api_key }}",
    "kX9-Hq{{ client.email }}",
    "kX9-Hq${HOME}${PASSWORD}",
    "kX9-Hq'\"\\\\n-Zz81",
    "kX9-Hq: [a, b] # no",
    "kX9-Hq%7B%7B&=+Zz",
    "{kX9-Hq-Zz81-Zz}",
    "kX9-Hq-Zz81\nsecond line\n",
    "}}kX9-Hq-Zz81{{",
];

#[test]
fn a_password_arrives_as_it_is_everywhere() {
    let catalog = Catalog::built_in().unwrap();
    let folder = Folder::sound();
    // A value of a real environment must not occur in the rehearsal as well.
    let text =
        PLACES.replacen("secret: \"${PASSWORD}\"", "secret: \"${OTHER}\"", 1).replacen("key-$", "key-${OTHER}-$", 1);
    folder.write(PROFILE, text);
    let scope = json!({ "simulator": { "api_key": "K" }, "client": { "email": "E" }, "event_id": "I" });
    for password in PASSWORDS {
        let value = |name: &str| match name {
            "PASSWORD" => Some(password.to_owned()),
            "OTHER" => Some("dGVzdC1zZWNyZXQtMDEyMw==".to_owned()),
            _ => None,
        };
        let redactor = Redactor::new();
        let read = preflight::profile::read(&folder.path(PROFILE), &catalog, &value, &redactor);
        // A key with a line break cannot be sent, and is reported.
        let read = match (read, password.contains('\n')) {
            (Err(problems), true) => {
                assert!(folder.plain(&problems).contains("line break"), "{}", folder.plain(&problems));
                continue;
            }
            (read, _) => read.unwrap_or_else(|problems| panic!("{password}: {}", folder.plain(&problems))),
        };
        let text = |source: &str| render_text(source, &scope).unwrap_or_else(|error| panic!("{source}: {error}"));
        let rehearsal = read.profile.rehearsal.as_ref().unwrap();
        let action = &rehearsal.actions["onboard_client"];
        let inspect = &rehearsal.lookups;
        let variant = &rehearsal.variants["production"];
        let test = read.profile.environments.values().next().unwrap();
        for (place, found, wanted) in [
            ("command", &rehearsal.start.as_ref().unwrap().command[1], format!("--password={password}")),
            ("env", &rehearsal.env["PASSWORD"], password.to_owned()),
            ("mixed", &rehearsal.env["MIXED"], format!("K:{password}")),
            ("inner", &rehearsal.env["INNER"], password.to_owned()),
            ("variant's command", &variant.command.as_ref().unwrap()[1], password.to_owned()),
            ("variant's env", &variant.env["PASSWORD"], password.to_owned()),
            ("request", action.request.as_ref().unwrap(), format!("POST http://127.0.0.1:3000/?a={password}")),
            ("header", &action.headers["Authorization"], format!("Bearer {password}")),
            ("form", &rehearsal.actions["submit_case"].form.as_ref().unwrap()["value"], password.to_owned()),
            ("look-up", &inspect.processed.as_ref().unwrap().headers["X-Password"], password.to_owned()),
            ("view", &inspect.user_message.as_ref().unwrap().headers["X-Password"], password.to_owned()),
            ("argument", &test.actions["onboard_client"].command.as_ref().unwrap()[1], password.to_owned()),
        ] {
            assert_eq!(text(found), wanted, "{place}: {found}");
        }
        let body = render_json(action.json.as_ref().unwrap(), &scope).unwrap();
        assert_eq!(body, json!({ "deep": [{ "value": password, "mixed": format!("E {password}") }] }));
        assert_eq!(text(read.json["return_url"].as_str().unwrap()), format!("https://acme.example/done?of={password}"));
        let key = test.api_key.as_ref().unwrap().expose();
        assert_eq!(key, format!("key-dGVzdC1zZWNyZXQtMDEyMw==-{password}"), "a key is no template");

        let shown = redactor.text(&format!("the build said: {password}!"));
        assert!(!shown.contains("Hq"), "{password} stands in {shown}");
    }
}
