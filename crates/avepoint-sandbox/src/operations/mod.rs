//! What the operations do: a folder for each API, a file for each tag.

mod elements_legacy;
mod elements_v3;
mod insights;
mod insights_legacy;
#[cfg(test)]
mod model;
#[cfg(test)]
mod testing;

use crate::call::{Answer, Call, Handler, Outcome};
use crate::spec::{Api, Operation};
use crate::world::World;

/// The handlers of one tag, by the ids of their operations.
pub(crate) type Handlers = &'static [(&'static str, Handler)];

/// What handles the calls of an operation.
pub(crate) fn handler(operation: &Operation) -> Handler {
    let mut handlers = tables(operation.api).iter().copied().flatten();
    let own = handlers
        .find(|(id, _)| *id == operation.id)
        .map(|(_, handler)| *handler);
    own.unwrap_or(example)
}

/// The tables of an API; none of one that was added to the specs, of which the world does not tell yet.
fn tables(api: Api) -> &'static [Handlers] {
    #[allow(unreachable_patterns, reason = "there may be no other API")]
    match api {
        Api::ElementsV3 => elements_v3::HANDLERS,
        Api::ElementsLegacy => elements_legacy::HANDLERS,
        Api::Insights => insights::HANDLERS,
        Api::InsightsLegacy => insights_legacy::HANDLERS,
        _ => &[],
    }
}

/// Answers with the example of the spec, for an API without handlers.
fn example(call: &Call, _: &mut World) -> Outcome {
    let example = call.operation.example();
    Ok(example.map_or(Answer::Empty, |example| Answer::Json(example.clone())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::testing::Caller;
    use super::*;
    use crate::spec::Spec;

    #[test]
    fn the_same_seed_gives_the_same_world_and_another_gives_another() {
        let (mut one, mut same, mut other) = (Caller::new(), Caller::new(), Caller::of_seed(8));
        let tenant = one.tenant();
        let (customer, _) = tenant.split_once("/tenants/").expect("a customer");
        let mut answered = 0;
        for operation in Spec::embedded().operations() {
            let is_read = operation.method == "GET" || operation.path.ends_with("/batch");
            if !is_read || operation.path.contains("export") {
                continue;
            }
            let path = operation
                .path
                .replace("customers/{customerId}/tenants/{tenantId}", &tenant);
            let path = path.replace("customers/{customerId}", customer);
            let body = (operation.method == "POST").then(|| json!({}));
            let ask = |caller: &mut Caller| format!("{:?}", caller.call(&operation.method, &path, body.clone()));
            let answer = ask(&mut one);
            assert_eq!(ask(&mut same), answer, "{path}");
            if answer.starts_with("Ok") {
                answered += 1;
                assert_ne!(ask(&mut other), answer, "{path}");
            }
        }
        assert!(answered > 25, "{answered}");
    }

    /// The APIs that the world tells of.
    const KNOWN: [&str; 4] = ["elements-v3", "elements-legacy", "insights", "insights-legacy"];

    #[test]
    fn every_operation_has_exactly_one_handler() {
        for &api in Api::ALL {
            let operations = Spec::embedded().operations().iter();
            let ids = operations.filter(|operation| operation.api == api);
            let mut ids: Vec<_> = ids.map(|operation| operation.id).collect();
            let mut handled: Vec<_> = tables(api).iter().copied().flatten().map(|(id, _)| *id).collect();
            ids.sort_unstable();
            handled.sort_unstable();
            // One that is not in the list below may have none yet, and is answered with its examples.
            let is_known = KNOWN.contains(&api.name());
            assert!(
                handled == ids || (handled.is_empty() && !is_known),
                "{api:?}: {handled:?} are not {ids:?}"
            );
        }
        let names: Vec<_> = Api::ALL.iter().map(|api| api.name()).collect();
        assert!(KNOWN.iter().all(|known| names.contains(known)), "{names:?}");
    }
}
