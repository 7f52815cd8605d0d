//! What the embedded documents say, read once for a process: operations, how paths lead to them, what requests may carry
//! and what answers look like.

mod answers;
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
pub(crate) use codes::each_code;
#[cfg(test)]
pub(crate) use document::document;
pub(crate) use meanings::meaning;
pub(crate) use operation::{Operation, Paging, Style};
pub(crate) use routing::Route;
pub(crate) use validate::{Input, Sent, Violation, read_input};

use routing::Routes;

/// An API that the sandbox serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Api {
    ElementsV3,
    ElementsLegacy,
    Insights,
    InsightsLegacy,
}

impl Api {
    pub(crate) const ALL: [Self; 4] = [
        Self::ElementsV3,
        Self::ElementsLegacy,
        Self::Insights,
        Self::InsightsLegacy,
    ];

    /// The name of the API, as the folder of its spec has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ElementsV3 => "elements-v3",
            Self::ElementsLegacy => "elements-legacy",
            Self::Insights => "insights",
            Self::InsightsLegacy => "insights-legacy",
        }
    }

    /// The API's document in OpenAPI 3.1.
    fn text(self) -> &'static str {
        match self {
            Self::ElementsV3 => include_str!("../generated/elements-v3.json"),
            Self::ElementsLegacy => include_str!("../generated/elements-legacy.json"),
            Self::Insights => include_str!("../generated/insights.json"),
            Self::InsightsLegacy => include_str!("../generated/insights-legacy.json"),
        }
    }

    /// Whether it is one of Insights, whose answers carry a `status` and a `message` of their own.
    pub(crate) fn is_insights(self) -> bool {
        matches!(self, Self::Insights | Self::InsightsLegacy)
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
            let operations: Vec<_> = Api::ALL.into_iter().flat_map(operation::all).collect();
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
