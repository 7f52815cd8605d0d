//! `paging.rs`: `.pages()` and `.stream()` on the builders of lists.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

use super::client::{self, Builder};
use super::names::{camel, id, snake};

/// The pagers of a spec.
///
/// # Errors
/// If an `x-paging` points to members that are not there: what the lint refuses.
pub fn generate(spec: &Spec, builders: &BTreeMap<String, Builder>) -> anyhow::Result<TokenStream> {
    let mut pagers = Vec::new();
    for operation in &spec.operations {
        if let Some(paging) = operation.place.get("x-paging") {
            pagers.push(pager(
                spec,
                operation,
                &paging,
                &client::builder(operation, builders)?.answer,
            )?);
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

fn pager(spec: &Spec, operation: &Operation, paging: &Place, ty: &Type) -> anyhow::Result<TokenStream> {
    let id = id(operation);
    let builder = camel(id);
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
    let count = || quote! { .copied().map(i64::from) };
    match paging.text("style") {
        Some("page-number") => {
            if let Some(total) = paging.text("total") {
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
        }
        Some("token") => add("next", parameter("next")?, quote! { .cloned() }, "with_next_token")?,
        Some("single") => {}
        other => bail!("there is no style of paging {other:?}"),
    }
    let (facts, put): (Vec<_>, Vec<_>) = facts.into_iter().unzip();
    Ok(quote! {
        impl builder::#builder {
            /// Streams the pages of the list, each requested when it is needed.
            #[inline]
            pub fn pages(self) -> Pages<types::#item> {
                Pages::of(self.call, |answer: #ty, origin| {
                    #(#facts)*
                    Page::new(answer.#items.into_vec(), origin) #(#put)*
                })
            }

            /// Streams the entries of all pages of the list.
            #[inline]
            pub fn stream(self) -> Items<types::#item> {
                self.pages().items()
            }
        }
    })
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
