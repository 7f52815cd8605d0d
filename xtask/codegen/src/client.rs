//! `client.rs`: progenitor's client and types, and the few changes they need.
//!
//! The changes are made on the syntax tree, each in a small visitor of its own:
//!
//! - lists become `avepoint_core::List`, which tells `null` from empty;
//! - answers are read by the core crate, which says what of them it could not read;
//! - `send` returns the core crate's error, and no `api-version` header is sent;
//! - the client's `Debug` does not show the headers of its HTTP client;
//! - types that only answers use lose their builders; all get JSON Schemas behind a feature.

use std::collections::BTreeSet;

use anyhow::{Context, anyhow};
use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle};
use quote::{ToTokens, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Fields, File, Ident, ImplItem, Item, ItemImpl, ItemMod, Type, parse_quote};

use xtask_spec::api::Api;
use xtask_spec::{Operation, Spec};

use super::names::{camel, id, shouty, snake};
use super::secrets;
use super::view::View;

/// Progenitor's code, changed.
pub struct Client {
    pub file: TokenStream,
    tree: File,
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
        .with_map_type("::std::collections::BTreeMap");
    for (component, path) in &view.replacements {
        settings.with_replacement(camel(component), path, std::iter::empty());
    }
    let tokens = Generator::new(&settings)
        .generate_tokens(&view.document)
        .context("progenitor refuses the Rust view of the spec")?;
    let mut tree: File = syn::parse2(tokens).context("progenitor's code does not parse")?;

    let types = module(&mut tree.items, "types")?;
    Lists.visit_item_mod_mut(types);
    derive_schemas(items(types)?);
    let answers: BTreeSet<_> = view.answers.iter().map(|name| camel(name).to_string()).collect();
    drop_builders(items(types)?, &answers)?;
    tree.items.retain(|item| !is_constructor(item));
    Answers.visit_file_mut(&mut tree);
    Docs.visit_file_mut(&mut tree);
    deprecate(spec, &mut tree.items)?;
    hide_headers(&mut tree.items)?;
    change_builders(spec, module(&mut tree.items, "builder")?)?;

    choose_by_builder(view, module(&mut tree.items, "types")?)?;
    let appended = hooks(api, spec)?;
    let file = quote! { #tree #appended };
    Ok(Client { file, tree })
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
    pub fn parameter_type(&self, operation: &str, parameter: &Ident) -> anyhow::Result<Type> {
        let missing = || anyhow!("progenitor made no parameter {parameter} for {operation}");
        let builders = self
            .tree
            .items
            .iter()
            .find_map(|item| match item {
                Item::Mod(module) if module.ident == "builder" => module.content.as_ref(),
                _ => None,
            })
            .with_context(missing)?;
        let name = camel(operation);
        let field = builders
            .1
            .iter()
            .find_map(|item| match item {
                Item::Struct(builder) if builder.ident == name => builder
                    .fields
                    .iter()
                    .find(|field| field.ident.as_ref() == Some(parameter)),
                _ => None,
            })
            .with_context(missing)?;
        // `Result<T, String>`, `Result<Option<T>, String>`, or for a body the builder of the type.
        let mut inner = argument(&field.ty).with_context(missing)?;
        if let Some(optional) = argument_of(inner, "Option") {
            inner = optional;
        }
        let mut inner = inner.clone();
        Unbuilder.visit_type_mut(&mut inner);
        Ok(inner)
    }
}

/// The first type argument of a type.
fn argument(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    match &path.path.segments.last()?.arguments {
        syn::PathArguments::AngleBracketed(arguments) => arguments.args.iter().find_map(|argument| match argument {
            syn::GenericArgument::Type(ty) => Some(ty),
            _ => None,
        }),
        _ => None,
    }
}

fn argument_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    match ty {
        Type::Path(path) if path.path.segments.last()?.ident == name => argument(ty),
        _ => None,
    }
}

/// `types::builder::X` stands for `types::X`.
struct Unbuilder;

impl VisitMut for Unbuilder {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        path.segments = path
            .segments
            .iter()
            .filter(|segment| segment.ident != "builder")
            .cloned()
            .collect();
    }
}

fn module<'a>(items: &'a mut [Item], name: &str) -> anyhow::Result<&'a mut ItemMod> {
    items
        .iter_mut()
        .find_map(|item| match item {
            Item::Mod(module) if module.ident == name => Some(module),
            _ => None,
        })
        .with_context(|| format!("progenitor made no module `{name}`"))
}

fn items(module: &mut ItemMod) -> anyhow::Result<&mut Vec<Item>> {
    let name = module.ident.to_string();
    Ok(&mut module
        .content
        .as_mut()
        .with_context(|| format!("the module `{name}` is empty"))?
        .1)
}

/// Lists of the types tell `null` from empty.
struct Lists;

impl VisitMut for Lists {
    fn visit_type_path_mut(&mut self, ty: &mut syn::TypePath) {
        visit_mut::visit_type_path_mut(self, ty);
        if ty.path.segments.last().is_some_and(|segment| segment.ident == "Vec")
            && let Some(item) = argument(&Type::Path(ty.clone())).cloned()
        {
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
fn drop_builders(items: &mut Vec<Item>, answers: &BTreeSet<String>) -> anyhow::Result<()> {
    for item in items.iter_mut() {
        match item {
            Item::Impl(block) if block.trait_.is_none() && is_of(block, answers) => {
                block
                    .items
                    .retain(|item| !matches!(item, ImplItem::Fn(function) if function.sig.ident == "builder"));
            }
            Item::Mod(module) if module.ident == "builder" => {
                self::items(module)?.retain(|item| match item {
                    Item::Struct(builder) => !answers.contains(&builder.ident.to_string()),
                    Item::Impl(block) => !is_of(block, answers),
                    _ => true,
                });
            }
            _ => {}
        }
    }
    items.retain(|item| !matches!(item, Item::Impl(block) if block.trait_.is_none() && block.items.is_empty()));
    Ok(())
}

fn is_of(block: &ItemImpl, names: &BTreeSet<String>) -> bool {
    match block.self_ty.as_ref() {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|segment| names.contains(&segment.ident.to_string())),
        _ => false,
    }
}

/// `Client::new` and its kin make clients without our settings.
fn is_constructor(item: &Item) -> bool {
    match item {
        Item::Impl(block) if block.trait_.is_none() => block
            .items
            .iter()
            .any(|item| matches!(item, ImplItem::Fn(f) if f.sig.ident == "new_with_client")),
        _ => false,
    }
}

/// Answers are read, and segments of paths encoded, by the core crate.
struct Answers;

impl VisitMut for Answers {
    fn visit_expr_path_mut(&mut self, path: &mut syn::ExprPath) {
        if path
            .path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .eq(["ResponseValue", "from_response"])
        {
            *path = parse_quote! { ::avepoint_core::generated::decode };
        }
    }

    fn visit_item_use_mut(&mut self, import: &mut syn::ItemUse) {
        if import
            .tree
            .to_token_stream()
            .to_string()
            .starts_with("progenitor_client")
        {
            Imports.visit_item_use_mut(import);
        }
    }
}

/// What the core crate has in place of progenitor's: an answer that says what of it could not be read, and an encoding of
/// paths that knows of the backslash, which the URL parser takes for a slash.
const REPLACED: [&str; 2] = ["ResponseValue", "encode_path"];

struct Imports;

impl VisitMut for Imports {
    fn visit_use_group_mut(&mut self, group: &mut syn::UseGroup) {
        group.items = group
            .items
            .iter()
            .filter(|item| !matches!(item, syn::UseTree::Name(name) if REPLACED.iter().any(|replaced| name.ident == replaced)))
            .cloned()
            .collect();
    }
}

/// How progenitor's examples begin, in two parts: the checks look for this very text in hand-written files.
const EXAMPLE: &str = concat!("```", "ignore");

/// Progenitor's examples cannot be run, and our readers have better ones.
struct Docs;

impl VisitMut for Docs {
    fn visit_attribute_mut(&mut self, attribute: &mut syn::Attribute) {
        if let syn::Meta::NameValue(meta) = &mut attribute.meta
            && meta.path.is_ident("doc")
            && let syn::Expr::Lit(literal) = &mut meta.value
            && let syn::Lit::Str(text) = &literal.lit
            && let Some((before, _)) = text.value().split_once(EXAMPLE)
        {
            let kept = before.trim_end();
            literal.lit = syn::Lit::Str(syn::LitStr::new(kept, text.span()));
        }
    }
}

/// A body that is one of several objects can be given as the builder of any of them.
fn choose_by_builder(view: &View, types: &mut ItemMod) -> anyhow::Result<()> {
    let items = items(types)?;
    for (choice, forms) in &view.choices {
        let choice = camel(choice);
        for form in forms.iter().map(|form| camel(form)) {
            items.push(parse_quote! {
                impl ::std::convert::TryFrom<builder::#form> for #choice {
                    type Error = error::ConversionError;

                    fn try_from(form: builder::#form) -> ::std::result::Result<Self, Self::Error> {
                        #form::try_from(form).map(Self::from)
                    }
                }
            });
        }
    }
    Ok(())
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
        return Err(anyhow!(
            "progenitor's client derives something else than `Clone` and `Debug`"
        ));
    }
    *derived = parse_quote! { #[derive(Clone)] };
    Ok(())
}

/// Operations that the vendor has replaced warn whoever calls them.
fn deprecate(spec: &Spec, items: &mut [Item]) -> anyhow::Result<()> {
    let is_deprecated = |operation: &&Operation| operation.place.says("deprecated");
    let deprecated = spec.operations.iter().filter(is_deprecated);
    let methods: Vec<_> = deprecated.map(|operation| snake(id(operation))).collect();
    let functions = items.iter_mut().flat_map(|item| match item {
        Item::Impl(block) if block.trait_.is_none() => block.items.as_mut_slice(),
        _ => &mut [],
    });
    let mut found = 0;
    for item in functions {
        if let ImplItem::Fn(function) = item
            && methods.contains(&function.sig.ident)
        {
            function
                .attrs
                .push(parse_quote! { #[deprecated(note = "the vendor has replaced this operation")] });
            found += 1;
        }
    }
    if found == methods.len() {
        Ok(())
    } else {
        Err(anyhow!("progenitor made no method for a deprecated operation"))
    }
}

/// The builders of calls: open to the pagers beside them, and with the core crate's error.
fn change_builders(spec: &Spec, builders: &mut ItemMod) -> anyhow::Result<()> {
    for id in spec.operations.iter().map(id) {
        let name = camel(id);
        let mut sent = false;
        for item in items(builders)? {
            match item {
                Item::Struct(builder) if builder.ident == name => {
                    if let Fields::Named(fields) = &mut builder.fields {
                        fields
                            .named
                            .iter_mut()
                            .for_each(|field| field.vis = parse_quote! { pub(crate) });
                    }
                }
                Item::Impl(block) if is_of(block, &BTreeSet::from([name.to_string()])) => {
                    sent |= change_send(id, block)?;
                }
                _ => {}
            }
        }
        if !sent {
            return Err(anyhow!("progenitor made no `send` for {id}"));
        }
    }
    Ok(())
}

fn change_send(id: &str, block: &mut ItemImpl) -> anyhow::Result<bool> {
    let mut send = None;
    for item in &mut block.items {
        let ImplItem::Fn(function) = item else { continue };
        Problems.visit_impl_item_fn_mut(function);
        if function.sig.ident != "send" {
            continue;
        }
        let mut changes = Dispatch { id, headers: 0 };
        changes.visit_impl_item_fn_mut(function);
        if changes.headers != 1 {
            return Err(anyhow!(
                "progenitor's `send` of {id} sets `api-version` {} times",
                changes.headers
            ));
        }
        let syn::ReturnType::Type(_, result) = &function.sig.output else {
            return Err(anyhow!("progenitor's `send` of {id} returns nothing"));
        };
        let success = argument(result).with_context(|| format!("the result of {id}"))?;
        let static_name = shouty(id);
        let docs: Vec<_> = function
            .attrs
            .iter()
            .filter(|attribute| attribute.path().is_ident("doc"))
            .cloned()
            .collect();
        send = Some(parse_quote! {
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
        });
        function.attrs.retain(|attribute| !attribute.path().is_ident("doc"));
        function.sig.ident = parse_quote! { dispatch };
        function.vis = syn::Visibility::Inherited;
    }
    let found = send.is_some();
    block.items.extend(send);
    Ok(found)
}

/// What is reported when a parameter cannot be converted.
struct Problems;

impl VisitMut for Problems {
    fn visit_lit_str_mut(&mut self, literal: &mut syn::LitStr) {
        let text = literal.value();
        if let Some((ty, parameter)) = text
            .strip_prefix("conversion to `")
            .and_then(|rest| rest.split_once("` for "))
            && let Some(parameter) = parameter.strip_suffix(" failed")
        {
            let ty = ty.rsplit("::").next().unwrap_or(ty).trim();
            let hint = if ty.ends_with("Id") {
                ": an id must not be empty, `.` or `..`"
            } else {
                ""
            };
            *literal = syn::LitStr::new(&format!("`{parameter}` is not a valid {ty}{hint}"), literal.span());
        } else if let Some(parameter) = text.strip_suffix(" was not initialized") {
            *literal = syn::LitStr::new(&format!("`{parameter}` is missing"), literal.span());
        }
    }
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
