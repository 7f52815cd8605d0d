//! What lies in sites: the site itself, libraries, lists, folders and files, each with what is known of its risk.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use super::{Kind, Place, Row, Site, User, World, pick};

/// An object in a site. The first is the site collection itself.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// What it is, as the spec's `ObjectType` numbers it.
    pub(crate) kind: i64,
    /// Its name; empty of a site collection, which has that of the site.
    pub(crate) name: String,
    /// Where it is, below the URL of the site.
    pub(crate) path: String,
    /// The name of what it inherits permissions from; none if it has permissions of its own.
    pub(crate) inherits: Option<String>,
    /// From 0, not sensitive, to 3, high; -2 if nothing says what is sensitive.
    pub(crate) sensitivity: i64,
    /// From 0, not exposed, to 3, high.
    pub(crate) exposure: i64,
    /// From 0, none, to 3, high; -2 if nothing says what is at risk.
    pub(crate) risk: i64,
    pub(crate) scanned: Timestamp,
    pub(crate) created: Timestamp,
    pub(crate) modified: Option<Timestamp>,
    pub(crate) channel: &'static str,
    pub(crate) data_types: &'static [&'static str],
    pub(crate) label: Option<&'static str>,
    pub(crate) classifier: Option<&'static str>,
    pub(crate) retention: Option<&'static str>,
    pub(crate) tag: String,
    /// Who made it: the index of a user.
    pub(crate) creator: usize,
}

pub(crate) const FOLDER: i64 = 1;
const FILE: i64 = 2;
const LIST_ITEM: i64 = 3;
const SITE_COLLECTION: i64 = 11;
const SITE: i64 = 12;
const LIST: i64 = 13;
const LIBRARY: i64 = 14;

/// The tags that objects can have.
pub(crate) const TAGS: [&str; 4] = ["Reviewed", "Under review", "Ownership unclear", "To be archived"];

const LIBRARY_PATH: &str = "/shared documents";
const LIST_PATH: &str = "/lists/tasks";
const FOLDERS: [&str; 6] = ["Contracts", "Drafts", "Minutes", "Photos", "Plans", "Reports"];
const FILES: [(&str, &str); 8] = [
    ("Budget", "xlsx"),
    ("Contract", "docx"),
    ("Customer list", "xlsx"),
    ("Handbook", "pdf"),
    ("Minutes", "docx"),
    ("Offer", "docx"),
    ("Price list", "xlsx"),
    ("Roadmap", "pptx"),
];
const CHANNELS: [&str; 4] = ["General", "Planning", "Pricing", ""];
const DATA_TYPES: [&[&str]; 4] = [
    &["IBAN"],
    &["Credit Card Number", "EU Passport Number"],
    &["EU Tax Identification Number"],
    &["Credit Card Number", "IBAN"],
];

/// The first rows that every site has, and how many rows of folders, list items and files repeat behind them.
const FIXED: usize = 4;
const TURN: usize = 6;

impl Row for Item {
    type Parent = Site;
    const KIND: Kind = Kind::SiteObject;

    fn generated(world: &World, parent: Place) -> usize {
        FIXED + TURN * (4 + world.random(parent).usize(..9))
    }

    fn make(world: &World, place: Place, mut random: Rng) -> Self {
        let random = &mut random;
        let index = place.index::<Self>();
        let site = place.parent::<Self>();
        let highest = Site::risk_at(world, site);
        let (kind, name, path) = called(index);
        let sensitivity = match highest {
            -2 => -2,
            _ => random.i64(0..4),
        };
        let created = before(world.clock.beginning, random, 30..900);
        let modified = (random.u8(..6) != 0).then(|| before(world.clock.beginning, random, 1..30));
        Self {
            kind,
            name,
            path,
            inherits: (!Self::has_own_permissions(index)).then(|| holder(index)),
            sensitivity,
            exposure: random.i64(0..4),
            // One has the highest, the others at most that.
            risk: match (highest, index) {
                (..1, _) | (_, FIXED) => highest,
                _ => random.i64(0..=highest),
            },
            scanned: before(world.clock.beginning, random, 0..1),
            created,
            modified,
            channel: pick(random, &CHANNELS),
            data_types: if sensitivity > 0 {
                pick(random, &DATA_TYPES)
            } else {
                &[]
            },
            label: pick(random, &[None, None, Some("Internal"), Some("Confidential")]),
            classifier: pick(random, &[None, None, Some("Agreements"), Some("Resumes")]),
            retention: pick(random, &[None, None, Some("Seven years")]),
            tag: match random.u8(..4) {
                0 => pick(random, &TAGS).to_owned(),
                _ => String::new(),
            },
            creator: random.usize(..world.generated::<User>(site.parent::<Site>())),
        }
    }
}

impl Item {
    /// Whether the object at an index has permissions of its own.
    pub(super) fn has_own_permissions(index: usize) -> bool {
        index == 0 || index % 5 == 3
    }

    /// The index of a folder or file that can be shared; there are six in each site.
    pub(super) fn shareable(number: usize) -> usize {
        let number = number % TURN;
        FIXED + TURN * (number / 2) + 2 * (number % 2)
    }
}

/// What stands at an index: a folder, an item of the list, and four files, again and again.
fn called(index: usize) -> (i64, String, String) {
    let file = |at: usize| {
        let (stem, extension) = FILES[(index * 5 + at) % FILES.len()];
        format!("{stem} {}.{extension}", index + 1)
    };
    match index {
        0 => (SITE_COLLECTION, String::new(), String::new()),
        1 => (LIBRARY, "Shared Documents".to_owned(), LIBRARY_PATH.to_owned()),
        2 => (LIST, "Tasks".to_owned(), LIST_PATH.to_owned()),
        3 => (SITE, "Projects".to_owned(), "/projects".to_owned()),
        _ => match (index - FIXED) % TURN {
            0 => {
                let name = folder(index);
                let path = format!("{LIBRARY_PATH}/{}", name.to_lowercase());
                (FOLDER, name, path)
            }
            1 => (LIST_ITEM, format!("Task {index}"), format!("{LIST_PATH}/{index}")),
            at => {
                let name = file(at);
                let path = format!(
                    "{LIBRARY_PATH}/{}/{}",
                    folder(index).to_lowercase(),
                    name.to_lowercase()
                );
                (FILE, name, path)
            }
        },
    }
}

/// The name of the folder that stands at an index, or that holds what does.
fn folder(index: usize) -> String {
    let turn = (index - FIXED) / TURN;
    match turn / FOLDERS.len() {
        0 => FOLDERS[turn].to_owned(),
        more => format!("{} {}", FOLDERS[turn % FOLDERS.len()], more + 1),
    }
}

/// The name of what holds an object.
fn holder(index: usize) -> String {
    match called(index).0 {
        FILE => folder(index),
        FOLDER => "Shared Documents".to_owned(),
        LIST_ITEM => "Tasks".to_owned(),
        _ => "Site".to_owned(),
    }
}

/// A time that lies so many days, and a part of one, before another.
pub(super) fn before(time: Timestamp, random: &mut Rng, days: std::ops::Range<i64>) -> Timestamp {
    let span = SignedDuration::from_secs(random.i64(days.start * 86_400..days.end * 86_400));
    time.saturating_sub(span).unwrap_or(time)
}
