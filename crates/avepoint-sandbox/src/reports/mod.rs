//! What Insights tells of its tenant: who is found by which name, and how rows look in answers and in exported files.

mod exports;
mod find;
mod labels;
mod views;

pub(crate) use exports::{Period, Whose};
pub(crate) use find::{Spread, accesses, direct_sites, item, object, site, sites, user, users};
pub(crate) use labels::translate;
pub(crate) use views::{activity, group, link, module, record, site_permission, user as user_view, user_permission};
