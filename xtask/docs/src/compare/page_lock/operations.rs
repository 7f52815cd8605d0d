//! The facts of an operation beside its tables and samples.

use std::collections::BTreeSet;

use super::{Changes, name, rows, samples};
use crate::endpoint::nameless;
use crate::facts::Operation;
use crate::finding::{Class, Kind};

/// Compares two states of one operation.
pub fn compare(was: &Operation, is: &Operation, changes: &mut Changes<'_>) {
    changes.operation = name(was);
    if was.method != is.method {
        changes.add(
            Kind::Method,
            Class::Breaking,
            "method",
            (&was.method, &is.method),
            is.line,
        );
    }
    if was.endpoint != is.endpoint {
        // The first slash and the names of the parameters are no matter of the wire.
        let same = nameless(&was.endpoint) == nameless(&is.endpoint);
        let class = if same { Class::Documentation } else { Class::Breaking };
        changes.add(
            Kind::Endpoint,
            class,
            "endpoint",
            (&was.endpoint, &is.endpoint),
            is.line,
        );
    }
    compare_scopes(was, is, changes);
    if was.success != is.success {
        let text = |status: Option<u16>| status.map_or_else(String::new, |status| status.to_string());
        let both = was.success.is_some() && is.success.is_some();
        let class = if both { Class::Breaking } else { Class::Documentation };
        changes.add(
            Kind::Status,
            class,
            "status",
            (text(was.success), text(is.success)),
            is.line,
        );
    }
    let (placed_was, placed_is) = (rows::placed_rows(was), rows::placed_rows(is));
    let rows = rows::matched((was, &placed_was), (is, &placed_is));
    rows::compare(&rows, (was, is), changes);
    samples::compare((was, is), &rows, changes);
    "*".clone_into(&mut changes.operation);
}

/// The scopes are alternatives, so that one more shuts nobody out. Their order says nothing.
fn compare_scopes(was: &Operation, is: &Operation, changes: &mut Changes<'_>) {
    let line = is.scopes_line.unwrap_or(is.line);
    let set = |operation: &Operation| operation.scopes.iter().cloned().collect::<BTreeSet<_>>();
    let (old, new) = (set(was), set(is));
    if old != new {
        let more = !old.is_empty() && old.is_subset(&new);
        let class = if more { Class::Additive } else { Class::Breaking };
        let sides = (was.scopes.join(", "), is.scopes.join(", "));
        changes.add(Kind::Scopes, class, "scopes", sides, line);
    }
    let text = |operation: &Operation| {
        let endpoint = operation.scopes_endpoint.as_deref().unwrap_or(&operation.endpoint);
        format!("the permissions of {endpoint}")
    };
    // A permission table that stays as it is while the endpoint changes has not changed itself.
    let sides = (text(was), text(is));
    if was.scopes_endpoint != is.scopes_endpoint && sides.0 != sides.1 {
        changes.add(Kind::Scopes, Class::Documentation, "scopes", sides, line);
    }
}
