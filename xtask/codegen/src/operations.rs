//! `operations.rs`: the table of operations.

use anyhow::{Context, bail};
use proc_macro2::TokenStream;
use quote::quote;
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

use super::constraints;
use super::names::{camel, id, shouty};

/// The table of operations.
///
/// # Errors
/// If a schema of a request says something that a constraint cannot.
pub fn generate(spec: &Spec) -> anyhow::Result<TokenStream> {
    let names: Vec<_> = spec.operations.iter().map(|operation| shouty(id(operation))).collect();
    let operations = spec.operations.iter().map(|operation| self::operation(spec, operation));
    let operations = operations.collect::<anyhow::Result<Vec<_>>>()?;
    let constraints = constraints::components(spec)?;
    Ok(quote! {
        //! What the specification says of each operation.

        use ::avepoint_core::{
            Constraint, Format, Member, Method, Operation, Paging, Parameter, ParameterLocation, ResponseBody,
        };

        /// Every operation, in the order of the specification.
        pub static ALL: &[&Operation] = &[#(&#names),*];

        /// The operation of this id.
        pub fn find(id: &str) -> Option<&'static Operation> {
            ALL.iter().copied().find(|operation| operation.id == id)
        }

        #(#operations)*

        /// What requests may hold.
        pub(crate) mod constraints {
            use super::*;

            #(#constraints)*
        }
    })
}

fn operation(spec: &Spec, operation: &Operation) -> anyhow::Result<TokenStream> {
    let Operation { path, place, .. } = operation;
    let id = id(operation);
    let name = shouty(id);
    let method = method(spec, operation)?;
    let summary = place.text("summary").unwrap_or_default();
    let doc = format!("{summary}.");
    let permissions = operation.permissions().into_iter();
    let scopes = permissions.map(|scopes| quote! { &[#(#scopes),*] });
    let read_only = place.get("x-read-only").and_then(|mark| mark.value.as_bool());
    let read_only = read_only.map(|read_only| quote! { .read_only(#read_only) });
    let deprecated = place.says("deprecated").then(|| quote! { .deprecated() });
    let paging = place.get("x-paging").map(|paging| self::paging(&paging)).transpose()?;
    let paging = paging.map(|paging| quote! { .paging(#paging) });
    let mut parameters = Vec::new();
    for parameter in spec.parameters(operation) {
        let parameter = parameter.described;
        let name = parameter.text("name").context("a parameter without a name")?;
        let location = match parameter.text("in") {
            Some("path") => quote! { Path },
            Some("query") => quote! { Query },
            _ => bail!(spec.document.fault(
                &parameter.pointer,
                format!("`{name}` is neither in the path nor in the query"),
                "leave it out; the clients send no other parameters",
            )),
        };
        let required = parameter.says("required");
        let description = parameter.description();
        let schema = parameter.get("schema").context("a parameter without a schema")?;
        let constraint = constraints::reference(spec, &schema)?;
        parameters.push(quote! {
            Parameter::new(#name, ParameterLocation::#location, #required, #description, #constraint)
        });
    }
    let parameters = (!parameters.is_empty()).then(|| quote! { .parameters(&[#(#parameters),*]) });
    let body = match (spec.request_body(operation), spec.body(operation)) {
        (Some(body), Some(schema)) => {
            let required = body.says("required");
            let constraint = constraints::reference(spec, &schema)?;
            Some(quote! { .body(#required, #constraint) })
        }
        _ => None,
    };
    let answer = match (spec.answer(operation), spec.is_file(operation)) {
        (Some(_), _) => None,
        (None, true) => Some(quote! { .response(ResponseBody::Bytes) }),
        (None, false) => Some(quote! { .response(ResponseBody::Empty) }),
    };
    Ok(quote! {
        #[doc = #doc]
        pub static #name: Operation = Operation::new(#id, Method::#method, #path, #summary)
            .scopes(&[#(#scopes),*])
            #read_only #deprecated #paging #parameters #body #answer;
    })
}

fn method(spec: &Spec, operation: &Operation) -> anyhow::Result<TokenStream> {
    const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
    if !METHODS.contains(&operation.method) {
        bail!(spec.document.fault(
            &operation.place.pointer,
            format!("the clients have no method `{}`", operation.method),
            format!("use one of {}", METHODS.join(", ")),
        ));
    }
    let method = camel(operation.method);
    Ok(quote! { #method })
}

fn paging(paging: &Place) -> anyhow::Result<TokenStream> {
    let member = |name: &str| paging.text(name).with_context(|| format!("x-paging without `{name}`"));
    let items = member("items")?;
    Ok(match member("style")? {
        "page-number" => {
            let (page, size) = (member("page")?, member("size")?);
            let (total, more) = (paging.text("total"), paging.text("more"));
            let (total, more) = (constraints::option(total), constraints::option(more));
            quote! { Paging::page_number(#page, #size, #items, #total, #more) }
        }
        "token" => {
            let (token, size, next) = (member("token")?, member("size")?, member("next")?);
            quote! { Paging::token(#token, #size, #items, #next) }
        }
        "single" => quote! { Paging::single(#items) },
        other => bail!("there is no style of paging `{other}`"),
    })
}
