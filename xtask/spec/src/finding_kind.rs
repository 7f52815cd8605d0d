//! The differences there can be between a page, what was locked of it, and a spec.

use std::fmt;

use serde::Serialize;

/// Between what a difference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The vendor has changed the page since it was locked.
    PageLock,
    /// The spec says something else than the page.
    LockSpec,
    /// The page's table says something else than its own sample.
    PageSample,
}

/// What kind of difference it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    // Of pages as a whole.
    /// The page cannot be understood.
    PageUnreadable,
    /// A row, a list entry or a table of the page was not used.
    PageUnread,
    /// The page stands in another folder or has another name.
    PageMoved,
    /// The text changed, but no fact that is read from it.
    PageWording,
    /// A host is listed or no longer listed.
    Host,
    /// An HTTP status code is listed or no longer listed.
    HttpStatus,
    /// An endpoint is listed in an overview or no longer listed.
    ListedEndpoint,

    // Of operations.
    /// There is an operation more on the page.
    OperationAdded,
    /// There is an operation less on the page.
    OperationRemoved,
    /// The page has an operation that the spec has not.
    OperationMissing,
    /// The spec has an operation that no page has.
    OperationUndocumented,
    /// The path differs.
    Endpoint,
    /// The method differs.
    Method,
    /// The scopes differ.
    Scopes,
    /// The status of a success differs.
    Status,
    /// It stands on a second page, beside the one that the spec names.
    SecondPage,

    // Of parameters and members.
    /// There is one more on the page.
    MemberAdded,
    /// There is one less on the page.
    MemberRemoved,
    /// It has another name.
    MemberRenamed,
    /// The page has one that the spec has not.
    MemberMissing,
    /// The spec has one that the page has not.
    MemberUndocumented,
    /// It stands in another part of the call: query, path, body.
    Placement,
    /// The type differs.
    Type,
    /// Whether it must be sent differs.
    Required,
    /// The default differs.
    Default,
    /// A limit differs: least or greatest value, length, number of entries.
    Limit,
    /// The format differs.
    Format,
    /// There is one code more on the page.
    CodeAdded,
    /// There is one code less on the page.
    CodeRemoved,
    /// The page has a code that the spec has not.
    CodeMissing,
    /// The spec has a code that the page has not.
    CodeUndocumented,
    /// A code has another name, or one that fits another code of the list better.
    CodeLabel,
    /// Another page lists the codes.
    CodesPage,

    // Of samples.
    /// The sample has another shape than it had.
    SampleShape,
    /// The sample has a member that no table lists.
    SampleOnly,
    /// A table lists a member that the sample of the response has not.
    TableOnly,
    /// The sample shows another type than the table says.
    SampleType,
    /// The sample shows a code that the table does not list.
    SampleCode,
    /// Table and sample spell a name with other capitals.
    LetterCase,
    /// The URL of the sample does not fit the endpoint.
    SampleUrl,
    /// The sample is not JSON, comments apart.
    SampleSyntax,
    /// A row of a table goes on beyond the last column of its header.
    CellBeyond,

    /// A deviation is recorded that is no longer there, or no longer as it was recorded.
    StaleDeviation,
}

impl Kind {
    /// As what a change of the page turns up between page and spec once it is locked.
    #[must_use]
    pub fn once_locked(self) -> Self {
        match self {
            Self::OperationAdded => Self::OperationMissing,
            Self::OperationRemoved => Self::OperationUndocumented,
            Self::MemberAdded => Self::MemberMissing,
            Self::MemberRemoved => Self::MemberUndocumented,
            Self::CodeAdded => Self::CodeMissing,
            Self::CodeRemoved => Self::CodeUndocumented,
            other => other,
        }
    }

    /// Whether it is about the codes of a member.
    #[must_use]
    pub fn is_of_codes(self) -> bool {
        matches!(
            self.once_locked(),
            Self::CodeMissing | Self::CodeUndocumented | Self::CodeLabel | Self::CodesPage | Self::SampleCode
        )
    }
}

/// As reports and files name it.
impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(out)
    }
}
