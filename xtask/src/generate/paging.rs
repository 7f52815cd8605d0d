//! `paging.rs`: `.pages()` and `.stream()` on the builders of lists.

use anyhow::{Context, bail};
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::client::Client;
use super::names::{camel, shouty, snake};
use super::spec::{Operation, Spec, object, referenced, text};

/// The pagers of a spec.
///
/// # Errors
/// If an `x-paging` points to members that are not there: what the lint refuses.
pub fn generate(spec: &Spec, client: &Client) -> anyhow::Result<TokenStream> {
    let mut pagers = Vec::new();
    for operation in spec.operations() {
        if let Some(paging) = operation.value.get("x-paging") {
            pagers.push(
                pager(spec, client, operation, paging).with_context(|| format!("the paging of {}", operation.id))?,
            );
        }
    }
    Ok(quote! {
        //! Lists as streams: over pages, and over entries.

        use ::avepoint_core::{Items, Page, Pages};
        use super::client::{builder, types};

        #(#pagers)*
    })
}

fn pager(spec: &Spec, client: &Client, operation: &Operation, paging: &Value) -> anyhow::Result<TokenStream> {
    let builder = camel(&operation.id);
    let answer = spec.schema(operation.answer().context("no JSON answer")?)?;
    let member = text(paging, "items").context("no `items`")?;
    let list = spec.schema(&answer["properties"][member])?;
    let item = referenced(&list["items"]).context("the entries are no component")?;
    let item = camel(item);
    let items = snake(member);
    let table = shouty(&operation.id);
    let read = quote! { answer.#items.into_vec() };
    let pages = match text(paging, "style") {
        Some("page-number") => {
            let page = snake(text(paging, "page").context("no `page`")?);
            let number_type = client.parameter_type(&operation.id, &page)?;
            let total = match text(paging, "total") {
                Some(path) => total(spec, answer, path)?,
                None => quote! { None },
            };
            quote! {
                let start = ::avepoint_core::generated::first_page(&super::operations::#table, &self.#page);
                Pages::numbered(&super::operations::#table, start, move |number| {
                    let mut request = self.clone();
                    request.#page = <#number_type>::try_from(number).map(Some).map_err(|error| error.to_string());
                    Box::pin(async move {
                        let answer = request.send().await?.into_inner();
                        let total = #total;
                        Ok(Page::new(#read, total))
                    })
                })
            }
        }
        Some("single") => quote! {
            Pages::single(&super::operations::#table, move |_| {
                let request = self.clone();
                Box::pin(async move {
                    let answer = request.send().await?.into_inner();
                    Ok(Page::new(#read, None))
                })
            })
        },
        other => bail!("there is no style of paging {other:?}"),
    };
    Ok(quote! {
        impl<'a> builder::#builder<'a> {
            /// The pages of the list, as a stream that asks for each when it is wanted.
            pub fn pages(self) -> Pages<'a, types::#item> {
                #pages
            }

            /// The entries of the list, as a stream over all its pages.
            pub fn stream(self) -> Items<'a, types::#item> {
                self.pages().items()
            }
        }
    })
}

/// The expression that reads the count of entries from an answer.
fn total(spec: &Spec, answer: &Value, path: &str) -> anyhow::Result<TokenStream> {
    let (parents, last) = match path.rsplit_once('.') {
        Some((parents, last)) => (parents.split('.').collect(), last),
        None => (Vec::new(), path),
    };
    let mut schema = answer;
    let mut expression = quote! { Some(&answer) };
    for parent in parents {
        let field = snake(parent);
        expression = quote! { #expression.and_then(|value| value.#field.as_ref()) };
        schema = spec.schema(member(schema, parent)?)?;
    }
    spec.schema(member(schema, last)?)?;
    let field = snake(last);
    Ok(quote! { #expression.and_then(|value| value.#field).map(i64::from) })
}

fn member<'a>(schema: &'a Value, name: &str) -> anyhow::Result<&'a Value> {
    object(&schema["properties"])
        .get(name)
        .with_context(|| format!("there is no member `{name}`"))
}
