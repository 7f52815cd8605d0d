//! Customers: who they are, and taking on new ones.

use serde_json::{Value, json};

use super::Handlers;
use crate::call::{Call, Outcome};
use crate::filter;
use crate::paging::{Rows, page};
use crate::world::{Customer, Entry, Place, Tenant, World};

pub(super) const HANDLERS: Handlers = &[("listCustomers", list_customers)];

fn list_customers(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let rows = match filter::texts(call.body_list("customerIds")) {
        Some(ids) => Rows::of(ids.into_iter().filter_map(|id| world.find::<Customer>(id)).collect()),
        None => Rows::lazy(world.count::<Customer>(Place::ROOT), |index| {
            world.nth(Place::ROOT, index)
        }),
    };
    page(call, world, rows, |customer| listed(world, &customer))
}

fn listed(world: &World, customer: &Entry<Customer>) -> Value {
    let tenants = world.all::<Tenant>(customer.place);
    let tenants: Value = tenants
        .map(|tenant| json!({ "id": tenant.id, "name": tenant.name }))
        .collect();
    json!({
        "id": customer.id,
        "organization": customer.organization,
        "ownerEmail": customer.owner_email,
        "jobStatus": customer.job_status,
        "countryOrRegion": customer.country,
        "managementMode": customer.management_mode,
        "tenants": tenants,
    })
}
