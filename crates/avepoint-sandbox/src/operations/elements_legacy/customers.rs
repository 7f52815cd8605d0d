//! Customers: who they are.

use serde_json::{Value, json};

use super::{Handlers, customer, entity, list, word};
use crate::call::{Call, Outcome};
use crate::world::{Customer, Entry, Place, World};

pub(super) const HANDLERS: Handlers = &[("listCustomers", list_customers), ("getCustomer", get_customer)];

/// The words for the codes of version 3's `CustomerJobStatus`.
const STATUSES: [&str; 7] = [
    "N/A",
    "Working",
    "Failed",
    "Waiting for configuration",
    "Multiple issues found",
    "Finished with exception",
    "No backup updates",
];

fn list_customers(_: &Call, world: &mut World) -> Outcome {
    let customers = world.all::<Customer>(Place::ROOT);
    Ok(list("Customers", customers.map(|customer| listed(&customer))))
}

fn get_customer(call: &Call, world: &mut World) -> Outcome {
    Ok(entity("Customers/$entity", listed(&customer(call, world)?)))
}

fn listed(customer: &Entry<Customer>) -> Value {
    json!({
        "id": customer.id,
        "organization": customer.organization,
        "ownerEmail": customer.owner_email,
        "jobStatus": word(&STATUSES, customer.job_status),
        "countryOrRegion": customer.country,
    })
}
