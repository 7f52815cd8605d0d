//! `client.rs`: progenitor's client and types, and the few changes they need.
//!
//! What is only worded otherwise is changed in the text of its tokens, from a table; what is moved or left out is changed on
//! the syntax tree:
//!
//! - lists become `avepoint_core::List`, which tells `null` from empty;
//! - answers are read by the core crate, which says what of them it could not read;
//! - `send` returns the core crate's error, and no `api-version` header is sent;
//! - the client's `Debug` does not show the headers of its HTTP client;
//! - types that only answers use lose their builders; all get JSON Schemas behind a feature.

use std::collections::{BTreeMap, HashSet};

use anyhow::{Context, bail};
use proc_macro2::TokenStream;
use progenitor::{CrateVers, GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle};
use quote::{ToTokens, format_ident, quote};
use regex::{Captures, Regex};
use syn::{File, Ident, ImplItem, ImplItemFn, Item, Type, parse_quote};

use xtask_spec::Spec;
use xtask_spec::api::Api;

use super::names::{camel, id, shouty, snake};
use super::secrets;
use super::view::{View, forms, requests};

/// Makes the client and the types.
///
/// # Errors
/// If progenitor refuses the view, or its code is not as it is expected.
pub fn generate(api: &Api, spec: &Spec, view: &View) -> anyhow::Result<String> {
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
    let mut tree = parse(&reworded(spec, tokens.to_string())?)?;

    // `Client::new` and its kin make clients without our settings.
    let is_constructor = |items: &mut Vec<ImplItem>| function(items, "new_with_client").is_some();
    tree.items
        .retain_mut(|item| !inherent(item).is_some_and(is_constructor));
    change_builders(module(&mut tree.items, "builder")?)?;
    let types = module(&mut tree.items, "types")?;
    drop_builders(view, types);
    choose_by_builder(spec, types);

    let hooks: File = syn::parse2(hooks(api, spec)?).context("the hooks of the client do not parse")?;
    tree.items.extend(hooks.items);
    Ok(prettyplease::unparse(&tree))
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

/// What is written otherwise in the text of progenitor's tokens: a pattern, and what takes its place.
const REWORDED: [(&str, &str); 13] = [
    // The extension `x-rust-type` knows outer crates only.
    (":: crate ::", "crate ::"),
    // The core crate says what of an answer could not be read.
    (
        "ResponseValue :: from_response",
        ":: avepoint_core :: generated :: decode",
    ),
    // Its encoding of paths knows of the backslash, which the URL parser takes for a slash.
    ("encode_path , ClientHooks", "ClientHooks"),
    (r"(ClientInfo , Error) , ResponseValue", "$1"),
    // A code is shown by its name; in a path stands what is sent.
    (r"encode_path \(& (\w+) \. to_string \(\)\)", "encode_path (& $1)"),
    // Its response is ours.
    (r"\bResponseValue\b", "Response"),
    // The HTTP client shows the default headers that a caller's builder has given it: see `hooks` for a `Debug` of our own.
    (
        r#"# \[derive \(Clone , Debug\)\] (# \[doc = "(?:[^"\\]|\\.)*"\] pub struct Client )"#,
        "# [derive (Clone)] $1",
    ),
    // The specs have no such header.
    (
        r#"header_map \. append \(:: reqwest :: header :: HeaderName :: from_static \("api-version"\) [^;]*;"#,
        "",
    ),
    // Progenitor's examples cannot be run, and our readers have better ones. How they begin stands here in two parts: the
    // checks look for that very text in hand-written files.
    (concat!(r#"(?:\\n)*``"#, r#"`ignore(?:[^"\\]|\\.)*"#), ""),
    // Every type that is read or written has a JSON Schema, if a user wants it.
    (
        r"(# \[derive \([^)]*Serialize[^)]*\)\] (?:# \[[^\]]*\] )*)pub",
        r#"$1 # [cfg_attr (feature = "schemars" , derive (:: schemars :: JsonSchema))] pub"#,
    ),
    // What is told when a parameter is missing, or cannot be converted.
    (r#""(\w+) was not initialized""#, r#""`$1` is missing""#),
    (
        r#""conversion to `[^`]*?(\w*Id)` for (\w+) failed""#,
        r#""`$2` is not a valid $1: an id must not be empty, `.` or `..`""#,
    ),
    (
        r#""conversion to `(?:[^`]*:: )?([^`]*)` for (\w+) failed""#,
        r#""`$2` is not a valid $1""#,
    ),
];

/// The text of progenitor's tokens as it is to be.
fn reworded(spec: &Spec, mut text: String) -> anyhow::Result<String> {
    for (pattern, replacement) in REWORDED {
        text = Regex::new(pattern)?.replace_all(&text, replacement).into_owned();
    }
    // Lists of the types, which stand before the client, tell `null` from empty.
    let client = text.find("pub struct Client ").context("progenitor made no client")?;
    let types = text[..client].replace(":: std :: vec :: Vec <", ":: avepoint_core :: List <");
    let types = types.replace("::std::vec::Vec::is_empty", "::avepoint_core::List::is_null");
    text.replace_range(..client, &types);
    // The operation is named as the spec does.
    let ids = spec.operations.iter().map(id).map(|id| (snake(id).to_string(), id));
    let mut ids: BTreeMap<_, _> = ids.collect();
    let mut others = Vec::new();
    let named =
        Regex::new(r#"operation_id : "(\w+)""#)?.replace_all(&text, |found: &Captures| match ids.remove(&found[1]) {
            Some(id) => format!("operation_id : {id:?}"),
            None => {
                others.push(found[1].to_owned());
                String::new()
            }
        });
    text = named.into_owned();
    others.extend(ids.into_keys());
    if !others.is_empty() {
        bail!(
            "progenitor's code and the spec name other operations: {}",
            others.join(", ")
        );
    }
    let deprecated = spec
        .operations
        .iter()
        .filter(|operation| operation.place.says("deprecated"));
    for operation in deprecated {
        let method = format!("pub fn {} (& self)", snake(id(operation)));
        if !text.contains(&method) {
            bail!("progenitor's code has no `{method}`");
        }
        let note = "# [deprecated (note = \"the vendor has replaced this operation\")]";
        text = text.replace(&method, &format!("{note} {method}"));
    }
    if text.contains("\"api-version\"") {
        bail!("progenitor's code sets `api-version` otherwise than it did");
    }
    Ok(text)
}

fn parse(text: &str) -> anyhow::Result<File> {
    syn::parse_str(text).context("progenitor's code does not parse")
}

/// Nobody builds an answer field by field: without the builders of answers the crate is half as large.
fn drop_builders(view: &View, types: &mut Vec<Item>) {
    let answers: HashSet<_> = view.answers.iter().map(|name| camel(name).to_string()).collect();
    let is_answer = |item: &Item| subject(item).is_some_and(|name| answers.contains(&name.to_string()));
    types.retain_mut(|item| {
        !(is_answer(item) && inherent(item).is_some_and(|items| function(items, "builder").is_some()))
    });
    // A spec without objects has none.
    if let Ok(builders) = module(types, "builder") {
        builders.retain(|item| !is_answer(item));
    }
}

/// A body that is one of several objects can be given as the builder of any of them.
fn choose_by_builder(spec: &Spec, types: &mut Vec<Item>) {
    let requests = requests(spec);
    let schemas = spec.components("schemas").into_iter();
    for (choice, schema) in schemas.filter(|(name, _)| requests.contains(*name)) {
        let (choice, forms) = (camel(choice), forms(spec, &schema).unwrap_or_default());
        types.extend(forms.into_iter().map(camel).map(|form| -> Item {
            parse_quote! {
                impl ::std::convert::TryFrom<builder::#form> for #choice {
                    type Error = error::ConversionError;

                    fn try_from(form: builder::#form) -> ::std::result::Result<Self, Self::Error> {
                        #form::try_from(form).map(Self::from)
                    }
                }
            }
        }));
    }
}

/// The builders of calls: open to the pagers beside them, and with the core crate's error.
fn change_builders(builders: &mut [Item]) -> anyhow::Result<()> {
    for item in builders {
        let table = subject(item).map(|name| shouty(&name.to_string()));
        if let Item::Struct(builder) = item {
            builder
                .fields
                .iter_mut()
                .for_each(|field| field.vis = parse_quote! { pub(crate) });
        } else if let Some(items) = inherent(item) {
            let dispatch = function(items, "send").context("progenitor made a builder without `send`")?;
            let (docs, mut send) = (std::mem::take(&mut dispatch.attrs), dispatch.sig.clone());
            let output = send.output.to_token_stream().to_string();
            send.output = syn::parse_str(&output.replace("Error < () >", ":: avepoint_core :: Error"))?;
            // Progenitor's becomes the inner part of ours.
            dispatch.sig.ident = parse_quote! { dispatch };
            dispatch.vis = syn::Visibility::Inherited;
            items.push(parse_quote! {
                #(#docs)*
                ///
                /// # Errors
                /// See [`avepoint_core::Error`]: a request that breaks the specification is refused before it is sent.
                pub #send {
                    self.dispatch()
                        .await
                        .map_err(|error| {
                            ::avepoint_core::generated::error(&crate::generated::operations::#table, error)
                        })
                }
            });
        }
    }
    Ok(())
}

/// What ties the client to its session.
fn hooks(api: &Api, spec: &Spec) -> anyhow::Result<TokenStream> {
    let regions = spec.regions();
    let secrets = secrets::names(spec)?;
    let service = format_ident!("{}", api.service);
    Ok(quote! {
        use ::avepoint_core::Response;
        use ::avepoint_core::generated::encode_path;

        impl ::avepoint_core::ApiClient for Client {
            const SERVICE: ::avepoint_core::Service = ::avepoint_core::Service::#service;
            const REGIONS: &'static [&'static str] = &[#(#regions),*];
            const SECRETS: &'static [&'static str] = &[#(#secrets),*];
            const AGENT: &'static str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

            fn from_parts(base_url: &str, http: ::reqwest::Client, session: ::avepoint_core::Session) -> Self {
                Client { baseurl: base_url.to_owned(), client: http, inner: session }
            }
        }

        impl Client {
            /// Makes a client: `Client::builder().credential(…).build()?`.
            pub fn builder() -> ::avepoint_core::ClientBuilder<Client> {
                ::avepoint_core::ClientBuilder::default()
            }

            /// The session: the address, and the options of this clone.
            pub fn session(&self) -> &::avepoint_core::Session {
                &self.inner
            }

            /// A request to any path of the service, for what the specification does not have: with tokens of the scopes that
            /// are given, retries, errors and limits of size as for any call.
            pub fn request(
                &self,
                method: ::avepoint_core::Method,
                path: impl ::std::convert::Into<::std::string::String>,
            ) -> ::avepoint_core::RawRequest {
                self.inner.request(method, path)
            }

            /// The same client with other options for its calls.
            #[must_use]
            pub fn with_options(&self, options: ::avepoint_core::CallOptions) -> Client {
                Client { inner: self.inner.with_options(options), ..self.clone() }
            }
        }

        impl ::std::fmt::Debug for Client {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct("Client").field("session", &self.inner).finish()
            }
        }

        impl ClientHooks<::avepoint_core::Session> for Client {
            async fn exec(
                &self,
                request: ::reqwest::Request,
                info: &OperationInfo,
            ) -> ::reqwest::Result<::reqwest::Response> {
                let operation = crate::generated::operations::find(info.operation_id)
                    .expect("the table holds every operation");
                Ok(::avepoint_core::generated::execute(&self.inner, operation, request).await)
            }
        }
    })
}
