//! What the partner's build wrote while it failed at something: the words of a crash stand beside it.

use std::time::Duration;

use super::context::check_context::Doing;
use crate::evidence::{Offset, Outcome, What};

/// How long the words of a crash may take to arrive.
const ECHO: Duration = Duration::from_millis(100);

/// The most lines that are kept of one moment.
const LINES: usize = 12;

/// Writes down what the build wrote at each moment since a place in the log at which it failed: crashed, or gave no
/// answer. What failed at the same time is one moment.
pub(super) async fn listen(doing: &Doing<'_>, since: usize) {
    let mut moments: Vec<(Offset, Offset)> = doing.log.read(|evidence| {
        let since = evidence.entries[since.min(evidence.entries.len())..].iter();
        let failed = since.filter(|entry| entry.what.asked().is_some_and(Outcome::failed));
        failed.map(|entry| (entry.from, entry.to)).collect()
    });
    if moments.is_empty() || !doing.world.is_overheard().await {
        return;
    }
    tokio::time::sleep(ECHO).await;
    let echo = Offset::try_from(ECHO.as_micros()).unwrap_or(Offset::MAX);
    moments.sort_unstable();
    moments.dedup_by(|later, first| {
        let same = later.0 <= first.1;
        first.1 = if same { first.1.max(later.1) } else { first.1 };
        same
    });
    let lines = doing.world.last_lines().await;
    let lines: Vec<(Offset, String)> = lines.into_iter().map(|(at, line)| (doing.log.offset(at), line)).collect();
    for (from, to) in moments {
        let here = lines.iter().filter(|(at, _)| (from..=to + echo).contains(at)).map(|(_, line)| line.as_str());
        let here: Vec<&str> = here.collect();
        let last = &here[here.len().saturating_sub(LINES)..];
        if !last.is_empty() {
            doing.log.add_at(from, to, What::Wrote(last.join("\n")));
        }
    }
}
