//! Customers: who they are, and taking on new ones.

use serde_json::{Value, json};

use super::{Handlers, chosen};
use crate::call::{Answer, Call, Outcome};
use crate::paging::page;
use crate::spec::{Api, meaning};
use crate::world::{Customer, Deed, Entry, Place, Tenant, World};

pub(super) const HANDLERS: Handlers = &[("listCustomers", list_customers), ("onboardCustomer", onboard_customer)];

/// How a registration ended, as the spec's `OnboardCustomerStatus` numbers it.
const SUCCESSFUL: i64 = 1;
const FAILED_TO_REGISTER: i64 = 4;
const MANAGED_ALREADY: i64 = 6;

fn list_customers(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let rows = chosen(world, Place::ROOT, call.body_list("customerIds"));
    page(call, world, rows, |customer| listed(world, &customer))
}

fn onboard_customer(call: &Call, world: &mut World) -> Outcome {
    let account = call.body_text("registrationAccount").unwrap_or_default();
    if account.is_empty() || !is_known_provider(call.body("identityProviderType")) {
        return Ok(Answer::Json(json!({ "status": FAILED_TO_REGISTER })));
    }
    let mut customers = world.all::<Customer>(Place::ROOT);
    let known = customers.find(|customer| customer.owner_email.eq_ignore_ascii_case(account));
    drop(customers);
    if let Some(known) = known {
        return Ok(Answer::Json(json!({ "id": known.id, "status": MANAGED_ALREADY })));
    }
    let country = call.body("countryCode");
    let country = country.and_then(|code| meaning(Api::ElementsV3, "CountryCode", code));
    let customer = Customer {
        organization: call.body_text("organizationName").unwrap_or_default().to_owned(),
        owner_email: account.to_owned(),
        // Nothing is set up yet.
        job_status: 3,
        country: country.unwrap_or_default().to_owned(),
        management_mode: call.body_bool("managementMode").map_or(2, i64::from),
        domain: account.rsplit('@').next().unwrap_or_default().to_owned(),
    };
    let customer = world.add(Place::ROOT, customer);
    world.record(Deed::to_customer(&customer, "Customer management", "Register"));
    Ok(Answer::Json(json!({ "id": customer.id, "status": SUCCESSFUL })))
}

/// Whether a code, as a number or as text, is one that the spec lists.
fn is_known_provider(code: Option<&Value>) -> bool {
    let number = |code: &Value| code.as_i64().or_else(|| code.as_str()?.parse().ok());
    let code = code.and_then(number).map(Value::from);
    code.is_some_and(|code| meaning(Api::ElementsV3, "IdentityProvider", &code).is_some())
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
