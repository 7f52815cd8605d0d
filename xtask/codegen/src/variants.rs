//! `variants.rs`: values that are one of several objects, where only their surroundings say which.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use xtask_spec::Spec;

use super::docs;
use super::names::{camel, snake};
use super::view::{View, forms};

/// The types of such values: the object as it came, and a view of it as each of the documented ones.
pub fn generate(spec: &Spec, view: &View) -> TokenStream {
    let answers = spec.components("schemas").into_iter();
    let answers = answers.filter(|(name, _)| view.answers.contains(*name));
    let types = answers.filter_map(|(name, schema)| {
        let name = camel(name);
        let docs = docs::attributes(&format!(
            "{}\n\nIt is kept as it came; `as_…` reads it as one of the documented objects.",
            docs::in_rust(spec, &schema.description())
        ));
        let views = forms(spec, &schema)?.into_iter().map(|object| {
            let ty = camel(object);
            let method = format_ident!("as_{}", snake(object));
            let doc = format!("Reads the object as a [`types::{ty}`].");
            quote! {
                #[doc = #doc]
                ///
                /// # Errors
                /// If it is not an object.
                #[inline]
                pub fn #method(&self) -> Result<types::#ty, ::avepoint_core::Error> {
                    ::avepoint_core::generated::read_object(&self.0)
                }
            }
        });
        Some(quote! {
            #docs
            #[derive(Clone, Default, PartialEq, Eq, ::serde::Serialize, ::serde::Deserialize)]
            #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
            #[serde(transparent)]
            pub struct #name(pub ::avepoint_core::Json);

            impl #name {
                #(#views)*
            }

            impl ::std::fmt::Debug for #name {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    ::avepoint_core::generated::show(
                        f,
                        &self.0,
                        <super::client::Client as ::avepoint_core::ApiClient>::SECRETS,
                    )
                }
            }
        })
    });
    quote! {
        //! Values that are one of several objects.

        #[allow(unused_imports)]
        use super::client::types;

        #(#types)*
    }
}
