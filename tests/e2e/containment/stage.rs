//! A small simulated provider, a profile for it, and a partner that is started as a process of its own.

use std::fmt::Write as _;
use std::process::Command;

use crate::support::free_port;
use crate::support::play::{Play, Ran, run};

/// The provider creates clients and looks them up. It also answers calls that are about no client.
const PROVIDER: &str = r#"
name: Play
version: "1"
items: [{ id: hostile.all, section: Hostile, text: Whatever happens is told }]
environments:
  test: { apis: { main: "https://test.play.example" }, pages: [pages.play.example] }
  production: { apis: { main: "https://api.play.example" }, obsolete: [old.play.example] }
apis: { main: { header: { X-Api-Key: "{{ api_key }}" } } }
actions: { ACTIONS }
simulator:
  correlate_by: [$.email, $.id, "/clients/{id}"]
  records: { client: { in: clients, of: client } }
  client: { in: clients, key: id, identified_by: [$.email], starts: new }
  default_replies: { unknown_route: none, unauthenticated: stranger, malformed: none, wrong_type: none, too_large: none, not_here: none }
  replies:
    none: { status: 404 }
    stranger: { status: 401 }
    me: { status: 200, body: { name: Partner } }
    client: { status: 200, body: { id: "{{ client.id }}", sign: "{{ pages }}/sign/{{ client.link }}" } }
    broken: { status: 500 }
  routes:
    main:
      GET /me: { outcomes: [{ reply: me }] }
      POST /clients:
        body: { $.id: text, $.email: text }
        find: { client: { in: clients, where: { id: "{{ body.id }}" }, creates: client } }
        outcomes: [{ reply: client }]
      GET /clients/{id}:
        find: { client: { in: clients, where: { id: "{{ path.id }}" }, else: none } }
        outcomes: [{ reply: client }]
  states: { new: {}, ready: {} }
  setup: { ready: { from: new, by: [{ action: onboard }] } }
"#;

/// Every action that the partner of these tests has.
const ACTIONS: [&str; 11] = [
    "onboard",
    "onboard_with_a_host_left_in",
    "onboard_by_another_way",
    "enter",
    "tool",
    "crash",
    "flood_own",
    "flood_large",
    "flood_nobody",
    "flood_other",
    "links",
];

/// The last step of every check here: asks the provider whether it has the client.
pub(crate) const IS_THERE: &str = "{ request: \"GET /clients/{{ client.tenant }}\", api: main, as: found }";

/// A pack, a profile, and the port of the partner.
pub(crate) struct Stage {
    pub(crate) play: Play,
    pub(crate) port: u16,
    env: Vec<(String, String)>,
    actions: Vec<String>,
    more: String,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let play = Play::new();
        let actions = ACTIONS.map(|name| format!("{name}: {{ description: What the name says. }}")).join(", ");
        std::fs::write(play.path("checks/play/provider.yaml"), PROVIDER.replace("ACTIONS", &actions)).unwrap();
        let client = r#"{ "id": "{{ body.id }}", "email": "{{ body.email }}", "link": "{{ fresh.link }}" }"#;
        std::fs::write(play.path("fixtures/play/client.json"), client).unwrap();
        std::fs::remove_file(play.path("fixtures/play/any.json")).unwrap();
        let port = free_port();
        let mut stage = Stage { play, port, env: Vec::new(), actions: Vec::new(), more: String::new() };
        for (name, value) in [
            ("PARTNER_PORT", port.to_string().as_str()),
            ("PARTNER_API", "{{ simulator.main_api }}"),
            ("PARTNER_KEY", "{{ simulator.api_key }}"),
        ] {
            stage.env(name, value);
        }
        stage.action("onboard", "capture: { tenant: $.id }");
        stage
    }

    pub(crate) fn env(&mut self, name: &str, value: &str) {
        self.env.push((name.into(), value.into()));
    }

    /// Adds an action that calls the partner's endpoint of the same name. `more` contains further keys of the action.
    pub(crate) fn action(&mut self, name: &str, more: &str) {
        let request = format!("\"POST http://127.0.0.1:{}/{name}\"", self.port);
        let json = r#"{ name: "{{ client.name }}", email: "{{ client.email }}", tenant: "{{ client.tenant }}" }"#;
        self.actions.push(format!("{name}: {{ request: {request}, json: {json}, {more} }}"));
    }

    /// Adds an action as it is written.
    pub(crate) fn plain_action(&mut self, text: &str) {
        self.actions.push(text.into());
    }

    /// Adds lines to `rehearsal`.
    pub(crate) fn add(&mut self, lines: &str) {
        writeln!(self.more, "  {lines}").unwrap();
    }

    /// Adds a check that begins with a client that the partner has created, and that ends by asking for it.
    pub(crate) fn check(&mut self, name: &str, given: &str, steps: &[&str]) {
        let steps = steps.iter().chain([&IS_THERE]).fold(String::new(), |all, step| all + "  - " + step + "\n");
        let rest =
            format!("stage: rehearsal\ngiven: {given}\nwhen:\n{steps}then: [{{ response: found, status: 200 }}]");
        self.play.check(name, &rest);
    }

    /// Sets the isolation of a check: `exclusive` or `restarts`.
    pub(crate) fn isolate(&self, name: &str, isolation: &str) {
        let path = self.play.path(&format!("checks/play/hostile/{name}.yaml"));
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, text.replace("stage: rehearsal", &format!("stage: rehearsal\nisolation: {isolation}")))
            .unwrap();
    }

    /// Returns the command that runs the program with the profile. `start` is the line of `rehearsal.start`.
    pub(crate) fn program(&self, start: &str) -> Command {
        let env = self.env.iter().fold(String::new(), |all, (name, value)| all + &format!("    {name}: \"{value}\"\n"));
        let actions = self.actions.iter().fold(String::new(), |all, action| all + "    " + action + "\n");
        let rehearsal = format!("rehearsal:\n{start}  env:\n{env}  actions:\n{actions}{}", self.more);
        self.play.with_pack("play", &rehearsal)
    }

    /// Returns the line that starts the partner of these tests.
    pub(crate) fn start(&self) -> String {
        let command = super::partner::command().map(|word| format!("\"{word}\"")).join(", ");
        format!("  start: {{ command: [{command}], ready: \"http://127.0.0.1:{}/ready\", within: 20s }}\n", self.port)
    }

    pub(crate) fn run(&self) -> Ran {
        run(&self.play, &mut self.program(&self.start()))
    }
}
