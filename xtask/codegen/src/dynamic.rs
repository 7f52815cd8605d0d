//! `dynamic.rs`: every operation by its name, with JSON parameters, through the typed client.

use anyhow::Context;
use proc_macro2::TokenStream;
use quote::quote;
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

use super::client::Client;
use super::names::{camel, id, snake};

/// The function `call`.
///
/// # Errors
/// If progenitor made no builder for an operation or a parameter.
pub fn generate(spec: &Spec, client: &Client) -> anyhow::Result<TokenStream> {
    let arms = spec
        .operations
        .iter()
        .map(|operation| arm(spec, client, operation).with_context(|| format!("the operation {}", id(operation))))
        .collect::<anyhow::Result<Vec<_>>>()?;
    Ok(quote! {
        //! Any operation by its name, with JSON parameters.

        use ::avepoint_core::dynamic::{Parameters, answer, file, unknown};
        use ::avepoint_core::{Error, ResponseValue};
        use ::serde_json::Value;
        use super::client::{Client, types};
        use super::operations;

        /// Runs an operation through the typed client.
        ///
        /// `operation` is the specification's operationId. `parameters` is one object of the path and query
        /// parameters by their names on the wire, and `body`. The answer is what the typed client read, as JSON; a file
        /// is its bytes in base64.
        ///
        /// # Errors
        /// As the typed call, and for a name that no operation or parameter has.
        pub async fn call(client: &Client, operation: &str, parameters: Value) -> Result<Value, Error> {
            let Some(table) = operations::find(operation) else {
                return Err(unknown(operation, operations::ALL));
            };
            let mut parameters = Parameters::new(table, parameters)?;
            match table.id {
                #(#arms)*
                _ => Err(unknown(operation, operations::ALL)),
            }
        }
    })
}

fn arm(spec: &Spec, client: &Client, operation: &Operation) -> anyhow::Result<TokenStream> {
    let id = id(operation);
    let method = snake(id);
    let mut setters = Vec::new();
    let parameters = spec.parameters(operation).into_iter();
    let parameters = parameters.map(|parameter| parameter.described.text("name").context("a parameter without a name"));
    let body = spec.body(operation);
    for name in parameters.chain(body.iter().map(|_| Ok("body"))) {
        let name = name?;
        let setter = snake(name);
        let ty = client.parameter_type(id, &setter)?;
        let body = body.as_ref().filter(|_| name == "body");
        let (before, value) = match body.and_then(|schema| forms(spec, schema)) {
            // JSON alone does not say which form it is; the table does.
            Some(forms) => {
                let arms = forms.iter().enumerate().map(|(index, form)| {
                    let form = camel(form);
                    quote! { #index => parameters.take::<types::#form>("body")?.map(#ty::from), }
                });
                let choice = quote! { let body = match parameters.form_of_body() { #(#arms)* _ => None, }; };
                (Some(choice), quote! { body })
            }
            None => (None, quote! { parameters.take::<#ty>(#name)? }),
        };
        setters.push(quote! {
            #before
            if let Some(value) = #value {
                request = request.#setter(value);
            }
        });
    }
    let mutable = (!setters.is_empty()).then(|| quote! { mut });
    let read = match (spec.answer(operation), spec.is_file(operation)) {
        (Some(_), _) => quote! { answer(table, &ResponseValue::into_inner(sent)) },
        (None, true) => quote! { file(table, ResponseValue::into_inner(sent)).await },
        (None, false) => quote! { sent.map(|()| Value::Null).map(ResponseValue::into_inner) },
    };
    Ok(quote! {
        #id => {
            let #mutable request = client.#method();
            #(#setters)*
            let sent = request.send().await?;
            #read
        }
    })
}

/// The forms of a body that is a choice of objects.
fn forms<'d>(spec: &Spec<'d>, schema: &Place<'d>) -> Option<Vec<&'d str>> {
    let schema = spec.schema(schema)?;
    let choices = schema.get("oneOf").or_else(|| schema.get("anyOf"))?.entries();
    Some(choices.iter().filter_map(Place::referenced).collect())
}
