//! What Cloud Backup for Microsoft 365 protects.

use serde_json::{Value, json};

use super::{Handlers, customer, list};
use crate::call::{Call, Outcome};
use crate::operations::elements_v3::{jobs::gigabytes, protection::protected};
use crate::world::{Customer, Entry, Job, MODULES, Module, Subscription, Tenant, World, modules_of};

pub(super) const HANDLERS: Handlers = &[("listProtectionOverview", list_protection_overview)];

fn list_protection_overview(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let customer = customer(call, world)?;
    let modules = MODULES.iter().filter_map(|module| overview(world, &customer, module));
    Ok(list("Collection(Portal.Api.Model.CustomerOverallProtected)", modules))
}

/// One module in all tenants that have it.
fn overview(world: &World, customer: &Entry<Customer>, module: &Module) -> Option<Value> {
    let tenants = world.all::<Tenant>(customer.place);
    let tenants = tenants.filter(|tenant| modules_of(world, tenant.place).any(|one| one == module));
    let tenants: Vec<_> = tenants.map(|tenant| tenant.place).collect();
    let jobs = tenants
        .iter()
        .filter_map(|tenant| Job::last(world, customer.place, tenant.index::<Tenant>(), module.job_code));
    let size = gigabytes(jobs.map(|job| job.progress(world.clock.now()).size).sum());
    let mut subscriptions = world.all::<Subscription>(customer.place);
    let (avepoint, own) = match subscriptions.any(|subscription| subscription.is_backup_with_own_storage()) {
        true => ("N/A".to_owned(), size),
        false => (size, "N/A".to_owned()),
    };
    (!tenants.is_empty()).then(|| {
        json!({
            "customerId": customer.id,
            "customer": customer.owner_email,
            "serviceType": "Cloud Backup for Microsoft 365",
            "serviceModule": module.name,
            "totalScannedObjects": tenants.iter().map(|tenant| module.count(world, *tenant)).sum::<usize>(),
            "totalProtectedObjects": tenants.iter().map(|tenant| protected(world, *tenant, module).count()).sum::<usize>(),
            "dataSizeStoredInAvePoint": avepoint,
            "dataSizeStoredInBYOS": own,
        })
    })
}
