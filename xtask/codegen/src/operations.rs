//! `operations.rs`: the table of operations.

use anyhow::Context;
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::names::{camel, shouty};
use super::shapes;
use super::spec::{Operation, Spec, description, object, text};

/// The table of operations.
///
/// # Errors
/// If a schema of a request says something that a shape cannot.
pub fn generate(spec: &Spec) -> anyhow::Result<TokenStream> {
    let mut operations = Vec::new();
    for operation in spec.operations() {
        operations.push(self::operation(operation).with_context(|| format!("the operation {}", operation.id))?);
    }
    let names: Vec<_> = spec
        .operations()
        .iter()
        .map(|operation| shouty(&operation.id))
        .collect();
    let shapes = shapes::needed(spec)?
        .into_iter()
        .map(|(name, schema)| shapes::component(name, schema))
        .collect::<anyhow::Result<Vec<_>>>()?;
    Ok(quote! {
        //! What the specification says of each operation.

        use ::avepoint_core::{Answer, Format, Method, Operation, Paging, Parameter, Place, Shape};

        /// Every operation, in the order of the specification.
        pub static ALL: &[&Operation] = &[#(&#names),*];

        /// The operation of this id.
        pub fn find(id: &str) -> Option<&'static Operation> {
            ALL.iter().copied().find(|operation| operation.id == id)
        }

        #(#operations)*

        /// What requests may hold.
        mod shapes {
            use super::shapes;
            use ::avepoint_core::{Format, Member, Shape};

            #(#shapes)*
        }
    })
}

fn operation(operation: &Operation) -> anyhow::Result<TokenStream> {
    let name = shouty(&operation.id);
    let Operation { id, path, value, .. } = operation;
    let method = camel(&operation.method);
    let summary = text(value, "summary").unwrap_or_default();
    let doc = format!("{summary}.");
    let scopes = value["security"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|entry| object(entry).values())
        .map(|scopes| {
            let scopes = scopes.as_array().into_iter().flatten().filter_map(Value::as_str);
            quote! { &[#(#scopes),*] }
        });
    let read_only = value["x-read-only"]
        .as_bool()
        .map(|read_only| quote! { .read_only(#read_only) });
    let deprecated = operation.is_deprecated().then(|| quote! { .deprecated() });
    let paging = value
        .get("x-paging")
        .map(paging)
        .transpose()?
        .map(|paging| quote! { .paging(#paging) });
    let mut parameters = Vec::new();
    for parameter in &operation.parameters {
        let name = text(parameter, "name").context("a parameter without a name")?;
        let place = camel(text(parameter, "in").context("a parameter without a place")?);
        let required = parameter["required"] == true;
        let description = description(parameter);
        let shape = shapes::reference(&parameter["schema"])?;
        parameters.push(quote! {
            Parameter {
                name: #name,
                place: Place::#place,
                required: #required,
                description: #description,
                shape: #shape,
            }
        });
    }
    let parameters = (!parameters.is_empty()).then(|| quote! { .parameters(&[#(#parameters),*]) });
    let body = match operation.body() {
        Some(schema) => {
            let required = value["requestBody"]["required"] == true;
            let shape = shapes::reference(schema)?;
            Some(quote! { .body(#required, #shape) })
        }
        None => None,
    };
    let answer = match (operation.answer(), operation.is_file()) {
        (Some(_), _) => None,
        (None, true) => Some(quote! { .answer(Answer::Bytes) }),
        (None, false) => Some(quote! { .answer(Answer::Empty) }),
    };
    Ok(quote! {
        #[doc = #doc]
        pub static #name: Operation = Operation::new(#id, Method::#method, #path, #summary)
            .scopes(&[#(#scopes),*])
            #read_only #deprecated #paging #parameters #body #answer;
    })
}

fn paging(paging: &Value) -> anyhow::Result<TokenStream> {
    let member = |name: &str| text(paging, name).with_context(|| format!("x-paging without `{name}`"));
    let items = member("items")?;
    Ok(match member("style")? {
        "page-number" => {
            let (page, size) = (member("page")?, member("size")?);
            let total = match text(paging, "total") {
                Some(total) => quote! { Some(#total) },
                None => quote! { None },
            };
            quote! { Paging::PageNumber { page: #page, size: #size, items: #items, total: #total } }
        }
        "token" => {
            let (token, size, next) = (member("token")?, member("size")?, member("next")?);
            quote! { Paging::Token { token: #token, size: #size, items: #items, next: #next } }
        }
        "single" => quote! { Paging::Single { items: #items } },
        other => anyhow::bail!("there is no style of paging `{other}`"),
    })
}
