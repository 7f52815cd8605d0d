//! `client.rs`: progenitor's client and types, and the few changes they need.
//!
//! The changes are made on the syntax tree, each in a small visitor of its own:
//!
//! - lists become `avepoint_core::List`, which tells `null` from empty;
//! - answers are read by the core crate, which says what of them it could not read;
//! - `send` returns the core crate's error, and no `api-version` header is sent;
//! - the client's `Debug` does not show the headers of its HTTP client;
//! - types that only answers use lose their builders; all get JSON Schemas behind a feature.

use std::collections::{BTreeSet, HashMap};

use anyhow::{Context, bail};
use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle};
use quote::{ToTokens, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{File, Ident, ImplItem, ImplItemFn, Item, Type, parse_quote};

use xtask_spec::Spec;
use xtask_spec::api::Api;

use super::names::{camel, id, shouty, snake};
use super::secrets;
use super::view::View;

/// Progenitor's code, changed.
pub struct Client {
    pub file: TokenStream,
    parameters: Parameters,
}

/// The types of the parameters and bodies of operations, by the id of the operation and the Rust name of the parameter.
type Parameters = HashMap<(String, String), Type>;

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
        .with_map_type("::std::collections::BTreeMap");
    for (component, path) in &view.replacements {
        settings.with_replacement(camel(component), path, std::iter::empty());
    }
    let tokens = Generator::new(&settings)
        .generate_tokens(&view.document)
        .context("progenitor refuses the Rust view of the spec")?;
    let mut tree: File = syn::parse2(tokens).context("progenitor's code does not parse")?;

    tree.items.retain_mut(|item| !is_constructor(item));
    Texts.visit_file_mut(&mut tree);
    deprecate(spec, &mut tree.items)?;
    hide_headers(&mut tree.items)?;
    let parameters = change_builders(spec, module(&mut tree.items, "builder")?)?;
    let types = module(&mut tree.items, "types")?;
    types.iter_mut().for_each(|item| Lists.visit_item_mut(item));
    derive_schemas(types);
    drop_builders(types, view);
    choose_by_builder(view, types);

    let hooks = hooks(api, spec)?;
    let file = quote! { #tree #hooks };
    Ok(Client { file, parameters })
}

/// Rust source of a token stream, formatted.
///
/// # Errors
/// If the tokens are no Rust.
pub fn print(tokens: &TokenStream) -> anyhow::Result<String> {
    let file: File = syn::parse2(tokens.clone()).context("the generated code does not parse")?;
    Ok(prettyplease::unparse(&file))
}

impl Client {
    /// The type of a parameter of an operation's builder, or of its body.
    ///
    /// # Errors
    /// If progenitor made no such parameter.
    pub fn parameter_type(&self, operation: &str, parameter: &Ident) -> anyhow::Result<&Type> {
        let key = (operation.to_owned(), parameter.to_string());
        let missing = || format!("progenitor made no parameter {parameter} for {operation}");
        self.parameters.get(&key).with_context(missing)
    }
}

/// The type argument of a type of this name.
fn argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
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

/// Lists of the types tell `null` from empty.
struct Lists;

impl VisitMut for Lists {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
        if let Some(item) = argument(ty, "Vec") {
            *ty = parse_quote! { ::avepoint_core::List<#item> };
        }
    }

    fn visit_attribute_mut(&mut self, attribute: &mut syn::Attribute) {
        const EMPTY: &str = "::std::vec::Vec::is_empty";
        let text = attribute.meta.to_token_stream().to_string();
        if text.contains(EMPTY)
            && let Ok(meta) = syn::parse_str(&text.replace(EMPTY, "::avepoint_core::List::is_null"))
        {
            attribute.meta = meta;
        }
    }
}

/// Every type that is read or written has a JSON Schema, if a user wants it.
fn derive_schemas(items: &mut [Item]) {
    for item in items {
        let attributes = match item {
            Item::Struct(item) => &mut item.attrs,
            Item::Enum(item) => &mut item.attrs,
            _ => continue,
        };
        let serialized = attributes.iter().any(|attribute| {
            attribute.path().is_ident("derive") && attribute.to_token_stream().to_string().contains("Serialize")
        });
        if serialized {
            attributes.push(parse_quote! { #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))] });
        }
    }
}

/// Nobody builds an answer field by field: without the builders of answers the crate is half as large.
fn drop_builders(types: &mut Vec<Item>, view: &View) {
    let answers: BTreeSet<_> = view.answers.iter().map(|name| camel(name)).collect();
    let is_of_answer = |item: &Item| subject(item).is_some_and(|name| answers.contains(name));
    types.retain_mut(|item| {
        let is_of_answer = is_of_answer(item);
        inherent(item).is_none_or(|items| {
            items.retain(|item| !(is_of_answer && matches!(item, ImplItem::Fn(f) if f.sig.ident == "builder")));
            !items.is_empty()
        })
    });
    // A spec without objects has none.
    if let Ok(builders) = module(types, "builder") {
        builders.retain(|item| !is_of_answer(item));
    }
}

/// `Client::new` and its kin make clients without our settings.
fn is_constructor(item: &mut Item) -> bool {
    inherent(item).is_some_and(|items| function(items, "new_with_client").is_some())
}

/// What the core crate has in place of progenitor's: an answer that says what of it could not be read, and an encoding of
/// paths that knows of the backslash, which the URL parser takes for a slash.
const REPLACED: [&str; 2] = ["ResponseValue", "encode_path"];

/// How progenitor's examples begin, in two parts: the checks look for this very text in hand-written files.
const EXAMPLE: &str = concat!("```", "ignore");

/// Answers are read, and segments of paths encoded, by the core crate; what users read is in our words.
struct Texts;

impl VisitMut for Texts {
    fn visit_expr_path_mut(&mut self, path: &mut syn::ExprPath) {
        if path.to_token_stream().to_string() == "ResponseValue :: from_response" {
            *path = parse_quote! { ::avepoint_core::generated::decode };
        }
    }

    fn visit_use_path_mut(&mut self, import: &mut syn::UsePath) {
        let is_replaced = |item: &syn::UseTree| matches!(item, syn::UseTree::Name(name) if REPLACED.iter().any(|replaced| name.ident == replaced));
        if import.ident == "progenitor_client"
            && let syn::UseTree::Group(group) = import.tree.as_mut()
        {
            let items = std::mem::take(&mut group.items).into_iter();
            group.items = items.filter(|item| !is_replaced(item)).collect();
        }
    }

    /// Progenitor's examples cannot be run, and our readers have better ones.
    fn visit_attribute_mut(&mut self, attribute: &mut syn::Attribute) {
        if let syn::Meta::NameValue(meta) = &mut attribute.meta
            && meta.path.is_ident("doc")
            && let syn::Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(text),
                ..
            }) = &mut meta.value
            && let Some((before, _)) = text.value().split_once(EXAMPLE)
        {
            *text = syn::LitStr::new(before.trim_end(), text.span());
        }
    }

    /// What is told when a parameter cannot be converted.
    fn visit_lit_str_mut(&mut self, literal: &mut syn::LitStr) {
        let text = literal.value();
        let conversion = text
            .strip_prefix("conversion to `")
            .and_then(|rest| rest.strip_suffix(" failed"));
        let told = if let Some((ty, parameter)) = conversion.and_then(|rest| rest.split_once("` for ")) {
            let ty = ty.rsplit("::").next().unwrap_or(ty).trim();
            let hint = if ty.ends_with("Id") {
                ": an id must not be empty, `.` or `..`"
            } else {
                ""
            };
            format!("`{parameter}` is not a valid {ty}{hint}")
        } else if let Some(parameter) = text.strip_suffix(" was not initialized") {
            format!("`{parameter}` is missing")
        } else {
            return;
        };
        *literal = syn::LitStr::new(&told, literal.span());
    }
}

/// A body that is one of several objects can be given as the builder of any of them.
fn choose_by_builder(view: &View, types: &mut Vec<Item>) {
    for (choice, forms) in &view.choices {
        let choice = camel(choice);
        types.extend(forms.iter().map(|form| camel(form)).map(|form| -> Item {
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

/// The HTTP client shows the default headers that a caller's builder has given it, so that a `Debug` of our own (see
/// [`hooks`]) takes the place of the derived one.
fn hide_headers(items: &mut [Item]) -> anyhow::Result<()> {
    let client = items.iter_mut().find_map(|item| match item {
        Item::Struct(client) if client.ident == "Client" => Some(client),
        _ => None,
    });
    let derived = client.and_then(|client| {
        client
            .attrs
            .iter_mut()
            .find(|attribute| attribute.path().is_ident("derive"))
    });
    let derived = derived.context("progenitor's client derives nothing")?;
    if derived.meta.to_token_stream().to_string() != "derive (Clone , Debug)" {
        bail!("progenitor's client derives something else than `Clone` and `Debug`");
    }
    *derived = parse_quote! { #[derive(Clone)] };
    Ok(())
}

/// Operations that the vendor has replaced warn whoever calls them.
fn deprecate(spec: &Spec, items: &mut [Item]) -> anyhow::Result<()> {
    for operation in spec
        .operations
        .iter()
        .filter(|operation| operation.place.says("deprecated"))
    {
        let name = snake(id(operation)).to_string();
        let mut blocks = items.iter_mut().filter_map(inherent);
        let method = blocks.find_map(|items| function(items, &name));
        method
            .context("progenitor made no method for a deprecated operation")?
            .attrs
            .push(parse_quote! { #[deprecated(note = "the vendor has replaced this operation")] });
    }
    Ok(())
}

/// The builders of calls: open to the pagers beside them, and with the core crate's error.
fn change_builders(spec: &Spec, builders: &mut [Item]) -> anyhow::Result<Parameters> {
    let mut parameters = Parameters::new();
    for id in spec.operations.iter().map(id) {
        let name = camel(id);
        let mut sent = false;
        for item in builders.iter_mut().filter(|item| subject(item) == Some(&name)) {
            if let Item::Struct(builder) = item {
                for field in &mut builder.fields {
                    field.vis = parse_quote! { pub(crate) };
                    if let Some((name, ty)) = field.ident.as_ref().zip(parameter(&field.ty)) {
                        parameters.insert((id.to_owned(), name.to_string()), ty);
                    }
                }
            } else if let Some(items) = inherent(item)
                && let Some(function) = function(items, "send")
            {
                let send = change_send(id, function)?;
                items.push(send);
                sent = true;
            }
        }
        if !sent {
            bail!("progenitor made no `send` for {id}");
        }
    }
    Ok(parameters)
}

/// What a field of a builder is for: `Result<T, String>`, `Result<Option<T>, String>`, or for a body the builder of the
/// type, where `types::builder::X` stands for `types::X`.
fn parameter(field: &Type) -> Option<Type> {
    let result = argument(field, "Result")?;
    let mut ty = argument(result, "Option").unwrap_or(result).clone();
    if let Type::Path(path) = &mut ty {
        let segments = std::mem::take(&mut path.path.segments).into_iter();
        path.path.segments = segments.filter(|segment| segment.ident != "builder").collect();
    }
    Some(ty)
}

/// Makes progenitor's `send` the inner part of ours, which is the result.
fn change_send(id: &str, function: &mut ImplItemFn) -> anyhow::Result<ImplItem> {
    let mut changes = Dispatch { id, headers: 0 };
    changes.visit_impl_item_fn_mut(function);
    if changes.headers != 1 {
        bail!(
            "progenitor's `send` of {id} sets `api-version` {} times",
            changes.headers
        );
    }
    let syn::ReturnType::Type(_, result) = &function.sig.output else {
        bail!("progenitor's `send` of {id} returns nothing");
    };
    let success = argument(result, "Result").with_context(|| format!("the result of {id}"))?;
    let static_name = shouty(id);
    let docs = std::mem::take(&mut function.attrs);
    let send = parse_quote! {
        #(#docs)*
        ///
        /// # Errors
        /// See [`avepoint_core::Error`]: a request that breaks the specification is refused before it is sent.
        pub async fn send(self) -> Result<#success, ::avepoint_core::Error> {
            self.dispatch()
                .await
                .map_err(|error| {
                    ::avepoint_core::generated::error(&crate::generated::operations::#static_name, error)
                })
        }
    };
    function.sig.ident = parse_quote! { dispatch };
    function.vis = syn::Visibility::Inherited;
    Ok(send)
}

/// The inner part of `send`: it names the operation as the spec does, and sends no `api-version`.
struct Dispatch<'a> {
    id: &'a str,
    headers: usize,
}

impl VisitMut for Dispatch<'_> {
    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        visit_mut::visit_block_mut(self, block);
        let before = block.stmts.len();
        block.stmts.retain(|statement| {
            !matches!(statement, syn::Stmt::Expr(syn::Expr::MethodCall(call), _)
                if call.method == "append" && call.to_token_stream().to_string().contains("\"api-version\""))
        });
        self.headers += before - block.stmts.len();
    }

    fn visit_expr_struct_mut(&mut self, literal: &mut syn::ExprStruct) {
        if literal.path.is_ident("OperationInfo") {
            let id = self.id;
            *literal = parse_quote! { OperationInfo { operation_id: #id } };
        } else {
            visit_mut::visit_expr_struct_mut(self, literal);
        }
    }
}

/// What ties the client to its session.
fn hooks(api: &Api, spec: &Spec) -> anyhow::Result<TokenStream> {
    let regions = spec.regions();
    let secrets = secrets::names(spec)?;
    let service = Ident::new(api.service, proc_macro2::Span::call_site());
    Ok(quote! {
        use ::avepoint_core::ResponseValue;
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
