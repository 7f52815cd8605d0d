//! What each call of a run is: a function of the seed and its number.

use std::fmt;
use std::sync::LazyLock;
use std::time::Duration;

use avepoint_core::{Operation, RetryPolicy};

use super::secrets::PASSWORDS;
use super::{chance, pick};
use crate::client::{APIS, operations};
use crate::specs::{Case, cases};

/// The time for all attempts of a call. Slow answers and the waits that servers ask for are multiples of [`SLOW`], so
/// that what is left never lies near nothing, and is far more than a busy machine needs for an attempt.
pub const DEADLINE: Duration = Duration::from_secs(22 * 60);

/// How long a slow server takes.
pub const SLOW: Duration = Duration::from_secs(8 * 60);

/// How long a token takes that takes too long.
pub const TOO_SLOW: Duration = Duration::from_secs(60 * 60);

/// One call of a run.
#[derive(Clone, Debug)]
pub struct Plan {
    pub number: u64,
    pub kind: Kind,
    /// How often the policy lets it be sent.
    pub max_attempts: u32,
    /// Whether its token comes when its time is over.
    pub late_token: bool,
    /// Whether nobody answers it.
    pub silent: bool,
    /// The password in its body, if it has one.
    pub password: &'static str,
}

#[derive(Clone, Debug)]
pub enum Kind {
    /// Any operation of any API, called by its name.
    ByName(&'static Known),
    /// A typed write with a password.
    Onboard,
    List(List),
    /// An export: start, wait, download.
    Export,
    Token {
        certificate: bool,
        discovery: bool,
    },
}

/// Lists of every way of paging.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum List {
    /// Numbered pages that tell how many entries there are.
    Customers,
    /// Numbered pages that do not.
    Users,
    /// Pages that give the token of the next, under two names.
    Sites,
    Permissions,
}

/// How the server of a list behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Honest,
    /// The count is that of the page.
    CountsPage,
    CountsTooMany,
    /// The entries look alike.
    Alike,
    /// Pages without entries stand between the others.
    Gaps,
    /// The pages come again and again: one of them, or two in turn.
    Same,
    Circle,
    /// Pages without entries and without end.
    Hollow,
}

/// How many pages an honest list has, and how many entries each.
pub const PAGES: u64 = 3;
pub const ENTRIES: usize = 2;

/// An operation, and what is known of it from its spec.
pub struct Known {
    pub api: &'static str,
    pub case: Case,
    pub operation: &'static Operation,
}

/// Every operation of every API whose answer is not a file.
pub static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let mut known = Vec::new();
    for api in APIS {
        for case in cases(api).into_iter().filter(|case| !case.is_file) {
            let mut table = operations(api).iter();
            let operation = table.find(|operation| operation.id == case.id);
            known.push(Known {
                api,
                operation: operation.expect("an operation of the spec"),
                case,
            });
        }
    }
    known
});

/// The operation of this name.
pub fn known(api: &str, id: &str) -> &'static Known {
    let mut all = KNOWN.iter();
    all.find(|known| known.api == api && known.case.id == id)
        .expect("an operation of the spec")
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.api, self.case.id)
    }
}

impl Plan {
    pub fn of(seed: u64, number: u64) -> Self {
        let mut chance = chance((seed, number, "plan"));
        let kind = match chance.u32(..100) {
            0..60 => Kind::ByName(&KNOWN[chance.usize(..KNOWN.len())]),
            60..72 => Kind::Onboard,
            72..84 => Kind::List(pick(
                &mut chance,
                &[List::Customers, List::Users, List::Sites, List::Permissions],
            )),
            84..92 => Kind::Export,
            _ => Kind::Token {
                certificate: chance.bool(),
                discovery: chance.u32(..4) == 0,
            },
        };
        Plan {
            number,
            max_attempts: chance.u32(1..=4),
            late_token: matches!(kind, Kind::ByName(_) | Kind::Onboard) && chance.u32(..20) == 0,
            silent: false,
            password: pick(&mut chance, &PASSWORDS),
            kind,
        }
    }

    /// The policy: hardly any wait of its own, so that chance has no say in which waits fit into the deadline.
    pub fn policy(&self) -> RetryPolicy {
        RetryPolicy::default()
            .max_attempts(self.max_attempts)
            .initial_backoff(Duration::from_millis(1))
            .max_backoff(Duration::from_millis(1))
            .deadline(DEADLINE)
    }

    /// How the server of its list behaves.
    pub fn turn(&self, seed: u64, list: List) -> Turn {
        let turns: &[Turn] = match list {
            List::Customers => &[
                Turn::Honest,
                Turn::CountsPage,
                Turn::CountsTooMany,
                Turn::Alike,
                Turn::Same,
                Turn::Circle,
            ],
            List::Users => &[Turn::Honest, Turn::Same, Turn::Circle],
            List::Sites | List::Permissions => &[
                Turn::Honest,
                Turn::Alike,
                Turn::Gaps,
                Turn::Same,
                Turn::Circle,
                Turn::Hollow,
            ],
        };
        pick(&mut chance((seed, self.number, "turn")), turns)
    }
}

impl Turn {
    /// Whether the list has an end.
    pub fn ends(self) -> bool {
        !matches!(self, Turn::Same | Turn::Circle | Turn::Hollow)
    }
}
