//! The builders of calls. progenitor says which there are, with which setters, and what each gives; what they do is ours.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail};
use proc_macro2::TokenStream;
use quote::quote;
use syn::visit_mut::VisitMut;
use syn::{Field, GenericArgument, Ident, Item, PathArguments, ReturnType, Type};

use xtask_spec::api::Api;
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

use super::objects::Ours;
use super::{function, inherent, subject};
use crate::docs::{self, Rules};
use crate::example;
use crate::names::{camel, id, shouty, snake};

/// A builder of progenitor's.
pub struct Builder {
    fields: Vec<(Ident, Type)>,
    /// What a success gives.
    pub answer: Type,
}

/// The builders of progenitor's module, by their names.
///
/// # Errors
/// If they are not as they are expected.
pub fn read(items: &mut [Item]) -> anyhow::Result<BTreeMap<String, Builder>> {
    let mut fields = BTreeMap::new();
    let mut builders = BTreeMap::new();
    for item in items {
        let Some(name) = subject(item).map(Ident::to_string) else {
            continue;
        };
        if let Item::Struct(builder) = item {
            let mut values: Vec<_> = builder.fields.iter().filter_map(value).collect();
            values.iter_mut().for_each(|(_, ty)| Ours.visit_type_mut(ty));
            fields.insert(name, values);
        } else if let Some(items) = inherent(item) {
            let send = function(items, "send").context("progenitor made a builder without `send`")?;
            let ReturnType::Type(_, output) = &send.sig.output else {
                bail!("`send` of {name} gives nothing");
            };
            // `Result<ResponseValue<T>, Error<()>>`
            let answer = parameter(output, "Result").and_then(|response| parameter(response, "ResponseValue"));
            let answer = answer.with_context(|| format!("`send` of {name} gives another thing than it did"))?;
            let fields = fields
                .remove(&name)
                .context("progenitor made a builder without fields")?;
            let answer = answer.clone();
            builders.insert(name, Builder { fields, answer });
        }
    }
    Ok(builders)
}

/// The name and type of a field that holds a value: `Result<T, String>`.
fn value(field: &Field) -> Option<(Ident, Type)> {
    let value = parameter(&field.ty, "Result")?;
    let value = parameter(value, "Option").unwrap_or(value);
    Some((field.ident.clone()?, value.clone()))
}

/// The first parameter of a type of this name.
pub fn parameter<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

/// What a setter takes for a value of this type, and how it becomes what was given.
pub fn argument(ty: &Type) -> (TokenStream, TokenStream) {
    match parameter(ty, "List").or_else(|| parameter(ty, "Vec")) {
        Some(entry) => (
            quote! { impl ::avepoint_core::Arguments<#entry, M> },
            quote! { ::avepoint_core::Arguments::given(value) },
        ),
        None => (
            quote! { impl ::avepoint_core::Argument<#ty, M> },
            quote! { ::avepoint_core::Argument::given(value) },
        ),
    }
}

/// The module of the builders, and the methods of the client that make them: a block for each tag.
///
/// # Errors
/// If progenitor's code and the spec name other operations or parameters.
pub fn generate(
    api: &Api,
    spec: &Spec,
    builders: &BTreeMap<String, Builder>,
) -> anyhow::Result<(TokenStream, TokenStream)> {
    let (mut structs, mut blocks) = (Vec::new(), Vec::new());
    for (tag, operations) in by_tag(spec) {
        let mut methods = Vec::new();
        for operation in operations {
            let builder = builder(operation, builders)?;
            structs.push(call(spec, operation, builder).with_context(|| format!("the builder of {}", id(operation)))?);
            methods.push(method(api, spec, operation).with_context(|| format!("the method {}", id(operation)))?);
        }
        let docs = docs::attributes(&format!(
            "# {}\n\n{}",
            tag.text("name").unwrap_or_default(),
            tag.description()
        ));
        blocks.push(quote! {
            #docs
            impl Client {
                #(#methods)*
            }
        });
    }
    if structs.len() != builders.len() {
        bail!(
            "progenitor made {} builders for {} operations",
            builders.len(),
            structs.len()
        );
    }
    let module = quote! {
        /// The builders of calls: one for each operation, made by the method of [`Client`](super::Client) that has its name.
        pub mod builder {
            use super::types;
            use ::avepoint_core::generated::Call;

            #(#structs)*
        }
    };
    Ok((module, quote! { #(#blocks)* }))
}

/// The tags of a spec, each with its operations.
pub fn by_tag<'a, 'd>(spec: &'a Spec<'d>) -> Vec<(Place<'d>, Vec<&'a Operation<'d>>)> {
    let tags = spec.root.entries_of("tags").into_iter();
    let tags = tags.map(|tag| {
        let has_tag = |operation: &&Operation| operation.place.texts("tags").first().copied() == tag.text("name");
        let operations = spec.operations.iter().filter(has_tag).collect();
        (tag, operations)
    });
    tags.collect()
}

/// The builder that progenitor made for an operation.
///
/// # Errors
/// If there is none.
pub fn builder<'a>(operation: &Operation, builders: &'a BTreeMap<String, Builder>) -> anyhow::Result<&'a Builder> {
    let name = camel(id(operation)).to_string();
    builders
        .get(&name)
        .with_context(|| format!("progenitor made no builder `{name}`"))
}

fn method(api: &Api, spec: &Spec, operation: &Operation) -> anyhow::Result<TokenStream> {
    let id = id(operation);
    let (method, builder, table) = (snake(id), camel(id), shouty(id));
    let deprecated = operation
        .place
        .says("deprecated")
        .then(|| quote! { #[deprecated(note = "the vendor has replaced this operation")] });
    let permissions = operation.permissions();
    // What the vendor's pages, an app registration and a server's log call it by.
    let found_by: BTreeSet<_> = permissions.iter().flatten().chain([&operation.path]).collect();
    let permissions = permissions.iter().map(|scopes| format!("`{}`", scopes.join("` and `")));
    let mut facts = vec![
        format!("- Request: `{} {}`", operation.method.to_uppercase(), operation.path),
        format!("- Permission: {}", permissions.collect::<Vec<_>>().join(", or ")),
        format!("- In the specification: `{id}`"),
    ];
    facts.extend(operation.page().map(|url| format!("- [The vendor's page]({url})")));
    let style = operation.place.get("x-paging").and_then(|paging| paging.text("style"));
    let list = style.map(|style| match style {
        "single" => format!("[`stream`](builder::{builder}::stream) gives the entries of the list, which comes whole."),
        _ => format!(
            "The list comes in pages: [`stream`](builder::{builder}::stream) gives the entries of all of them, \
             [`pages`](builder::{builder}::pages) page by page, [`send`](builder::{builder}::send) one page."
        ),
    });
    let summary = operation.place.text("summary").unwrap_or_default();
    let mut parts = vec![
        format!("{summary}."),
        docs::in_rust(spec, &operation.place.description()),
        facts.join("\n"),
    ];
    parts.extend(list);
    parts.extend(["# Example".to_owned(), example::generate(api, spec, operation)?]);
    let docs = docs::attributes(&parts.join("\n\n"));
    let alias = docs::alias(id, &method);
    Ok(quote! {
        #docs
        #alias
        #(#[doc(alias = #found_by)])*
        #deprecated
        pub fn #method(&self) -> builder::#builder {
            builder::#builder {
                call: ::avepoint_core::generated::Call::new(&self.session, &crate::generated::operations::#table),
            }
        }
    })
}

fn call(spec: &Spec, operation: &Operation, builder: &Builder) -> anyhow::Result<TokenStream> {
    let id = id(operation);
    let (name, method, answer) = (camel(id), snake(id), &builder.answer);
    let parameters = spec.parameters(operation);
    let (mut setters, mut rows) = (Vec::new(), Vec::new());
    for (field, ty) in &builder.fields {
        if field == "body"
            && let Some(schema) = spec.body(operation)
        {
            let rules = rules_of_body(spec, operation, &schema);
            setters.push(body(spec, &schema, &rules, ty));
            rows.push((field.clone(), rules));
            continue;
        }
        let parameter = parameters.iter().map(|parameter| &parameter.described);
        let parameter = parameter.clone().find(|parameter| {
            let name = parameter.text("name");
            name.is_some_and(|name| snake(name) == *field)
        });
        let parameter = parameter.with_context(|| format!("progenitor has a parameter `{field}` of its own"))?;
        let wire = parameter.text("name").unwrap_or_default();
        let schema = parameter.get("schema").context("a parameter without a schema")?;
        let rules = Rules::of(spec, &schema, parameter.says("required"));
        let docs = docs::attributes(&docs::value(spec, wire, parameter, &schema, &rules));
        rows.push((field.clone(), rules));
        let (alias, (takes, given)) = (docs::alias(wire, field), argument(ty));
        setters.push(quote! {
            #docs
            #alias
            pub fn #field<M>(mut self, value: #takes) -> Self {
                self.call.set(#wire, #given);
                self
            }
        });
    }
    let (answer, send) = match (spec.answer(operation), spec.is_file(operation)) {
        (Some(_), _) => (quote! { #answer }, quote! { json() }),
        (None, true) => (quote! { ::avepoint_core::ByteStream }, quote! { file() }),
        (None, false) => (quote! { () }, quote! { empty() }),
    };
    let docs = docs::attributes(&format!(
        "The builder of a call of [`Client::{method}`](super::Client::{method}). It owns everything it needs.{}",
        docs::table(rows)
    ));
    let reads = operation.place.get("x-read-only").and_then(|mark| mark.value.as_bool());
    let dropped = match reads.unwrap_or(operation.method == "get") {
        true => "",
        false => {
            " If the future is dropped once the request is on its way, the call may or may not have been carried out."
        }
    };
    let sends = docs::attributes(&format!(
        "Sends the request.{dropped}\n\n# Errors\n\nSee [`avepoint_core::Error`]. A request that breaks the specification is \
         not sent; the error lists everything that is wrong with it."
    ));
    Ok(quote! {
        #docs
        #[derive(Clone, Debug)]
        #[must_use = "a call does nothing unless it is sent"]
        pub struct #name {
            pub(crate) call: Call,
        }

        impl #name {
            #(#setters)*

            /// Options for this call only, replacing the client's.
            #[inline]
            pub fn options(self, options: ::avepoint_core::CallOptions) -> Self {
                #name { call: self.call.with_options(options) }
            }

            /// Whether this call is validated before it is sent; all other options are the client's.
            #[inline]
            pub fn validation(self, validation: ::avepoint_core::Validation) -> Self {
                #name { call: self.call.with_validation(validation) }
            }

            #sends
            pub async fn send(self) -> Result<::avepoint_core::Response<#answer>, ::avepoint_core::Error> {
                self.call.#send.await
            }

            /// Validates and returns the request without sending it.
            ///
            /// # Errors
            ///
            /// As [`send`](Self::send), if the request breaks the specification.
            pub fn dry_run(&self) -> Result<::avepoint_core::PreparedRequest, ::avepoint_core::Error> {
                self.call.dry_run()
            }
        }
    })
}

/// The rules of a body. An object that needs no member is sent empty where it is left out.
fn rules_of_body(spec: &Spec, operation: &Operation, schema: &Place) -> Rules {
    let is_required = spec.request_body(operation).is_some_and(|body| body.says("required"));
    let target = spec.schema(schema);
    let may_be_empty =
        target.is_some_and(|body| body.text("type") == Some("object") && body.texts("required").is_empty());
    match may_be_empty {
        true => Rules::of(spec, schema, false).with_default("{}"),
        false => Rules::of(spec, schema, is_required),
    }
}

/// The setters of a body.
fn body(spec: &Spec, schema: &Place, rules: &Rules, ty: &Type) -> TokenStream {
    let docs = docs::attributes(&docs::value(spec, "body", schema, schema, rules));
    let Some(object) = built(ty) else {
        let (takes, given) = argument(ty);
        return quote! {
            #docs
            pub fn body<M>(mut self, value: #takes) -> Self {
                self.call.set_body(#given);
                self
            }
        };
    };
    quote! {
        #docs
        pub fn body<M>(mut self, value: impl ::avepoint_core::Argument<types::#object, M>) -> Self {
            self.call.set_body(::avepoint_core::Argument::given(value));
            self
        }

        /// Changes the body by its builder, which begins with the body that was set before, or with none of its fields.
        pub fn body_map(
            mut self,
            change: impl FnOnce(types::builder::#object) -> types::builder::#object,
        ) -> Self {
            self.call.change_body(types::builder::#object::default().0, |fields| {
                change(types::builder::#object(fields)).0
            });
            self
        }
    }
}

/// The name of the object of which a type is the builder: `types::builder::Name`.
fn built(ty: &Type) -> Option<&Ident> {
    let Type::Path(path) = ty else { return None };
    let mut segments = path.path.segments.iter().rev();
    let name = &segments.next()?.ident;
    segments.next().filter(|module| module.ident == "builder").map(|_| name)
}
