//! Where in the spec a finding belongs that a page alone has led to.

use std::collections::HashMap;

use crate::finding::{Finding, Kind};
use crate::spec::{Operation, Spec};

use super::operations::Described;
use super::page_lock;

/// Names the operations of findings as the spec does, and adds the line of the spec to those that have none.
pub fn locate<'f>(findings: impl Iterator<Item = &'f mut Finding>, described: &[&Described], spec: &Spec) {
    let known: HashMap<String, &Operation> = described
        .iter()
        .filter_map(|described| Some((page_lock::name(described.documented), described.spec?)))
        .collect();
    for finding in findings.filter(|finding| finding.spec.is_none()) {
        let named = spec
            .operations
            .iter()
            .find(|operation| operation.name() == finding.operation);
        let Some(operation) = named.or_else(|| known.get(&finding.operation).copied()) else {
            continue;
        };
        finding.operation = operation.name();
        finding.spec = Some(spec.at(line(operation, finding)));
    }
}

/// The line of what a finding speaks of, or of its operation.
fn line(operation: &Operation, finding: &Finding) -> usize {
    let member = operation.find(&finding.place).and_then(|(_, members)| members.first());
    match finding.kind {
        Kind::Scopes => operation.scopes_line,
        Kind::Status => operation.success.map_or(operation.line, |(_, line)| line),
        _ => member.map_or(operation.line, |member| member.line),
    }
}
