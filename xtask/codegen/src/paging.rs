//! `paging.rs`: `.pages()` and `.stream()` on the builders of lists.

use anyhow::{Context, bail};
use proc_macro2::TokenStream;
use quote::quote;
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

use super::names::{camel, id, shouty, snake};

/// The pagers of a spec.
///
/// # Errors
/// If an `x-paging` points to members that are not there: what the lint refuses.
pub fn generate(spec: &Spec) -> anyhow::Result<TokenStream> {
    let mut pagers = Vec::new();
    for operation in &spec.operations {
        if let Some(paging) = operation.place.get("x-paging") {
            pagers.push(pager(spec, operation, &paging)?);
        }
    }
    Ok(quote! {
        //! Lists as streams: over pages, and over entries.

        use ::avepoint_core::{Items, Page, Pages};
        use super::client::builder;
        use super::types;

        #(#pagers)*
    })
}

fn pager(spec: &Spec, operation: &Operation, paging: &Place) -> anyhow::Result<TokenStream> {
    let id = id(operation);
    let (builder, table) = (camel(id), shouty(id));
    let parameter = |name: &str| {
        paging
            .text(name)
            .with_context(|| format!("the paging of {id} has no `{name}`"))
    };
    let member = parameter("items")?;
    let answer = spec
        .answer(operation)
        .with_context(|| format!("{id} does not respond with JSON"))?;
    let answer = spec.schema(&answer).unwrap_or(answer);
    let list = spec.member(&answer, member).and_then(|list| spec.schema(&list));
    let item = list.and_then(|list| list.get("items")?.referenced());
    let Some(item) = item.map(camel) else {
        bail!(spec.document.fault(
            &format!("{}/items", paging.pointer),
            format!("the entries of `{member}` have no name"),
            "make their schema a component, and refer to it",
        ));
    };
    let items = snake(member);
    // What is read of an answer beside its entries, and how that gets into the page.
    let mut facts = Vec::new();
    let mut add = |name: &str, path: &str, read: TokenStream, put: &str| -> anyhow::Result<()> {
        let (name, put, member) = (snake(name), snake(put), path_in(spec, &answer, path)?);
        facts.push((quote! { let #name = #member #read; }, quote! { .#put(#name) }));
        Ok(())
    };
    let (pages, start, turn) = match paging.text("style") {
        Some("page-number") => {
            let (start, turn) = numbered(spec, operation, parameter("page")?)?;
            if let Some(total) = paging.text("total") {
                let count = || quote! { .copied().map(i64::from) };
                add("total", total, count(), "with_total")?;
                // Beside the total, under the name of the parameter; not every answer says how large its pages are.
                let size = parameter("size")?.trim_start_matches("body.");
                let parent = total.rsplit_once('.').map(|(parent, _)| format!("{parent}."));
                let size = parent.unwrap_or_default() + size;
                if spec.member(&answer, &size).is_some() {
                    add("size", &size, count(), "with_size")?;
                }
            }
            if let Some(more) = paging.text("more") {
                add("more", more, quote! { .copied() }, "with_more")?;
            }
            (quote! { numbered }, Some(quote! { #start, }), Some(turn))
        }
        Some("token") => {
            let token = parameter("token")?;
            let put = match token.strip_prefix("body.").map(snake) {
                Some(member) => quote! { request.body_map(|body| body.#member(token)) },
                None => {
                    let member = snake(token);
                    quote! { request.#member(token) }
                }
            };
            let turn = quote! { if let Some(token) = wanted.token { request = #put; } };
            add("next", parameter("next")?, quote! { .cloned() }, "with_next_token")?;
            (quote! { tokens }, None, Some(turn))
        }
        Some("single") => (quote! { single }, None, None),
        other => bail!("there is no style of paging {other:?}"),
    };
    let (wanted, mutable) = match turn {
        Some(_) => (quote! { wanted }, Some(quote! { mut })),
        None => (quote! { _ }, None),
    };
    let (facts, put): (Vec<_>, Vec<_>) = facts.into_iter().unzip();
    Ok(quote! {
        impl<'a> builder::#builder<'a> {
            /// The pages of the list, as a stream that asks for each when it is wanted.
            pub fn pages(self) -> Pages<'a, types::#item> {
                Pages::#pages(&super::operations::#table, #start move |#wanted| {
                    let #mutable request = self.clone();
                    #turn
                    Box::pin(async move {
                        let (answer, bytes) = request.send().await?.into_page()?;
                        #(#facts)*
                        Ok(Page::new(answer.#items.into_vec(), bytes) #(#put)*)
                    })
                })
            }

            /// The entries of the list, as a stream over all its pages.
            pub fn stream(self) -> Items<'a, types::#item> {
                self.pages().items()
            }
        }
    })
}

/// Where the numbers of pages begin, and the statement that puts one into the request.
fn numbered(spec: &Spec, operation: &Operation, page: &str) -> anyhow::Result<(TokenStream, TokenStream)> {
    if let Some(name) = page.strip_prefix("body.") {
        let member = snake(name);
        let body = spec.body(operation).and_then(|body| spec.schema(&body));
        let turn = if body.as_ref().is_some_and(|body| body.texts("required").contains(&name)) {
            quote! { request = request.body_map(|body| body.#member(wanted.page)); }
        } else {
            let schema = body.and_then(|body| spec.schema(&spec.member(&body, name)?));
            let ty = match schema.and_then(|schema| schema.text("format")) {
                Some("int32") => quote! { i32 },
                _ => quote! { i64 },
            };
            quote! {
                match <#ty>::try_from(wanted.page) {
                    Ok(page) => request = request.body_map(|body| body.#member(page)),
                    Err(_) => request.body = Err(format!("there is no page {}", wanted.page)),
                }
            }
        };
        // What the caller may have put into the body cannot be read back: the list begins at its first page.
        return Ok((quote! { Ok(1) }, turn));
    }
    let id = id(operation);
    let table = shouty(id);
    let name = snake(page);
    let mut parameters = spec.parameters(operation).into_iter();
    let parameter = parameters.find(|parameter| parameter.key() == Some(("query", page)));
    let (given, wrap) = match parameter {
        Some(parameter) if parameter.described.says("required") => (Some(quote! { .clone().map(Some) }), None),
        _ => (None, Some(quote! { .map(Some) })),
    };
    Ok((
        quote! { ::avepoint_core::generated::first_page(&super::operations::#table, &self.#name #given) },
        quote! {
            request.#name = TryFrom::try_from(wanted.page)#wrap.map_err(|_| format!("there is no page {}", wanted.page));
        },
    ))
}

/// The expression that reads a member of an answer, as an option of a reference.
fn path_in<'d>(spec: &Spec<'d>, answer: &Place<'d>, path: &str) -> anyhow::Result<TokenStream> {
    if spec.member(answer, path).is_none() {
        bail!("there is no member `{path}`");
    }
    Ok(path
        .split('.')
        .map(snake)
        .fold(quote! { Some(&answer) }, |read, field| {
            quote! { #read.and_then(|value| value.#field.as_ref()) }
        }))
}
