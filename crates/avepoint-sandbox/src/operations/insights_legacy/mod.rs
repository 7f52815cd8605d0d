//! The Insights Web API.

use super::Handlers;

/// The handlers of each tag.
pub(super) const HANDLERS: &[Handlers] = &[];
