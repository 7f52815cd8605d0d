//! Why a document, or a member of it, cannot be read. The value there is never shown: it may be a secret.

use std::borrow::Cow;
use std::fmt::{self, Display};

use serde::de::{self, Expected, Unexpected};

/// What is wrong, and where. Boxed, since it is rare and every read may return it.
#[derive(Debug)]
pub(crate) struct Problem(Box<Inner>);

#[derive(Debug)]
struct Inner {
    place: Option<String>,
    what: What,
}

#[derive(Debug)]
enum What {
    /// The document is not JSON.
    Syntax {
        expected: &'static str,
        at: usize,
        cut: bool,
    },
    /// The value is not what its place can hold.
    Unfit(Cow<'static, str>),
}

impl Problem {
    pub(super) fn syntax(expected: &'static str, at: usize, cut: bool) -> Self {
        Problem::new(What::Syntax { expected, at, cut })
    }

    /// A value that does not fit; the words go on from its place.
    #[cold]
    pub(super) fn unfit(what: impl Into<Cow<'static, str>>) -> Self {
        Problem::new(What::Unfit(what.into()))
    }

    fn new(what: What) -> Self {
        Problem(Box::new(Inner { place: None, what }))
    }

    /// Whether the document itself is broken, so that nothing after this place can be read.
    pub(super) fn is_syntax(&self) -> bool {
        matches!(self.0.what, What::Syntax { .. })
    }

    /// The same at a place, unless it has one: the innermost says most.
    pub(super) fn at(mut self, place: impl FnOnce() -> String) -> Self {
        self.0.place.get_or_insert_with(place);
        self
    }

    /// What is wrong, without the place.
    pub(super) fn into_reason(self) -> Cow<'static, str> {
        match self.0.what {
            What::Unfit(reason) => reason,
            what @ What::Syntax { .. } => what.to_string().into(),
        }
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = &self.0.what;
        match (self.0.place.as_deref(), what) {
            (None | Some(""), What::Unfit(_)) => write!(f, "it {what}"),
            (None | Some(""), What::Syntax { .. }) => what.fmt(f),
            (Some(place), What::Unfit(_)) => write!(f, "`{place}` {what}"),
            (Some(place), What::Syntax { .. }) => write!(f, "`{place}`: {what}"),
        }
    }
}

impl Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Syntax {
                expected,
                at,
                cut: true,
            } => {
                write!(f, "unexpected EOF at byte {at}, expected {expected}")
            }
            What::Syntax { expected, at, .. } => write!(f, "invalid JSON at byte {at}, expected {expected}"),
            What::Unfit(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for Problem {}

impl de::Error for Problem {
    // What a type says of its own may quote the value.
    fn custom<T: Display>(_: T) -> Self {
        Problem::unfit("is in none of the documented forms")
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Problem::unfit(format!("is {} where {expected} is expected", kind(&found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Problem::unfit(format!("is {} out of the range of {expected}", kind(&found)))
    }

    fn missing_field(name: &'static str) -> Self {
        Problem::unfit(format!("has no member `{name}`"))
    }
}

fn kind(found: &Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) => "a string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "an array",
        Unexpected::Map => "an object",
        Unexpected::Other(_) => "a string",
        _ => "a value",
    }
}
