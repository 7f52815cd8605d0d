//! Which operation was which, and the facts of an operation beside its tables and samples.

use std::collections::BTreeSet;

use super::pages::PagePair;
use super::{Changes, pairs, samples, tables};
use crate::facts::Operation;
use crate::finding::{Class, Kind};
use crate::paths::{nameless, template};

/// Method and path of an operation, the path with its first slash.
pub fn name(operation: &Operation) -> String {
    format!(
        "{} /{}",
        operation.method,
        operation.endpoint.trim().trim_start_matches('/')
    )
}

/// The operations of a pair of pages that have no partner yet.
pub struct Open<'a> {
    pub was: Vec<&'a Operation>,
    pub is: Vec<&'a Operation>,
}

impl<'a> Open<'a> {
    /// All operations of two pages.
    pub fn of(pair: &PagePair<'a>) -> Self {
        Self {
            was: pair.was.operations.iter().collect(),
            is: pair.is.operations.iter().collect(),
        }
    }

    /// Pairs those of the same method and path.
    pub fn same(&mut self) -> Vec<(&'a Operation, &'a Operation)> {
        pairs::by_key(&mut self.was, &mut self.is, name)
    }

    /// Pairs those that differ in the method or the path only, and then the last one of each side.
    pub fn alike(&mut self) -> Vec<(&'a Operation, &'a Operation)> {
        let (was, is) = (&mut self.was, &mut self.is);
        let mut found = pairs::by_key(was, is, |operation| (&operation.method, template(&operation.endpoint)));
        found.extend(pairs::by_key(was, is, |operation| operation.endpoint.as_str()));
        found.extend(pairs::lone(was, is));
        found
    }
}

/// Compares two states of one operation.
pub fn compare(was: &Operation, is: &Operation, changes: &mut Changes<'_>) {
    changes.operation = name(was);
    if was.method != is.method {
        changes.add(
            Kind::Method,
            Class::Breaking,
            "method",
            &was.method,
            &is.method,
            is.line,
        );
    }
    if was.endpoint != is.endpoint {
        let class = endpoint_class(&was.endpoint, &is.endpoint);
        changes.add(Kind::Endpoint, class, "endpoint", &was.endpoint, &is.endpoint, is.line);
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
            &text(was.success),
            &text(is.success),
            is.line,
        );
    }
    let told = tables::compare(was, is, changes);
    samples::compare(was, is, &told, changes);
    "*".clone_into(&mut changes.operation);
}

/// The first slash and the names of the parameters are no matter of the wire.
fn endpoint_class(was: &str, is: &str) -> Class {
    if nameless(was) == nameless(is) {
        Class::Documentation
    } else {
        Class::Breaking
    }
}

/// The scopes are alternatives, so that one more shuts nobody out. Their order says nothing.
fn compare_scopes(was: &Operation, is: &Operation, changes: &mut Changes<'_>) {
    let line = is.scopes_line.unwrap_or(is.line);
    let set = |operation: &Operation| operation.scopes.iter().cloned().collect::<BTreeSet<_>>();
    let (old, new) = (set(was), set(is));
    if old != new {
        let more = !old.is_empty() && old.is_subset(&new);
        let class = if more { Class::Additive } else { Class::Breaking };
        changes.add(
            Kind::Scopes,
            class,
            "scopes",
            &was.scopes.join(", "),
            &is.scopes.join(", "),
            line,
        );
    }
    let text = |operation: &Operation| {
        let endpoint = operation.scopes_endpoint.as_deref().unwrap_or(&operation.endpoint);
        format!("the permissions of {endpoint}")
    };
    // A permission table that stays as it is while the endpoint changes has not changed itself.
    let (old, new) = (text(was), text(is));
    if was.scopes_endpoint != is.scopes_endpoint && old != new {
        changes.add(Kind::Scopes, Class::Documentation, "scopes", &old, &new, line);
    }
}
