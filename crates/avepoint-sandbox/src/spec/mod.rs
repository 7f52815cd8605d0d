//! What the embedded documents say, read once for a process: operations, how paths lead to them, what requests may carry
//! and what answers look like.

/// Makes the type of the APIs from their list.
macro_rules! apis {
    ($($name:literal $variant:ident $document:literal;)*) => {
        /// An API that the sandbox serves.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) enum Api {
            $($variant,)*
        }

        impl Api {
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name of the API, as the folder of its spec has it.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The API's document in OpenAPI 3.1.
            pub(super) fn text(self) -> &'static str {
                match self {
                    $(Self::$variant => include_str!($document),)*
                }
            }
        }
    };
}

mod answers;
#[path = "../generated/apis.rs"]
mod apis;
mod codes;
mod document;
mod meanings;
mod operation;
mod read;
mod routing;
mod schemas;
mod validate;

use std::sync::OnceLock;

pub(crate) use answers::problems;
pub(crate) use apis::Api;
pub(crate) use codes::each_code;
#[cfg(test)]
pub(crate) use document::document;
pub(crate) use meanings::meaning;
pub(crate) use operation::{Operation, Paging, Style};
pub(crate) use routing::Route;
pub(crate) use validate::{Input, Sent, Violation, read_input};

use routing::Routes;

impl Api {
    /// Whether it is one of Insights, whose answers carry a `status` and a `message` of their own.
    pub(crate) fn is_insights(self) -> bool {
        self.name().starts_with("insights")
    }
}

/// All operations, and the routes that lead to them.
pub(crate) struct Spec {
    operations: Vec<Operation>,
    routes: Routes,
}

impl Spec {
    /// What the embedded documents say.
    pub(crate) fn embedded() -> &'static Self {
        static SPEC: OnceLock<Spec> = OnceLock::new();
        SPEC.get_or_init(|| {
            let operations: Vec<_> = Api::ALL.iter().copied().flat_map(operation::all).collect();
            let routes = Routes::new(&operations);
            Self { operations, routes }
        })
    }

    /// All operations of all APIs.
    pub(crate) fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operation that a method and a path as it was sent lead to.
    pub(crate) fn route(&self, method: &str, path: &str) -> Route<'_> {
        self.routes.find(&self.operations, method, path)
    }
}

#[cfg(test)]
impl Spec {
    /// One operation by its API and id.
    pub(crate) fn operation(api: Api, id: &str) -> &'static Operation {
        let mut operations = Self::embedded().operations().iter();
        operations
            .find(|operation| operation.api == api && operation.id == id)
            .expect("there is such an operation")
    }
}
