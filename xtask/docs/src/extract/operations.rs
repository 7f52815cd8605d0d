//! The operations of a page while it is read: each collects its tables and samples; the scopes are dealt out last,
//! since their table stands above the endpoints.

use std::sync::LazyLock;

use crate::endpoint::bare;
use crate::facts::{Operation, Table};
use crate::markup::Code;

use super::patterns::{Pattern, pattern};
use super::{Extraction, program, sample, sections};

/// The operations that are read of a page at most. The largest page of the vendor has 18.
const OPERATIONS: usize = 100;

/// A row of the permission table.
pub struct Permission {
    /// Its method, if the table has a column for it.
    pub method: Option<String>,
    /// Its endpoint.
    pub endpoint: String,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// Its line.
    pub line: usize,
}

/// The operations of a page so far.
#[derive(Default)]
pub struct Operations {
    permissions: Vec<Permission>,
    done: Vec<Operation>,
    current: Option<Draft>,
}

/// An operation that is being read.
struct Draft {
    operation: Operation,
    /// The names of the parameters that the endpoint shows in its query.
    query: Vec<String>,
    request: Vec<Code>,
    response: Vec<Code>,
}

impl Operations {
    /// Whether the page has shown an operation or the scopes of one.
    pub fn any(&self) -> bool {
        self.current.is_some() || !self.done.is_empty() || !self.permissions.is_empty()
    }

    /// The operation that is being read.
    pub fn current(&mut self) -> Option<&mut Operation> {
        self.current.as_mut().map(|draft| &mut draft.operation)
    }

    /// Begins an operation; false if the page has too many.
    pub fn begin(&mut self, method: String, endpoint: &str, line: usize) -> bool {
        self.end();
        if self.done.len() >= OPERATIONS {
            return false;
        }
        let (endpoint, query) = sections::split_query(endpoint);
        self.current = Some(Draft {
            query,
            operation: Operation {
                method,
                endpoint,
                line,
                ..Operation::default()
            },
            request: Vec::new(),
            response: Vec::new(),
        });
        true
    }

    /// Ends the operation that is being read.
    pub fn end(&mut self) {
        if let Some(mut draft) = self.current.take() {
            sample::add(&mut draft.operation, &draft.request, &draft.response);
            self.done.push(draft.operation);
        }
    }

    /// Adds a row of the permission table.
    pub fn permit(&mut self, permission: Permission) {
        self.permissions.push(permission);
    }

    /// Adds a table to the operation that is being read.
    pub fn table(&mut self, table: Table) {
        if let Some(draft) = &mut self.current {
            draft.operation.tables.push(Table {
                section: sections::section_of(table.section, &draft.query, &table.rows),
                ..table
            });
        }
    }

    /// Adds a sample to the operation that is being read.
    pub fn sample(&mut self, code: &Code, response: bool) {
        let code = match program::sent(code) {
            None => Some(code.clone()),
            Some(body) => body,
        };
        if let (Some(draft), Some(code)) = (&mut self.current, code) {
            let samples = if response {
                &mut draft.response
            } else {
                &mut draft.request
            };
            samples.push(code);
        }
    }

    /// Ends the page: deals out the scopes and passes the operations. A page whose headings name the operations
    /// may tell the scopes in prose, unless it has a table of them.
    pub fn finish(mut self, headings: bool, found: &mut Extraction) {
        self.end();
        let Self {
            permissions, mut done, ..
        } = self;
        let needed = !headings || !permissions.is_empty();
        let endpoints: Vec<String> = done.iter().map(|operation| bare(&operation.endpoint)).collect();
        for permission in permissions {
            let endpoint = bare(&permission.endpoint);
            let mut given = false;
            for (operation, own) in done.iter_mut().zip(&endpoints) {
                let method = permission
                    .method
                    .as_ref()
                    .is_none_or(|method| *method == operation.method);
                if method && *own == endpoint {
                    give(operation, &permission);
                    given = true;
                }
            }
            // The only operation of a page can be meant, whatever the table calls it.
            match done.as_mut_slice() {
                [] => {}
                _ if given => {}
                [operation] => give(operation, &permission),
                _ => found.report(
                    permission.line,
                    format!(
                        "there is a permission for `{}`, and no such operation",
                        permission.endpoint
                    ),
                    "see whether the page still describes the operation",
                ),
            }
        }
        for operation in done.iter().filter(|operation| needed && operation.scopes.is_empty()) {
            found.report(
                operation.line,
                format!(
                    "there is no permission for `{} {}`",
                    operation.method, operation.endpoint
                ),
                "see whether the permission table is broken or gone",
            );
        }
        found.page.operations = done;
    }
}

fn give(operation: &mut Operation, permission: &Permission) {
    if operation.endpoint != permission.endpoint {
        operation.scopes_endpoint = Some(permission.endpoint.clone());
    }
    operation.scopes_line.get_or_insert(permission.line);
    operation.scopes.extend(permission.scopes.iter().cloned());
}

/// The scope that all operations need, in the words about it.
static SCOPE: Pattern = LazyLock::new(|| {
    pattern(r"\b[Ss]cope (?:is|are) ([a-z]+(?:\.[a-z]+){2,}(?:(?:,|, | or )[a-z]+(?:\.[a-z]+){2,})*)\.?$")
});

/// Gives the scope that the text names above all operations to those that name none of their own.
pub fn share_scope(text: &str, operations: &mut [Operation]) {
    let mut lines = text.lines().enumerate();
    let found = lines.find_map(|(index, line)| Some((index + 1, SCOPE.captures(line.trim())?)));
    let Some((line, found)) = found else { return };
    for operation in operations
        .iter_mut()
        .filter(|below| below.line > line && below.scopes.is_empty())
    {
        let names = found[1].split([',', ' ']).filter(|name| name.contains('.'));
        operation.scopes = names.map(str::to_owned).collect();
        operation.scopes_line = Some(line);
    }
}
