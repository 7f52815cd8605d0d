//! The Elements API, version 3.

mod customers;
mod users;

use super::Handlers;
use crate::call::{Call, Refusal};
use crate::world::{Customer, Entry, Place, Tenant, World};

/// The handlers of each tag.
pub(super) const HANDLERS: &[Handlers] = &[customers::HANDLERS, users::HANDLERS];

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
