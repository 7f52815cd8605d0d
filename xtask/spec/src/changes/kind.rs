//! The kinds of changes. The class of a change follows from its kind.

use std::fmt;

use strum::{EnumCount, EnumIter, IntoEnumIterator};

use super::Class;

/// What kind of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumCount)]
pub enum Kind {
    /// Words for people, an example, or what an answer means where a member is missing.
    Words,
    /// It is deprecated now, or not any more.
    Deprecation,
    /// There is one more.
    Added(Part),
    /// There is one more, and a request must have it.
    Demanded(Part),
    /// There is one less.
    Removed(Part),
    /// Less is allowed than before.
    Narrowed(Side, Rule),
    /// More is allowed than before.
    Widened(Side, Rule),
    /// A union has an alternative more.
    Alternative(Side),
    /// What a caller relies on is another.
    Altered(Aspect),
}

/// The side of a call on which a schema stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumIter)]
pub enum Side {
    /// In what a caller sends.
    Request,
    /// In what a caller gets.
    Answer,
}

/// What a document has several of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter)]
pub enum Part {
    /// A server.
    Server,
    /// A variable in the address of a server.
    ServerVariable,
    /// A value of such a variable.
    VariableValue,
    /// A way of authentication.
    SecurityScheme,
    /// A way to get tokens.
    Flow,
    /// A scope that can be asked for.
    Scope,
    /// An address for the tokens of one server.
    TokenUrl,
    /// A permission that suffices for an operation.
    Permission,
    /// An operation.
    Operation,
    /// How the answer is split into pages, or that the call changes nothing.
    Behaviour,
    /// A parameter of an operation.
    Parameter,
    /// The body of a request.
    Body,
    /// A status of an answer.
    Status,
    /// A header of an answer.
    Header,
    /// A media type of a body.
    MediaType,
    /// A member of an object.
    Member,
    /// A code of a list.
    Code,
}

/// What can allow more or less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter)]
pub enum Rule {
    /// Whether it may be left out.
    Presence,
    /// Whether it may be null.
    Null,
    /// A bound of a value, a length or a number of entries.
    Limit,
    /// A pattern, or another condition.
    Filter,
}

/// What a caller relies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter)]
pub enum Aspect {
    /// Where the tokens for a server come from.
    TokenUrl,
    /// The permission that a client asks for: the first.
    FirstPermission,
    /// How the answer is split into pages, or whether the call changes nothing.
    Behaviour,
    /// The order of the parameters.
    ParameterOrder,
    /// Which component describes it.
    TypeName,
    /// What an object is a union of, or of what it is put together.
    Union,
    /// That a union of objects is in answers only.
    UnionSide,
    /// Whether codes are listed.
    CodeList,
    /// What a code is called.
    CodeName,
    /// That clients fill in a member by themselves: a request must have it, and it has one code only.
    Constant,
    /// A pattern, or another condition.
    Filter,
    /// A type, a format or another keyword of a schema.
    Keyword,
    /// What else the document says outside schemas, such as an `operationId`.
    Statement,
}

impl Kind {
    /// Every kind there is.
    pub fn all() -> impl Iterator<Item = Self> {
        let parts = Part::iter().flat_map(|part| [Self::Added(part), Self::Removed(part)]);
        let demanded = [Part::Parameter, Part::Body, Part::Member].map(Self::Demanded);
        let sides = Side::iter().flat_map(|side| {
            let rules = Rule::iter().flat_map(move |rule| [Self::Narrowed(side, rule), Self::Widened(side, rule)]);
            rules.chain([Self::Alternative(side)])
        });
        let all = [Self::Words, Self::Deprecation].into_iter().chain(parts);
        all.chain(demanded)
            .chain(sides)
            .chain(Aspect::iter().map(Self::Altered))
    }

    /// What a change of this kind does to a caller.
    #[must_use]
    pub fn class(self) -> Class {
        match self {
            Self::Words => Class::Documentation,
            Self::Deprecation
            | Self::Added(_)
            | Self::Widened(Side::Request, _)
            | Self::Alternative(Side::Request)
            | Self::Narrowed(Side::Answer, _) => Class::Additive,
            Self::Demanded(_)
            | Self::Removed(_)
            | Self::Narrowed(Side::Request, _)
            | Self::Widened(Side::Answer, _)
            | Self::Alternative(Side::Answer)
            | Self::Altered(_) => Class::Breaking,
        }
    }
}

/// The part in a sentence that names it.
impl fmt::Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Server => "the server",
            Self::ServerVariable => "the variable",
            Self::VariableValue => "the value",
            Self::SecurityScheme => "the scheme",
            Self::Flow => "the flow",
            Self::Scope => "the scope",
            Self::TokenUrl => "the token address for",
            Self::Permission => "the permission",
            Self::Operation => "the operation",
            Self::Behaviour => "the behaviour",
            Self::Parameter => "the parameter",
            Self::Body => "the body",
            Self::Status => "the status",
            Self::Header => "the header",
            Self::MediaType => "the media type",
            Self::Member => "the member",
            Self::Code => "the code",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::mem::discriminant;

    use super::*;

    #[test]
    fn all_kinds_are_each_kind_once() {
        let all: Vec<_> = Kind::all().collect();
        let forms: std::collections::HashSet<_> = all.iter().map(discriminant).collect();
        assert_eq!(forms.len(), Kind::COUNT);
        for (index, kind) in all.iter().enumerate() {
            assert!(!all[..index].contains(kind), "{kind:?}");
        }
    }
}
