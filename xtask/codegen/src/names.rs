//! The Rust names of what a spec names, made as progenitor makes them.

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span};
use xtask_spec::Operation;

/// The id of an operation; the lint lets none pass without.
pub fn id<'d>(operation: &Operation<'d>) -> &'d str {
    operation.id().unwrap_or_default()
}

/// The name of a method, a field or a parameter.
pub fn snake(name: &str) -> Ident {
    identifier(&name.to_snake_case())
}

/// The name of a type.
pub fn camel(name: &str) -> Ident {
    identifier(&name.to_upper_camel_case())
}

/// The name of a static.
pub fn shouty(name: &str) -> Ident {
    identifier(&name.to_shouty_snake_case())
}

/// An identifier; a reserved word gets an underscore behind it, as in progenitor's code.
fn identifier(name: &str) -> Ident {
    syn::parse_str(name).unwrap_or_else(|_| Ident::new(&format!("{name}_"), Span::call_site()))
}
