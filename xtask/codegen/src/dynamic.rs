//! `dynamic.rs`: every operation by its name, with JSON parameters, through the typed client.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;
use xtask_spec::{Operation, Spec};

use super::client::{self, Builder};
use super::names::id;

/// The function `call`.
///
/// # Errors
/// If progenitor made no builder for an operation.
pub fn generate(spec: &Spec, builders: &BTreeMap<String, Builder>) -> anyhow::Result<TokenStream> {
    let arms = spec
        .operations
        .iter()
        .map(|operation| arm(spec, operation, builders))
        .collect::<anyhow::Result<Vec<_>>>()?;
    Ok(quote! {
        //! Any operation by its name, with JSON parameters.

        use ::avepoint_core::Error;
        use ::avepoint_core::dynamic::{self, empty, file, json, unknown};
        use ::serde_json::Value;
        use super::client::{Client, types};
        use super::operations;

        /// Runs an operation through the typed client.
        ///
        /// `operation` is the specification's operationId. `parameters` is one object of the path and query
        /// parameters by their names on the wire, and `body`. The answer is read as by the typed call, and is the JSON as it
        /// came, with what the specification does not know; a file is its bytes in base64.
        ///
        /// With [`Validation::Off`](::avepoint_core::Validation) in the options of the client, parameters that the
        /// specification does not know are sent in the query, and a body where it has none.
        ///
        /// # Errors
        /// As the typed call, and for a name that no operation has, or no parameter of it.
        pub async fn call(client: &Client, operation: &str, parameters: Value) -> Result<Value, Error> {
            let Some(table) = operations::find(operation) else {
                return Err(unknown(operation, operations::ALL));
            };
            let call = dynamic::call(client.session(), table, parameters)?;
            match table.id {
                #(#arms)*
                _ => Err(unknown(operation, operations::ALL)),
            }
        }
    })
}

fn arm(spec: &Spec, operation: &Operation, builders: &BTreeMap<String, Builder>) -> anyhow::Result<TokenStream> {
    let id = id(operation);
    let answer = &client::builder(operation, builders)?.answer;
    let send = match (spec.answer(operation), spec.is_file(operation)) {
        (Some(_), _) => quote! { json::<#answer>(call) },
        (None, true) => quote! { file(call) },
        (None, false) => quote! { empty(call) },
    };
    Ok(quote! { #id => #send.await, })
}
