//! From a method and a path to an operation.

use matchit::Router;
use percent_encoding::percent_decode_str;

use super::Operation;

/// The path templates of all APIs, and the operations of each.
pub(super) struct Routes {
    /// Leads to a row of `methods`.
    paths: Router<usize>,
    /// For each path template, the operations by their places in the list of all.
    methods: Vec<Vec<usize>>,
}

/// Where a request leads.
pub(crate) enum Route<'s> {
    /// To an operation, with the texts of the path's variables, decoded, in the order of the template.
    To(&'s Operation, Vec<(&'static str, String)>),
    /// To a path with other methods.
    OtherMethods(Vec<&'s str>),
    /// Nowhere.
    Nowhere,
}

impl Routes {
    pub(super) fn new(operations: &[Operation]) -> Self {
        let mut routes = Self {
            paths: Router::new(),
            methods: Vec::new(),
        };
        for (index, operation) in operations.iter().enumerate() {
            // The names of variables are those of the operation: two APIs may name the same place differently.
            let row = match routes.paths.insert(operation.path, routes.methods.len()) {
                Ok(()) => {
                    routes.methods.push(Vec::new());
                    routes.methods.len() - 1
                }
                Err(_) => match routes.paths.at(operation.path) {
                    Ok(found) => *found.value,
                    Err(_) => continue,
                },
            };
            routes.methods[row].push(index);
        }
        routes
    }

    /// Literals come before variables. A variable is a whole segment, which is decoded after the path was taken apart: a `/`
    /// within a value is sent as `%2F`.
    pub(super) fn find<'s>(&self, operations: &'s [Operation], method: &str, path: &str) -> Route<'s> {
        let Ok(found) = self.paths.at(path) else {
            return Route::Nowhere;
        };
        let candidates = self.methods[*found.value].iter().map(|index| &operations[*index]);
        let Some(operation) = candidates.clone().find(|operation| operation.method == method) else {
            return Route::OtherMethods(candidates.map(|operation| operation.method.as_str()).collect());
        };
        let texts = found
            .params
            .iter()
            .map(|(_, text)| percent_decode_str(text).decode_utf8().ok());
        // What is no UTF-8 can name nothing.
        let Some(texts) = texts.map(|text| text.map(String::from)).collect::<Option<Vec<_>>>() else {
            return Route::Nowhere;
        };
        Route::To(operation, variables(operation.path).zip(texts).collect())
    }
}

/// The names of the variables of a path template.
fn variables(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

#[cfg(test)]
mod tests {
    use super::super::{Api, Spec};
    use super::*;

    #[test]
    fn every_operation_is_found_by_its_own_path() {
        let spec = Spec::embedded();
        assert!(!spec.operations().is_empty());
        for operation in spec.operations() {
            let path = operation.path.replace(['{', '}'], "");
            match spec.route(&operation.method, &path) {
                Route::To(found, values) => {
                    assert!(
                        std::ptr::eq(found, operation),
                        "{} leads to {}",
                        operation.path,
                        found.path
                    );
                    assert!(values.iter().all(|(name, text)| name == text));
                }
                _ => panic!("{} leads nowhere", operation.path),
            }
        }
    }

    #[test]
    fn a_value_with_slashes_is_one_segment() {
        let path = "/insights/sites/https%3A%2F%2Fcontoso.example%2Fsites%2Fa%20b/siteId";
        let Route::To(operation, values) = Spec::embedded().route("GET", path) else {
            panic!("it leads nowhere");
        };
        assert_eq!((operation.api, operation.id), (Api::Insights, "getSiteId"));
        assert_eq!(values, [("siteUrl", "https://contoso.example/sites/a b".to_owned())]);
    }

    #[test]
    fn another_method_and_another_path_are_told_apart() {
        let spec = Spec::embedded();
        let path = "/partner/external/v3/general/customers/batch";
        match spec.route("GET", path) {
            Route::OtherMethods(methods) => assert_eq!(methods, ["POST"]),
            _ => panic!("there is no such operation"),
        }
        for path in [
            "/partner/external/v3/general",
            "/partner/external/v3/general/customers/batch/",
            "/",
            "*",
        ] {
            assert!(matches!(spec.route("POST", path), Route::Nowhere), "{path}");
        }
    }
}
