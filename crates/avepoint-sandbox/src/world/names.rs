//! Names of made-up people, companies and places. Domains are below `.example`, which nobody can own.

/// The first and the second word of a company's name.
pub(super) const COMPANIES: ([&str; 24], [&str; 20]) = (
    [
        "Amber", "Birch", "Cedar", "Dune", "Elm", "Falcon", "Granite", "Harbour", "Indigo", "Juniper", "Kestrel",
        "Lantern", "Meadow", "North", "Orchard", "Pine", "Quarry", "River", "Saffron", "Timber", "Umber", "Valley",
        "Willow", "Zephyr",
    ],
    [
        "Analytics",
        "Bakery",
        "Capital",
        "Dental",
        "Energy",
        "Foods",
        "Freight",
        "Garden",
        "Health",
        "Interiors",
        "Logistics",
        "Marine",
        "Optics",
        "Pharma",
        "Print",
        "Retail",
        "Robotics",
        "Studios",
        "Textiles",
        "Tools",
    ],
);

pub(super) const FIRST: [&str; 20] = [
    "Amir", "Bianca", "Carlos", "Daan", "Elif", "Farah", "Goran", "Hana", "Ines", "Jonas", "Kofi", "Lena", "Mina",
    "Nils", "Oskar", "Priya", "Rosa", "Sofia", "Tomas", "Yuki",
];

pub(super) const LAST: [&str; 20] = [
    "Almeida",
    "Bauer",
    "Costa",
    "Dubois",
    "Eriksen",
    "Fischer",
    "Garcia",
    "Haddad",
    "Ivanova",
    "Jensen",
    "Kowalski",
    "Lindqvist",
    "Moreau",
    "Novak",
    "Okafor",
    "Petrov",
    "Rossi",
    "Silva",
    "Tanaka",
    "Vermeer",
];

pub(super) const DEPARTMENTS: [&str; 8] = [
    "Finance",
    "Legal",
    "Logistics",
    "Marketing",
    "Procurement",
    "Quality",
    "Research",
    "Sales",
];

pub(super) const TITLES: [&str; 8] = [
    "Analyst",
    "Buyer",
    "Controller",
    "Coordinator",
    "Engineer",
    "Manager",
    "Planner",
    "Specialist",
];

pub(super) const SITES: [&str; 12] = [
    "Archive",
    "Board",
    "Campaigns",
    "Contracts",
    "Engineering",
    "Finance",
    "Intranet",
    "Onboarding",
    "Pricing",
    "Research",
    "Retail",
    "Support",
];

/// A country with what an address in it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Country {
    pub(crate) name: &'static str,
    pub(crate) code: &'static str,
    pub(crate) language: &'static str,
    pub(crate) city: &'static str,
    pub(crate) state: &'static str,
    pub(crate) postal_code: &'static str,
    pub(crate) dial: &'static str,
}

pub(super) const COUNTRIES: [Country; 6] = [
    country(["France", "FR", "fr-FR", "Lyon", "Rhône", "69002", "+33"]),
    country(["Germany", "DE", "de-DE", "Leipzig", "Saxony", "04109", "+49"]),
    country([
        "Netherlands",
        "NL",
        "nl-NL",
        "Rotterdam",
        "South Holland",
        "3011 AA",
        "+31",
    ]),
    country(["Portugal", "PT", "pt-PT", "Porto", "Porto", "4000-008", "+351"]),
    country(["Sweden", "SE", "sv-SE", "Malmö", "Skåne", "211 20", "+46"]),
    country([
        "United Kingdom",
        "GB",
        "en-GB",
        "Leeds",
        "West Yorkshire",
        "LS1 4AP",
        "+44",
    ]),
];

const fn country(of: [&'static str; 7]) -> Country {
    let [name, code, language, city, state, postal_code, dial] = of;
    Country {
        name,
        code,
        language,
        city,
        state,
        postal_code,
        dial,
    }
}
