//! The Insights API.

pub(super) mod exports;
mod groups;
mod objects;
mod sharing_links;
pub(super) mod sites;
pub(super) mod users;

use super::Handlers;

/// The handlers of each tag.
pub(super) const HANDLERS: &[Handlers] = &[
    exports::HANDLERS,
    groups::HANDLERS,
    objects::HANDLERS,
    sharing_links::HANDLERS,
    sites::HANDLERS,
    users::HANDLERS,
];
