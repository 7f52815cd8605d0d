//! The types, as progenitor makes them, and the builders of those that requests hold.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail};
use proc_macro2::{Literal, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Field, Fields, Ident, Item, ItemEnum, ItemStruct, Path, Type, Variant, parse_quote};

use xtask_spec::Spec;
use xtask_spec::place::Place;

use super::calls::{argument, parameter};
use super::{function, inherent, subject};
use crate::docs::{self, Rules};
use crate::names::{camel, shouty};
use crate::view::{forms, requests};

/// Changes the types that progenitor has made into ours, and adds their builders.
///
/// # Errors
/// If they are not as they are expected.
pub fn change(spec: &Spec, types: &mut Vec<Item>) -> anyhow::Result<()> {
    let defined = types
        .iter()
        .filter(|item| matches!(item, Item::Struct(_) | Item::Enum(_)));
    let names: BTreeSet<_> = defined.filter_map(subject).map(Ident::to_string).collect();
    let objects = types.iter().filter(|item| match item {
        Item::Struct(object) => is_object(object),
        item => matches!(item, Item::Enum(_)),
    });
    let objects: BTreeSet<_> = objects.filter_map(subject).map(Ident::to_string).collect();
    // progenitor's builders, the functions that make them, and their error.
    types.retain_mut(|item| match item {
        Item::Mod(_) => false,
        item => inherent(item).is_none_or(|items| function(items, "builder").is_none()),
    });
    let components: BTreeMap<_, _> = spec
        .components("schemas")
        .into_iter()
        .map(|(name, schema)| (camel(name).to_string(), (name, schema)))
        .collect();
    let requested = requests(spec);
    let mut builders = Vec::new();
    let (mut made, mut chosen) = (Vec::new(), Vec::new());
    for item in types.iter_mut() {
        Ours.visit_item_mut(item);
        match item {
            Item::Struct(object) => {
                let name = object.ident.to_string();
                let component = components.get(&name);
                order(spec, object, component.map(|(_, schema)| schema));
                describe(spec, object, component.map(|(_, schema)| schema));
                extensible(&mut object.attrs)?;
                let is_request = component.is_some_and(|(component, _)| requested.contains(*component));
                if !is_object(object) {
                    if is_request {
                        let name = &object.ident;
                        made.push(parse_quote! { impl ::avepoint_core::generated::IntoGiven for #name {} });
                    }
                    continue;
                }
                let Some((component, schema)) = component else {
                    bail!(
                        "`{name}` is no component: make the object one, so that it is known to be of requests or answers"
                    );
                };
                if is_request {
                    require(object, schema);
                    let (builder, maker) = builder(spec, object, component, schema, &names, &objects)?;
                    builders.push(builder);
                    made.push(maker);
                }
            }
            Item::Enum(choice) => {
                documented(spec, &mut choice.attrs, || format!("{} of the API.", choice.ident));
                for variant in &mut choice.variants {
                    let form = form(variant)?;
                    documented(spec, &mut variant.attrs, || format!("As [`{form}`]."));
                    // progenitor leaves out how all of them begin, so that one more could rename the others.
                    variant.ident = form;
                }
                extensible(&mut choice.attrs)?;
                made.extend(conversions(choice));
                chosen.push(choice.ident.clone());
            }
            _ => {}
        }
    }
    types.retain(|item| conversion(item).is_none_or(|into| !chosen.contains(into)));
    let choices = choices(spec, &requested);
    types.extend(made);
    if builders.is_empty() {
        return Ok(());
    }
    types.push(parse_quote! {
        /// The builders of the objects that requests hold.
        ///
        /// A setter takes what converts into its type, an `Option` of that, or a builder. Everything that is wrong or
        /// missing is reported when the request is sent, in one error.
        pub mod builder {
            use ::avepoint_core::generated::{Built, Fields, Given, IntoGiven};
            use crate::generated::operations::constraints;

            const SECRETS: &[&str] = <super::super::Client as ::avepoint_core::ApiClient>::SECRETS;

            #(#builders)*
            #choices
        }
    });
    Ok(())
}

fn is_object(object: &ItemStruct) -> bool {
    object.fields.iter().all(|field| field.ident.is_some())
}

/// Whether one of these objects stands in a type.
fn holds(ty: &Type, objects: &BTreeSet<String>) -> bool {
    let mut tokens = ty.to_token_stream().into_iter();
    tokens.any(|token| matches!(token, TokenTree::Ident(name) if objects.contains(&name.to_string())))
}

/// The object that a variant of a choice holds.
fn form(variant: &Variant) -> anyhow::Result<Ident> {
    let form = match &variant.fields {
        Fields::Unnamed(fields) => match fields
            .unnamed
            .iter()
            .map(|field| &field.ty)
            .collect::<Vec<_>>()
            .as_slice()
        {
            [Type::Path(path)] => path.path.get_ident(),
            _ => None,
        },
        _ => None,
    };
    let form = form.with_context(|| {
        format!(
            "progenitor made a choice of no objects: `{}`",
            variant.to_token_stream()
        )
    });
    form.cloned()
}

/// The type that something is converted into, if the item is such a conversion.
fn conversion(item: &Item) -> Option<&Ident> {
    let Item::Impl(block) = item else { return None };
    let (path, _) = block.trait_.as_ref()?;
    match (path.segments.last(), block.self_ty.as_ref()) {
        (Some(last), Type::Path(own)) if last.ident == "From" => own.path.get_ident(),
        _ => None,
    }
}

/// Makes a choice of each of its objects, and reads one by what each of these requires: no type says that.
fn conversions(choice: &mut ItemEnum) -> Vec<Item> {
    for attribute in choice
        .attrs
        .iter_mut()
        .filter(|attribute| attribute.path().is_ident("derive"))
    {
        *attribute = parse_quote! { #[derive(::serde::Serialize, Clone, Debug)] };
    }
    let name = &choice.ident;
    let forms: Vec<_> = choice.variants.iter().map(|variant| &variant.ident).collect();
    let constraints = forms.iter().map(|form| shouty(&form.to_string()));
    let mut items = vec![parse_quote! {
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                ::avepoint_core::generated::read_choice(
                    deserializer,
                    &[#((&crate::generated::operations::constraints::#constraints, |form| form.read().map(Self::#forms))),*],
                )
            }
        }
    }];
    items.push(parse_quote! {
        impl ::avepoint_core::generated::IntoGiven for #name {
            #[inline]
            fn into_given(self) -> ::avepoint_core::generated::Given {
                match self { #(Self::#forms(form) => ::avepoint_core::generated::IntoGiven::into_given(form),)* }
            }
        }
    });
    items.extend(forms.iter().map(|form| -> Item {
        parse_quote! {
            impl ::std::convert::From<#form> for #name {
                fn from(value: #form) -> Self {
                    Self::#form(value)
                }
            }
        }
    }));
    items
}

/// Lets a type get members or variants without breaking its users.
fn extensible(attributes: &mut Vec<Attribute>) -> anyhow::Result<()> {
    attributes.push(parse_quote! { #[non_exhaustive] });
    let mut is_written = false;
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("derive"))
    {
        attribute.parse_nested_meta(|derived| {
            is_written |= derived
                .path
                .segments
                .last()
                .is_some_and(|last| last.ident == "Serialize");
            Ok(())
        })?;
    }
    if is_written {
        attributes.push(parse_quote! { #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))] });
    }
    Ok(())
}

/// Writes the documentation of a type and its members anew: wrapped, and none without.
fn describe(spec: &Spec, object: &mut ItemStruct, schema: Option<&Place>) {
    let ident = object.ident.clone();
    documented(spec, &mut object.attrs, || format!("{ident} of the API."));
    for field in &mut object.fields {
        let name = wire_name(field);
        let member = schema.and_then(|schema| spec.member(schema, &name));
        let member = member.and_then(|member| spec.schema(&member));
        documented(spec, &mut field.attrs, || {
            let description = member.map(|member| member.description()).unwrap_or_default();
            match description.as_str() {
                "" if name.is_empty() => "The value.".to_owned(),
                "" => format!("`{name}` of the API."),
                description => description.to_owned(),
            }
        });
        let alias = field.ident.as_ref().and_then(|ident| docs::alias(&name, ident));
        field.attrs.extend(alias.map(|alias| -> Attribute {
            parse_quote! { #alias }
        }));
    }
}

/// Puts the members in the order of the specification, which is that of the documentation: a reader finds them there, and
/// answers are read faster where they come in this order. progenitor sorts them by their names.
fn order(spec: &Spec, object: &mut ItemStruct, schema: Option<&Place>) {
    let (Some(schema), Fields::Named(fields)) = (schema, &mut object.fields) else {
        return;
    };
    let line = |field: &Field| {
        let member = spec.member(schema, &wire_name(field));
        member.map(|member| spec.document.line(&member.pointer))
    };
    let mut ordered: Vec<_> = std::mem::take(&mut fields.named).into_iter().collect();
    ordered.sort_by_cached_key(line);
    fields.named = ordered.into_iter().collect();
}

/// Has the JSON Schema tell which members a request must have: their types do not.
fn require(object: &mut ItemStruct, schema: &Place) {
    let required = schema.texts("required");
    for field in &mut object.fields {
        if required.contains(&wire_name(field).as_str()) {
            field
                .attrs
                .push(parse_quote! { #[cfg_attr(feature = "schemars", schemars(required))] });
        }
    }
}

/// Wraps the documentation; where there is none, there is this.
fn documented(spec: &Spec, attributes: &mut Vec<Attribute>, otherwise: impl FnOnce() -> String) {
    let text: Vec<_> = attributes.iter().filter_map(doc).collect();
    attributes.retain(|attribute| doc(attribute).is_none());
    let text = match text.join("\n") {
        text if text.trim().is_empty() => otherwise(),
        text => text,
    };
    let docs = docs::attributes(&docs::in_rust(spec, &text));
    let mut docs: Vec<Attribute> = syn::parse::Parser::parse2(Attribute::parse_outer, docs).unwrap_or_default();
    docs.append(attributes);
    *attributes = docs;
}

/// The text of an attribute that is documentation.
fn doc(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            syn::Expr::Lit(literal) => match &literal.lit {
                syn::Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// The name of a member on the wire.
fn wire_name(field: &Field) -> String {
    let mut name = field.ident.as_ref().map(Ident::to_string).unwrap_or_default();
    for attribute in field
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
    {
        // What it holds beside the name is left to serde.
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                name = meta.value()?.parse::<syn::LitStr>()?.value();
            } else if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<syn::Expr>()?;
            }
            Ok(())
        });
    }
    name
}

/// The builder of an object, and the function that makes one.
fn builder(
    spec: &Spec,
    object: &ItemStruct,
    component: &str,
    schema: &Place,
    names: &BTreeSet<String>,
    objects: &BTreeSet<String>,
) -> anyhow::Result<(TokenStream, Item)> {
    let name = &object.ident;
    let constraint = shouty(component);
    let required = schema.texts("required");
    let (mut setters, mut rows, mut held) = (Vec::new(), Vec::new(), Vec::new());
    for field in &object.fields {
        let ident = field.ident.as_ref().context("a member without a name")?;
        let wire = wire_name(field);
        let mut ty = parameter(&field.ty, "Option").unwrap_or(&field.ty).clone();
        Outward(names).visit_type_mut(&mut ty);
        let docs = match spec.member(schema, &wire) {
            Some(member) => {
                let rules = Rules::of_member(spec, &member, required.contains(&wire.as_str()));
                let docs = docs::value(spec, &wire, &member, &member, &rules);
                rows.push((ident.clone(), rules));
                docs
            }
            None => format!("`{wire}` of the API."),
        };
        if holds(&ty, objects) {
            let value = match parameter(&ty, "List") {
                Some(_) => quote! { Some(object.#ident).filter(|list| !list.is_null()) },
                None => quote! { object.#ident },
            };
            held.push(quote! { .#ident(#value) });
        }
        let docs = docs::attributes(&docs);
        let (alias, (takes, given)) = (docs::alias(&wire, ident), argument(&ty));
        setters.push(quote! {
            #docs
            #alias
            pub fn #ident<M>(mut self, value: #takes) -> Self {
                self.0.set(#wire, #given);
                self
            }
        });
    }
    let docs = docs::attributes(&format!("Builds [`{name}`](super::{name}).{}", docs::table(rows)));
    let builder = quote! {
        #docs
        #[derive(Clone, Debug)]
        #[must_use = "a builder does nothing unless it is used"]
        pub struct #name(pub(crate) Fields);

        impl Default for #name {
            fn default() -> Self {
                #name(Fields::new(&constraints::#constraint, SECRETS))
            }
        }

        impl #name {
            #(#setters)*

            /// Builds the object.
            ///
            /// # Errors
            ///
            /// If required fields are missing or values do not convert: all of them in one error.
            #[inline]
            pub fn build(self) -> Result<super::#name, ::avepoint_core::Error> {
                self.0.build()
            }
        }

        impl From<super::#name> for #name {
            #[inline]
            fn from(object: super::#name) -> Self {
                #name(#name::default().0.of(&object)) #(#held)*
            }
        }

        impl IntoGiven for super::#name {
            #[inline]
            fn into_given(self) -> Given {
                Given::Fields(<#name as From<_>>::from(self).0)
            }
        }

        impl ::avepoint_core::Argument<super::#name, Built> for #name {
            #[inline]
            fn given(self) -> Given {
                Given::Fields(self.0)
            }
        }
    };
    let maker = parse_quote! {
        impl #name {
            /// Returns a builder with no fields set.
            pub fn builder() -> builder::#name {
                builder::#name::default()
            }
        }
    };
    Ok((builder, maker))
}

/// A body that is one of several objects can be given as the builder of any of them.
fn choices(spec: &Spec, requested: &BTreeSet<String>) -> TokenStream {
    let schemas = spec.components("schemas").into_iter();
    let choices = schemas
        .filter(|(name, _)| requested.contains(*name))
        .flat_map(|(choice, schema)| {
            let choice = camel(choice);
            let forms = forms(spec, &schema).unwrap_or_default().into_iter().map(camel);
            forms
                .map(move |form| {
                    quote! {
                        impl ::avepoint_core::Argument<super::#choice, Built> for #form {
                            #[inline]
                            fn given(self) -> Given {
                                Given::Fields(self.0)
                            }
                        }
                    }
                })
                .collect::<Vec<_>>()
        });
    quote! { #(#choices)* }
}

/// Makes progenitor's types ours: `x-rust-type` knows outer crates only, and lists tell `null` from empty.
pub struct Ours;

impl VisitMut for Ours {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        if path.leading_colon.is_none() {
            return;
        }
        let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        match names.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["crate", ..] => path.leading_colon = None,
            ["std", "vec", "Vec"] => {
                let arguments = path
                    .segments
                    .last()
                    .map(|last| last.arguments.clone())
                    .unwrap_or_default();
                *path = parse_quote! { ::avepoint_core::List };
                if let Some(last) = path.segments.last_mut() {
                    last.arguments = arguments;
                }
            }
            _ => {}
        }
    }

    fn visit_attribute_mut(&mut self, attribute: &mut Attribute) {
        // serde is told the function that says whether a list is left out.
        if let syn::Meta::List(list) = &mut attribute.meta
            && list.path.is_ident("serde")
        {
            let tokens = std::mem::take(&mut list.tokens);
            list.tokens = tokens.into_iter().map(unless_null).collect();
        }
    }
}

fn unless_null(token: TokenTree) -> TokenTree {
    match &token {
        TokenTree::Literal(literal) if literal.to_string() == r#""::std::vec::Vec::is_empty""# => {
            Literal::string("::avepoint_core::List::is_null").into()
        }
        _ => token,
    }
}

/// Names the types from within the module of their builders.
struct Outward<'a>(&'a BTreeSet<String>);

impl VisitMut for Outward<'_> {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        let is_here = path.leading_colon.is_none()
            && path.segments.len() == 1
            && path
                .segments
                .first()
                .is_some_and(|first| self.0.contains(&first.ident.to_string()));
        if is_here {
            *path = parse_quote! { super::#path };
        }
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
    }
}
