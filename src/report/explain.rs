//! The explanation of one check: what it proves and how, what passing and failing look like, and how to fix a failure.

use time::{Date, Duration};

use super::block::{self, Setting, Tone};
use super::console::Look;
use super::map;
use super::model::{CheckResult, VerdictLabel};
use super::sentence::{Sentence, Speaker};
use super::text::{clipped, for_terminal, one_line};
use crate::pack::check::{Isolation, Level, ResponsibleParty};
use crate::pack::step::Step;
use crate::pack::types::Stage;
use crate::pack::{Pack, PackedCheck};
use crate::profile::attestations;

/// The width in columns if no terminal sets it.
const WIDTH: usize = 100;
/// The longest text, in characters.
const MAX_TEXT_CHARS: usize = 2_000;
/// The column in which sentences start, after the line numbers of the check's file.
const COLUMN: usize = 8;

/// Everything that the explanation of a check needs.
pub struct Explanation<'e> {
    /// The pack that holds the check.
    pub pack: &'e Pack,
    /// The check to explain.
    pub packed: &'e PackedCheck,
    /// The stage that the user asked about; `None` for all stages of the check.
    pub stage: Option<Stage>,
    /// How the check went with the sample partner.
    pub played: DemoOutcome,
    /// The date of today, for the attestation that the reader can copy.
    pub today: Date,
}

/// The runs of a check with the sample partner.
pub enum DemoOutcome {
    /// It did not run, for this reason.
    Nothing(String),
    /// It ran with the correct partner, and with one that has a defect.
    Both(Box<Exchange>, Box<Exchange>),
    /// It ran with the correct partner only.
    One(Box<Exchange>),
}

/// One run of the check with the sample partner.
pub struct Exchange {
    /// The name and the description of the partner's defect; `None` for the correct partner.
    pub defect: Option<(String, String)>,
    /// The result of the check in this run, or why there is none.
    pub check: Result<CheckResult, String>,
}

/// Renders the whole explanation, which ends in a line feed.
pub fn render(explanation: &Explanation<'_>, look: Look) -> String {
    let setting = Setting { colour: look.colour, width: Some(look.width.unwrap_or(WIDTH)) };
    let page = Page { explained: explanation, setting };
    let parts = [page.head(), page.proved(), page.how(), page.played(), page.attest(), page.fix()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

struct Page<'e> {
    explained: &'e Explanation<'e>,
    setting: Setting,
}

impl Page<'_> {
    fn line(&self, first: &str, text: &str, column: usize) -> String {
        self.setting.hanging(first, &for_terminal(&clipped(text, MAX_TEXT_CHARS)), column)
    }

    fn heading(&self, text: &str) -> String {
        self.line("", text, 2).lines().map(|line| self.setting.paint(Tone::Strong, line) + "\n").collect()
    }

    fn head(&self) -> String {
        let Explanation { pack, packed, stage, .. } = self.explained;
        let check = &packed.check;
        let stages: Vec<&str> = match stage {
            Some(stage) => vec![stage.word()],
            None => check.stage.0.iter().map(|stage| stage.word()).collect(),
        };
        let level = match check.level {
            Level::Required => "required",
            Level::Recommended => "recommended",
        };
        let beside = match check.isolation {
            Isolation::Shared => "runs concurrently",
            Isolation::Exclusive => "runs exclusively",
            Isolation::Restarts => "runs exclusively and last, because it restarts the partner",
        };
        let responsible = match check.responsible {
            ResponsibleParty::Partner => "the partner must fix a failure",
            ResponsibleParty::AccountManager => "the account manager must act on a failure",
        };
        let origin = if pack.built_in { "built in" } else { "from a folder" };
        let provider = &pack.provider;
        self.heading(&format!("{}  {}", check.id, one_line(&check.title)))
            + &self.line("  ", &[level, &stages.join(" and "), beside, responsible].join(" · "), 2)
            + &self.line(
                "  ",
                &format!("{} ({} {}, {origin})", packed.document.name, provider.name, provider.version),
                2,
            )
    }

    fn proved(&self) -> String {
        let Explanation { pack, packed, .. } = self.explained;
        let check = &packed.check;
        let mut out = self.heading("What it proves") + &self.line("  ", &format!("{}.", check.title), 2);
        out += &self.line("  ", &check.why, 2);
        if let Some(applies) = &check.applies {
            out += &self.line(
                "  ",
                &format!("It applies if `{}`; otherwise: {}", applies.condition, applies.otherwise),
                2,
            );
        }
        out += "\n";
        // The wording is the pack's; the provider's own page may word the item differently.
        out += &self.heading(&format!("On the checklist of {}, in the wording of this pack", pack.provider.name));
        for item in pack.provider.items.iter().filter(|item| check.items.contains(&item.id)) {
            out += &self.line("  ", &format!("{} ({}; {})", item.text, item.section, item.id), 4);
        }
        out
    }

    fn how(&self) -> String {
        let Explanation { pack, packed, .. } = self.explained;
        let (check, speaker) = (&packed.check, Speaker::new(pack));
        let numbered = |word: &str, sentences: Vec<Sentence>| -> Vec<(String, Sentence)> {
            sentences.into_iter().enumerate().map(|(at, sentence)| (format!("/{word}/{at}"), sentence)).collect()
        };
        let steps = check.when.iter().map(|step| speaker.step(step)).collect();
        let expectations = |list: &[_]| list.iter().map(|one| speaker.expectation(one)).collect();
        let parts = [
            ("Set-up", speaker.given(&check.given)),
            ("Steps", numbered("when", steps)),
            ("What must have happened for a verdict", numbered("assume", expectations(&check.assume))),
            ("What must hold", numbered("then", expectations(&check.then))),
        ];
        let mut out = self.heading("How");
        for (title, sentences) in parts.into_iter().filter(|(_, sentences)| !sentences.is_empty()) {
            out += &self.line("  ", title, 2);
            out.extend(sentences.iter().map(|(pointer, sentence)| self.sentence(pointer, sentence)));
        }
        out + &self.actions() + &self.needs()
    }

    /// Lists the partner's actions that the check asks for, each once, with the pack's description.
    fn actions(&self) -> String {
        let Explanation { pack, packed, .. } = self.explained;
        let asked = |name: &str| packed.check.when.iter().filter_map(Step::action).any(|action| action.action == name);
        let actions = pack.provider.actions.iter().filter(|(name, _)| asked(name));
        let actions: String = actions
            .map(|(name, word)| self.line(&" ".repeat(COLUMN), &format!("`{name}`: {}", word.description), COLUMN + 2))
            .collect();
        if actions.is_empty() { actions } else { self.line("  ", "The partner's actions", 2) + &actions }
    }

    /// Renders a sentence after the line number at which the check states it.
    fn sentence(&self, pointer: &str, sentence: &Sentence) -> String {
        let line = format!(":{}", self.explained.packed.document.locate(pointer, None).line);
        let first = format!("{}  ", self.setting.paint(Tone::Quiet, &format!("{line:>6}")));
        let mut text = capital(&sentence.text);
        if !text.ends_with([':', '?', '.']) {
            text.push('.');
        }
        self.line(&first, &text, COLUMN) + &self.parts(&sentence.parts, COLUMN)
    }

    fn parts(&self, parts: &[Sentence], column: usize) -> String {
        let part = |part: &Sentence| {
            let indent = " ".repeat(column);
            self.line(&format!("{indent}- "), &part.text, column + 2) + &self.parts(&part.parts, column + 2)
        };
        parts.iter().map(part).collect()
    }

    fn needs(&self) -> String {
        let Explanation { pack, packed, .. } = self.explained;
        let title = |id: &String| {
            let needed = pack.checks.iter().find(|other| other.check.id == *id);
            let title = needed.map(|needed| format!("  {}", needed.check.title)).unwrap_or_default();
            self.line(&" ".repeat(COLUMN), &format!("{id}{title}"), COLUMN + 2)
        };
        let needs: String = packed.check.needs.iter().map(title).collect();
        if needs.is_empty() { needs } else { self.line("  ", "What must pass first", 2) + &needs }
    }

    fn played(&self) -> String {
        let whose = format!("The sample partner of {}, run just now", self.explained.pack.provider.name);
        match &self.explained.played {
            DemoOutcome::Nothing(why) => {
                self.heading("Examples of passing and failing") + &self.line("  ", &format!("Not shown: {why}."), 2)
            }
            DemoOutcome::One(passing) => {
                let none = "the sample partner has no defect that this check must catch";
                format!(
                    "{}\n{}",
                    self.exchange(passing, &whose),
                    self.line("  ", &format!("Failing is not shown: {none}."), 2)
                )
            }
            DemoOutcome::Both(passing, failing) => {
                format!("{}\n{}", self.exchange(passing, &whose), self.exchange(failing, "The same"))
            }
        }
    }

    fn exchange(&self, exchange: &Exchange, whose: &str) -> String {
        let title = match &exchange.defect {
            None => format!("{whose}: correct"),
            Some((name, words)) => format!("{whose}, with the defect `{name}`: {words}"),
        };
        let check = match &exchange.check {
            Ok(check) => map::check(check, &|text| for_terminal(&clipped(text, MAX_TEXT_CHARS))),
            Err(why) => return self.heading(&title) + &self.line("  ", &format!("Not shown: {why}"), 2),
        };
        let tone = match check.verdict {
            VerdictLabel::Pass | VerdictLabel::Attested => Tone::Good,
            VerdictLabel::Fail => Tone::Bad,
            VerdictLabel::Inconclusive | VerdictLabel::Waived | VerdictLabel::Skipped => Tone::Warn,
        };
        let verdict = self.setting.paint(tone, &check.verdict.words().to_uppercase());
        let stage = &check.stage;
        let said = [("expected", &check.expected), ("observed", &check.observed), ("because", &check.because)];
        let explained = check.expected.is_some() && check.observed.is_some();
        let reason = (!explained && !check.reason.is_empty()).then(|| check.headline());
        let said =
            std::iter::once(("reason", reason.as_deref())).chain(said.map(|(label, text)| (label, text.as_deref())));
        let said: String = said.map(|row| block::labelled(row, self.setting)).collect();
        self.heading(&title)
            + &self.setting.hanging(&format!("  {verdict}"), &format!(" in the stage {stage}"), 2)
            + &said
            + &block::timeline(&check.evidence, self.setting)
    }

    /// Explains how a person attests what the check asks; empty if it asks nothing.
    fn attest(&self) -> String {
        let check = &self.explained.packed.check;
        let questions = check.questions();
        if questions.is_empty() {
            return String::new();
        }
        let mut out = self.heading("How to attest it");
        out.extend(questions.iter().map(|question| self.line("  ", question, 2)));
        let how = format!(
            "If so, add this to {}, beside the profile, and replace the words in capitals:",
            attestations::FILE
        );
        out + &self.line("  ", &how, 2) + "\n" + &for_terminal(&snippet(&check.id, self.explained.today))
    }

    fn fix(&self) -> String {
        let check = &self.explained.packed.check;
        self.heading("The fix") + &self.line("  ", &check.fix, 2) + &self.line("  ", check.docs.as_str(), 2)
    }
}

/// Returns an attestation to be filled in.
fn snippet(id: &str, today: Date) -> String {
    let expires = today.checked_add(Duration::days(365)).unwrap_or(today);
    format!(
        "    attestations:\n      - check: {id}\n        who: NAME AND ROLE\n        when: {today}\n        \
         evidence: THE EVIDENCE, SUCH AS AN EMAIL OR A TICKET\n        expires: {expires}\n"
    )
}

/// Begins a text with a capital letter, unless it begins with code.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
