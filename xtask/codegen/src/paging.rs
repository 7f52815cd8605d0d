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
    let parameter = |name: &str| text(paging, name).with_context(|| format!("no `{name}`"));
    let pages = match text(paging, "style") {
        Some("page-number") => {
            let (start, turn) = numbered(client, operation, parameter("page")?)?;
            let (counts, counted) = match text(paging, "total") {
                Some(total) => counts(spec, answer, total, parameter("size")?)?,
                None => Default::default(),
            };
            quote! {
                Pages::numbered(&super::operations::#table, #start, move |ask| {
                    let mut request = self.clone();
                    #turn
                    Box::pin(async move {
                        let (answer, bytes) = request.send().await?.into_page()?;
                        #counts
                        Ok(Page::new(#read, bytes)#counted)
                    })
                })
            }
        }
        Some("token") => {
            let token = parameter("token")?;
            let turn = match token.strip_prefix("body.") {
                Some(member) => {
                    let member = snake(member);
                    quote! { request = request.body_map(|body| body.#member(token)); }
                }
                None => {
                    let name = snake(token);
                    quote! { request = request.#name(token); }
                }
            };
            let next = path_in(spec, answer, parameter("next")?)?;
            quote! {
                Pages::tokens(&super::operations::#table, move |ask| {
                    let mut request = self.clone();
                    if let Some(token) = ask.token {
                        #turn
                    }
                    Box::pin(async move {
                        let (answer, bytes) = request.send().await?.into_page()?;
                        let next = #next.cloned();
                        Ok(Page::new(#read, bytes).followed_by(next))
                    })
                })
            }
        }
        Some("single") => quote! {
            Pages::single(&super::operations::#table, move |_| {
                let request = self.clone();
                Box::pin(async move {
                    let (answer, bytes) = request.send().await?.into_page()?;
                    Ok(Page::new(#read, bytes))
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

/// Where the numbers of pages begin, and the statement that puts one into the request.
fn numbered(client: &Client, operation: &Operation, page: &str) -> anyhow::Result<(TokenStream, TokenStream)> {
    if let Some(member) = page.strip_prefix("body.") {
        let member = snake(member);
        // What the caller may have put into the body cannot be read back: the list begins at its first page.
        return Ok((
            quote! { Ok(1) },
            quote! { request = request.body_map(|body| body.#member(ask.page)); },
        ));
    }
    let table = shouty(&operation.id);
    let name = snake(page);
    let ty = client.parameter_type(&operation.id, &name)?;
    let required = operation
        .parameters
        .iter()
        .any(|parameter| parameter["name"] == page && parameter["required"] == true);
    let (given, wrap) = if required {
        (quote! { &self.#name.clone().map(Some) }, None)
    } else {
        (quote! { &self.#name }, Some(quote! { .map(Some) }))
    };
    Ok((
        quote! { ::avepoint_core::generated::first_page(&super::operations::#table, #given) },
        quote! {
            request.#name = <#ty>::try_from(ask.page)#wrap.map_err(|_| format!("there is no page {}", ask.page));
        },
    ))
}

/// The statements that read what an answer counts, and the calls that put it into the page: the total, and beside it,
/// under the name of the parameter, the size of a page.
fn counts(spec: &Spec, answer: &Value, total: &str, size: &str) -> anyhow::Result<(TokenStream, TokenStream)> {
    let size = size.strip_prefix("body.").unwrap_or(size);
    let size = match total.rsplit_once('.') {
        Some((parent, _)) => format!("{parent}.{size}"),
        None => size.to_owned(),
    };
    let total = path_in(spec, answer, total)?;
    let mut counts = quote! { let total = #total.copied().map(i64::from); };
    let mut counted = quote! { .counted(total) };
    // Not every answer says how large its pages are.
    if let Ok(size) = path_in(spec, answer, &size) {
        counts.extend(quote! { let size = #size.copied().map(i64::from); });
        counted.extend(quote! { .sized(size) });
    }
    Ok((counts, counted))
}

/// The expression that reads a member of an answer, as an option of a reference.
fn path_in(spec: &Spec, answer: &Value, path: &str) -> anyhow::Result<TokenStream> {
    let mut schema = answer;
    let mut expression = quote! { Some(&answer) };
    for name in path.split('.') {
        let field = snake(name);
        expression = quote! { #expression.and_then(|value| value.#field.as_ref()) };
        schema = spec.schema(member(schema, name)?)?;
    }
    Ok(expression)
}

fn member<'a>(schema: &'a Value, name: &str) -> anyhow::Result<&'a Value> {
    object(&schema["properties"])
        .get(name)
        .with_context(|| format!("there is no member `{name}`"))
}
