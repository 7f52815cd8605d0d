//! The Insights API.

mod sites;

use super::Handlers;

/// The handlers of each tag.
pub(super) const HANDLERS: &[Handlers] = &[sites::HANDLERS];
