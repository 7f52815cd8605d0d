//! Why no token could be obtained: kept apart from [`Error`], since all that wait for one request share its failure.

use avepoint_core::redact::Secrets;
use avepoint_core::transport::{Ids, is_transient};
use avepoint_core::{Error, ErrorKind, Obstacle, Operation};
use http::StatusCode;
use jiff::SignedDuration;
use jiff::fmt::friendly::{Designator, Spacing, SpanPrinter};

/// The longest piece of a server's words that is shown, in characters.
const LONGEST: usize = 300;

/// The code of RFC 6749 with which a token is refused to an app that lacks the permission asked for.
const LACKING: &str = "invalid_scope";

/// Why no token could be obtained.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Failure {
    /// The token endpoint refused, in the terms of RFC 6749 section 5.2.
    Refused(Box<Refusal>),
    /// Anything else, in words, what stood in the way if it was nothing of the app, and the ids of the request.
    Other(String, Option<Obstacle>, Ids),
}

/// A refusal of the token endpoint. Its texts are fit to be shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    /// The status of the response.
    pub(crate) status: StatusCode,
    /// The `error` of the response.
    pub(crate) code: String,
    /// The `error_description` of the response.
    pub(crate) description: Option<String>,
    /// How far the clock of this machine is ahead of the server's, where that matters.
    pub(crate) clock_ahead: Option<SignedDuration>,
    /// The ids of the request.
    pub(crate) ids: Ids,
}

/// What the failed request was about, for the words of its error.
pub(crate) struct About<'a> {
    /// The host that issues tokens.
    pub(crate) host: &'a str,
    /// How the client has proved who it is, as advice on what to check.
    pub(crate) proof: &'a str,
    /// The permissions that were asked for.
    pub(crate) scope: &'a str,
    /// Whether the caller has chosen them.
    pub(crate) fixed: bool,
}

impl Failure {
    /// A failure in words.
    pub(crate) fn other(text: impl Into<String>) -> Self {
        Failure::Other(text.into(), None, Ids::default())
    }

    /// The same, where this stood in the way.
    pub(crate) fn by(self, obstacle: Option<Obstacle>) -> Self {
        match self {
            Failure::Other(text, _, ids) => Failure::Other(text, obstacle, ids),
            refused @ Failure::Refused(_) => refused,
        }
    }

    /// The same, of the request with these ids.
    pub(crate) fn with_ids(self, ids: Ids) -> Self {
        match self {
            Failure::Other(text, obstacle, _) => Failure::Other(text, obstacle, ids),
            Failure::Refused(refusal) => Failure::Refused(Box::new(Refusal { ids, ..*refusal })),
        }
    }

    fn ids(&self) -> &Ids {
        match self {
            Failure::Other(_, _, ids) => ids,
            Failure::Refused(refusal) => &refusal.ids,
        }
    }

    fn obstacle(&self) -> Option<Obstacle> {
        match self {
            Failure::Other(_, obstacle, _) => *obstacle,
            Failure::Refused(refusal) => refusal.obstacle(),
        }
    }

    /// In one line, for a log.
    pub(crate) fn text(&self) -> String {
        let text = match self {
            Failure::Other(text, ..) => text,
            Failure::Refused(refusal) => &refusal.words(),
        };
        format!("{text}{}", self.ids())
    }

    /// The error of a call that needed the token.
    pub(crate) fn to_error(&self, operation: &'static Operation, about: &About<'_>) -> Error {
        let credential = |text: String| {
            let error = Error::new(ErrorKind::Credential, text).with_operation(operation);
            error.with_obstacle(self.obstacle()).with_ids(self.ids().clone())
        };
        match self {
            Failure::Other(text, ..) => credential(text.clone()),
            Failure::Refused(refusal) => {
                let clock = refusal.clock().map(|words| format!("; {words}")).unwrap_or_default();
                let advice = refusal.advice(operation, about);
                credential(format!("{advice}{clock}{}", refusal.quote())).with_code(&refusal.code)
            }
        }
    }
}

impl Refusal {
    /// What stood in the way. A server that has failed is no witness of what the app lacks.
    fn obstacle(&self) -> Option<Obstacle> {
        unavailable(self.status).or_else(|| (self.code == LACKING).then_some(Obstacle::Permission))
    }

    fn advice(&self, operation: &'static Operation, about: &About<'_>) -> String {
        let About {
            host,
            proof,
            scope,
            fixed,
        } = *about;
        let status = self.status.as_u16();
        match (self.obstacle(), self.code.as_str()) {
            (Some(Obstacle::Permission), _) => lacking(operation, scope, fixed),
            (Some(_), _) => format!("{host} answered the token request with {status}: try again later"),
            (None, "invalid_client") => format!(
                "{host} does not accept the client: check the client id and {proof}, and that the app is registered in \
                 this cloud"
            ),
            (None, "unauthorized_client") => {
                format!("{host} does not let this app get tokens by client credentials: check how it is registered")
            }
            (None, _) => format!("{host} refused the token request with {status}"),
        }
    }

    fn quote(&self) -> String {
        self.description.as_deref().map(quoted).unwrap_or_default()
    }

    fn words(&self) -> String {
        let clock = self.clock().map(|words| format!(": {words}")).unwrap_or_default();
        format!("the token request was refused: {}{}{clock}", self.code, self.quote())
    }

    /// What to do about the clock, if it may be the reason.
    fn clock(&self) -> Option<String> {
        let ahead = self.clock_ahead.filter(|_| self.code != LACKING)?;
        let side = if ahead.is_negative() { "behind" } else { "ahead of" };
        let printer = SpanPrinter::new()
            .designator(Designator::Verbose)
            .spacing(Spacing::BetweenUnitsAndDesignators);
        let far = printer.duration_to_string(&ahead.abs());
        Some(format!(
            "the clock of this machine is {far} {side} the server's: set it right"
        ))
    }
}

/// What a response with this status says of the service, whatever else it says.
pub(crate) fn unavailable(status: StatusCode) -> Option<Obstacle> {
    // A token request changes nothing, so that it may always be sent again.
    is_transient(status, true).then_some(Obstacle::Unavailable)
}

/// What stood in the way of a request, or of a signature, that has failed.
pub(crate) fn obstacle(error: &Error) -> Option<Obstacle> {
    match error.kind() {
        ErrorKind::Connect | ErrorKind::Connection => Some(Obstacle::Connection),
        ErrorKind::Timeout => Some(Obstacle::Timeout),
        _ => error.obstacle(),
    }
}

/// Which permission is missing, and for what.
fn lacking(operation: &'static Operation, scope: &str, fixed: bool) -> String {
    let id = operation.id;
    let names = listed(scope.split(' '));
    match (scope.is_empty(), scope.contains(' '), fixed) {
        (true, ..) => format!("the server requires a scope, and `{id}` declares none: set one with `scopes`"),
        (_, true, true) => format!(
            "the app registration lacks at least one of the permissions {names}, which are requested together and of \
             which `{id}` needs one: grant what is missing, or remove it from `scopes`"
        ),
        (_, false, true) => format!(
            "the app registration lacks the permission {names}, which `{id}` needs: grant it to the app registration"
        ),
        (_, several, false) => {
            let what = if several {
                "one of the permissions"
            } else {
                "the permission"
            };
            let others: Vec<_> = operation.scopes.iter().skip(1).map(|scopes| scopes.join(" ")).collect();
            let otherwise = match others.as_slice() {
                [] => String::new(),
                others => format!(
                    ", or, if it has {} instead, set that with `scopes`",
                    listed(others.iter().map(String::as_str))
                ),
            };
            format!(
                "the app registration lacks {what} {names}, which `{id}` needs: grant it to the app \
                 registration{otherwise}"
            )
        }
    }
}

/// Words of a server, made fit to be shown; nothing if it says nothing.
pub(crate) fn shown(words: &str, secrets: &Secrets) -> Option<String> {
    let line = secrets.clean(words, LONGEST);
    (!line.is_empty()).then_some(line)
}

/// What a server says, behind our own words.
pub(crate) fn quoted(words: &str) -> String {
    format!(" (the server says: {words})")
}

/// Names in backticks, with commas.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_server_are_one_short_line_without_secrets() {
        let secrets = Secrets::new(["s3cr3t&of=mine".into()]);
        let said = |words: &str| shown(words, &secrets);
        assert_eq!(
            said("the secret\r\ns3cr3t%26of%3Dmine\u{1b}[31m\u{202e}is wrong").as_deref(),
            Some("the secret [redacted] [31mis wrong")
        );
        assert_eq!(said(" \n"), None);
        assert_eq!(
            said(&"ü".repeat(1000)).map(|line| line.chars().count()),
            Some(LONGEST + 1)
        );
    }
}
