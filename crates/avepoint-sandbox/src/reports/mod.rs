//! What Insights tells of its tenant: who is found by which name, and how rows look in answers and in exported files.

mod find;
mod labels;
mod views;

pub(crate) use find::{Spread, accesses, direct_sites, item, object, site, sites, user, users};
pub(crate) use labels::translate;
pub(crate) use views::{
    activity, group, level, link, link_name, record, site_permission, user as user_view, user_permission,
};
