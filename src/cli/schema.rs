//! `preflight schema`: the JSON Schema of each kind of file, which Preflight validates with and editors read.

use serde_json::Value;

use super::args::Schema;
use super::exit::Exit;
use super::sample::DemoSetup;
use super::screen::Screen;
use crate::pack::check::Check;
use crate::pack::provider::Provider;
use crate::pack::sample_partner::SamplePartner;
use crate::profile::Profile;
use crate::profile::attestations::Attestations;
use crate::yaml::{Problem, schema_of};

/// A kind of file that users write.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The name of the kind and of its schema.
    pub name: &'static str,
    /// The title of the schema: what such a file is.
    pub title: &'static str,
    /// The glob pattern of such files, relative to the root of the project.
    pub files: &'static str,
    schema: fn() -> Value,
}

/// All kinds of files that have a schema.
pub const KINDS: [Kind; 6] = [
    Kind {
        name: "check",
        title: "A check of a Preflight pack",
        files: "checks/*/*/*.yaml",
        schema: schema_of::<Check>,
    },
    Kind {
        name: "provider",
        title: "The provider of a Preflight pack",
        files: "checks/*/provider.yaml",
        schema: schema_of::<Provider>,
    },
    Kind {
        name: "partner",
        title: "The sample partner of a Preflight pack",
        files: "checks/*/partner.yaml",
        schema: schema_of::<SamplePartner>,
    },
    Kind {
        name: "profile",
        title: "A partner's Preflight profile",
        files: "fixtures/*/sample/profile.yaml",
        schema: schema_of::<Profile>,
    },
    Kind {
        name: "attestations",
        title: "Attestations and waivers for a partner's Preflight run",
        files: "fixtures/*/sample/attestations.yaml",
        schema: schema_of::<Attestations>,
    },
    Kind {
        name: "demo",
        title: "The demo of a Preflight pack's sample partner",
        files: "fixtures/*/sample/demo.yaml",
        schema: schema_of::<DemoSetup>,
    },
];

impl Kind {
    /// Renders the schema as pretty JSON.
    pub fn text(&self) -> String {
        let mut schema = (self.schema)();
        schema["title"] = self.title.into();
        format!("{schema:#}\n")
    }
}

/// Prints the schema of the named kind.
pub(super) fn schema(schema: &Schema, screen: &Screen) -> Exit {
    if let Some(kind) = KINDS.iter().find(|kind| kind.name == schema.kind) {
        return screen.say(&kind.text(), Exit::Success);
    }
    let names = KINDS.map(|kind| kind.name);
    let problem = Problem::of_file("command line", format!("there is no schema `{}`", schema.kind));
    screen.show_problems(&problem.nearest_or(&schema.kind, names, &format!("schemas: {}", names.join(", "))).into());
    Exit::WrongInput
}
