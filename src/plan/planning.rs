//! The plan: which checks there are, in which order, with what they need from the profile; and what was left out, and
//! why. It uses neither the network nor the clock.

use std::path::Path;
use std::sync::Arc;

use super::planned_check::{Plan, PlannedCheck, Skip};
use super::selection::Selection;
use super::{api_addresses, missing};
use crate::pack::Pack;
use crate::pack::types::Stage;
use crate::profile::{Inputs, LoadedProfile, attestations};
use crate::template;
use crate::yaml::{Problem, Problems};

/// Plans the checks of a pack.
///
/// # Errors
///
/// A selection that is invalid or selects nothing, invalid attestations, programs that do not exist, and addresses that
/// the build does not get.
pub fn plan(pack: Arc<Pack>, read: LoadedProfile, selection: Selection) -> Result<Plan, Problems> {
    let bound = Inputs::new(&read, &pack);
    let patterns =
        selection.patterns().map_err(|why| Problems::from(Problem::of_file("command line", why.to_string())))?;
    let (mut checks, mut wanted) = (Vec::new(), 0);
    for packed in &pack.checks {
        for &stage in &packed.check.stage.0 {
            let mut planned = PlannedCheck { packed: packed.clone(), stage, skip: None, lacking: Vec::new() };
            let refused = selection.refuses(&patterns, &packed.check.id, &planned.id(), stage);
            wanted += usize::from(refused.is_none());
            // A check that does not apply to the partner is not applicable, whatever was selected.
            planned.skip =
                does_not_apply(&planned, &bound).map(Skip::NotApplicable).or_else(|| refused.map(Skip::NotSelected));
            planned.lacking = missing::missing_inputs(&planned, &bound, &read, &pack);
            checks.push(planned);
        }
    }
    if wanted == 0 {
        let words = selection.describe().unwrap_or_default();
        let ids = pack.checks.iter().map(|packed| packed.check.id.clone());
        let sections = pack.checks.iter().map(|packed| format!("{}.*", packed.check.section()));
        let patterns: Vec<String> = ids.chain(sections).collect();
        let problem = Problem::of_file(
            "command line",
            format!("`{words}` selects none of the {} checks of {}", checks.len(), pack.id),
        );
        let wrong = selection.only.first().map_or("", String::as_str);
        let listed = format!("`preflight list {}` shows their ids", pack.id);
        return Err(problem.nearest_or(wrong, patterns.iter().map(String::as_str), &listed).into());
    }
    let attestations =
        attestations::read(&read.folder, read.profile.attestations.as_deref().map(Path::new), &pack, &read.keeper)?;
    let mut plan = Plan { pack, read, bound, checks, attestations, selection, remarks: Vec::new() };
    let mut problems: Vec<Problem> = not_there(&plan);
    problems.extend(api_addresses::check(&mut plan).err().into_iter().flat_map(|problems| problems.0));
    if problems.is_empty() { Ok(plan) } else { Err(problems.into()) }
}

/// Finds programs that do not exist and that a check which runs needs.
fn not_there(plan: &Plan) -> Vec<Problem> {
    let needed = |place: &str| {
        plan.checks.iter().filter(|planned| planned.runs()).any(|planned| {
            (place == "rehearsal.start" && planned.stage == Stage::Rehearsal)
                || missing::needed(planned, &plan.bound, &plan.pack).iter().any(|name| name == place)
        })
    };
    let missing = plan.read.not_there.iter().filter(|one| needed(&one.needed_for));
    missing.map(|one| one.problem.clone()).collect()
}

/// Returns why a check does not apply to this partner, if that is so. If the condition cannot be evaluated, the check
/// runs.
fn does_not_apply(planned: &PlannedCheck, bound: &Inputs) -> Option<String> {
    let applies = planned.packed.check.applies.as_ref()?;
    let scope = serde_json::Value::Object(bound.values(planned.stage));
    let concerned = template::holds(&applies.condition, &scope).unwrap_or(true);
    (!concerned).then(|| format!("not applicable: {}", applies.otherwise))
}
