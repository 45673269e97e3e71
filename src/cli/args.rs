//! The command line, as types. What it means is decided in [`crate::cli`].

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};
use url::Url;

use crate::pack::types::{Environment, Stage};
use crate::reference_partner::Defect;

/// Tells a partner, with evidence, whether its integration is ready to go live.
#[derive(Debug, Parser)]
#[command(name = "preflight", version, about, long_about = None, propagate_version = true, disable_help_subcommand = true, max_term_width = 100)]
#[command(after_help = EXIT_CODES)]
pub struct Cli {
    /// The command to run.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str =
    "Exit codes: 0 ready, 1 not ready, 2 wrong input, 3 inconclusive, 4 internal error, 130 interrupted.";

const TEST_EXIT_CODES: &str =
    "Exit codes: 0 every check passes, fails and is inconclusive as expected, 1 one does not, 2 wrong input.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check a partner against a provider's checklist.
    #[command(after_help = EXIT_CODES)]
    Run(Run),
    /// Try Preflight: check the sample partner against simulated environments on this machine.
    #[command(after_help = EXIT_CODES)]
    Demo(Demo),
    /// List the providers, or the checks of one provider with what each proves.
    List(List),
    /// Show which checks serve which item, and which lines of the provider's page have changed.
    Coverage(Coverage),
    /// Explain a check: what it proves and how, examples of passing and failing, and the fix.
    Explain(Explain),
    /// Lint packs and report every problem in them.
    Lint(Lint),
    /// Print the emails that a partner sends to its provider, written from its profile.
    Email(Email),
    /// Prove that a pack's checks tell right from wrong: each defect must fail its own check.
    ///
    /// The correct sample partner must pass every check. Each of its defects must fail its own check and no other. In a
    /// folder of packs, every check must also be inconclusive for a silent partner.
    #[command(after_help = TEST_EXIT_CODES)]
    Test(Test),
    /// Create a pack, or a check in a pack, that lints clean and passes its test.
    New(New),
    /// Print the JSON Schema of a kind of file, for editors.
    Schema(Schema),
    /// Simulate a provider on this machine, for daily development.
    Simulate(Simulate),
    /// Run the reference partner, configured by environment variables.
    #[command(hide = true)]
    Partner(Partner),
    /// Run the sample partner that a file describes; `test` starts it.
    #[command(hide = true)]
    Sample(SampleFile),
}

/// `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The partner's profile.
    #[arg(long, value_name = "FILE")]
    pub profile: PathBuf,
    /// A folder of packs that add to the built-in packs or replace them.
    #[arg(long, value_name = "DIR")]
    pub checks: Option<PathBuf>,
    #[command(flatten)]
    /// Which checks to run, how, and where to report.
    pub options: RunOptions,
}

/// What `run` and `demo` share.
#[derive(Clone, Debug, Default, Args)]
pub struct RunOptions {
    /// Run only this stage; repeatable.
    #[arg(long, value_enum, value_name = "STAGE")]
    pub stage: Vec<Stage>,
    /// Run only checks that match, such as `webhooks.*`; repeatable.
    #[arg(long, value_name = "GLOB")]
    pub only: Vec<String>,
    /// Skip checks that match; repeatable.
    #[arg(long, value_name = "GLOB")]
    pub skip: Vec<String>,
    /// How many checks may run at the same time in real environments.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256), hide_short_help = true)]
    pub jobs: Option<u16>,
    /// Count recommended failures, waivers and other risks as failures.
    #[arg(long)]
    pub strict: bool,
    /// Show how long each part of the run took.
    #[arg(long)]
    pub timings: bool,
    /// Log checks and verdicts to standard error; `-vv` also logs each call.
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,
    /// Write the log of `-vv` to a file.
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Write a report for a pipeline.
    #[arg(long, value_name = "FILE", help = "Write a JUnit report for a pipeline")]
    pub junit: Option<PathBuf>,
    /// Write the complete report as JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write a Markdown report for the account manager.
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// The provider; `preflight list` names them.
    #[arg(long, value_name = "PROVIDER")]
    pub provider: Option<String>,
    /// A folder of packs whose sample partner replaces the built-in one.
    #[arg(long, value_name = "DIR", requires = "provider", hide_short_help = true)]
    pub checks: Option<PathBuf>,
    /// Switch on one defect of the sample partner; `preflight demo --defect help` lists them.
    #[arg(long, value_name = "NAME")]
    pub defect: Option<String>,
    /// Sign by hand in the test environment, instead of the demo's automatic signer.
    #[arg(long)]
    pub sign_by_hand: bool,
    #[command(flatten)]
    /// Which checks to run, how, and where to report.
    pub options: RunOptions,
}

/// `list`.
#[derive(Debug, Args)]
pub struct List {
    /// The provider whose checks to list.
    pub provider: Option<String>,
    /// A folder of packs that add to the built-in packs or replace them.
    #[arg(long, value_name = "DIR")]
    pub checks: Option<PathBuf>,
}

/// `coverage`.
#[derive(Debug, Args)]
pub struct Coverage {
    /// The provider.
    pub provider: String,
    /// A folder of packs that add to the built-in packs or replace them.
    #[arg(long, value_name = "DIR")]
    pub checks: Option<PathBuf>,
    /// Compare with a saved copy of the provider's page (HTML, Markdown or text), and show the lines that changed.
    #[cfg(feature = "coverage-page")]
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
    /// Print the `page:` lines that pin every item to the current text of the page.
    #[cfg(feature = "coverage-page")]
    #[arg(long, requires = "page")]
    pub pin: bool,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The check, such as `webhooks.accepts-genuine`; `ID@STAGE` for one stage, `PROVIDER:ID` where packs share an id.
    pub id: String,
    /// The provider, if several packs have a check of that name.
    #[arg(long, value_name = "PROVIDER")]
    pub provider: Option<String>,
    /// A folder of packs that add to the built-in packs or replace them.
    #[arg(long, value_name = "DIR")]
    pub checks: Option<PathBuf>,
    /// Do not run the check with the sample partner.
    #[arg(long)]
    pub no_play: bool,
}

/// `lint`.
#[derive(Debug, Args)]
pub struct Lint {
    /// A folder of packs; by default, the built-in packs.
    pub folder: Option<PathBuf>,
}

/// `email`.
#[derive(Debug, Args)]
pub struct Email {
    /// The partner's profile.
    #[arg(long, value_name = "FILE")]
    pub profile: PathBuf,
    /// The environment that the email is about; by default, every environment in the profile.
    #[arg(long, value_enum, value_name = "ENVIRONMENT")]
    pub environment: Option<Environment>,
    /// A folder of packs that add to the built-in packs or replace them.
    #[arg(long, value_name = "DIR")]
    pub checks: Option<PathBuf>,
}

/// `test`.
#[derive(Debug, Args)]
pub struct Test {
    /// A provider that `preflight list` names, or a folder of packs that have a `partner.yaml`.
    #[arg(value_name = "PROVIDER|DIR")]
    pub target: String,
    /// A folder of packs to add to the built-in ones or to replace them; the target is then a provider.
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    pub checks: Option<PathBuf>,
    /// Test only what matches: a provider's defects, or a folder's checks such as `webhooks.*`; repeatable.
    #[arg(long, value_name = "GLOB")]
    pub only: Vec<String>,
    /// Run each defect of a provider against the checks of its own section and a few others, instead of all.
    #[arg(long)]
    pub quick: bool,
    /// How many partners to run at the same time.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=32))]
    pub jobs: Option<u16>,
}

/// `new`.
#[derive(Debug, Args)]
pub struct New {
    /// What to create.
    #[command(subcommand)]
    pub what: NewWhat,
}

/// What can be begun.
#[derive(Debug, Subcommand)]
pub enum NewWhat {
    /// Create a pack: its provider, three checks, an event and a sample partner.
    Pack(NewPack),
    /// Create a check in a pack, with its item and a defect that it must catch.
    Check(NewCheck),
}

/// `new pack`.
#[derive(Debug, Args)]
pub struct NewPack {
    /// The name of the pack's folder, such as `acme-payments`.
    pub name: String,
    /// The folder with `checks` and `fixtures`, existing or new.
    #[arg(long = "in", value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
}

/// `new check`.
#[derive(Debug, Args)]
pub struct NewCheck {
    /// The pack and the check's id, such as `acme-payments/webhooks.answers-in-time`.
    #[arg(value_name = "PACK/SECTION.STEM")]
    pub id: String,
    /// The checklist item that the check serves; by default, an item with the check's name is added.
    #[arg(long, value_name = "ITEM")]
    pub item: Option<String>,
    /// The folder with `checks` and `fixtures`.
    #[arg(long = "in", value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
}

/// `sample`.
#[derive(Debug, Args)]
pub struct SampleFile {
    /// The description, as JSON.
    pub file: PathBuf,
}

/// `schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// The kind of file: check, provider, partner, profile, attestations or demo.
    pub kind: String,
}

/// `simulate`.
#[derive(Debug, Args)]
pub struct Simulate {
    /// The provider.
    pub provider: String,
    /// The port of the first API; further APIs use the next ports. By default, any free ports.
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
    /// The environment to simulate; test-only operations exist only in `test`.
    #[arg(long, value_enum, default_value = "test")]
    pub environment: Environment,
    /// Answer 429 when a key exceeds its rate limit; by default, calls are only counted.
    #[arg(long)]
    pub quotas: bool,
    /// Deliver every event to this handler; an event named on standard input, one per line, is sent at once.
    #[arg(long, value_name = "URL")]
    pub webhook: Option<Url>,
    /// A folder of packs that add to the built-in packs or replace them.
    #[arg(long, value_name = "DIR")]
    pub checks: Option<PathBuf>,
}

/// `partner`.
#[derive(Debug, Args)]
pub struct Partner {
    /// Switch on one defect; `preflight demo --defect help` lists them.
    #[arg(long, value_enum, value_name = "NAME", hide_possible_values = true)]
    pub defect: Option<Defect>,
}
