//! The Elements API, version 3.

mod audit_logs;
mod azure;
mod baselines;
mod customers;
pub(super) mod jobs;
pub(super) mod protection;
mod resellers;
mod risk;
mod scan_profiles;
mod security;
pub(super) mod services;
mod storage;
mod tenants;
mod users;
mod workspaces;

use std::collections::HashSet;

use serde_json::Value;

use super::Handlers;
use crate::call::{Call, Refusal};
use crate::filter;
use crate::paging::Rows;
use crate::world::{Customer, Entry, Place, Row, Tenant, World};

/// The handlers of each tag.
pub(super) const HANDLERS: &[Handlers] = &[
    audit_logs::HANDLERS,
    azure::HANDLERS,
    baselines::HANDLERS,
    customers::HANDLERS,
    jobs::HANDLERS,
    protection::HANDLERS,
    resellers::HANDLERS,
    risk::HANDLERS,
    scan_profiles::HANDLERS,
    security::HANDLERS,
    services::HANDLERS,
    storage::HANDLERS,
    tenants::HANDLERS,
    users::HANDLERS,
    workspaces::HANDLERS,
];

/// The customer that the path names.
fn customer(call: &Call, world: &World) -> Result<Entry<Customer>, Refusal> {
    let found = world.find_in(Place::ROOT, call.path_text("customerId"));
    found.ok_or_else(|| Refusal::not_found("customer"))
}

/// The tenant that the path names, of the customer that it names.
fn tenant(call: &Call, world: &World) -> Result<Entry<Tenant>, Refusal> {
    let customer = customer(call, world)?;
    let found = world.find_in(customer.place, call.path_text("tenantId"));
    found.ok_or_else(|| Refusal::not_found("tenant"))
}

/// The rows of a parent that a list of ids names, in its order and each once; all of them without a list.
fn chosen<'w, R: Row>(world: &'w World, parent: Place, ids: Option<&[Value]>) -> Rows<'w, Entry<R>> {
    match filter::texts(ids) {
        Some(ids) => {
            let mut seen = HashSet::new();
            let rows = ids.into_iter().filter_map(|id| world.find_in::<R>(parent, id));
            Rows::of(rows.filter(|row| seen.insert(row.place)).collect())
        }
        None => Rows::lazy(world.count::<R>(parent), move |index| world.nth(parent, index)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::operations::testing::{Caller, has_all, text};
    use crate::spec::{Api, Spec};

    /// What tells of tenants; what tells of the partner and of customers is called on the wire.
    #[test]
    fn reads_have_all_that_their_examples_show_and_unknown_parents_are_not_found() {
        const V3: &str = "/partner/external/v3";
        const UNKNOWN: &str = "6f1c2b9a-3d4e-4f5a-8b6c-7d8e9f0a1b2c";
        let mut caller = Caller::new();
        let tenant = caller.tenant();
        let mut first = |method, path: &str, list: &str, id: &str| {
            let body = (method == "POST").then(|| json!({}));
            let rows = caller.answer(method, &format!("{V3}/{path}"), body);
            text(&rows[list][0][id]).to_owned()
        };
        // The rule whose objects are like the first of the example: mailboxes.
        let variables = [
            (
                "userId",
                first("POST", &format!("um/{tenant}/users/batch"), "data", "id"),
            ),
            (
                "ruleId",
                first(
                    "GET",
                    &format!("rm/{tenant}/detection/rules?dataSources=1"),
                    "result",
                    "ruleId",
                ),
            ),
            ("baselineId", first("POST", "bm/baselines/batch", "data", "baselineId")),
            (
                "workflowId",
                first(
                    "GET",
                    &format!("um/{tenant}/overview/security/compliances/workflows"),
                    "data",
                    "workflowId",
                ),
            ),
        ];
        let mut seen = 0;
        for operation in Spec::embedded().operations() {
            let is_mine =
                operation.api == Api::ElementsV3 && !operation.path.starts_with("/partner/external/v3/general/");
            let is_read = operation.method == "GET" || operation.path.ends_with("/batch");
            let Some(example) = operation.example().filter(|_| is_mine && is_read) else {
                continue;
            };
            let path = operation
                .path
                .replace("customers/{customerId}/tenants/{tenantId}", &tenant);
            let known = variables.iter().fold(path.clone(), |path, (name, id)| {
                path.replace(&format!("{{{name}}}"), id)
            });
            let body = || (operation.method == "POST").then(|| json!({}));
            let answer = caller.answer(&operation.method, &known, body());
            assert_eq!(has_all(example, &answer), Ok(()), "{}", operation.id);
            if let Some(of_tenant) = known
                .contains(&tenant)
                .then(|| known.replace(&tenant[tenant.len() - 36..], UNKNOWN))
            {
                assert_eq!(
                    caller.refused(&operation.method, &of_tenant, body()),
                    404,
                    "{}",
                    operation.id
                );
            }
            if path.contains('{') {
                let unknown = variables
                    .iter()
                    .fold(path, |path, (name, _)| path.replace(&format!("{{{name}}}"), UNKNOWN));
                assert_eq!(
                    caller.refused(&operation.method, &unknown, body()),
                    404,
                    "{}",
                    operation.id
                );
            }
            seen += 1;
        }
        assert_eq!(seen, 20);
    }
}
