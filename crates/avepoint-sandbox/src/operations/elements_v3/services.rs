//! What customers subscribe to, and the seats of it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Handlers, chosen, customer};
use crate::call::{Answer, Call, Outcome};
use crate::filter;
use crate::paging::{Rows, page};
use crate::world::{
    Backup, Change, Clock, Customer, Deed, Entry, Place, Source, Storage, StorageProfile, Subscription, Tenant, World,
};

pub(super) const HANDLERS: Handlers = &[
    ("listCustomerServices", list_customer_services),
    ("addCustomerService", add_customer_service),
    ("listTenantUserSeats", list_tenant_user_seats),
    ("getProductOverview", get_product_overview),
];

/// How an addition ended, as the spec's `AddCustomerServiceStatus` numbers it.
const SUCCESSFUL: i64 = 1;
const TOO_FEW_SEATS: i64 = 4;
const EXPIRES_AFTER_POOL: i64 = 5;
const CHECK_FAILED: i64 = 6;
const HAS_SUBSCRIPTION: i64 = 7;
const EXPIRED: i64 = 11;
const HAS_SAME: i64 = 12;

/// How many seats a pool of the partner gives at once.
const POOL: i64 = 10_000;
/// For how many days a trial and a pool last.
const TRIAL_DAYS: i64 = 30;
const POOL_DAYS: i64 = 730;
const TRIAL_SEATS: i64 = 50;

fn list_customer_services(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let rows = chosen(world, Place::ROOT, call.body_list("customerIds"));
    page(call, world, rows, |customer: Entry<Customer>| listed(world, &customer))
}

/// A customer with its subscriptions.
pub(in crate::operations) fn listed(world: &World, customer: &Entry<Customer>) -> Value {
    let (assigned, free) = Tenant::licenses(world, customer.place);
    let products = world.all::<Subscription>(customer.place);
    json!({
        "customerId": customer.id,
        "organization": customer.organization,
        "customer": customer.owner_email,
        "products": products.map(|product| subscription(&product, assigned, free)).collect::<Value>(),
    })
}

fn subscription(subscription: &Subscription, assigned: i64, free: i64) -> Value {
    let backup = subscription.backup.as_ref();
    let number = |number: Option<i64>| or_none(number.map(|number| number.to_string()));
    let named = |code: Option<i64>, names: &[&str]| {
        let at = code.and_then(|code| usize::try_from(code).ok());
        or_none(at.and_then(|at| names.get(at)).copied())
    };
    json!({
        "service": subscription.service(),
        "subscriptionModel": named(subscription.model, &["Capacity tier", "Unlimited users", "Unlimited organization"]),
        "purchasedUserSeats": number(subscription.seats),
        "purchasedUnits": number(subscription.units),
        "microsoftLicenseAssigned": assigned.to_string(),
        "microsoftLicenseAvailable": free.to_string(),
        "purchasedCapacity": or_none(backup.map(|backup| format!("{}/{} GB", backup.protected, backup.bought))),
        "protectedCapacity": or_none(backup.map(|backup| format!("{} GB", backup.protected))),
        "storage": or_none(backup.map(|backup| match backup.storage {
            Storage::Customer => "Storage of the customer",
            Storage::AvePoint(0) => "Microsoft Azure Blob of AvePoint",
            Storage::AvePoint(_) => "Amazon S3 of AvePoint",
        })),
        "retention": or_none(backup.map(|backup| format!("{} years", backup.years))),
        "consumedStorage": or_none(backup.map(|backup| format!("{} GB", backup.consumed))),
        "expirationDate": Clock::written(subscription.expiration),
        "change": or_none(subscription.change.map(|change| format!("{change:+}"))),
        "source": match subscription.source {
            Source::Trial => "Trial",
            Source::Pool(1) => "AvePoint pooled subscription",
            Source::Pool(2) => "Marketplace pooled subscription",
            Source::Pool(_) => "LARS pooled subscription",
        },
        "paymentType": named(subscription.payment, &["Prepaid", "Pay as you go"]),
        "subscriptionName": or_none(subscription.name()),
        "package": named(backup.and_then(|backup| backup.package), &["Standard", "Core", "Flex"]),
        "contractEndDate": or_none(subscription.contract_end.clone()),
    })
}

/// What the services write where a member does not apply.
fn or_none(text: Option<impl Into<String>>) -> String {
    text.map_or_else(|| "N/A".to_owned(), Into::into)
}

fn add_customer_service(call: &Call, world: &mut World) -> Outcome {
    let customer = customer(call, world)?;
    let product = call.body_int("product");
    let status = match new_subscriptions(call, world, customer.place) {
        Ok(subscriptions) => {
            let changes = subscriptions.into_iter().map(|subscription| {
                let added = world.add(customer.place, subscription);
                Change {
                    property: "User seats".to_owned(),
                    before: "0".to_owned(),
                    after: or_none(added.seats.map(|seats| seats.to_string())),
                }
            });
            let changes = changes.collect();
            let deed = Deed::to_customer(&customer, "Subscriptions", "Add service");
            world.record(Deed { changes, ..deed });
            SUCCESSFUL
        }
        Err(status) => status,
    };
    Ok(Answer::Json(
        json!({ "customerId": customer.id, "product": product, "status": status }),
    ))
}

/// The subscriptions that a call asks for, or why it does not get them.
fn new_subscriptions(call: &Call, world: &World, customer: Place) -> Result<Vec<Subscription>, i64> {
    let product = call.body_int("product").unwrap_or_default();
    let backup = backup(call, world, product)?;
    let has = |variant: &str, of: &[Subscription]| {
        let is_same = |known: &Subscription| known.product == product && known.variant == variant;
        of.iter().any(is_same) || world.all::<Subscription>(customer).any(|known| is_same(&known))
    };
    let Some(items) = call
        .body_list("licenseItems")
        .filter(|_| call.body_int("licenseType") == Some(1))
    else {
        let trial = Subscription {
            product,
            variant: "",
            source: Source::Trial,
            model: None,
            seats: Some(TRIAL_SEATS),
            units: None,
            backup,
            expiration: days_from_now(world, TRIAL_DAYS),
            contract_end: None,
            change: None,
            payment: None,
        };
        return if has("", &[]) {
            Err(HAS_SUBSCRIPTION)
        } else {
            Ok(vec![trial])
        };
    };
    let mut added = Vec::new();
    for item in items {
        let subscription = pooled(world, product, backup, item)?;
        if has(subscription.variant, &added) {
            return Err(HAS_SAME);
        }
        added.push(subscription);
    }
    if added.is_empty() { Err(CHECK_FAILED) } else { Ok(added) }
}

/// The storage that a call chooses for a backup; none if the product is no backup.
fn backup(call: &Call, world: &World, product: i64) -> Result<Option<Backup>, i64> {
    if product != Subscription::BACKUP {
        return Ok(None);
    }
    let profile = call.body_text("storageProfileId");
    if profile.is_some_and(|id| world.find::<StorageProfile>(id).is_none()) {
        return Err(CHECK_FAILED);
    }
    Ok(Some(Backup {
        storage: match call.body_bool("byos") {
            Some(true) => Storage::Customer,
            _ => Storage::AvePoint(call.body_int("avepointStorageType").unwrap_or_default()),
        },
        years: call.body_int("retentionYear").unwrap_or(1),
        package: None,
        bought: 0,
        protected: 0,
        consumed: 0,
    }))
}

/// The subscription that an item takes from a pool, or why it cannot.
fn pooled(world: &World, product: i64, backup: Option<Backup>, item: &Value) -> Result<Subscription, i64> {
    let number = |name: &str| item.get(name).and_then(Value::as_i64);
    let text = |name: &str| item.get(name).and_then(Value::as_str);
    let variant = match (product, text("resource").unwrap_or_default()) {
        (40, "PartnerTenantSettingManagement")
        | (42, "PartnerWorkspaceOnboarding")
        | (49, "PartnerUserManagement")
        | (65, "PartnerStorageOptimization")
        | (Subscription::BACKUP, "Office365Backup") => "",
        (Subscription::BACKUP, "Office365PPBackup") => "Power Platform",
        (Subscription::BACKUP, "Office365EXODBackup") => "Exchange Online & OneDrive",
        _ => return Err(CHECK_FAILED),
    };
    // A package and a size belong to the pools of backups that are sold by them, and to no other.
    let is_sized = backup.is_some() && variant != "Power Platform";
    if is_sized != number("packageType").is_some() || is_sized != number("customerSize").is_some() {
        return Err(CHECK_FAILED);
    }
    let seats = number("userSeat").unwrap_or_default();
    if !(1..=POOL).contains(&seats) {
        return Err(TOO_FEW_SEATS);
    }
    let pool = days_from_now(world, POOL_DAYS);
    let expiration = match item.get("isSameAsPool").and_then(Value::as_bool) {
        Some(true) => pool,
        _ => text("expireTime")
            .and_then(|time| time.parse().ok())
            .ok_or(CHECK_FAILED)?,
    };
    if expiration <= world.clock.now() {
        return Err(EXPIRED);
    }
    if expiration > pool {
        return Err(EXPIRES_AFTER_POOL);
    }
    Ok(Subscription {
        product,
        variant,
        source: Source::Pool(number("subscriptionSourceType").unwrap_or_default()),
        model: number("saleType"),
        seats: Some(seats),
        units: None,
        backup: backup.map(|backup| Backup {
            package: number("packageType"),
            ..backup
        }),
        expiration,
        contract_end: text("contractEndDate").map(str::to_owned),
        change: Some(seats),
        payment: number("paymentType"),
    })
}

fn days_from_now(world: &World, days: i64) -> Timestamp {
    let span = SignedDuration::from_hours(24 * days);
    world.clock.now().saturating_add(span).unwrap_or(Timestamp::MAX)
}

fn list_tenant_user_seats(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let customer = customer(call, world)?.place;
    let platform = call.path_int("type");
    let wanted = filter::texts(call.body_list("tenantIds"));
    // Tenants are Microsoft 365's, and of Dynamics 365 too if that is used; the others have none.
    let tenants = world.all::<Tenant>(customer).filter(|tenant| {
        let has_platform = platform == 0 || (platform == 3 && tenant.has_dynamics);
        has_platform
            && wanted
                .as_ref()
                .is_none_or(|ids| ids.iter().any(|id| id.eq_ignore_ascii_case(&tenant.id)))
    });
    page(call, world, Rows::of(tenants.collect()), |tenant| {
        json!({
            "type": platform,
            "tenantId": tenant.id,
            "tenantName": tenant.name,
            "availableUserSeat": Tenant::free_licenses(world, tenant.place),
            "assignedUserSeat": Tenant::assigned_licenses(world, tenant.place),
        })
    })
}

fn get_product_overview(call: &Call, world: &mut World) -> Outcome {
    let customer = customer(call, world)?.place;
    let product = call.path_int("productType");
    let subscriptions = world.all::<Subscription>(customer);
    let seats = subscriptions.filter(|subscription| subscription.product == product);
    let seats: i64 = seats.filter_map(|subscription| subscription.seats).sum();
    Ok(Answer::Json(
        json!({ "productType": product, "purchasedUserSeat": seats }),
    ))
}
