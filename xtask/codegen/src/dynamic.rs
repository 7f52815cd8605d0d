//! `dynamic.rs`: every operation by its name, with JSON parameters, through the typed client.

use anyhow::Context;
use proc_macro2::TokenStream;
use quote::quote;
use xtask_spec::{Operation, Spec};

use super::names::{camel, id, snake};
use super::view::forms;

/// The function `call`.
///
/// # Errors
/// If a parameter has no name, or a body leads nowhere: what the lint refuses.
pub fn generate(spec: &Spec) -> anyhow::Result<TokenStream> {
    let arms = spec
        .operations
        .iter()
        .map(|operation| arm(spec, operation).with_context(|| format!("the operation {}", id(operation))))
        .collect::<anyhow::Result<Vec<_>>>()?;
    Ok(quote! {
        //! Any operation by its name, with JSON parameters.

        use ::avepoint_core::dynamic::{Parameters, answer, file, options, unknown};
        use ::avepoint_core::{Error, Response};
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
            let mut parameters = Parameters::new(client.session(), table, parameters)?;
            let client = &client.with_options(options(client.session()));
            match table.id {
                #(#arms)*
                _ => Err(unknown(operation, operations::ALL)),
            }
        }
    })
}

fn arm(spec: &Spec, operation: &Operation) -> anyhow::Result<TokenStream> {
    let id = id(operation);
    let method = snake(id);
    let set = |take, set| quote! { if let Some(value) = #take { #set } };
    let mut setters = Vec::new();
    for parameter in spec.parameters(operation) {
        let parameter = parameter.described;
        let name = parameter.text("name").context("a parameter without a name")?;
        let (field, is_required) = (snake(name), parameter.says("required"));
        let value = if is_required {
            quote! { value }
        } else {
            quote! { Some(value) }
        };
        setters.push(set(
            quote! { parameters.take(#name)? },
            quote! { request.#field = Ok(#value); },
        ));
    }
    if let Some(body) = spec.body(operation) {
        let schema = spec.schema(&body).context("a body that refers to nothing")?;
        let ty = body.referenced().map_or_else(|| camel(&format!("{id}Body")), camel);
        let (take, put) = if let Some(forms) = forms(spec, &schema) {
            let arms = forms.into_iter().map(camel).enumerate().map(|(index, form)| {
                quote! { #index => parameters.take::<types::#form>("body")?.map(types::#ty::from), }
            });
            // JSON alone does not say which form it is; the table does.
            setters.push(quote! { let body = match parameters.body_variant() { #(#arms)* _ => None, }; });
            (quote! { body }, quote! { request.body = Ok(value); })
        } else if schema.get("properties").is_some() {
            (
                quote! { parameters.take::<types::#ty>("body")? },
                quote! { request = request.body(value); },
            )
        } else {
            (
                quote! { parameters.take("body")? },
                quote! { request.body = Ok(value); },
            )
        };
        setters.push(set(take, put));
    }
    let mutable = (!setters.is_empty()).then(|| quote! { mut });
    let read = match (spec.answer(operation), spec.is_file(operation)) {
        (Some(_), _) => quote! { answer(table, &Response::into_inner(sent)) },
        (None, true) => quote! { file(table, Response::into_inner(sent)).await },
        (None, false) => quote! { sent.map(|()| Value::Null).map(Response::into_inner) },
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
