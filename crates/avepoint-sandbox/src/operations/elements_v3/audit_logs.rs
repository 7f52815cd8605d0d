//! What was done in Elements, under the partner and under the large account reseller.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde_json::{Value, json};

use super::Handlers;
use crate::call::{Call, Outcome, Refusal};
use crate::paging::{Rows, page};
use crate::spec::Violation;
use crate::world::{AuditRecord, Clock, Entry, Named, PARTNER, Place, World};

pub(super) const HANDLERS: Handlers = &[
    ("listAuditRecords", |call, world| list(call, world, false)),
    ("listResellerAuditRecords", |call, world| list(call, world, true)),
];

fn list(call: &Call, world: &World, is_of_reseller: bool) -> Outcome {
    let (first, last) = days(call.path_text("date")).ok_or_else(|| {
        Refusal::new(
            404,
            "There is no such time: write a year and a month, such as 202611, or a day, such as 20261102.",
        )
    })?;
    if first > day(world.clock.now()) {
        // The time of the world is not that of the machine.
        let now = Clock::written(world.clock.now());
        let problem = format!("is later than today: in the sandbox's world it is {now}");
        return Err(Refusal::invalid(vec![Violation::new("date", problem)]));
    }
    let records = world
        .all::<AuditRecord>(Place::ROOT)
        .filter(|record| record.deed.is_of_reseller == is_of_reseller && (first..=last).contains(&day(record.time)));
    let rows = Rows::of(records.collect()).sorted(Some(|record: &Entry<AuditRecord>| record.time), true);
    page(call, world, rows, view)
}

/// The first and the last day of a month or a day, written with or without hyphens.
fn days(text: &str) -> Option<(Date, Date)> {
    let digits = text.replace('-', "");
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = digits.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    let month = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
    if day.is_empty() {
        return Some((month, month.last_of_month()));
    }
    let day = Date::new(month.year(), month.month(), day.parse().ok()?).ok()?;
    (digits.len() == 8).then_some((day, day))
}

fn day(time: Timestamp) -> Date {
    Offset::UTC.to_datetime(time).date()
}

fn view(record: Entry<AuditRecord>) -> Value {
    let deed = &record.deed;
    let (tenant_id, tenant) = named(deed.tenant.as_ref());
    let (customer_id, customer) = named(deed.customer.as_ref());
    let changes = deed.changes.iter().map(|change| {
        json!({
            "parameter": change.property,
            "previousValue": change.before,
            "currentValue": change.after,
        })
    });
    let comments = record
        .comments
        .iter()
        .map(|comment| json!({ "comment": comment.text, "addedBy": comment.by, "addedTime": written(comment.time) }));
    json!({
        "auditId": record.id,
        "operationTime": written(record.time),
        "operatedBy": record.by,
        "tenantId": tenant_id,
        "tenantName": tenant,
        "customerId": customer_id,
        "customerName": customer,
        "targetObjectId": deed.target.id,
        "targetObjectType": deed.target_type,
        "targetObject": deed.target.name,
        "category": deed.category,
        "operation": deed.operation,
        "organization": PARTNER,
        "operatorOrganization": PARTNER,
        "module": deed.module,
        "auditType": "Portal Partner",
        "operationFrom": record.origin,
        "propertyChanges": changes.collect::<Value>(),
        "auditComments": comments.collect::<Value>(),
    })
}

/// An id and a name, or what the services write where there is none.
fn named(named: Option<&Named>) -> (&str, &str) {
    named.map_or(("N/A", "N/A"), |named| (&named.id, &named.name))
}

/// The month first, as this list alone has it.
fn written(time: Timestamp) -> String {
    time.strftime("%m/%d/%Y %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_month_or_a_day() {
        let written = |text| days(text).map(|(first, last)| format!("{first} {last}"));
        for (text, expected) in [
            ("202602", Some("2026-02-01 2026-02-28")),
            ("2026-02", Some("2026-02-01 2026-02-28")),
            ("20260214", Some("2026-02-14 2026-02-14")),
            ("202613", None),
            ("20260230", None),
            ("2026", None),
            ("202602140", None),
            ("today", None),
            ("２０２６02", None),
        ] {
            assert_eq!(written(text).as_deref(), expected, "{text}");
        }
    }
}
