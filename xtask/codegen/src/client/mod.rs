//! `client.rs`: the client, its builders and types.
//!
//! progenitor makes the types, and says which builders there are, with which setters, and what each gives. What it has
//! made is changed on the syntax tree, in two places:
//!
//! - `calls`: the bodies of the builders of calls are ours. A builder owns its call; what it does is in the core crate,
//!   compiled once and not for each operation.
//! - `objects`: lists become `avepoint_core::List`, which tells `null` from empty; types are extensible, documented, and
//!   get JSON Schemas behind a feature; those of requests get builders of ours.

mod calls;
mod objects;

use std::collections::BTreeMap;

use anyhow::Context;
use proc_macro2::TokenStream;
use progenitor::{CrateVers, GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle};
use quote::{format_ident, quote};
use syn::{File, Ident, ImplItem, ImplItemFn, Item, Type};

use xtask_spec::Spec;
use xtask_spec::api::Api;

pub use calls::{Builder, builder};

use super::docs;
use super::names::{id, snake};
use super::secrets;
use super::view::View;

/// The source of the client and the types, and what progenitor says of the calls.
pub struct Client {
    pub source: String,
    pub builders: BTreeMap<String, Builder>,
}

/// Makes the client and the types.
///
/// # Errors
/// If progenitor refuses the view, or its code is not as it is expected.
pub fn generate(api: &Api, spec: &Spec, view: &View) -> anyhow::Result<Client> {
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote! { ::avepoint_core::Session })
        .with_crate("avepoint_core", CrateVers::Any, None)
        .with_crate("crate", CrateVers::Any, None)
        .with_map_type("::std::collections::BTreeMap");
    let tokens = Generator::new(&settings)
        .generate_tokens(&view.document)
        .context("progenitor refuses the Rust view of the spec")?;
    let mut tree: File = syn::parse2(tokens).context("progenitor's code does not parse")?;
    let builders = calls::read(module(&mut tree.items, "builder")?)?;
    let (module_of_builders, methods) = calls::generate(api, spec, &builders)?;
    let types = module(&mut tree.items, "types")?;
    objects::change(spec, types)?;
    let client = client(api, spec, &methods)?;
    let source = print(quote! {
        /// The types of requests and answers.
        pub mod types {
            #(#types)*
        }

        #client
        #module_of_builders
    })?;
    Ok(Client { source, builders })
}

/// Rust source of a token stream, formatted.
///
/// # Errors
/// If the tokens are no Rust.
pub fn print(tokens: TokenStream) -> anyhow::Result<String> {
    let file: File = syn::parse2(tokens).context("the generated code does not parse")?;
    Ok(prettyplease::unparse(&file))
}

/// What stands in a module.
fn module<'a>(items: &'a mut [Item], name: &str) -> anyhow::Result<&'a mut Vec<Item>> {
    let found = items.iter_mut().find_map(|item| match item {
        Item::Mod(module) if module.ident == name => Some(&mut module.content.as_mut()?.1),
        _ => None,
    });
    found.with_context(|| format!("progenitor made no module `{name}`"))
}

/// The name of the type that an item makes, or that it is an implementation for.
fn subject(item: &Item) -> Option<&Ident> {
    match item {
        Item::Struct(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        Item::Impl(block) => match block.self_ty.as_ref() {
            Type::Path(path) => Some(&path.path.segments.last()?.ident),
            _ => None,
        },
        _ => None,
    }
}

/// What stands in an implementation that is of no trait.
fn inherent(item: &mut Item) -> Option<&mut Vec<ImplItem>> {
    match item {
        Item::Impl(block) if block.trait_.is_none() => Some(&mut block.items),
        _ => None,
    }
}

fn function<'a>(items: &'a mut [ImplItem], name: &str) -> Option<&'a mut ImplItemFn> {
    items.iter_mut().find_map(|item| match item {
        ImplItem::Fn(function) if function.sig.ident == name => Some(function),
        _ => None,
    })
}

/// All operations by their tags, each with a link to its method.
fn overview(spec: &Spec) -> String {
    let tags = calls::by_tag(spec).into_iter().map(|(tag, operations)| {
        let rows = operations.into_iter().map(|operation| {
            let method = snake(id(operation));
            let summary = operation.place.text("summary").unwrap_or_default();
            let mark = if operation.place.says("deprecated") {
                " (deprecated)"
            } else {
                ""
            };
            format!("| [`{method}`](Self::{method}) | {summary}{mark} |")
        });
        let rows = rows.collect::<Vec<_>>().join("\n");
        let name = tag.text("name").unwrap_or_default();
        format!(
            "# {name}\n\n{}\n\n| Method | What it does |\n| --- | --- |\n{rows}",
            tag.description()
        )
    });
    tags.collect::<Vec<_>>().join("\n\n")
}

/// The client, and what ties it to its session.
fn client(api: &Api, spec: &Spec, methods: &TokenStream) -> anyhow::Result<TokenStream> {
    let regions = spec.regions();
    let secrets = secrets::names(spec)?;
    let service = format_ident!("{}", api.service);
    let info = &spec.root.value["info"];
    let text = |key: &str| info[key].as_str().unwrap_or_default();
    let docs = docs::attributes(&format!(
        "The client of {}, version {} of the specification.\n\nIt is cheap to clone, and its clones share connections and \
         tokens.\n\n{}",
        text("title"),
        text("version"),
        overview(spec),
    ));
    Ok(quote! {
        #docs
        #[derive(Clone)]
        pub struct Client {
            session: ::avepoint_core::Session,
        }

        impl ::avepoint_core::ApiClient for Client {
            const SERVICE: ::avepoint_core::Service = ::avepoint_core::Service::#service;
            const REGIONS: &'static [&'static str] = &[#(#regions),*];
            const SECRETS: &'static [&'static str] = &[#(#secrets),*];
            const AGENT: &'static str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

            fn from_session(session: ::avepoint_core::Session) -> Self {
                Client { session }
            }
        }

        impl Client {
            /// Makes a client: `Client::builder().credential(…).build()?`.
            pub fn builder() -> ::avepoint_core::ClientBuilder<Client> {
                ::avepoint_core::ClientBuilder::default()
            }

            /// The session: the address, and the options of this clone.
            pub fn session(&self) -> &::avepoint_core::Session {
                &self.session
            }

            /// A request to any path of the service, for what the specification does not have: with tokens of the scopes that
            /// are given, retries, errors and limits of size as for any call.
            pub fn request(
                &self,
                method: ::avepoint_core::Method,
                path: impl ::std::convert::Into<::std::string::String>,
            ) -> ::avepoint_core::RawRequest {
                self.session.request(method, path)
            }

            /// The same client with other options for its calls.
            #[must_use]
            pub fn with_options(&self, options: ::avepoint_core::CallOptions) -> Client {
                Client { session: self.session.with_options(options) }
            }
        }

        #methods

        impl ::std::fmt::Debug for Client {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct("Client").field("session", &self.session).finish()
            }
        }
    })
}
