//! The Insights API.

mod groups;
mod objects;
mod sharing_links;
pub(super) mod sites;
pub(super) mod users;

use super::Handlers;

/// The handlers of each tag.
pub(super) const HANDLERS: &[Handlers] = &[
    groups::HANDLERS,
    objects::HANDLERS,
    sharing_links::HANDLERS,
    sites::HANDLERS,
    users::HANDLERS,
];
