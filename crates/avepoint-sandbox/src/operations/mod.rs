//! What the operations do: a folder for each API, a file for each tag.

mod elements_legacy;
mod elements_v3;
mod insights;
mod insights_legacy;

use crate::call::{Answer, Call, Handler, Outcome};
use crate::spec::{Api, Operation};
use crate::world::World;

/// The handlers of one tag, by the ids of their operations.
pub(crate) type Handlers = &'static [(&'static str, Handler)];

/// What handles the calls of an operation.
pub(crate) fn handler(operation: &Operation) -> Handler {
    let tables = match operation.api {
        Api::ElementsV3 => elements_v3::HANDLERS,
        Api::ElementsLegacy => elements_legacy::HANDLERS,
        Api::Insights => insights::HANDLERS,
        Api::InsightsLegacy => insights_legacy::HANDLERS,
    };
    let mut handlers = tables.iter().copied().flatten();
    let own = handlers
        .find(|(id, _)| *id == operation.id)
        .map(|(_, handler)| *handler);
    own.unwrap_or(example)
}

/// Answers with the example of the spec.
fn example(call: &Call, _: &mut World) -> Outcome {
    Ok(match call.operation.example() {
        Some(example) if !call.operation.is_file() => Answer::Json(example.clone()),
        _ => Answer::Empty,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spec;
    use std::collections::HashSet;

    #[test]
    fn every_handler_has_an_operation_of_its_own() {
        for (api, tables) in [
            (Api::ElementsV3, elements_v3::HANDLERS),
            (Api::ElementsLegacy, elements_legacy::HANDLERS),
            (Api::Insights, insights::HANDLERS),
            (Api::InsightsLegacy, insights_legacy::HANDLERS),
        ] {
            let operations = Spec::embedded().operations().iter();
            let ids: HashSet<_> = operations
                .filter(|operation| operation.api == api)
                .map(|operation| operation.id)
                .collect();
            let mut seen = HashSet::new();
            for (id, _) in tables.iter().copied().flatten() {
                assert!(ids.contains(id), "{api:?} has no operation {id}");
                assert!(seen.insert(id), "{api:?} {id} is handled twice");
            }
        }
    }
}
