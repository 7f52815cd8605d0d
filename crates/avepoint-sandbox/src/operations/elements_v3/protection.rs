//! What Cloud Backup for Microsoft 365 protects.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::jobs::gigabytes;
use super::{Handlers, customer, tenant};
use crate::call::{Call, Outcome};
use crate::filter;
use crate::paging::{Counted, Rows, counted_page, page};
use crate::world::{Entry, Job, MODULES, Module, Place, Subscription, Tenant, User, World, modules_of};

pub(super) const HANDLERS: Handlers = &[
    ("listProtectedUsers", list_protected_users),
    ("listProtectionOverview", list_protection_overview),
    ("listProtectedObjects", list_protected_objects),
];

fn list_protected_users(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let tenant = tenant(call, world)?.place;
    let keep = filter::texts(call.body_list("userEmails"))
        .map(|emails| move |user: &Entry<User>| emails.iter().any(|email| email.eq_ignore_ascii_case(&user.mail)));
    // Mailboxes and OneDrive, which go by user.
    let modules = MODULES.iter().filter(|module| matches!(module.code, 0 | 2));
    let modules: Vec<_> = modules
        .map(|module| (module.code, protected(world, tenant, module).collect::<HashSet<_>>()))
        .collect();
    let rows = Rows::lazy(world.count::<User>(tenant), |index| world.nth(tenant, index));
    page(call, world, rows.matching(keep), |user| {
        let index = user.place.index::<User>();
        let status = modules
            .iter()
            .map(|(module, protected)| json!({ "module": module, "isProtected": protected.contains(&index) }));
        json!({
            "id": user.id,
            "email": user.mail,
            "displayName": user.display_name,
            "moduleStatus": status.collect::<Value>(),
        })
    })
}

fn list_protection_overview(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let customer = customer(call, world)?;
    let tenants = world.all::<Tenant>(customer.place);
    let rows = tenants.flat_map(|tenant| {
        let modules: Vec<_> = modules_of(world, tenant.place).collect();
        let index = tenant.place.index::<Tenant>();
        let id = tenant.id;
        modules
            .into_iter()
            .map(move |module| (index, id.clone(), tenant.place, module))
    });
    let mut subscriptions = world.all::<Subscription>(customer.place);
    let has_own_storage = subscriptions.any(|subscription| subscription.is_backup_with_own_storage());
    page(call, world, Rows::of(rows.collect()), |(index, id, tenant, module)| {
        let job = Job::last(world, customer.place, index, module.job_code);
        let size = job.as_ref().map(|job| gigabytes(job.progress(world.clock.now()).size));
        let size = size.unwrap_or_else(|| "N/A".to_owned());
        let (avepoint, own) = match has_own_storage {
            true => ("N/A".to_owned(), size),
            false => (size, "N/A".to_owned()),
        };
        // Sites have the month first.
        let format = if module.code == 1 {
            "%m/%d/%YT%H:%M:%SZ"
        } else {
            "%Y-%m-%dT%H:%M:%SZ"
        };
        json!({
            "customerId": customer.id,
            "tenantId": id,
            "customer": customer.owner_email,
            "serviceType": "Cloud Backup for Microsoft 365",
            "serviceModule": module.name,
            "lastRunTime": job.map_or("N/A".to_owned(), |job| job.start.strftime(format).to_string()),
            "totalScannedObjects": module.count(world, tenant),
            "totalProtectedObjects": protected(world, tenant, module).count(),
            "dataSizeStoredInAvePoint": avepoint,
            "dataSizeStoredInBYOS": own,
        })
    })
}

fn list_protected_objects(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let customer = customer(call, world)?.place;
    let code = call.path_int("module");
    let tenants = world.all::<Tenant>(customer).flat_map(|tenant| {
        let mut modules = modules_of(world, tenant.place).filter(|module| module.code == code);
        modules.next().map(|module| (tenant, module))
    });
    let tenants: Vec<_> = tenants.collect();
    let objects = tenants
        .iter()
        .flat_map(|(tenant, module)| protected(world, tenant.place, module).map(move |index| (tenant, *module, index)));
    let objects: Vec<_> = objects.collect();
    let rows = Rows::of(objects);
    counted_page(call, world, Counted::Page, rows, |(tenant, module, index)| {
        let object = module.object(world, tenant, index);
        json!({
            "displayName": object.location,
            "mailboxType": object.mailbox,
            "containerName": object.container,
            "tenantId": tenant.id,
            "size": object.size,
        })
    })
}

/// The indices of the objects of a module in a tenant that are protected.
pub(in crate::operations) fn protected(world: &World, tenant: Place, module: &Module) -> impl Iterator<Item = usize> {
    let protection = module.protection(world, tenant);
    (0..module.count(world, tenant)).filter(move |index| protection.covers(*index))
}
