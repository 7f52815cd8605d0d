//! What an export job is to do, on demand.

use std::time::Duration;

/// What an export job does: how long it takes and how it ends.
///
/// Unless said otherwise a job takes two seconds, of the world's time, and finishes.
///
/// ```
/// use avepoint_sandbox::{ExportEnding, ExportPlan};
/// use std::time::Duration;
///
/// let plan = ExportPlan::default().ending(ExportEnding::Failed).hidden_for(Duration::from_secs(1));
/// # let _ = plan;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportPlan {
    pub(super) takes: Duration,
    pub(super) ending: ExportEnding,
    pub(super) hidden_for: Duration,
    pub(super) shows_all_states: bool,
}

/// How an export job ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportEnding {
    /// With a file: state 2.
    #[default]
    Finished,
    /// Without a file: state 3.
    Failed,
    /// With a file, and state 4, which the vendor's sample programs know and its pages do not.
    FinishedWithExceptions,
    /// Without a file, over state 5 to state 6, neither of which the pages know.
    Stopped,
}

impl Default for ExportPlan {
    fn default() -> Self {
        Self {
            takes: Duration::from_secs(2),
            ending: ExportEnding::default(),
            hidden_for: Duration::ZERO,
            shows_all_states: false,
        }
    }
}

impl ExportPlan {
    /// How long the job runs once it has a place among the five that run.
    #[must_use]
    pub fn takes(mut self, time: Duration) -> Self {
        self.takes = time;
        self
    }

    /// How the job ends.
    #[must_use]
    pub fn ending(mut self, ending: ExportEnding) -> Self {
        self.ending = ending;
        self
    }

    /// How long the job cannot be found, with 404, after it was started.
    #[must_use]
    pub fn hidden_for(mut self, time: Duration) -> Self {
        self.hidden_for = time;
        self
    }

    /// A job that waits has state 0, as the vendor's sample programs know it, and not 1 as if it ran.
    #[must_use]
    pub fn shows_all_states(mut self) -> Self {
        self.shows_all_states = true;
        self
    }

    /// Reads a plan as the control endpoint takes it, such as `{"ending": "failed", "takesSeconds": 5}`.
    pub(crate) fn read(value: &serde_json::Value) -> Option<Self> {
        let mut plan = Self::default();
        for (name, value) in value.as_object()? {
            match name.as_str() {
                "takesSeconds" => plan.takes = Duration::from_secs(value.as_u64()?),
                "hiddenForSeconds" => plan.hidden_for = Duration::from_secs(value.as_u64()?),
                "showsAllStates" => plan.shows_all_states = value.as_bool()?,
                "ending" => {
                    plan.ending = match value.as_str()? {
                        "finished" => ExportEnding::Finished,
                        "failed" => ExportEnding::Failed,
                        "finishedWithExceptions" => ExportEnding::FinishedWithExceptions,
                        "stopped" => ExportEnding::Stopped,
                        _ => return None,
                    }
                }
                _ => return None,
            }
        }
        Some(plan)
    }
}
