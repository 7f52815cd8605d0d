//! The sign-ins of the users of tenants.

use fastrand::Rng;

use super::{Entry, Kind, Place, Row, Tenant, User, World, condition, pick};

/// A sign-in of a user, and what the user did then.
#[derive(Clone, Debug)]
pub(crate) struct SignIn {
    /// The index of the user of the tenant.
    pub(crate) user: usize,
    pub(crate) time: String,
    pub(crate) ip: String,
    pub(crate) from: &'static Origin,
    pub(crate) is_risky: bool,
    pub(crate) device: String,
    /// The file that was opened, and what of it is sensitive.
    pub(crate) file: &'static str,
    pub(crate) sensitive: &'static str,
}

/// Where a sign-in came from.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) city: &'static str,
    pub(crate) country: &'static str,
    /// In degrees.
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
}

/// How many sign-ins are kept of each user. Those of all users are one list: first the last of each, then the one before.
const KEPT: usize = 3;

const NEAR: [Origin; 4] = [
    origin("Lyon", "FR", 45.764, 4.8357),
    origin("Leipzig", "DE", 51.3397, 12.3731),
    origin("Porto", "PT", 41.1579, -8.6291),
    origin("Leeds", "GB", 53.8008, -1.5491),
];

const FAR: [Origin; 3] = [
    origin("Auckland", "NZ", -36.8509, 174.7645),
    origin("Quito", "EC", -0.1807, -78.4678),
    origin("Nairobi", "KE", -1.2921, 36.8219),
];

const FILES: [(&str, &str); 5] = [
    ("supplier-prices.xlsx", "Bank account numbers"),
    ("payroll.xlsx", "Salaries"),
    ("passports.pdf", "Passport numbers"),
    ("offers.docx", "Business secrets"),
    ("patients.csv", "Health records"),
];

const fn origin(city: &'static str, country: &'static str, latitude: f64, longitude: f64) -> Origin {
    Origin {
        city,
        country,
        latitude,
        longitude,
    }
}

impl Row for SignIn {
    type Parent = Tenant;
    const KIND: Kind = Kind::SignIn;

    fn generated(world: &World, parent: Place) -> usize {
        KEPT * world.count::<User>(parent)
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let tenant = place.parent::<Self>();
        let users = world.count::<User>(tenant).max(1);
        let (turn, user) = (place.index::<Self>() / users, place.index::<Self>() % users);
        let found = world.nth::<User>(tenant, user);
        let is_risky = turn == 0 && (found.is(condition::HIGH_RISK) || found.is(condition::MEDIUM_RISK));
        let days = i64::try_from(turn).unwrap_or_default() * 10;
        let (network, from) = match is_risky {
            true => ("198.51.100", &FAR[random.usize(..FAR.len())]),
            false => ("203.0.113", &NEAR[random.usize(..NEAR.len())]),
        };
        let (file, sensitive) = pick(&mut random, &FILES);
        Self {
            user,
            time: world.clock.written_before(&mut random, days..days + 10),
            ip: format!("{network}.{}", random.u8(1..255)),
            from,
            is_risky,
            device: format!("{}-LT-{user:04}", from.city.to_uppercase()),
            file,
            sensitive,
        }
    }
}

impl SignIn {
    /// The sign-ins of one user of a tenant, the last first.
    pub(crate) fn of_user(world: &World, user: &Entry<User>) -> impl Iterator<Item = Entry<Self>> {
        let (tenant, index) = (user.place.parent::<User>(), user.place.index::<User>());
        let users = world.count::<User>(tenant);
        (0..KEPT).map(move |turn| world.nth(tenant, turn * users + index))
    }
}
