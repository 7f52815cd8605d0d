//! The example of each operation: a call with all that it needs, in the values of the spec's own examples.
//!
//! It is a documentation test of the crate, so that it compiles. Nothing in it hinders rustdoc from compiling all examples
//! of a crate as one program.

use std::collections::BTreeSet;

use anyhow::Context;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;
use xtask_spec::api::Api;
use xtask_spec::document::Fault;
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

use super::names::{camel, id, shouty, snake};
use super::view::forms;

/// How many entries of a list are shown.
const SHOWN: usize = 2;

/// The example of an operation, as a block of code of its documentation.
///
/// # Errors
/// If the spec has no example of something that the call needs.
pub fn generate(api: &Api, spec: &Spec, operation: &Operation) -> anyhow::Result<String> {
    let mut example = Example::new(api, spec);
    let statements = example.statements(operation)?;
    let code = super::client::print(quote! { fn example() { #statements } })?;
    let library = library(api);
    let mut lines = vec!["```no_run".to_owned()];
    if let Some(imports) = example.imports(api) {
        lines.extend(super::client::print(imports)?.lines().map(str::to_owned));
        lines.push(String::new());
    }
    let secrets = example.secrets.iter();
    let secrets: String = secrets
        .map(|name| format!(", {name}: {library}::avepoint_core::SecretText"))
        .collect();
    lines.push(format!(
        "# async fn example(client: {library}::Client{secrets}) -> Result<(), {library}::Error> {{"
    ));
    let body = code.lines().filter(|line| line.starts_with("    "));
    lines.extend(body.map(|line| line[4..].to_owned()));
    lines.extend(["# Ok(())", "# }", "```"].map(str::to_owned));
    Ok(lines.join("\n"))
}

/// The same example as a program, which takes the address, the token and the secrets from the environment.
///
/// # Errors
/// If the spec has no example of something that the call needs.
pub fn program(api: &Api, spec: &Spec, operation: &Operation) -> anyhow::Result<String> {
    let mut example = Example::new(api, spec);
    let statements = example.statements(operation)?;
    let library = library(api);
    let imports = example.imports(api);
    let secrets = example.secrets.iter().map(|name| {
        let variable = shouty(&name.to_string()).to_string();
        quote! { let #name = std::env::var(#variable)?; }
    });
    let program = super::client::print(quote! {
        #imports
        use #library::{Client, StaticToken};

        #[tokio::main]
        async fn main() -> Result<(), Box<dyn std::error::Error>> {
            let token = StaticToken::new(std::env::var("AVEPOINT_ACCESS_TOKEN")?);
            let url = std::env::var("AVEPOINT_BASE_URL")?;
            let client = Client::builder().base_url(url).credential(token).build()?;
            #(#secrets)*
            #statements
            Ok(())
        }
    })?;
    // The printer leaves no line between items.
    Ok(program.replacen("\n#[tokio", "\n\n#[tokio", 1))
}

/// The crate of an API, as code names it.
fn library(api: &Api) -> Ident {
    format_ident!("avepoint_{}", api.name.replace('-', "_"))
}

struct Example<'a, 'd> {
    spec: &'a Spec<'d>,
    /// Whether the builders of exports have `start`.
    has_exports: bool,
    /// The types that are named.
    types: BTreeSet<Ident>,
    /// The secrets, which an example does not hold.
    secrets: BTreeSet<Ident>,
}

impl<'a, 'd> Example<'a, 'd> {
    fn new(api: &Api, spec: &'a Spec<'d>) -> Self {
        Self {
            spec,
            // The handle of an export's job is no part of the spec: the crate has it, written by hand.
            has_exports: api.crate_folder().join("src/export.rs").exists(),
            types: BTreeSet::new(),
            secrets: BTreeSet::new(),
        }
    }

    /// The import of the types that are named.
    fn imports(&self, api: &Api) -> Option<TokenStream> {
        let (library, types) = (library(api), &self.types);
        (!types.is_empty()).then(|| quote! { use #library::types::{#(#types),*}; })
    }

    fn statements(&mut self, operation: &Operation<'d>) -> anyhow::Result<TokenStream> {
        let method = snake(id(operation));
        let mut setters = Vec::new();
        for parameter in self.spec.parameters(operation) {
            let described = parameter.described;
            if described.says("required") {
                let name = described.text("name").context("a parameter without a name")?;
                let schema = described.get("schema").context("a parameter without a schema")?;
                let value = self.value(&schema, &self.shown(&described)?, name)?;
                let setter = snake(name);
                setters.push(quote! { .#setter(#value) });
            }
        }
        let body = self.body(operation)?;
        let body = body.map(|body| {
            setters.push(quote! { .body(body) });
            quote! { let body = #body; }
        });
        let call = quote! { client.#method()#(#setters)* };
        let used = self.used(operation, &call)?;
        Ok(quote! { #body #used })
    }

    /// What is done with the answer.
    fn used(&self, operation: &Operation<'d>, call: &TokenStream) -> anyhow::Result<TokenStream> {
        let id = id(operation);
        if self.has_exports && id.starts_with("export") {
            return Ok(quote! {
                let job = #call.start().await?;
                job.download_to("report.zip").await?;
            });
        }
        let Some(answer) = self.spec.answer(operation) else {
            return Ok(match self.spec.is_file(operation) {
                true => quote! {
                    let mut file = #call.send().await?.into_inner();
                    while let Some(piece) = file.next().await {
                        let piece = piece?;
                        println!("{} bytes", piece.len());
                    }
                },
                false => quote! { #call.send().await?; },
            });
        };
        let subject = subject(id);
        if let Some(paging) = operation.place.get("x-paging") {
            let list = paging.text("items").and_then(|items| self.spec.member(&answer, items));
            let entry = list.and_then(|list| self.spec.schema(&list)?.get("items"));
            let entry = entry.with_context(|| format!("the list of {id} has no entries"))?;
            let name = snake(entry.referenced().unwrap_or("entry"));
            let name = if name == subject { format_ident!("entry") } else { name };
            let printed = self.printed(operation, &name, &entry);
            return Ok(quote! {
                let mut #subject = #call.stream();
                while let Some(#name) = #subject.next().await {
                    let #name = #name?;
                    #printed
                }
            });
        }
        let name = if operation.method == "get" {
            subject
        } else {
            format_ident!("response")
        };
        let printed = self.printed(operation, &name, &answer);
        Ok(quote! {
            let #name = #call.send().await?;
            #printed
        })
    }

    /// A look at the member of an object that says most of it: the one that the operation says to read, as where an answer
    /// tells of a failure; or the first that is a value and no id or secret; or else the first.
    fn printed(&self, operation: &Operation<'d>, object: &Ident, schema: &Place<'d>) -> TokenStream {
        let properties = self.spec.properties(schema);
        let description = operation.place.text("description").unwrap_or_default();
        let is_outcome = |(name, _): &&(&str, Place)| description.contains(&format!("read `{name}`"));
        let is_plain = |(name, member): &&(&str, Place)| {
            let kind = self.spec.type_of(member);
            let format = self.spec.schema(member).and_then(|member| member.text("format"));
            matches!(kind, Some("string" | "integer" | "number" | "boolean"))
                && format != Some("password")
                && !name.to_lowercase().ends_with("id")
        };
        let outcome = properties.iter().find(is_outcome);
        let found = outcome
            .or_else(|| properties.iter().find(is_plain))
            .or_else(|| properties.first());
        match found.map(|(name, _)| snake(name)) {
            Some(member) => quote! { println!("{:?}", #object.#member); },
            None => quote! { println!("{:?}", #object); },
        }
    }

    /// The body, if the call needs one that is not empty.
    fn body(&mut self, operation: &Operation<'d>) -> anyhow::Result<Option<TokenStream>> {
        let (Some(body), Some(schema)) = (self.spec.request_body(operation), self.spec.body(operation)) else {
            return Ok(None);
        };
        let target = self.spec.schema(&schema).context("a body without a schema")?;
        let is_needed = target.text("type") != Some("object") || !target.texts("required").is_empty();
        if !is_needed || !body.says("required") {
            return Ok(None);
        }
        let media = body
            .get("content")
            .and_then(|content| content.parts().into_iter().next());
        let shown = self.shown(&media.context("a body without content")?)?;
        self.value(&schema, &shown, "body").map(Some)
    }

    /// A value of an example, as a setter takes it.
    fn value(&mut self, schema: &Place<'d>, example: &Place<'d>, name: &str) -> anyhow::Result<TokenStream> {
        let target = self.spec.schema(schema).context("a reference without a target")?;
        if target.text("format") == Some("password") {
            let name = snake(name);
            self.secrets.insert(name.clone());
            return Ok(quote! { #name });
        }
        if let Some(codes) = target.get("enum") {
            let (names, shown) = (target.texts("x-enum-varnames"), spelled(example.value));
            let index = codes.entries().iter().position(|code| spelled(code.value) == shown);
            let variant = index.and_then(|index| names.get(index).copied());
            // Some requests spell the name.
            let variant = variant.or_else(|| names.iter().copied().find(|name| *name == shown));
            let wrong = || {
                self.fault(
                    example,
                    format!("{shown} is no code of `{name}`"),
                    "write one of its codes",
                )
            };
            let variant = variant.ok_or_else(wrong)?;
            let (ty, variant) = (self.named(&target.name()), format_ident!("{variant}"));
            return Ok(quote! { #ty::#variant });
        }
        if target.get("properties").is_some() || target.text("type") == Some("object") {
            return self.object(&target, example);
        }
        if let Some(forms) = forms(self.spec, &target) {
            let components = self.spec.components("schemas");
            let objects = components.iter().filter(|(name, _)| forms.contains(name));
            let object = objects
                .map(|(_, object)| object)
                .filter(|object| fits(self.spec, object, example))
                .max_by_key(|object| object.texts("required").len());
            let wrong = || {
                self.fault(
                    example,
                    format!("this is none of the objects of `{name}`"),
                    "write one of them",
                )
            };
            let object = object.ok_or_else(wrong)?;
            return self.object(object, example);
        }
        let choices: Vec<_> = ["anyOf", "oneOf"]
            .into_iter()
            .flat_map(|key| target.entries_of(key))
            .collect();
        if !choices.is_empty() {
            // One entry stands for a list of one, as the object itself.
            let one = example.entries().into_iter().next().unwrap_or_else(|| example.clone());
            let value = choices.iter().find_map(|choice| self.value(choice, &one, name).ok());
            let wrong = || {
                self.fault(
                    example,
                    format!("`{name}` cannot be this"),
                    "write what its schema allows",
                )
            };
            return Ok(value.ok_or_else(wrong)?);
        }
        match example.value {
            Value::Array(_) => {
                let wrong = || self.fault(example, format!("`{name}` is no list"), "write what its schema allows");
                let items = target.get("items").ok_or_else(wrong)?;
                let entries = example.entries().into_iter().take(SHOWN);
                let entries = entries.map(|entry| self.value(&items, &entry, name));
                let entries = entries.collect::<anyhow::Result<Vec<_>>>()?;
                let is_choice = self
                    .spec
                    .schema(&items)
                    .is_some_and(|items| forms(self.spec, &items).is_some());
                Ok(match is_choice && entries.len() > 1 {
                    // Of several types.
                    true => quote! { (#(#entries),*) },
                    false => quote! { [#(#entries),*] },
                })
            }
            Value::String(text) => Ok(quote! { #text }),
            other => {
                let literal = syn::parse_str::<syn::Expr>(&other.to_string());
                let wrong = |_| {
                    self.fault(
                        example,
                        format!("`{name}` cannot be this"),
                        "write what its schema allows",
                    )
                };
                let literal = literal.map_err(wrong)?;
                Ok(quote! { #literal })
            }
        }
    }

    /// The builder of an object, with what it needs.
    fn object(&mut self, schema: &Place<'d>, example: &Place<'d>) -> anyhow::Result<TokenStream> {
        let ty = self.named(&schema.name());
        let required = schema.texts("required");
        let mut setters = Vec::new();
        for (name, member) in self.spec.properties(schema) {
            // What can be one thing only is filled in.
            let codes = self
                .spec
                .schema(&member)
                .map_or(0, |member| member.entries_of("enum").len());
            if required.contains(&name) && codes != 1 {
                let shown = example.get(name);
                let missing = || self.fault(example, format!("`{name}` is missing"), "write all that is required");
                let (setter, value) = (snake(name), self.value(&member, &shown.ok_or_else(missing)?, name)?);
                setters.push(quote! { .#setter(#value) });
            }
        }
        Ok(quote! { #ty::builder()#(#setters)* })
    }

    /// The example of a parameter or of a body.
    fn shown(&self, place: &Place<'d>) -> Result<Place<'d>, Fault> {
        let of_schema = || self.spec.schema(&place.get("schema")?)?.get("example");
        let shown = place.get("example").or_else(of_schema);
        shown.ok_or_else(|| self.fault(place, "there is no example", "write one: the documentation shows it"))
    }

    fn fault(&self, place: &Place, message: impl Into<String>, remedy: &'static str) -> Fault {
        self.spec.document.fault(&place.pointer, message, remedy)
    }

    fn named(&mut self, name: &str) -> Ident {
        let ty = camel(name);
        self.types.insert(ty.clone());
        ty
    }
}

/// Whether an example is of this object: it has what is required, and the one code where there is only one.
fn fits(spec: &Spec, object: &Place, example: &Place) -> bool {
    object.texts("required").iter().all(|name| {
        let codes = spec.member(object, name).and_then(|member| spec.schema(&member));
        let codes = codes.map(|schema| schema.entries_of("enum")).unwrap_or_default();
        match (example.get(name), codes.as_slice()) {
            (Some(shown), [only]) => spelled(shown.value) == spelled(only.value),
            (shown, _) => shown.is_some(),
        }
    })
}

/// A code as text: some are written as numbers in one place and as texts in another.
fn spelled(code: &Value) -> String {
    code.as_str().map_or_else(|| code.to_string(), str::to_owned)
}

/// What a call is about: its name without the verb.
fn subject(id: &str) -> Ident {
    let name = snake(id).to_string();
    let (_, subject) = name.split_once('_').unwrap_or(("", &name));
    snake(subject)
}
