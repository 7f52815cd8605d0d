//! The objects of OpenAPI 3.0 as a table: which members each has, and what stands in them.
//!
//! One table serves two ends: it finds every schema, parameter and response of a document, wherever it stands,
//! and it knows a misspelled key from a member. Callbacks and links are left out: none of our specs needs
//! them, and no rule or generator of ours reads them.

use serde_json::Value;

use super::place::Place;

/// A kind of object in an OpenAPI document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The document itself.
    Root,
    /// What the API is called, its version, its terms.
    Info,
    /// Whom to ask.
    Contact,
    /// The licence of the document.
    License,
    /// Where the API is served.
    Server,
    /// A part of a server's URL that varies.
    ServerVariable,
    /// A group of operations.
    Tag,
    /// Where more is written.
    ExternalDocs,
    /// A path and its operations.
    PathItem,
    /// A method of a path.
    Operation,
    /// A parameter of an operation or path.
    Parameter,
    /// What a request carries.
    RequestBody,
    /// An answer by its status.
    Response,
    /// A header of an answer.
    Header,
    /// A body of one media type.
    MediaType,
    /// How a part of a form is sent.
    Encoding,
    /// An example with a name.
    Example,
    /// What a value may be.
    Schema,
    /// What tells the choices of a schema apart.
    Discriminator,
    /// What references lead to.
    Components,
    /// How callers prove who they are.
    SecurityScheme,
    /// The OAuth flows of a scheme.
    Flows,
    /// One OAuth flow.
    Flow,
}

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

use Kind::*;
use Shape::{List, Map, One, Plain};

impl Kind {
    /// The kind in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Root => "the document",
            Info => "`info`",
            Contact => "a contact",
            License => "a licence",
            Server => "a server",
            ServerVariable => "a server variable",
            Tag => "a tag",
            ExternalDocs => "`externalDocs`",
            PathItem => "a path item",
            Operation => "an operation",
            Parameter => "a parameter",
            RequestBody => "a request body",
            Response => "a response",
            Header => "a header",
            MediaType => "a media type",
            Encoding => "an encoding",
            Example => "a named example",
            Schema => "a schema",
            Discriminator => "a discriminator",
            Components => "`components`",
            SecurityScheme => "a security scheme",
            Flows => "`flows`",
            Flow => "an OAuth flow",
        }
    }

    /// Whether a `$ref` may stand in the object's place.
    pub fn is_referable(self) -> bool {
        matches!(
            self,
            Parameter | RequestBody | Response | Header | Example | Schema | SecurityScheme
        )
    }

    /// The members that an object of this kind may have, our extensions among them.
    pub fn members(self) -> &'static [(&'static str, Shape)] {
        match self {
            Root => &[
                ("openapi", Plain),
                ("info", One(Info)),
                ("externalDocs", One(ExternalDocs)),
                ("servers", List(Server)),
                ("security", Plain),
                ("tags", List(Tag)),
                ("paths", Map(PathItem)),
                ("components", One(Components)),
            ],
            Info => &[
                ("title", Plain),
                ("description", Plain),
                ("termsOfService", Plain),
                ("contact", One(Contact)),
                ("license", One(License)),
                ("version", Plain),
            ],
            Contact => &[("name", Plain), ("url", Plain), ("email", Plain)],
            License => &[("name", Plain), ("url", Plain)],
            Server => &[
                ("url", Plain),
                ("description", Plain),
                ("variables", Map(ServerVariable)),
            ],
            ServerVariable => &[("enum", Plain), ("default", Plain), ("description", Plain)],
            Tag => &[
                ("name", Plain),
                ("description", Plain),
                ("externalDocs", One(ExternalDocs)),
            ],
            ExternalDocs => &[("description", Plain), ("url", Plain)],
            PathItem => &[
                ("$ref", Plain),
                ("summary", Plain),
                ("description", Plain),
                ("servers", List(Server)),
                ("parameters", List(Parameter)),
                ("get", One(Operation)),
                ("put", One(Operation)),
                ("post", One(Operation)),
                ("delete", One(Operation)),
                ("options", One(Operation)),
                ("head", One(Operation)),
                ("patch", One(Operation)),
                ("trace", One(Operation)),
            ],
            Operation => &[
                ("operationId", Plain),
                ("tags", Plain),
                ("summary", Plain),
                ("description", Plain),
                ("externalDocs", One(ExternalDocs)),
                ("deprecated", Plain),
                ("security", Plain),
                ("servers", List(Server)),
                ("parameters", List(Parameter)),
                ("requestBody", One(RequestBody)),
                ("responses", Map(Response)),
                ("x-paging", Plain),
                ("x-read-only", Plain),
            ],
            Parameter => &[
                ("name", Plain),
                ("in", Plain),
                ("description", Plain),
                ("required", Plain),
                ("deprecated", Plain),
                ("allowEmptyValue", Plain),
                ("allowReserved", Plain),
                ("style", Plain),
                ("explode", Plain),
                ("schema", One(Schema)),
                ("content", Map(MediaType)),
                ("example", Plain),
                ("examples", Map(Example)),
            ],
            RequestBody => &[("description", Plain), ("required", Plain), ("content", Map(MediaType))],
            Response => &[
                ("description", Plain),
                ("headers", Map(Header)),
                ("content", Map(MediaType)),
            ],
            Header => &[
                ("description", Plain),
                ("required", Plain),
                ("deprecated", Plain),
                ("style", Plain),
                ("explode", Plain),
                ("schema", One(Schema)),
                ("content", Map(MediaType)),
                ("example", Plain),
                ("examples", Map(Example)),
            ],
            MediaType => &[
                ("schema", One(Schema)),
                ("example", Plain),
                ("examples", Map(Example)),
                ("encoding", Map(Encoding)),
            ],
            Encoding => &[
                ("contentType", Plain),
                ("headers", Map(Header)),
                ("style", Plain),
                ("explode", Plain),
                ("allowReserved", Plain),
            ],
            Example => &[
                ("summary", Plain),
                ("description", Plain),
                ("value", Plain),
                ("externalValue", Plain),
            ],
            Schema => &[
                ("title", Plain),
                ("description", Plain),
                ("type", Plain),
                ("format", Plain),
                ("nullable", Plain),
                ("default", Plain),
                ("example", Plain),
                ("enum", Plain),
                ("x-enum-varnames", Plain),
                ("x-enum-descriptions", Plain),
                ("multipleOf", Plain),
                ("minimum", Plain),
                ("exclusiveMinimum", Plain),
                ("maximum", Plain),
                ("exclusiveMaximum", Plain),
                ("minLength", Plain),
                ("maxLength", Plain),
                ("pattern", Plain),
                ("minItems", Plain),
                ("maxItems", Plain),
                ("uniqueItems", Plain),
                ("items", One(Schema)),
                ("minProperties", Plain),
                ("maxProperties", Plain),
                ("required", Plain),
                ("properties", Map(Schema)),
                ("additionalProperties", One(Schema)),
                ("allOf", List(Schema)),
                ("oneOf", List(Schema)),
                ("anyOf", List(Schema)),
                ("not", One(Schema)),
                ("discriminator", One(Discriminator)),
                ("readOnly", Plain),
                ("writeOnly", Plain),
                ("xml", Plain),
                ("externalDocs", One(ExternalDocs)),
                ("deprecated", Plain),
            ],
            Discriminator => &[("propertyName", Plain), ("mapping", Plain)],
            Components => &[
                ("schemas", Map(Schema)),
                ("parameters", Map(Parameter)),
                ("requestBodies", Map(RequestBody)),
                ("responses", Map(Response)),
                ("headers", Map(Header)),
                ("examples", Map(Example)),
                ("securitySchemes", Map(SecurityScheme)),
            ],
            SecurityScheme => &[
                ("type", Plain),
                ("description", Plain),
                ("name", Plain),
                ("in", Plain),
                ("scheme", Plain),
                ("bearerFormat", Plain),
                ("openIdConnectUrl", Plain),
                ("flows", One(Flows)),
            ],
            Flows => &[
                ("implicit", One(Flow)),
                ("password", One(Flow)),
                ("clientCredentials", One(Flow)),
                ("authorizationCode", One(Flow)),
            ],
            Flow => &[
                ("authorizationUrl", Plain),
                ("tokenUrl", Plain),
                ("refreshUrl", Plain),
                ("scopes", Plain),
            ],
        }
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
    visit(Root, Place::root(root), &mut nodes);
    nodes
}

fn visit<'d>(kind: Kind, place: Place<'d>, nodes: &mut Vec<Node<'d>>) {
    // `additionalProperties: true` is a plain value where a schema could stand; a wrong type is for serde to refuse.
    if !place.value.is_object() {
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
        match shape.map_or(Plain, |(_, shape)| *shape) {
            Plain => {}
            One(inner) => visit(inner, member, nodes),
            List(inner) => {
                for entry in member.entries() {
                    visit(inner, entry, nodes);
                }
            }
            Map(inner) => {
                for (_, value) in member.members() {
                    visit(inner, value, nodes);
                }
            }
        }
    }
}
