//! Shows where the time of a run went.

use crate::judge::millis;
use crate::report::block::{Setting, Tone};
use crate::report::model::PhaseRow;
use crate::report::text::one_line;

/// Renders the phases, each with the checks that determined its duration.
pub(super) fn timings(phases: &[PhaseRow], setting: Setting) -> String {
    let mut out = setting.paint(Tone::Strong, "Where the time went") + "\n";
    for row in phases {
        let wait = match row.longest_wait_ms {
            0 => String::new(),
            wait => format!("; longest wait {}", millis(u128::from(wait))),
        };
        let head = format!("{:>9}  {}{wait}", millis(u128::from(row.duration_ms)), row.phase);
        out += &setting.hanging("  ", &head, 13);
        for stretch in &row.path {
            let line = format!("{:>9}  {}", millis(u128::from(stretch.duration_ms)), one_line(&stretch.check));
            out += &setting.hanging("    ", &line, 15);
        }
    }
    out
}
