//! The Elements API, version 3.

mod audit_logs;
mod customers;
mod jobs;
mod protection;
mod resellers;
mod scan_profiles;
mod services;
mod storage;
mod tenants;
mod users;

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
    customers::HANDLERS,
    jobs::HANDLERS,
    protection::HANDLERS,
    resellers::HANDLERS,
    scan_profiles::HANDLERS,
    services::HANDLERS,
    storage::HANDLERS,
    tenants::HANDLERS,
    users::HANDLERS,
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
