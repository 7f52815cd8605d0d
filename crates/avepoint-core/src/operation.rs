//! What the specification says of each operation, as a static table that clients, tests and command lines read.

/// One operation of an API. The generated `operations` module of each client holds one for every operation.
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// The `operationId` of the specification.
    pub id: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// The permissions that allow the call: any one of the outer list, the lesser first; each names the scopes that it
    /// takes together.
    pub scopes: &'static [&'static [&'static str]],
    /// Whether the call changes nothing, so that it may be sent again.
    pub read_only: bool,
    /// Whether the vendor has replaced the operation.
    pub deprecated: bool,
    /// How the response is split into pages, if it is a list.
    pub paging: Option<Paging>,
    /// The parameters in the path and in the query.
    pub parameters: &'static [Parameter],
    /// The body of the request, if it takes one.
    pub body: Option<RequestBody>,
    /// What a successful response carries.
    pub response: ResponseBody,
}

impl Operation {
    /// An operation with nothing but its address. For use by generated code, as all that follows it.
    #[doc(hidden)]
    pub const fn new(id: &'static str, method: Method, path: &'static str, summary: &'static str) -> Self {
        Operation {
            id,
            method,
            path,
            summary,
            scopes: &[],
            read_only: method.is_read(),
            deprecated: false,
            paging: None,
            parameters: &[],
            body: None,
            response: ResponseBody::Json,
        }
    }

    #[doc(hidden)]
    pub const fn scopes(mut self, scopes: &'static [&'static [&'static str]]) -> Self {
        self.scopes = scopes;
        self
    }

    #[doc(hidden)]
    pub const fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    #[doc(hidden)]
    pub const fn deprecated(mut self) -> Self {
        self.deprecated = true;
        self
    }

    #[doc(hidden)]
    pub const fn paging(mut self, paging: Paging) -> Self {
        self.paging = Some(paging);
        self
    }

    #[doc(hidden)]
    pub const fn parameters(mut self, parameters: &'static [Parameter]) -> Self {
        self.parameters = parameters;
        self
    }

    #[doc(hidden)]
    pub const fn body(mut self, required: bool, constraint: &'static Constraint) -> Self {
        self.body = Some(RequestBody { required, constraint });
        self
    }

    #[doc(hidden)]
    pub const fn response(mut self, response: ResponseBody) -> Self {
        self.response = response;
        self
    }

    /// The permission to grant for the call: the least of those that allow it.
    pub fn scope(&self) -> String {
        self.scopes.first().map(|scopes| scopes.join(" ")).unwrap_or_default()
    }
}

// Two tables never hold the same operation under one id.
impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.path == other.path
    }
}

/// The HTTP method of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names are HTTP's
#[non_exhaustive]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
    Head,
    Options,
}

impl Method {
    /// Whether a request of this method changes nothing, unless the specification says otherwise.
    pub(crate) const fn is_read(self) -> bool {
        matches!(self, Method::Get | Method::Head | Method::Options)
    }

    /// The method's name in a request.
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
            Method::Head => "HEAD",
            Method::Options => "OPTIONS",
        }
    }
}

impl From<Method> for http::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
            Method::Delete => http::Method::DELETE,
            Method::Head => http::Method::HEAD,
            Method::Options => http::Method::OPTIONS,
        }
    }
}

/// How a list is split into pages: the `x-paging` of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Paging {
    /// Pages are requested by number, from 1.
    #[non_exhaustive]
    PageNumber {
        /// What takes the page's number: a query parameter, or `body.` and a member of the body.
        page: &'static str,
        /// What takes the number of entries of a page, likewise.
        size: &'static str,
        /// The member of the response that holds the entries.
        items: &'static str,
        /// Where the response says how many entries there are, as a dotted path.
        total: Option<&'static str>,
        /// Where the response says whether another page follows, likewise.
        more: Option<&'static str>,
    },
    /// Each page contains the token of the next.
    #[non_exhaustive]
    Token {
        /// What takes the token: a query parameter, or `body.` and a member of the body.
        token: &'static str,
        /// What takes the number of entries of a page, likewise.
        size: &'static str,
        /// The member of the response that holds the entries.
        items: &'static str,
        /// Where the response gives the token of the next page, as a dotted path.
        next: &'static str,
    },
    /// The list comes whole.
    #[non_exhaustive]
    Single {
        /// The member of the response that holds the entries.
        items: &'static str,
    },
}

// For use by generated code, as no other crate can write the variants.
#[doc(hidden)]
impl Paging {
    pub const fn page_number(
        page: &'static str,
        size: &'static str,
        items: &'static str,
        total: Option<&'static str>,
        more: Option<&'static str>,
    ) -> Self {
        Paging::PageNumber {
            page,
            size,
            items,
            total,
            more,
        }
    }

    pub const fn token(token: &'static str, size: &'static str, items: &'static str, next: &'static str) -> Self {
        Paging::Token {
            token,
            size,
            items,
            next,
        }
    }

    pub const fn single(items: &'static str) -> Self {
        Paging::Single { items }
    }
}

impl Paging {
    /// The member of the response that holds the entries.
    pub const fn items(&self) -> &'static str {
        match self {
            Paging::PageNumber { items, .. } | Paging::Token { items, .. } | Paging::Single { items } => items,
        }
    }
}

/// A parameter in the path or in the query.
#[derive(Debug)]
#[non_exhaustive]
pub struct Parameter {
    /// The name on the wire.
    pub name: &'static str,
    /// Where it is sent.
    pub location: ParameterLocation,
    /// Whether the call needs it.
    pub required: bool,
    /// Its description.
    pub description: &'static str,
    /// What it may hold.
    pub constraint: &'static Constraint,
}

impl Parameter {
    /// A parameter. For use by generated code.
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        location: ParameterLocation,
        required: bool,
        description: &'static str,
        constraint: &'static Constraint,
    ) -> Self {
        Parameter {
            name,
            location,
            required,
            description,
            constraint,
        }
    }
}

/// Where a parameter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParameterLocation {
    /// In the path.
    Path,
    /// In the query.
    Query,
}

/// The JSON body of a request.
#[derive(Debug)]
#[non_exhaustive]
pub struct RequestBody {
    /// Whether the call needs it.
    pub required: bool,
    /// What it may hold.
    pub constraint: &'static Constraint,
}

/// What the response to a successful call carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseBody {
    /// JSON.
    Json,
    /// Nothing.
    Empty,
    /// A file.
    Bytes,
}

/// What the specification allows a value of a request to be.
#[derive(Debug)]
#[non_exhaustive]
pub enum Constraint {
    /// Anything.
    Any,
    /// `true` or `false`.
    Boolean,
    /// A whole number, within bounds that are themselves allowed.
    #[non_exhaustive]
    Integer {
        /// The least.
        minimum: Option<i64>,
        /// The greatest.
        maximum: Option<i64>,
    },
    /// A number, within bounds that are themselves allowed.
    #[non_exhaustive]
    Number {
        /// The least.
        minimum: Option<f64>,
        /// The greatest.
        maximum: Option<f64>,
    },
    /// A text; lengths count characters.
    #[non_exhaustive]
    Text {
        /// The least length.
        min: usize,
        /// The greatest length.
        max: Option<usize>,
        /// What the text must look like.
        format: Format,
    },
    /// One of the documented integer codes.
    #[non_exhaustive]
    IntegerCode {
        /// The codes.
        codes: &'static [i64],
        /// Their names, in the same order.
        names: &'static [&'static str],
    },
    /// One of the documented text codes.
    #[non_exhaustive]
    TextCode {
        /// The codes.
        codes: &'static [&'static str],
        /// Their names, in the same order; none where the codes say as much.
        names: &'static [&'static str],
    },
    /// A list.
    #[non_exhaustive]
    List {
        /// What each entry may be.
        item: &'static Constraint,
        /// The least number of entries.
        min: usize,
        /// The greatest number of entries.
        max: Option<usize>,
    },
    /// An object.
    #[non_exhaustive]
    Object {
        /// Its documented members.
        members: &'static [Member],
        /// Whether members that are not documented may stand in it.
        open: bool,
    },
    /// At least one of these.
    AnyOf(&'static [&'static Constraint]),
    /// All of these.
    AllOf(&'static [&'static Constraint]),
}

// For use by generated code, as no other crate can write the variants.
#[doc(hidden)]
impl Constraint {
    pub const fn integer(minimum: Option<i64>, maximum: Option<i64>) -> Self {
        Constraint::Integer { minimum, maximum }
    }

    pub const fn number(minimum: Option<f64>, maximum: Option<f64>) -> Self {
        Constraint::Number { minimum, maximum }
    }

    pub const fn text(min: usize, max: Option<usize>, format: Format) -> Self {
        Constraint::Text { min, max, format }
    }

    pub const fn integer_code(codes: &'static [i64], names: &'static [&'static str]) -> Self {
        Constraint::IntegerCode { codes, names }
    }

    pub const fn text_code(codes: &'static [&'static str], names: &'static [&'static str]) -> Self {
        Constraint::TextCode { codes, names }
    }

    pub const fn list(item: &'static Constraint, min: usize, max: Option<usize>) -> Self {
        Constraint::List { item, min, max }
    }

    pub const fn object(members: &'static [Member], open: bool) -> Self {
        Constraint::Object { members, open }
    }
}

/// A member of an object in a request.
#[derive(Debug)]
#[non_exhaustive]
pub struct Member {
    /// The name on the wire.
    pub name: &'static str,
    /// Whether the object needs it.
    pub required: bool,
    /// What it may hold.
    pub constraint: &'static Constraint,
}

impl Member {
    /// A member. For use by generated code.
    #[doc(hidden)]
    pub const fn new(name: &'static str, required: bool, constraint: &'static Constraint) -> Self {
        Member {
            name,
            required,
            constraint,
        }
    }
}

/// What a text must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// No particular format.
    Plain,
    /// An identifier: not blank, and no dot segment of a path.
    Id,
    /// RFC 3339 with an offset. A time without one is sent in UTC, and a bare date as its midnight.
    DateTime,
    /// A date, as 2026-01-31.
    Date,
    /// An e-mail address.
    Email,
    /// An absolute URL.
    Uri,
    /// The decimal digits of an integer.
    Digits,
    /// A time without an offset, to the second, as 2026-01-31T12:00:00. Any other is sent so, in UTC.
    LocalTime,
    /// A secret: it is sent, and never shown.
    Password,
}
