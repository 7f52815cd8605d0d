//! Resellers, the pooled subscriptions above them, and what they get of those.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Handlers, chosen};
use crate::call::{Answer, Call, Outcome, Refusal};
use crate::filter;
use crate::paging::{Rows, page};
use crate::world::{Allocation, Change, Clock, Deed, Entry, License, Place, Reseller, World};

pub(super) const HANDLERS: Handlers = &[
    ("listResellers", list_resellers),
    ("listPooledLicenses", list_pooled_licenses),
    ("listLicenseAllocations", list_license_allocations),
    ("assignResellerLicense", assign_reseller_license),
    ("listResellerLicenses", list_reseller_licenses),
    ("acceptResellerLicenses", accept_reseller_licenses),
    ("rejectResellerLicenses", reject_reseller_licenses),
];

/// How an assignment ended, as the spec's `AssignResellerLicenseStatus` numbers it.
const SUCCESSFUL: i64 = 1;
const FAILED: i64 = 2;
const NO_SUBSCRIPTION: i64 = 3;
const TOO_FEW_SEATS: i64 = 4;
const EXPIRES_AFTER_POOL: i64 = 5;
const HAS_IT: i64 = 7;
const NOT_ACCEPTED_YET: i64 = 8;
const EXPIRED: i64 = 11;

/// How an acceptance or a rejection ended, as the spec's lists of both number it.
const DONE: i64 = 9;
const NOT_DONE: i64 = 10;

fn reseller(call: &Call, world: &World) -> Result<Entry<Reseller>, Refusal> {
    let found = world.find::<Reseller>(call.path_text("resellerId"));
    found.ok_or_else(|| Refusal::not_found("reseller"))
}

fn list_resellers(call: &Call, world: &mut World) -> Outcome {
    let rows = chosen(world, Place::ROOT, call.body_list("ResellerIds"));
    page(call, world, rows, |reseller: Entry<Reseller>| {
        json!({
            "ResellerId": reseller.id,
            "InviteEmail": reseller.invited,
            "Organization": reseller.organization,
            "Email": reseller.email,
            "Status": reseller.status,
        })
    })
}

fn list_pooled_licenses(call: &Call, world: &mut World) -> Outcome {
    let rows = chosen(world, Place::ROOT, call.body_list("LicenseIds"));
    page(call, world, rows, |license: Entry<License>| view(world, &license))
}

fn list_reseller_licenses(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let reseller = reseller(call, world)?.place;
    let (ids, status) = (filter::texts(call.body_list("LicenseIds")), call.body_int("Status"));
    let licenses = world.all::<License>(Place::ROOT).filter_map(|mut license| {
        let allocation = License::last_of(world, license.place, reseller)?;
        license.row.status = allocation.status;
        license.row.price = allocation.price;
        license.row.payment = allocation.payment;
        license.row.start = allocation.start;
        license.row.expiration = allocation.expiration;
        let is_named = ids
            .as_ref()
            .is_none_or(|ids| ids.iter().any(|id| id.eq_ignore_ascii_case(&license.id)));
        (is_named && status.is_none_or(|status| license.status == status)).then_some(license)
    });
    page(call, world, Rows::of(licenses.collect()), |license| {
        view(world, &license)
    })
}

fn view(world: &World, license: &Entry<License>) -> Value {
    let allocated = License::allocated(world, license.place);
    json!({
        "licenseId": license.id,
        "product": license.product,
        "poolName": license.pool,
        "storage": license.storage,
        "subscriptionName": license.name,
        "source": license.source,
        "unitPrice": price(license.price),
        "paymentType": license.payment,
        "totalUserSeat": license.seats.to_string(),
        "allocatedUserSeat": allocated.to_string(),
        "availableUserSeat": (license.seats - allocated).to_string(),
        "startDate": Clock::written(license.start),
        "expirationDate": Clock::written(license.expiration),
        "status": license.status,
    })
}

fn price(price: f64) -> String {
    format!("{price:.2}")
}

fn list_license_allocations(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let license = world.find::<License>(call.path_text("licenseId"));
    let license = license.ok_or_else(|| Refusal::not_found("pooled subscription"))?.place;
    let keep = filter::texts(call.body_list("ResellerIds")).map(|ids| {
        let wanted: Vec<_> = ids.into_iter().filter_map(|id| world.find::<Reseller>(id)).collect();
        move |allocation: &Entry<Allocation>| {
            wanted
                .iter()
                .any(|reseller| reseller.place.index::<Reseller>() == allocation.reseller)
        }
    });
    let rows = Rows::lazy(world.count::<Allocation>(license), |index| world.nth(license, index));
    page(call, world, rows.matching(keep), |allocation| {
        let reseller = world.nth::<Reseller>(Place::ROOT, allocation.reseller);
        json!({
            "resellerId": reseller.id,
            "email": reseller.email,
            "organization": reseller.organization,
            "assignedDate": Clock::written(allocation.assigned),
            "allocatedUserSeat": allocation.seats.to_string(),
            "unitPrice": price(allocation.price),
            "status": allocation.status,
            "createdDate": Clock::written(allocation.assigned),
            "startDate": Clock::written(allocation.start),
            "expirationDate": Clock::written(allocation.expiration),
        })
    })
}

fn assign_reseller_license(call: &Call, world: &mut World) -> Outcome {
    let reseller = reseller(call, world)?;
    let status = assign(call, world, &reseller).map_or_else(|status| status, |()| SUCCESSFUL);
    Ok(Answer::Json(json!({
        "resellerId": reseller.id,
        "product": call.body_int("product"),
        "status": status,
    })))
}

/// Gives a reseller seats. What it has of them already goes back to the pool, and it must accept what is new.
fn assign(call: &Call, world: &mut World, reseller: &Entry<Reseller>) -> Result<(), i64> {
    let id = call.body_text("licenseId").unwrap_or_default();
    let license = world
        .find::<License>(id)
        .filter(|license| Some(license.product) == call.body_int("product"));
    let license = license.ok_or(NO_SUBSCRIPTION)?;
    let time = |name| call.body_text(name).and_then(|time| time.parse::<Timestamp>().ok());
    let expiration = match call.body_bool("IsSameAsPool") {
        Some(true) => license.expiration,
        _ => time("ExpirationTime").ok_or(FAILED)?,
    };
    let now = world.clock.now();
    let seats = call.body_int("UserSeat").filter(|seats| *seats > 0).ok_or(FAILED)?;
    let known = License::last_of(world, license.place, reseller.place).filter(|known| known.is_current());
    let held = known.as_ref().map_or(0, |known| known.seats);
    let left = license.seats - License::allocated(world, license.place) + held;
    let payment = call.body_int("PaymentType").unwrap_or_default();
    match &known {
        _ if expiration <= now => return Err(EXPIRED),
        _ if expiration > license.expiration => return Err(EXPIRES_AFTER_POOL),
        Some(known) if known.status == License::PENDING => return Err(NOT_ACCEPTED_YET),
        Some(known) if (known.seats, known.expiration, known.payment) == (seats, expiration, payment) => {
            return Err(HAS_IT);
        }
        _ if seats > left => return Err(TOO_FEW_SEATS),
        _ => {}
    }
    if let Some(known) = known {
        world.change(known, |known| known.status = License::RETURNED);
    }
    let price = call.body("UnitPrice").and_then(Value::as_f64);
    let allocation = Allocation {
        reseller: reseller.place.index::<Reseller>(),
        seats,
        price: price.unwrap_or(license.price),
        payment,
        assigned: now,
        start: time("StartDate").unwrap_or(now),
        expiration,
        status: License::PENDING,
    };
    world.add(license.place, allocation);
    let change = Change {
        property: "User seats".to_owned(),
        before: held.to_string(),
        after: seats.to_string(),
    };
    world.record(Deed::to_reseller(reseller, "Assign", vec![change]));
    Ok(())
}

fn accept_reseller_licenses(call: &Call, world: &mut World) -> Outcome {
    let status = decide(call, world, "Accept", License::ACCEPTED)?;
    Ok(Answer::Json(json!({ "acceptStatus": status })))
}

fn reject_reseller_licenses(call: &Call, world: &mut World) -> Outcome {
    let status = decide(call, world, "Reject", License::REJECTED)?;
    Ok(Answer::Json(json!({ "rejectStatus": status })))
}

/// Accepts or rejects what waits for it: all that is named, or nothing if one of it does not wait.
fn decide(call: &Call, world: &mut World, operation: &'static str, status: i64) -> Result<i64, Refusal> {
    let reseller = reseller(call, world)?;
    let waiting = |named: &Value| {
        let license = world.find::<License>(named.get("licenseId")?.as_str()?)?;
        let payment = named.get("paymentType")?.as_i64()?;
        let allocation = License::last_of(world, license.place, reseller.place)?;
        (allocation.status == License::PENDING && allocation.payment == payment).then_some(allocation)
    };
    let named = call.body_list("licenses").unwrap_or_default();
    let allocations: Option<Vec<_>> = named.iter().map(waiting).collect();
    let Some(allocations) = allocations.filter(|allocations| !allocations.is_empty()) else {
        return Ok(NOT_DONE);
    };
    for allocation in allocations {
        world.change(allocation, |allocation| allocation.status = status);
    }
    world.record(Deed::to_reseller(&reseller, operation, Vec::new()));
    Ok(DONE)
}
