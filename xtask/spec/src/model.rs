//! The objects of OpenAPI 3.0 as a table: which members each has, and what stands in them.
//!
//! One table serves two ends: it finds every schema, parameter and response of a document, wherever it stands,
//! and it knows a misspelled key from a member. Callbacks and links are left out: none of our specs needs
//! them, and no rule or generator of ours reads them.

use serde_json::Value;

use super::place::Place;

/// What stands in a member.
#[derive(Clone, Copy)]
pub enum Shape {
    /// A plain value, or one that is the API's own (an example).
    Plain,
    /// An object.
    One(Kind),
    /// A list of objects.
    List(Kind),
    /// Objects by name.
    Map(Kind),
}

/// Makes the kinds of a table of them: each has its name in a sentence and its members. What stands in a member is reported
/// behind it: `=> Kind`, `=> [Kind]` for a list, `=> {Kind}` for objects by name, nothing for a plain value.
macro_rules! kinds {
    ($($kind:ident $name:literal: $($member:literal $(=> $shape:tt)?),+;)+) => {
        /// A kind of object in an OpenAPI document.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
        pub enum Kind {
            $(#[doc = concat!("What a sentence calls ", $name, ".")] $kind,)+
        }

        impl Kind {
            /// The kind in a sentence.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }

            /// The members that an object of this kind may have, our extensions among them.
            pub fn members(self) -> &'static [(&'static str, Shape)] {
                match self {
                    $(Self::$kind => &[$(($member, kinds!(@shape $($shape)?))),+],)+
                }
            }
        }
    };
    (@shape) => { Shape::Plain };
    (@shape [$kind:ident]) => { Shape::List(Kind::$kind) };
    (@shape {$kind:ident}) => { Shape::Map(Kind::$kind) };
    (@shape $kind:ident) => { Shape::One(Kind::$kind) };
}

kinds! {
    Root "the document":
        "openapi", "info" => Info, "externalDocs" => ExternalDocs, "servers" => [Server], "security", "tags" => [Tag],
        "paths" => {PathItem}, "components" => Components;
    Info "`info`": "title", "description", "termsOfService", "contact" => Contact, "license" => License, "version";
    Contact "a contact": "name", "url", "email";
    License "a licence": "name", "url", "x-oai-license-identifier";
    Server "a server": "url", "description", "variables" => {ServerVariable};
    ServerVariable "a server variable": "enum", "default", "description";
    Tag "a tag": "name", "description", "externalDocs" => ExternalDocs;
    ExternalDocs "`externalDocs`": "description", "url";
    PathItem "a path item":
        "$ref", "summary", "description", "servers" => [Server], "parameters" => [Parameter],
        "get" => Operation, "put" => Operation, "post" => Operation, "delete" => Operation, "options" => Operation,
        "head" => Operation, "patch" => Operation, "trace" => Operation;
    Operation "an operation":
        "operationId", "tags", "summary", "description", "externalDocs" => ExternalDocs, "deprecated", "security",
        "servers" => [Server], "parameters" => [Parameter], "requestBody" => RequestBody, "responses" => {Response},
        "x-paging" => Paging, "x-read-only";
    Paging "`x-paging`": "style", "page", "size", "token", "items", "total", "more", "next";
    Parameter "a parameter":
        "name", "in", "description", "required", "deprecated", "allowEmptyValue", "allowReserved", "style", "explode",
        "schema" => Schema, "content" => {MediaType}, "example", "examples" => {Example};
    RequestBody "a request body": "description", "required", "content" => {MediaType};
    Response "a response": "description", "headers" => {Header}, "content" => {MediaType};
    Header "a header":
        "description", "required", "deprecated", "style", "explode",
        "schema" => Schema, "content" => {MediaType}, "example", "examples" => {Example};
    MediaType "a media type": "schema" => Schema, "example", "examples" => {Example}, "encoding" => {Encoding};
    Encoding "an encoding": "contentType", "headers" => {Header}, "style", "explode", "allowReserved";
    Example "a named example": "summary", "description", "value", "externalValue";
    Schema "a schema":
        "title", "description", "type", "format", "nullable", "default", "example",
        "enum", "x-enum-varnames", "x-enum-descriptions",
        "multipleOf", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "minLength", "maxLength", "pattern",
        "minItems", "maxItems", "uniqueItems", "items" => Schema, "minProperties", "maxProperties", "required",
        "properties" => {Schema}, "additionalProperties" => Schema, "allOf" => [Schema], "oneOf" => [Schema],
        "anyOf" => [Schema], "not" => Schema, "discriminator" => Discriminator, "readOnly", "writeOnly", "xml",
        "externalDocs" => ExternalDocs, "deprecated";
    Discriminator "a discriminator": "propertyName", "mapping";
    Components "`components`":
        "schemas" => {Schema}, "parameters" => {Parameter}, "requestBodies" => {RequestBody}, "responses" => {Response},
        "headers" => {Header}, "examples" => {Example}, "securitySchemes" => {SecurityScheme};
    SecurityScheme "a security scheme":
        "type", "description", "name", "in", "scheme", "bearerFormat", "openIdConnectUrl", "flows" => Flows;
    Flows "`flows`": "implicit" => Flow, "password" => Flow, "clientCredentials" => Flow, "authorizationCode" => Flow;
    Flow "an OAuth flow": "authorizationUrl", "tokenUrl", "refreshUrl", "scopes", "x-token-urls";
}

impl Kind {
    /// Whether a `$ref` may stand in the object's place.
    pub fn is_referable(self) -> bool {
        use Kind::{Example, Header, Parameter, RequestBody, Response, Schema, SecurityScheme};
        matches!(
            self,
            Parameter | RequestBody | Response | Header | Example | Schema | SecurityScheme
        )
    }
}

/// An object of the document, and what kind it is of.
pub struct Node<'d> {
    /// What kind of object it is.
    pub kind: Kind,
    /// Where it stands.
    pub place: Place<'d>,
}

impl Node<'_> {
    /// Whether a `$ref` stands in the object's place.
    pub fn is_reference(&self) -> bool {
        self.kind.is_referable() && self.place.reference().is_some()
    }
}

/// Every object that the table knows, parents before their parts, in the order of the file.
pub fn walk(root: &Value) -> Vec<Node<'_>> {
    let mut nodes = Vec::new();
    visit(Kind::Root, Place::root(root), &mut nodes);
    nodes
}

/// The JSON pointers of all objects of a kind, parents before their parts.
pub fn pointers(document: &Value, kind: Kind) -> Vec<String> {
    let nodes = walk(document).into_iter().filter(|node| node.kind == kind);
    nodes.map(|node| node.place.pointer).collect()
}

fn visit<'d>(kind: Kind, place: Place<'d>, nodes: &mut Vec<Node<'d>>) {
    // `additionalProperties: true` is a plain value where a schema could stand; a wrong type is for serde to refuse.
    if !place.value.is_object() && kind != Kind::Root {
        return;
    }
    let members = place.members();
    let node = Node { kind, place };
    let is_reference = node.is_reference();
    nodes.push(node);
    if is_reference {
        return;
    }
    for (name, member) in members {
        let shape = kind.members().iter().find(|(known, _)| *known == name);
        let (inner, objects) = match shape.map_or(Shape::Plain, |(_, shape)| *shape) {
            Shape::Plain => continue,
            Shape::One(inner) => (inner, vec![member]),
            Shape::List(inner) => (inner, member.entries()),
            Shape::Map(inner) => (inner, member.members().into_iter().map(|(_, object)| object).collect()),
        };
        objects.into_iter().for_each(|object| visit(inner, object, nodes));
    }
}
