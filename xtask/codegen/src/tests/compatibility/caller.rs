//! A program that uses every public item of a generated client, written from the client's syntax.
//!
//! It does with each what a user's program may do: it makes, reads and writes objects, matches values, calls each function
//! with what its arguments take, and needs the traits that a type has. It is type-checked and never run. What it does not
//! know how to use makes it fail, so that no item is left out.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, FnArg, Ident, Item, Meta, Path, ReceiverKind, ReturnType, Type, UseTree, Visibility, parse_quote,
};

use crate::output::Files;

/// Where users find what a file holds.
const PLACES: &[(&str, &[&str])] = &[
    ("mod.rs", &["garden"]),
    ("client.rs", &["garden"]),
    ("enums.rs", &["garden", "types"]),
    ("ids.rs", &["garden", "types"]),
    ("variants.rs", &["garden", "types"]),
    ("operations.rs", &["garden", "operations"]),
    ("paging.rs", &["garden"]),
    ("dynamic.rs", &["garden", "dynamic"]),
];

/// Traits that setters need: they are used by calling these.
const OF_SETTERS: [&str; 2] = ["Argument", "IntoGiven"];

/// The program, as one file.
pub fn write(files: &Files) -> String {
    let parsed = files.iter().map(|(name, text)| {
        let file = syn::parse_file(text).expect("generated code is Rust");
        let (_, place) = PLACES
            .iter()
            .find(|(file, _)| file == name)
            .expect("a file that is known");
        let place: Vec<_> = place.iter().map(|&segment| segment.to_owned()).collect();
        (place, file.items)
    });
    let parsed: Vec<_> = parsed.collect();
    let mut caller = Caller::default();
    for (place, items) in &parsed {
        caller.builders(place, items);
    }
    for (place, items) in &parsed {
        caller.module(place, items);
    }
    let uses = caller.uses;
    let text = quote! {
        #![allow(deprecated, unused)]
        #uses
        /// What the table says of an operation.
        pub fn table(operation: &'static garden::avepoint_core::Operation) {
            use garden::avepoint_core::{Operation, Parameter, RequestBody};
            let Operation { id, method, path, summary, scopes, read_only, deprecated, paging, parameters, body, response, .. } = operation;
            for Parameter { name, location, required, description, constraint, .. } in *parameters {}
            if let Some(RequestBody { required, constraint, .. }) = body {}
            let _: Option<&str> = paging.as_ref().map(|paging| paging.items());
        }
    };
    let file = syn::parse2(text).expect("the caller is Rust");
    prettyplease::unparse(&file)
}

#[derive(Default)]
struct Caller {
    /// The builder of each object that has one, both by their paths.
    builders: BTreeMap<String, Type>,
    uses: TokenStream,
    count: usize,
}

impl Caller {
    /// Finds the builders: what a function without arguments calls `builder` makes.
    fn builders(&mut self, place: &[String], items: &[Item]) {
        for item in items {
            match item {
                Item::Mod(module) => {
                    if let Some((_, items)) = &module.content {
                        self.builders(&within(place, &module.ident), items);
                    }
                }
                Item::Impl(block) if block.trait_.is_none() => {
                    let own = Names::new(place, items).resolved(&block.self_ty);
                    let made = block.items.iter().find_map(|item| match item {
                        syn::ImplItem::Fn(function) if function.sig.ident == "builder" => Some(&function.sig.output),
                        _ => None,
                    });
                    if let Some(ReturnType::Type(_, made)) = made {
                        let made = Names::new(place, items).resolved(made);
                        self.builders.insert(text(&own), made);
                    }
                }
                _ => {}
            }
        }
    }

    fn module(&mut self, place: &[String], items: &[Item]) {
        let names = Names::new(place, items);
        for item in items {
            match item {
                Item::Mod(module) => match &module.content {
                    Some((_, items)) if is_public(&module.vis) => self.module(&within(place, &module.ident), items),
                    // The file of a module, or what users do not see.
                    _ => {}
                },
                Item::Use(import) if is_public(&import.vis) => self.import(place, &import.tree),
                Item::Struct(object) if is_public(&object.vis) => self.object(place, &names, object),
                Item::Enum(choice) if is_public(&choice.vis) => self.choice(place, &names, choice),
                Item::Fn(function) if is_public(&function.vis) => {
                    let path = path(place, &function.sig.ident);
                    self.function(&names, None, &function.sig, &path);
                }
                Item::Static(value) if is_public(&value.vis) => {
                    let (path, kind) = (path(place, &value.ident), names.resolved(&value.ty));
                    self.add(&shown(&path), quote!(), quote!({ let _: &'static #kind = &#path; }));
                }
                Item::Impl(block) => self.block(&names, block),
                Item::Macro(call) => self.defined(place, call),
                Item::Const(value) if !is_public(&value.vis) => {}
                Item::Use(_) | Item::Struct(_) | Item::Enum(_) | Item::Fn(_) | Item::Static(_) => {}
                other => panic!("teach the caller to use `{}`", other.to_token_stream()),
            }
        }
    }

    /// Adds a function with these arguments and this block, and says of which item it is a use.
    fn add(&mut self, item: &str, arguments: TokenStream, block: TokenStream) {
        let name = format_ident!("use_{}", self.count);
        self.count += 1;
        let of = format!(" Use of {item}");
        self.uses
            .extend(quote! { #[doc = #of] pub async fn #name(#arguments) #block });
    }

    /// What is shown under another path.
    fn import(&mut self, place: &[String], tree: &UseTree) {
        for (name, _) in flat(tree, String::new()) {
            // What a glob shows stands in a file of its own, see `PLACES`.
            if name != "*" {
                let (item, alias) = (
                    path(place, &format_ident!("{name}")),
                    format_ident!("Import{}", self.count),
                );
                self.count += 1;
                self.uses.extend(quote! { use #item as #alias; });
            }
        }
    }

    fn object(&mut self, place: &[String], names: &Names, object: &syn::ItemStruct) {
        assert!(object.generics.params.is_empty(), "teach the caller generic objects");
        let own = path(place, &object.ident);
        self.traits(&parse_quote!(#own), &object.attrs);
        let fields = object.fields.iter().enumerate();
        for (index, field) in fields.filter(|(_, field)| is_public(&field.vis)) {
            let kind = names.resolved(&field.ty);
            match &field.ident {
                Some(name) => {
                    let item = shown(&parse_quote!(#own::#name));
                    self.add(
                        &item,
                        quote!(value: #own),
                        quote!({ let #own { #name: field, .. } = value; let _: #kind = field; }),
                    );
                    self.add(
                        &item,
                        quote!(value: &mut #own, new: #kind),
                        quote!({ value.#name = new; }),
                    );
                }
                None => {
                    let (item, index) = (shown(&own), syn::Index::from(index));
                    self.add(&item, quote!(value: #own), quote!({ let _: #kind = value.#index; }));
                    if object.fields.len() == 1 && !is_extensible(&object.attrs) {
                        self.add(&item, quote!(value: #kind), quote!({ let #own(_) = #own(value); }));
                    }
                }
            }
        }
    }

    fn choice(&mut self, place: &[String], names: &Names, choice: &syn::ItemEnum) {
        let own = path(place, &choice.ident);
        self.traits(&parse_quote!(#own), &choice.attrs);
        for variant in &choice.variants {
            let name = &variant.ident;
            let syn::Fields::Unnamed(fields) = &variant.fields else {
                panic!("teach the caller the variant `{name}`");
            };
            let kinds: Vec<_> = fields.unnamed.iter().map(|field| names.resolved(&field.ty)).collect();
            let values: Vec<_> = (0..kinds.len()).map(|index| format_ident!("value{index}")).collect();
            let item = shown(&parse_quote!(#own::#name));
            self.add(
                &item,
                quote!(value: #own),
                quote!({ match value { #own::#name(#(#values),*) => { #(let _: #kinds = #values;)* } _ => {} } }),
            );
            self.add(
                &item,
                quote!(#(#values: #kinds),*),
                quote!({ let _: #own = #own::#name(#(#values),*); }),
            );
        }
    }

    /// Needs the traits that a type derives, and those that the compiler finds.
    fn traits(&mut self, own: &Type, attributes: &[Attribute]) {
        let mut derived = Vec::new();
        for attribute in attributes {
            let Meta::List(list) = &attribute.meta else { continue };
            let paths = if list.path.is_ident("derive") {
                list.parse_args_with(syn::punctuated::Punctuated::<Path, syn::Token![,]>::parse_terminated)
            } else if list.path.is_ident("cfg_attr") {
                assert!(
                    list.tokens.to_string().contains("JsonSchema"),
                    "teach the caller `{}`",
                    list.tokens
                );
                Ok(parse_quote!(::schemars::JsonSchema))
            } else {
                continue;
            };
            derived.extend(paths.expect("paths"));
        }
        let derived = derived.iter().map(|path| match last(path).to_string().as_str() {
            "Deserialize" => quote!(serde::de::DeserializeOwned),
            "Serialize" => quote!(serde::Serialize),
            "JsonSchema" => quote!(schemars::JsonSchema),
            "Debug" => quote!(std::fmt::Debug),
            "Hash" => quote!(std::hash::Hash),
            _ => quote!(#path),
        });
        self.holds(own, quote!(#(#derived +)* Send + Sync + Unpin + 'static));
    }

    fn holds(&mut self, own: &Type, bounds: TokenStream) {
        let item = text(own).replace(' ', "");
        self.add(
            &item.replacen("garden::", "", 1),
            quote!(),
            quote!({ fn holds<T: #bounds>() {} holds::<#own>(); }),
        );
    }

    fn block(&mut self, names: &Names, block: &syn::ItemImpl) {
        let own = names.resolved(&block.self_ty);
        match &block.trait_ {
            Some((path, _)) if OF_SETTERS.iter().any(|name| last(path) == name) => {}
            Some((path, _)) => {
                let bound = match last(path) == "Deserialize" {
                    true => parse_quote!(serde::de::DeserializeOwned),
                    false => path.clone(),
                };
                let only_lifetimes = block.generics.type_params().next().is_none();
                assert!(only_lifetimes, "teach the caller `{}`", path.to_token_stream());
                let bound: Type = names.resolved(&parse_quote!(#bound));
                self.holds(&own, quote!(#bound));
            }
            None => {
                for item in &block.items {
                    match item {
                        syn::ImplItem::Fn(function) if is_public(&function.vis) => {
                            let name = &function.sig.ident;
                            self.function(names, Some(&own), &function.sig, &parse_quote!(#own::#name));
                        }
                        syn::ImplItem::Fn(_) => {}
                        other => panic!("teach the caller to use `{}`", other.to_token_stream()),
                    }
                }
            }
        }
    }

    /// Calls a function with all that its arguments take.
    fn function(&mut self, names: &Names, own: Option<&Type>, signature: &syn::Signature, path: &Path) {
        let (mut arguments, mut values) = (Vec::new(), Vec::new());
        let (item, mut callee) = (shown(path), quote!(#path));
        for (index, argument) in signature.inputs.iter().enumerate() {
            match argument {
                FnArg::Receiver(receiver) => {
                    let (own, name) = (own.expect("a method has a type"), &signature.ident);
                    arguments.push(vec![match &receiver.kind {
                        ReceiverKind::Value => quote!(this: #own),
                        ReceiverKind::Reference(_, _, None) => quote!(this: &#own),
                        ReceiverKind::Reference(_, _, Some(_)) => quote!(this: &mut #own),
                        _ => panic!("teach the caller `{}`", receiver.to_token_stream()),
                    }]);
                    // As users write it.
                    callee = quote!(this.#name);
                }
                FnArg::Typed(argument) => {
                    let value = format_ident!("value{index}");
                    let kinds = self.taken(names, own, &argument.ty).into_iter();
                    arguments.push(kinds.map(|kind| quote!(#value: #kind)).collect());
                    values.push(value);
                }
            }
        }
        let result = match &signature.output {
            ReturnType::Default => quote!(()),
            ReturnType::Type(_, kind) => names.of(own, kind).into_token_stream(),
        };
        let wait = signature.asyncness.map(|_| quote!(.await));
        let call = quote!({ let _: #result = #callee(#(#values),*)#wait; });
        // Each of its ways for each argument.
        let most = arguments.iter().map(Vec::len).max().unwrap_or(1);
        for way in 0..most {
            let arguments = arguments.iter().map(|ways| &ways[way.min(ways.len() - 1)]);
            self.add(&item, quote!(#(#arguments),*), call.clone());
        }
        if signature.asyncness.is_some() {
            let sent = quote!({ fn sent<T: Send>(_: T) {} sent(#callee(#(#values),*)); });
            let arguments = arguments.iter().map(|ways| &ways[0]);
            self.add(&item, quote!(#(#arguments),*), sent);
        }
    }

    /// The types of what an argument takes.
    fn taken(&self, names: &Names, own: Option<&Type>, kind: &Type) -> Vec<Type> {
        let Type::ImplTrait(taken) = kind else {
            return vec![names.of(own, kind)];
        };
        let bound = taken.bounds.iter().find_map(|bound| match bound {
            syn::TypeParamBound::Trait(bound) => Some(&bound.path),
            _ => None,
        });
        let bound = bound.expect("a trait");
        let last = bound.segments.last().expect("a name");
        let of = match &last.arguments {
            syn::PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
                Some(syn::GenericArgument::Type(kind)) => Some(names.of(own, kind)),
                _ => None,
            },
            syn::PathArguments::Parenthesized(signature) => {
                assert_eq!(last.ident, "FnOnce", "teach the caller `{}`", bound.to_token_stream());
                let inputs = signature.inputs.iter().map(|input| names.of(own, &input.ty));
                let ReturnType::Type(_, result) = &signature.output else {
                    panic!("teach the caller `{}`", bound.to_token_stream());
                };
                let result = names.of(own, result);
                return vec![parse_quote!(fn(#(#inputs),*) -> #result)];
            }
            syn::PathArguments::None => None,
        };
        let of = of.unwrap_or_else(|| panic!("teach the caller `{}`", bound.to_token_stream()));
        let mut kinds: Vec<Type> = match last.ident.to_string().as_str() {
            "Argument" => vec![parse_quote!(#of), parse_quote!(Option<#of>)],
            "Arguments" => vec![parse_quote!(Vec<#of>), parse_quote!(Option<[#of; 2]>)],
            "Into" => vec![of.clone()],
            _ => panic!("teach the caller `{}`", bound.to_token_stream()),
        };
        if let Some(builder) = self.builders.get(&text(&of)) {
            kinds.push(if last.ident == "Arguments" {
                parse_quote!(Vec<#builder>)
            } else {
                builder.clone()
            });
        }
        kinds
    }

    /// What a macro of the core crate defines: codes, or an id.
    fn defined(&mut self, place: &[String], call: &syn::ItemMacro) {
        let name = last(&call.mac.path).to_string();
        let tokens = call.mac.tokens.clone();
        let traits = quote!(
            Clone
                + std::fmt::Debug
                + Eq
                + std::hash::Hash
                + std::fmt::Display
                + std::str::FromStr
                + serde::Serialize
                + serde::de::DeserializeOwned
                + schemars::JsonSchema
                + Send
                + Sync
                + Unpin
                + 'static
        );
        match name.as_str() {
            "id" => {
                let object: syn::ItemStruct = syn::parse2(tokens).expect("the form of `id!`");
                let own = path(place, &object.ident);
                let from = quote!(for<'a> TryFrom<&'a str> + for<'a> TryFrom<&'a String> + TryFrom<String> + for<'a> From<&'a #own>);
                self.holds(&parse_quote!(#own), quote!(#traits + Ord + AsRef<str> + #from));
                self.add(
                    &shown(&own),
                    quote!(value: &#own),
                    quote!({
                        let _: &str = value.as_str();
                    }),
                );
            }
            "open_enum" => {
                let codes: Codes = syn::parse2(tokens).expect("the form of `open_enum!`");
                let own = path(place, &codes.name);
                let from = quote!(From<i64> + for<'a> From<&'a str> + garden::avepoint_core::OpenEnum);
                self.holds(&parse_quote!(#own), quote!(#traits + #from));
                for variant in &codes.variants {
                    self.add(
                        &shown(&parse_quote!(#own::#variant)),
                        quote!(value: &#own),
                        quote!({ match value { #own::#variant => {} _ => {} } let _ = #own::#variant; }),
                    );
                }
                self.add(
                    &shown(&own),
                    quote!(value: &#own),
                    quote!({
                        if let #own::Unknown(code) = value { let _: &garden::avepoint_core::Code = code; }
                        let _: [Option<&'static str>; 2] = [value.name(), value.description()];
                        let _: bool = value.is_known();
                    }),
                );
            }
            other => panic!("teach the caller the macro `{other}!`"),
        }
    }
}

/// What `open_enum!` is given: its name and those of its variants.
struct Codes {
    name: Ident,
    variants: Vec<Ident>,
}

impl syn::parse::Parse for Codes {
    fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<Self> {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        input.parse::<syn::Token![enum]>()?;
        let name = input.parse()?;
        input.parse::<syn::Token![:]>()?;
        input.parse::<Ident>()?;
        let body;
        syn::braced!(body in input);
        let variants = body.parse_terminated(
            |variant| {
                variant.call(Attribute::parse_outer)?;
                let name = variant.parse::<Ident>()?;
                variant.parse::<syn::Token![=]>()?;
                variant.parse::<syn::Lit>()?;
                Ok(name)
            },
            syn::Token![,],
        )?;
        Ok(Self {
            name,
            variants: variants.into_iter().collect(),
        })
    }
}

/// What the names in a module mean to a user.
struct Names {
    place: Vec<String>,
    /// The types and modules that the module has.
    own: BTreeSet<String>,
    /// What it imports, by name.
    imported: BTreeMap<String, Vec<String>>,
}

impl Names {
    fn new(place: &[String], items: &[Item]) -> Self {
        let own = items.iter().filter_map(|item| match item {
            Item::Struct(object) => Some(object.ident.to_string()),
            Item::Enum(choice) => Some(choice.ident.to_string()),
            Item::Mod(module) => Some(module.ident.to_string()),
            _ => None,
        });
        let imports = items.iter().filter_map(|item| match item {
            Item::Use(import) => Some(flat(&import.tree, String::new())),
            _ => None,
        });
        let imported = imports.flatten().map(|(name, path)| {
            let path = path.split("::").filter(|segment| !segment.is_empty());
            (name, path.map(str::to_owned).collect())
        });
        Self {
            place: place.to_vec(),
            own: own.collect(),
            imported: imported.collect(),
        }
    }

    /// A type as a user writes it.
    fn resolved(&self, kind: &Type) -> Type {
        self.of(None, kind)
    }

    fn of(&self, own: Option<&Type>, kind: &Type) -> Type {
        let mut kind = kind.clone();
        Resolving { names: self, own }.visit_type_mut(&mut kind);
        kind
    }

    /// The path of a name, segment by segment, as a user writes it.
    fn public(&self, mut path: Vec<String>) -> Vec<String> {
        if let Some(imported) = self.imported.get(&path[0]) {
            path.splice(0..1, imported.iter().cloned());
        }
        let mut place = self.place.clone();
        let first = path[0].as_str();
        match first {
            "avepoint_core" => return [&["garden".to_owned()], path.as_slice()].concat(),
            "crate" => {
                place = vec!["garden".to_owned()];
                path.drain(..2);
            }
            "super" => {
                while path[0] == "super" {
                    path.remove(0);
                    // The root of a file that users do not see is beside the others.
                    if place.len() > 1 {
                        place.pop();
                    }
                }
            }
            name if self.own.contains(name) => {}
            _ => return path,
        }
        // Files that users do not see.
        match path[0].as_str() {
            "client" => drop(path.remove(0)),
            "enums" | "ids" | "variants" => path[0] = "types".to_owned(),
            _ => {}
        }
        place.extend(path);
        place
    }
}

struct Resolving<'a> {
    names: &'a Names,
    own: Option<&'a Type>,
}

impl VisitMut for Resolving<'_> {
    fn visit_type_mut(&mut self, kind: &mut Type) {
        if let (Type::Path(path), Some(own)) = (&*kind, self.own)
            && path.path.is_ident("Self")
        {
            *kind = own.clone();
            return;
        }
        visit_mut::visit_type_mut(self, kind);
    }

    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        let segments: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let public = self.names.public(segments.clone());
        if public != segments {
            let arguments = path
                .segments
                .last()
                .map(|segment| segment.arguments.clone())
                .unwrap_or_default();
            let segments = public.iter().map(|segment| format_ident!("{segment}"));
            *path = parse_quote!(#(#segments)::*);
            path.segments.last_mut().expect("a name").arguments = arguments;
        }
    }
}

/// The names that a tree of imports brings, with their paths.
fn flat(tree: &UseTree, before: String) -> Vec<(String, String)> {
    match tree {
        UseTree::Path(path) => flat(&path.tree, format!("{before}::{}", path.ident)),
        UseTree::Name(name) if name.ident == "self" => {
            let name = before.rsplit("::").next().unwrap_or_default().to_owned();
            vec![(name, before)]
        }
        UseTree::Name(name) => vec![(name.ident.to_string(), format!("{before}::{}", name.ident))],
        UseTree::Rename(name) => vec![(name.rename.to_string(), format!("{before}::{}", name.ident))],
        UseTree::Glob(_) => vec![("*".to_owned(), before)],
        UseTree::Group(group) => group.items.iter().flat_map(|tree| flat(tree, before.clone())).collect(),
    }
}

fn within(place: &[String], name: &Ident) -> Vec<String> {
    [place, &[name.to_string()]].concat()
}

fn path(place: &[String], name: &Ident) -> Path {
    let segments = place.iter().map(|segment| format_ident!("{segment}"));
    parse_quote!(#(#segments::)*#name)
}

/// An item as errors name it: without the name of the client.
fn shown(path: &Path) -> String {
    let segments: Vec<_> = path
        .segments
        .iter()
        .skip(1)
        .map(|segment| segment.ident.to_string())
        .collect();
    segments.join("::")
}

fn last(path: &Path) -> &Ident {
    &path.segments.last().expect("a name").ident
}

fn text(kind: &Type) -> String {
    kind.to_token_stream().to_string()
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_extensible(attributes: &[Attribute]) -> bool {
    attributes
        .iter()
        .any(|attribute| attribute.path().is_ident("non_exhaustive"))
}
