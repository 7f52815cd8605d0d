//! What users did with objects.

use jiff::Timestamp;

use super::items::before;
use super::{Item, Kind, Place, Site, User, World, pick};

/// Something that was done with an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Activity {
    pub(crate) time: Timestamp,
    /// Who did it: the index of a user.
    pub(crate) user: usize,
    /// What was done: the index of its name in either audit log.
    pub(crate) event: usize,
}

/// The names of what is done, in the audit log of Microsoft 365 and in that of Google Workspace.
pub(crate) const EVENTS: [(&str, &str); 6] = [
    ("FileAccessed", "view"),
    ("FileDownloaded", "download"),
    ("FileModified", "edit"),
    ("FileUploaded", "create"),
    ("ListViewed", "preview"),
    ("SharingSet", "change_user_access"),
];

/// What was done with the object at a place, the latest first.
pub(crate) fn activities(world: &World, item: Place) -> Vec<Activity> {
    let random = &mut world.random(Place {
        kind: Kind::Activity,
        ..item
    });
    let users = world.generated::<User>(item.parent::<Item>().parent::<Site>());
    let events: Vec<_> = (0..EVENTS.len()).collect();
    let count = random.usize(..8);
    let mut activities: Vec<_> = std::iter::repeat_with(|| Activity {
        time: before(world.clock.beginning, random, 0..90),
        user: random.usize(..users),
        event: pick(random, &events),
    })
    .take(count)
    .collect();
    activities.sort_by_key(|activity| std::cmp::Reverse(activity.time));
    activities
}
