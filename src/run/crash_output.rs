//! Records the output that the partner's build wrote around a failure, next to the failure.

use std::time::Duration;

use super::context::check_context::CheckContext;
use crate::evidence::{EntryKind, Offset, Outcome};

/// How long to wait for the output of a crash to arrive.
const OUTPUT_DELAY: Duration = Duration::from_millis(100);

/// Maximum number of output lines per failure.
const MAX_OUTPUT_LINES: usize = 12;

/// Records the build's output at each failure since a position in the log. A failure is a crash or a missing response.
/// Overlapping failures count as one.
pub(super) async fn listen(context: &CheckContext<'_>, since: usize) {
    let mut moments: Vec<(Offset, Offset)> = context.log.read(|evidence| {
        let since = evidence.entries[since.min(evidence.entries.len())..].iter();
        let failed = since.filter(|entry| entry.what.asked().is_some_and(Outcome::failed));
        failed.map(|entry| (entry.from, entry.to)).collect()
    });
    if moments.is_empty() || !context.run.is_overheard().await {
        return;
    }
    tokio::time::sleep(OUTPUT_DELAY).await;
    let echo = Offset::try_from(OUTPUT_DELAY.as_micros()).unwrap_or(Offset::MAX);
    moments.sort_unstable();
    moments.dedup_by(|later, first| {
        let same = later.0 <= first.1;
        first.1 = if same { first.1.max(later.1) } else { first.1 };
        same
    });
    let lines = context.run.last_lines().await;
    let lines: Vec<(Offset, String)> = lines.into_iter().map(|(at, line)| (context.log.offset(at), line)).collect();
    for (from, to) in moments {
        let here = lines.iter().filter(|(at, _)| (from..=to + echo).contains(at)).map(|(_, line)| line.as_str());
        let here: Vec<&str> = here.collect();
        let last = &here[here.len().saturating_sub(MAX_OUTPUT_LINES)..];
        if !last.is_empty() {
            context.log.add_at(from, to, EntryKind::Wrote(last.join("\n")));
        }
    }
}
