//! The Elements API before version 3.

use super::Handlers;

/// The handlers of each tag.
pub(super) const HANDLERS: &[Handlers] = &[];
