//! Tenants of customers. The customers of the sandbox open at once the links that are made for them, and consent.

use serde_json::{Map, Value, json};

use super::{Handlers, customer, tenant};
use crate::call::{Answer, Call, Outcome, Refusal};
use crate::filter;
use crate::world::{AuditRecord, Change, Customer, Deed, Place, Subscription, Tenant, World};

pub(super) const HANDLERS: Handlers = &[
    ("getTenant", get_tenant),
    ("createTenantAuthorizationLink", create_tenant_authorization_link),
    ("createAppAuthorizationLink", create_app_authorization_link),
    ("getServiceAppStatus", get_service_app_status),
    ("connectTenants", connect_tenants),
];

/// Why a tenant is not connected, as the spec's `TenantConnectionError` numbers it.
const NO_ERROR: i64 = 0;
const TOO_FEW_SUBSCRIPTIONS: i64 = 1;
const NOT_CONSENTED: i64 = 2;
const TENANT_NOT_FOUND: i64 = 3;

fn get_tenant(call: &Call, world: &mut World) -> Outcome {
    let tenant = tenant(call, world)?;
    Ok(Answer::Json(json!({
        "id": tenant.id,
        "name": tenant.name,
        "aadEnvironment": tenant.directory,
        "platformEnvironmentType": tenant.platform,
    })))
}

fn create_tenant_authorization_link(call: &Call, world: &mut World) -> Outcome {
    authorize(call, world, "Add tenant", |tenant| {
        if let Some(name) = call.body_text("tenantFriendlyName") {
            name.clone_into(&mut tenant.name);
        }
        if let Some(directory) = call.body_int("aadEnvironment") {
            tenant.directory = directory;
        }
    })
}

fn create_app_authorization_link(call: &Call, world: &mut World) -> Outcome {
    let is_renewal = call.body_bool("isReAuth") == Some(true);
    authorize(call, world, "Authorize apps", |tenant| {
        for app in filter::texts(call.body_list("productNames")).unwrap_or_default() {
            if !is_renewal && !tenant.apps.iter().any(|known| known == app) {
                tenant.apps.push(app.to_owned());
            }
        }
    })
}

/// Makes a link, and changes the tenant as it does when the customer consents.
fn authorize(call: &Call, world: &mut World, operation: &'static str, change: impl FnOnce(&mut Tenant)) -> Outcome {
    let (customer, before) = (customer(call, world)?, tenant(call, world)?);
    let number = world.count::<AuditRecord>(Place::ROOT);
    let link = world.guid(&format!("link {number}"));
    let url = format!("https://links.example/authorize?linkId={link}&tenantId={}", before.id);
    let name = before.name.clone();
    world.change(before, change);
    let after = tenant(call, world)?;
    let changes = (name != after.name).then(|| Change {
        property: "Display name".to_owned(),
        before: name,
        after: after.name.clone(),
    });
    let deed = Deed::to_tenant(&customer, &after, "Tenant management", operation);
    world.record(Deed {
        changes: changes.into_iter().collect(),
        ..deed
    });
    Ok(Answer::Json(json!({ "id": link, "url": url })))
}

fn get_service_app_status(call: &Call, world: &mut World) -> Outcome {
    let tenant = tenant(call, world)?;
    let app = call.path_text("productName");
    let has_app = tenant.apps.iter().any(|known| known == app);
    Ok(Answer::Json(json!([{ "isConsent": has_app }])))
}

fn connect_tenants(call: &Call, world: &mut World) -> Outcome {
    let id = call.body_text("CustomerId").unwrap_or_default();
    let customer = world
        .find::<Customer>(id)
        .ok_or_else(|| Refusal::not_found("customer"))?;
    let mut subscriptions = world.all::<Subscription>(customer.place);
    let has_subscription = subscriptions.any(|subscription| subscription.product == Subscription::USER_MANAGEMENT);
    drop(subscriptions);
    let mut results = Map::new();
    for id in filter::texts(call.body_list("TenantIds")).unwrap_or_default() {
        let error = match world.find_in::<Tenant>(customer.place, id) {
            None => TENANT_NOT_FOUND,
            Some(_) if !has_subscription => TOO_FEW_SUBSCRIPTIONS,
            Some(tenant) if tenant.apps.is_empty() => NOT_CONSENTED,
            Some(tenant) => {
                world.record(Deed::to_tenant(&customer, &tenant, "User management", "Connect"));
                NO_ERROR
            }
        };
        results.insert(
            id.to_owned(),
            json!({ "isSuccess": error == NO_ERROR, "errorCode": error }),
        );
    }
    let modules = filter::texts(call.body_list("ProductName"))
        .unwrap_or_default()
        .into_iter();
    let failed: Map<_, _> = modules
        .filter(|_| !has_subscription)
        .map(|module| (module.to_owned(), Value::from(TOO_FEW_SUBSCRIPTIONS)))
        .collect();
    Ok(Answer::Json(
        json!({ "connectTenantsResult": results, "failedProducts": failed }),
    ))
}
