//! Manual steps at the terminal: shows each with the time that is left, and asks when it is done.

use std::io::{BufRead, IsTerminal};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{self, UnboundedReceiver};

use super::screen::{Countdown, Screen};
use crate::run::{ManualStep, ManualStepSender, PersonsAnswer};

/// Returns where to send manual steps for the person at this terminal; `None` if the terminal is not interactive.
pub(super) fn at_terminal(screen: &Screen) -> ManualStepSender {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return None;
    }
    let (people, mut errands) = mpsc::unbounded_channel::<ManualStep>();
    let screen = screen.clone();
    tokio::spawn(async move {
        let mut lines = None;
        // A person does one thing at a time; further steps wait.
        while let Some(manual_step) = errands.recv().await {
            // Nothing is read before the first step: what is typed until then is not an answer.
            let lines = lines.get_or_insert_with(typed);
            attend(manual_step, &screen, lines).await;
        }
    });
    Some(people)
}

/// Returns the lines that the person types.
pub(super) fn typed() -> UnboundedReceiver<String> {
    let (sender, lines) = mpsc::unbounded_channel();
    // In a thread of its own, because a read from a terminal cannot be cancelled; the thread ends with the process.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// Shows one manual step until the person answers, the step is seen to be done, or its time is over.
async fn attend(manual_step: ManualStep, screen: &Screen, lines: &mut UnboundedReceiver<String>) {
    let ManualStep { says, pages, within, mut answer, .. } = manual_step;
    let countdown = screen.countdown(&announced(&says, &pages));
    let started = Instant::now();
    loop {
        countdown.left(within.saturating_sub(started.elapsed()));
        tokio::select! {
            () = answer.closed() => return,
            line = lines.recv() => {
                screen.line_ended();
                match line.as_deref().map(str::trim) {
                    Some("") => return given(answer, PersonsAnswer::Done, &countdown),
                    Some("s" | "S" | "skip") => return given(answer, PersonsAnswer::Skip, &countdown),
                    Some(_) => countdown.say("press Enter when it is done, or type s and Enter to skip it"),
                    // The terminal is closed, so nobody can answer.
                    None => return,
                }
            }
            () = tokio::time::sleep(Duration::from_millis(250)) => {}
        }
    }
}

fn given(answer: tokio::sync::oneshot::Sender<PersonsAnswer>, word: PersonsAnswer, countdown: &Countdown) {
    countdown.say(match word {
        PersonsAnswer::Done => "thank you; checking whether the provider confirms it",
        PersonsAnswer::Skip => "skipped",
    });
    // The receiver is gone if the check has seen the step done in the meantime.
    answer.send(word).ok();
}

fn announced(says: &str, pages: &[String]) -> String {
    let pages: String = pages.iter().map(|page| format!("\n    {page}")).collect();
    format!("\n  MANUAL STEP (partner): {says}{pages}\n  Press Enter when it is done; s and Enter skips it.")
}
