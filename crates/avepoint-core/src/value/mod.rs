//! Values as they stand on the wire: read tolerantly, written out as they came.

pub(crate) mod code;
pub(crate) mod id;
pub(crate) mod json;
pub(crate) mod list;
pub(crate) mod local_time;
pub(crate) mod number;
pub(crate) mod secret;
pub(crate) mod text_or;
pub(crate) mod time;
