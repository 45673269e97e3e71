//! The command line, as types. What it means is decided in [`crate::app`].

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use url::Url;

use crate::catalog::words::{Environment, Stage};
use crate::partner::Defect;

/// Tells a partner, with evidence, whether its integration is ready to go live.
#[derive(Debug, Parser)]
#[command(name = "preflight", version, about, long_about = None, propagate_version = true, disable_help_subcommand = true, max_term_width = 100)]
#[command(after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str =
    "Exit codes: 0 ready, 1 not ready, 2 wrong input, 3 inconclusive, 4 internal error, 130 interrupted.";

const TEST_EXIT_CODES: &str =
    "Exit codes: 0 each check passes, fails and stays inconclusive as it must, 1 one does not, 2 wrong input.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Hold a partner against a provider's checklist.
    #[command(after_help = EXIT_CODES)]
    Run(Run),
    /// Try it: the sample partner against stand-ins on this machine.
    #[command(after_help = EXIT_CODES)]
    Demo(Demo),
    /// List the providers, or the checks of one with what each proves.
    List(List),
    /// Show which checks serve which item, and which lines of the provider's page have changed.
    Coverage(Coverage),
    /// Explain a check: what it proves and how, what passing and failing look like, and the fix.
    Explain(Explain),
    /// Read packs and tell everything that is wrong with them.
    Lint(Lint),
    /// Print the e-mails that a partner sends to its provider, written from its profile.
    Email(Email),
    /// Prove that a pack's checks tell right from wrong: each defect must be caught by its own check.
    ///
    /// The correct sample partner must pass everything, and each of its defects must be caught by its own check and
    /// fail no other. For a folder of packs, a partner that does nothing must leave everything inconclusive.
    #[command(after_help = TEST_EXIT_CODES)]
    Test(Test),
    /// Begin a pack, or a check of one, that lints clean and passes its test.
    New(New),
    /// Print the JSON Schema of a kind of file, for editors.
    Schema(Schema),
    /// Play a provider on this machine, for daily development.
    Simulate(Simulate),
    /// Run the reference partner; it is configured by environment variables.
    #[command(hide = true)]
    Partner(Partner),
    /// Play the sample partner that a file describes; `test` starts it.
    #[command(hide = true)]
    Sample(SampleFile),
}

/// `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The partner's profile.
    #[arg(long, value_name = "FILE")]
    pub profile: PathBuf,
    /// A folder of packs that are added to the built-in ones, or stand in for them.
    #[arg(long, value_name = "DIR")]
    pub checks: Option<PathBuf>,
    #[command(flatten)]
    /// Which checks, how, and where to report.
    pub options: RunOptions,
}

/// What `run` and `demo` share.
#[derive(Clone, Debug, Default, Args)]
pub struct RunOptions {
    /// Only this stage; may be given several times.
    #[arg(long, value_enum, value_name = "STAGE")]
    pub stage: Vec<Stage>,
    /// Only checks like this, such as `webhooks.*`; may be given several times.
    #[arg(long, value_name = "GLOB")]
    pub only: Vec<String>,
    /// No checks like this; may be given several times.
    #[arg(long, value_name = "GLOB")]
    pub skip: Vec<String>,
    /// How many checks may be under way at the same time in real environments.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// Count recommended failures, waivers and other risks as failures.
    #[arg(long)]
    pub strict: bool,
    /// Show what the time of the run went into.
    #[arg(long)]
    pub timings: bool,
    /// Write a report for a pipeline.
    #[arg(long, value_name = "FILE", help = "Write a JUnit report for a pipeline")]
    pub junit: Option<PathBuf>,
    /// Write everything as JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write a page for the account manager in Markdown.
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// The provider; `preflight list` names them.
    #[arg(long, value_name = "PROVIDER")]
    pub provider: Option<String>,
    /// A folder of packs: its sample partner is tried, instead of a built-in one.
    #[arg(long, value_name = "DIR", requires = "provider", hide_short_help = true)]
    pub checks: Option<PathBuf>,
    /// Switch one mistake of the sample partner on; `preflight demo --defect help` lists them.
    #[arg(long, value_name = "NAME")]
    pub defect: Option<String>,
    /// Have the person at the terminal sign in the test environment, instead of the demo's own signer.
    #[arg(long)]
    pub sign_by_hand: bool,
    #[command(flatten)]
    /// Which checks, how, and where to report.
    pub options: RunOptions,
}

/// `list`.
#[derive(Debug, Args)]
pub struct List {
    /// The provider whose checks are listed.
    pub provider: Option<String>,
    /// A folder of packs that are added to the built-in ones, or stand in for them.
    #[arg(long, value_name = "DIR")]
    pub checks: Option<PathBuf>,
}

/// `coverage`.
#[derive(Debug, Args)]
pub struct Coverage {
    /// The provider.
    pub provider: String,
    /// A folder of packs that are added to the built-in ones, or stand in for them.
    #[arg(long, value_name = "DIR")]
    pub checks: Option<PathBuf>,
    /// A saved copy of the provider's page (HTML, Markdown or text): which of its lines have changed.
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
    /// Print the `page:` lines that pin every item to what the page says now.
    #[arg(long, requires = "page")]
    pub pin: bool,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The check, such as `webhooks.accepts-genuine`; `ID@STAGE` for one stage, `PROVIDER:ID` where packs share an id.
    pub id: String,
    /// The provider, where several packs have a check of that name.
    #[arg(long, value_name = "PROVIDER")]
    pub provider: Option<String>,
    /// A folder of packs that are added to the built-in ones, or stand in for them.
    #[arg(long, value_name = "DIR")]
    pub checks: Option<PathBuf>,
    /// Do not play the check with the sample partner.
    #[arg(long)]
    pub no_play: bool,
}

/// `lint`.
#[derive(Debug, Args)]
pub struct Lint {
    /// A folder of packs; without it, the built-in ones.
    pub folder: Option<PathBuf>,
}

/// `email`.
#[derive(Debug, Args)]
pub struct Email {
    /// The partner's profile.
    #[arg(long, value_name = "FILE")]
    pub profile: PathBuf,
    /// The environment that it is about; without it, each that the profile has.
    #[arg(long, value_enum, value_name = "ENVIRONMENT")]
    pub environment: Option<Environment>,
    /// A folder of packs that are added to the built-in ones, or stand in for them.
    #[arg(long, value_name = "DIR")]
    pub checks: Option<PathBuf>,
}

/// `test`.
#[derive(Debug, Args)]
pub struct Test {
    /// A built-in provider such as `debitura`, or a folder of packs that have a `partner.yaml`.
    #[arg(value_name = "PROVIDER|DIR")]
    pub target: String,
    /// A folder of packs that are added to the built-in ones, or replace them; the target is then a provider.
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    pub checks: Option<PathBuf>,
    /// Only these: defects of a provider, or checks of a folder with their defects, such as `webhooks.*`; repeatable.
    #[arg(long, value_name = "GLOB")]
    pub only: Vec<String>,
    /// Of a provider: try each defect against the checks of its own section and a few others, instead of all.
    #[arg(long)]
    pub quick: bool,
    /// How many partners are tried at the same time.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=32))]
    pub jobs: Option<u16>,
}

/// `new`.
#[derive(Debug, Args)]
pub struct New {
    /// What is begun.
    #[command(subcommand)]
    pub what: NewWhat,
}

/// What can be begun.
#[derive(Debug, Subcommand)]
pub enum NewWhat {
    /// A pack: its provider, three checks, an event and a sample partner.
    Pack(NewPack),
    /// A check of a pack, with its item and a fault that it must catch.
    Check(NewCheck),
}

/// `new pack`.
#[derive(Debug, Args)]
pub struct NewPack {
    /// The name of its folder, such as `acme-payments`.
    pub name: String,
    /// The folder that holds, or will hold, `checks` and `fixtures`.
    #[arg(long = "in", value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
}

/// `new check`.
#[derive(Debug, Args)]
pub struct NewCheck {
    /// The pack and the check's id, such as `acme-payments/webhooks.answers-in-time`.
    #[arg(value_name = "PACK/SECTION.STEM")]
    pub id: String,
    /// The item of the checklist that it serves; without it, one of the check's own name is added.
    #[arg(long, value_name = "ITEM")]
    pub item: Option<String>,
    /// The folder that holds `checks` and `fixtures`.
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
    /// The port of its first API; each further API has the next one. Without it, any that is free.
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
    /// The environment that is played: test-only operations exist in `test` alone.
    #[arg(long, value_enum, default_value = "test")]
    pub environment: Environment,
    /// Answer 429 where the key calls more often than it may; without it, that is only counted.
    #[arg(long)]
    pub quotas: bool,
    /// Deliver every event to this handler; names of events on standard input, one a line, are sent at once.
    #[arg(long, value_name = "URL")]
    pub webhook: Option<Url>,
    /// A folder of packs that are added to the built-in ones, or stand in for them.
    #[arg(long, value_name = "DIR")]
    pub checks: Option<PathBuf>,
}

/// `partner`.
#[derive(Debug, Args)]
pub struct Partner {
    /// Switch one mistake on; `preflight demo --defect help` lists them.
    #[arg(long, value_enum, value_name = "NAME", hide_possible_values = true)]
    pub defect: Option<Defect>,
}
