//! What customers subscribe to.

use serde_json::{Value, json};

use super::{Handlers, customer, entity, list};
use crate::call::{Call, Outcome};
use crate::operations::elements_v3::services;
use crate::world::{Customer, Entry, Place, Tenant, World};

pub(super) const HANDLERS: Handlers = &[
    ("listCustomerServices", list_customer_services),
    ("getCustomerServices", get_customer_services),
];

fn list_customer_services(_: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let customers = world.all::<Customer>(Place::ROOT);
    Ok(list("Services", customers.map(|customer| listed(world, &customer))))
}

fn get_customer_services(call: &Call, world: &mut World) -> Outcome {
    let customer = customer(call, world)?;
    Ok(entity("Services/$entity", listed(world, &customer)))
}

/// As version 3 lists it, with the tenants in one text, and days in place of times.
fn listed(world: &World, customer: &Entry<Customer>) -> Value {
    let mut listed = services::listed(world, customer);
    let tenants: Vec<_> = world.ids::<Tenant>(customer.place).collect();
    listed["tenantId"] = json!(tenants.join(","));
    for product in listed["products"].as_array_mut().into_iter().flatten() {
        for date in ["expirationDate", "contractEndDate"] {
            let day = product[date]
                .as_str()
                .and_then(|time| time.get(..10))
                .map(str::to_owned);
            if let Some(day) = day {
                product[date] = day.into();
            }
        }
        // Version 3 has what is protected before what was bought.
        let bought = product["purchasedCapacity"]
            .as_str()
            .and_then(|both| both.split_once('/'));
        if let Some(bought) = bought.map(|(_, bought)| bought.to_owned()) {
            product["purchasedCapacity"] = bought.into();
        }
    }
    listed
}
