//! Remarks about a run as a whole.

use super::context::run_context::RunContext;

impl RunContext {
    /// Returns the remarks about the rehearsal as a whole.
    pub fn remarks(&self) -> Vec<String> {
        let unknown = self.house.get().and_then(|house| house.unknown_because.as_ref());
        let unknown =
            unknown.map(|why| format!("deliveries were about a client that the partner does not know: {why}"));
        let strays = self.strays();
        let strays = (!strays.is_empty())
            .then(|| format!("calls of the partner that cannot be attributed to any client: {}", strays.join(", ")));
        let own = self.unplayed().into_iter().chain(self.busy()).chain(self.full());
        let more = [self.unheard(), self.default_timing()].into_iter().flatten();
        unknown.into_iter().chain(strays).chain(own).chain(self.denied_remarks()).chain(more).collect()
    }
}
