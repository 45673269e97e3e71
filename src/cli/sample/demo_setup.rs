//! The environment of a sample partner, as `demo.yaml` describes it, and how a defect changes it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::pack::Pack;
use crate::pack::fixtures::Fixtures;
use crate::pack::load::Catalog;
use crate::pack::sample_partner::{PartnerDefect, ProviderState};
use crate::pack::types::Environment;
use crate::yaml::{Document, Problem, Problems};

/// The folder of the sample partner's files among the fixtures of a pack.
const FOLDER: &str = "sample/";

/// The file that describes the environment of a sample partner.
const SETUP_FILE: &str = "demo.yaml";

/// The file with the profile of a sample partner.
pub(super) const PROFILE: &str = "profile.yaml";

/// The content of `demo.yaml`. Texts are templates over `test` and `production`, each with a `key`, a `secret`, the
/// URLs of its APIs, and the id of the event that was `sent`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DemoSetup {
    /// The environment variables that the profile names; `front` is the address of all simulated hosts, and `port` a
    /// free port for the partner's build.
    pub(super) variables: BTreeMap<String, String>,
    /// Checks that a quick test of a defect runs besides those of its section: a sample of what a defect could break
    /// elsewhere.
    #[serde(default)]
    pub smoke: Vec<String>,
    #[serde(default)]
    pub(super) hosts: BTreeMap<String, HostServer>,
    #[serde(default)]
    pub(super) deployments: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) environments: BTreeMap<Environment, ProviderState>,
    /// The defects that can be switched on.
    pub defects: Vec<DemoDefect>,
}

/// The server behind a host: an API of an environment, such as `test.referral`, or a deployment of the partner.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HostServer {
    pub(super) is: String,
    #[serde(default)]
    pub(super) self_signed: bool,
}

/// A defect that can be switched on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DemoDefect {
    /// Its name on the command line.
    pub name: String,
    /// The check that must catch it.
    pub caught_by: String,
    /// Checks that rightly fail with it.
    #[serde(default)]
    pub also: Vec<String>,
    /// A description, if it is not a defect in the code of the reference partner.
    #[serde(rename = "description")]
    pub says: Option<String>,
    /// A defect in the code of the rehearsed build.
    partner: Option<String>,
    /// A defect in the code of the staging deployment.
    staging: Option<String>,
    /// A defect in the code of the production deployment.
    live: Option<String>,
    /// A merge patch over the rest of this file, `profile` and `files`.
    #[serde(default)]
    change: Value,
}

impl DemoDefect {
    /// Creates a defect that the pack itself describes.
    pub(super) fn described(name: String, caught_by: &str, fault: &PartnerDefect) -> Self {
        DemoDefect {
            name,
            caught_by: caught_by.to_owned(),
            also: fault.also.clone(),
            says: Some(fault.description.clone()),
            partner: None,
            staging: None,
            live: None,
            change: Value::Null,
        }
    }

    /// Returns the defect in the code of a deployment, if it has one.
    pub(super) fn in_deployment(&self, deployment: &str) -> Option<&str> {
        let named = [("staging", &self.staging), ("live", &self.live)];
        named.iter().find(|(name, _)| *name == deployment).and_then(|(_, code)| code.as_deref())
    }

    /// Describes the defect in a sentence.
    pub fn describe(&self) -> String {
        let code = self.partner.as_ref().or(self.staging.as_ref()).or(self.live.as_ref());
        let known =
            code.and_then(|name| <crate::reference_partner::Defect as clap::ValueEnum>::from_str(name, false).ok());
        let help = known
            .and_then(|defect| clap::ValueEnum::to_possible_value(&defect))
            .and_then(|value| value.get_help().map(ToString::to_string));
        self.says.clone().or(help).unwrap_or_default()
    }
}

fn fixture(fixtures: &Fixtures, name: &str) -> Result<Document, Problems> {
    let full = format!("{FOLDER}{name}");
    let text = fixtures.text(&full).map_err(|error| Problems::from(Problem::of_file(&full, error.to_string())))?;
    Ok(Document::new(full, text))
}

/// A sample partner and its pack.
pub struct Sample {
    /// The packs that are available to the profile.
    pub(super) catalog: Catalog,
    /// The pack of the sample partner.
    pub(in crate::cli) pack: Arc<Pack>,
    /// The setup of the correct partner, with the list of its defects.
    pub setup: DemoSetup,
    pub(super) described: Document,
    pub(super) profile: Document,
    pub(super) files: IndexMap<String, String>,
    /// Whether the pack describes how its partner behaves; otherwise the reference partner is used.
    pub(super) scripted: bool,
    /// The sample partner with each defect that the pack describes, by the name of the defect.
    pub(super) faulty: BTreeMap<String, Sample>,
}

impl Sample {
    /// Reads the sample partner of a built-in pack.
    ///
    /// # Errors
    ///
    /// Fails if the pack does not exist or has no sample partner, or if its files cannot be read.
    pub fn built_in(provider: &str) -> Result<Self, Problems> {
        let catalog = Catalog::built_in()?;
        let pack = catalog.pack(provider)?;
        let read = |name: &str| fixture(&pack.fixtures, name);
        let described = read(SETUP_FILE)?;
        let (setup, profile) = (described.typed().map_err(Problems)?, read(PROFILE)?);
        let names = pack.fixtures.names().filter_map(|name| name.strip_prefix(FOLDER));
        let names = names.filter(|name| ![SETUP_FILE, PROFILE].contains(name));
        let files = names.map(|name| Ok((name.to_owned(), read(name)?.text.to_string())));
        let files = files.collect::<Result<_, Problems>>()?;
        Ok(Sample { catalog, pack, setup, described, profile, files, scripted: false, faulty: BTreeMap::new() })
    }
}

/// The setup, the profile and the other files, with a defect applied to them.
pub(super) struct DemoFiles {
    pub(super) setup: DemoSetup,
    profile: Document,
    files: IndexMap<String, String>,
}

impl DemoFiles {
    pub(super) fn new(sample: &Sample, defect: Option<&DemoDefect>) -> Result<Self, Problems> {
        let sample = defect.and_then(|defect| sample.faulty.get(&defect.name)).unwrap_or(sample);
        let mut setup = sample.described.parse()?;
        let (mut profile, mut files) = (sample.profile.clone(), sample.files.clone());
        if let Some(defect) = defect {
            let mut change = defect.change.clone();
            let of_profile = change.as_object_mut().and_then(|change| change.remove("profile"));
            let of_files = change.as_object_mut().and_then(|change| change.remove("files"));
            let command = defect.partner.as_ref().map(|name| json!({ "rehearsal": { "start": { "command": ["{{ preflight }}", "partner", "--defect", name] } } }));
            for patch in of_profile.into_iter().chain(command) {
                let mut json = profile.parse()?;
                json_patch::merge(&mut json, &patch);
                let text =
                    serde_yaml::to_string(&json).map_err(|error| Problem::of_file(PROFILE, error.to_string()))?;
                profile = Document::new(profile.name.clone(), text);
            }
            for (name, text) in of_files.iter().filter_map(Value::as_object).flatten() {
                files.insert(name.clone(), text.as_str().unwrap_or_default().to_owned());
            }
            if change.is_object() {
                json_patch::merge(&mut setup, &change);
            }
        }
        let setup = Document::new(sample.described.name.clone(), "").typed_from(setup).map_err(Problems)?;
        Ok(DemoFiles { setup, profile, files })
    }

    /// Writes the profile and the certificate of the authority that it names.
    pub(super) fn unpack_profile(&self, folder: &Path, ca_pem: &str) -> std::io::Result<()> {
        std::fs::write(folder.join(PROFILE), self.profile.text.as_bytes())?;
        std::fs::write(folder.join("simulated-environments.pem"), ca_pem)
    }

    /// Writes all other files.
    pub(super) fn unpack(&self, folder: &Path) -> std::io::Result<()> {
        for (name, text) in &self.files {
            let path = folder.join(name);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(path, text)?;
        }
        Ok(())
    }
}
