//! The users of tenants.

use fastrand::Rng;
use jiff::Timestamp;

use super::names::{COUNTRIES, Country, DEPARTMENTS, FIRST, LAST, TITLES};
use super::{Clock, Kind, Place, Row, Tenant, World, pick};

/// A user of a tenant.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) display_name: String,
    pub(crate) principal_name: String,
    pub(crate) mail: String,
    pub(crate) alternate_mail: Vec<String>,
    pub(crate) job_title: String,
    pub(crate) department: String,
    pub(crate) company: String,
    pub(crate) employee_id: String,
    pub(crate) manager: String,
    pub(crate) sponsor: String,
    pub(crate) template: String,
    pub(crate) office: String,
    pub(crate) office_phone: String,
    pub(crate) mobile: String,
    pub(crate) fax: String,
    pub(crate) address: String,
    pub(crate) city: String,
    pub(crate) state: String,
    pub(crate) postal_code: String,
    pub(crate) country: String,
    pub(crate) usage_location: String,
    pub(crate) language: String,
    pub(crate) birthday: String,
    /// The conditions of the account, as the spec's `UserCondition` numbers them.
    pub(crate) status: Vec<i64>,
    /// How many days ago the password was set.
    pub(crate) password_age: i64,
    pub(crate) password_never_expires: bool,
    pub(crate) is_test: bool,
    pub(crate) is_external: bool,
    /// Whether the user comes from a directory on premises, and not from the cloud.
    pub(crate) is_local: bool,
    /// From when to when the user may sign in, and whether that is enforced.
    pub(crate) start: String,
    pub(crate) enforces_start: bool,
    pub(crate) end: String,
    pub(crate) enforces_end: bool,
    pub(crate) changed: String,
}

impl Row for User {
    type Parent = Tenant;
    const KIND: Kind = Kind::User;

    fn generated(world: &World, parent: Place) -> usize {
        20 + world.random(parent).usize(..180)
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let random = &mut random;
        let parent = place.parent::<Self>();
        let tenant = world.nth::<Tenant>(parent.parent::<Tenant>(), parent.index::<Tenant>());
        let customer = world.parent(&tenant);
        let index = place.index::<Self>();
        let (first, last) = (pick(random, &FIRST), pick(random, &LAST));
        let principal_name = address(first, last, index, &tenant);
        let country = pick(random, &COUNTRIES);
        let department = pick(random, &DEPARTMENTS);
        let is_test = random.u8(..20) == 0;
        Self {
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            display_name: format!("{first} {last}"),
            mail: principal_name.clone(),
            principal_name,
            alternate_mail: vec![format!("{}.{index}@mail.example", first.to_lowercase())],
            job_title: format!("{department} {}", pick(random, &TITLES)),
            department: department.to_owned(),
            employee_id: format!("E-{:05}", index + 1),
            manager: manager(world, parent, index, &tenant),
            sponsor: String::new(),
            template: department.to_lowercase(),
            office: format!("{}, floor {}", country.city, random.u8(1..9)),
            office_phone: phone(random, country),
            mobile: phone(random, country),
            fax: phone(random, country),
            address: format!("Harbour Road {}", random.u8(1..200)),
            birthday: world.clock.written_before(random, 8_000..22_000),
            status: conditions(random, is_test),
            password_age: random.i64(0..180),
            password_never_expires: random.u8(..10) == 0,
            is_test,
            is_external: random.u8(..15) == 0,
            is_local: random.u8(..4) == 0,
            start: world.clock.written_before(random, 400..1_500),
            enforces_start: random.bool(),
            end: world.clock.written_before(random, -900..-30),
            enforces_end: random.u8(..5) == 0,
            changed: world.clock.written_before(random, 1..400),
            company: customer.row.organization,
            city: country.city.to_owned(),
            state: country.state.to_owned(),
            postal_code: country.postal_code.to_owned(),
            country: country.name.to_owned(),
            usage_location: country.code.to_owned(),
            language: country.language.to_owned(),
        }
    }
}

/// Conditions of an account that decide what else is told of a user.
pub(super) mod condition {
    pub(in crate::world) const MFA_DISABLED: i64 = 0;
    pub(in crate::world) const PASSWORD_EXPIRED: i64 = 2;
    pub(in crate::world) const HIGH_RISK: i64 = 3;
    pub(in crate::world) const MEDIUM_RISK: i64 = 4;
    pub(in crate::world) const INACTIVE: i64 = 6;
    pub(in crate::world) const TEST_USER: i64 = 8;
}

impl User {
    /// Whether the account is in a condition.
    pub(crate) fn is(&self, condition: i64) -> bool {
        self.status.contains(&condition)
    }

    /// Makes the account one for tests, or a real one.
    pub(crate) fn set_test(&mut self, is_test: bool) {
        self.is_test = is_test;
        self.status.retain(|condition| *condition != condition::TEST_USER);
        if is_test {
            self.status.push(condition::TEST_USER);
        }
    }

    /// The age in years at a time; whoever is still to be born, which the spec allows, has none yet.
    pub(crate) fn age(&self, now: Timestamp) -> i64 {
        let (born, today) = (self.birthday.as_str(), Clock::written(now));
        let year = |day: &str| day.get(..4).and_then(|year| year.parse::<i64>().ok());
        let is_before_birthday = today.get(5..10) < born.get(5..10);
        year(&today)
            .zip(year(born))
            .map_or(0, |(today, born)| today - born - i64::from(is_before_birthday))
            .max(0)
    }
}

fn address(first: &str, last: &str, index: usize, tenant: &Tenant) -> String {
    let name = format!("{first}.{last}").to_lowercase();
    format!("{name}.{index}@{}", tenant.domain)
}

/// The first users manage the others.
fn manager(world: &World, tenant: Place, index: usize, of: &Tenant) -> String {
    if index < 3 {
        return String::new();
    }
    let manager = index % 3;
    let mut random = world.random(tenant.child::<User>(manager));
    address(pick(&mut random, &FIRST), pick(&mut random, &LAST), manager, of)
}

fn phone(random: &mut Rng, country: Country) -> String {
    format!("{} 555 {:04}", country.dial, random.u16(..10_000))
}

fn conditions(random: &mut Rng, is_test: bool) -> Vec<i64> {
    let mut conditions = pick(
        random,
        &[&[5][..], &[0, 5], &[0, 1], &[2], &[0, 3], &[4], &[6], &[1, 7]],
    )
    .to_vec();
    if is_test {
        conditions.push(condition::TEST_USER);
    }
    conditions
}
