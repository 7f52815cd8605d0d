//! Holds a request against the specification before any byte of it is sent.
//!
//! What is checked is the request as it would go out, so that no way of making one gets around the limits.

use std::borrow::Cow;

use serde_json::Value;

use crate::counted::counted;
use crate::operation::{Constraint, Format};
use crate::reader::to_json;
use crate::value::id::InvalidId;
use crate::value::time::{is_date, with_offset, without_offset};

/// What is wrong with a value, and where in it.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    kind: Kind,
    place: String,
    problem: String,
    /// How much of the end of the place lies within an object that was held against its own rules.
    own: usize,
}

/// What kind of thing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What was given does not become a value.
    Unfit,
    /// Something is needed that was not given.
    Missing,
    /// The specification forbids the value.
    Forbidden,
    /// It does too: another kind of value is meant, or an object that has other codes.
    Foreign,
}

impl Violation {
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        Violation {
            kind: Kind::Forbidden,
            place: String::new(),
            problem: problem.into(),
            own: 0,
        }
    }

    /// What does not become a value.
    pub(crate) fn unfit(problem: impl Into<String>) -> Self {
        Violation {
            kind: Kind::Unfit,
            ..Violation::new(problem)
        }
    }

    /// Whether it cannot be sent, even where nothing is held against the specification.
    pub(crate) fn is_unfit(&self) -> bool {
        self.kind == Kind::Unfit
    }

    /// Whether there is no whole value, be it allowed or not.
    pub(crate) fn is_gap(&self) -> bool {
        matches!(self.kind, Kind::Unfit | Kind::Missing)
    }

    /// What the call or an object needs, and does not have. A caller of the builder looks for the setter's name.
    pub(crate) fn missing(name: &str) -> Self {
        let setter = setter(name);
        let problem = match setter == name {
            true => "is missing".to_owned(),
            false => format!("is missing: give `{setter}` a value"),
        };
        Violation {
            kind: Kind::Missing,
            ..Violation::new(problem)
        }
    }

    pub(crate) fn below(mut self, step: &str) -> Self {
        self.place.insert_str(0, step);
        self
    }

    /// What an object tells of itself, which no other rules than its own say.
    pub(crate) fn owned(mut self) -> Self {
        self.own = self.place.len();
        self
    }

    /// Whether another tells of the same place: of that, of the object that told of it, or of what lies in these or around.
    pub(crate) fn covers(&self, other: &Violation) -> bool {
        let own = &self.place[..self.place.len() - self.own];
        let (short, long) = match own.len() < other.place.len() {
            true => (own, other.place.as_str()),
            false => (other.place.as_str(), own),
        };
        let rest = long.strip_prefix(short);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }

    /// The sentence about a value that has no name.
    pub(crate) fn alone(self) -> String {
        match self.place.trim_start_matches('.') {
            "" => self.problem,
            place => format!("`{place}` {}", self.problem),
        }
    }

    pub(crate) fn in_place(self, name: &str) -> String {
        format!("`{name}{}` {}", self.place, self.problem)
    }
}

/// Checks a scalar that goes into the path or query as this text.
pub(crate) fn check_scalar(constraint: &Constraint, given: &Value, text: &str) -> Result<(), Violation> {
    match constraint {
        Constraint::Text { .. } | Constraint::TextCode { .. } => check(constraint, &Value::from(text)),
        // A list in a query repeats the name: each occurrence is one entry.
        Constraint::List { item, .. } => check_scalar(item, given, text),
        Constraint::AnyOf(constraints) => {
            let alternatives = constraints
                .iter()
                .map(|constraint| check_scalar(constraint, given, text).err());
            first(nearest(alternatives.map(Vec::from_iter).collect()))
        }
        Constraint::AllOf(constraints) => constraints
            .iter()
            .try_for_each(|constraint| check_scalar(constraint, given, text)),
        _ if given.is_string() => {
            let integer = text.parse::<i64>().map(Value::from).ok();
            let boolean = || text.parse::<bool>().map(Value::from).ok();
            check(constraint, &integer.or_else(boolean).unwrap_or_else(|| text.into()))
        }
        _ => check(constraint, given),
    }
}

/// Checks a value against what the specification allows it to be.
///
/// # Errors
/// The first thing that is wrong, and its place in the value.
pub(crate) fn check(constraint: &Constraint, value: &Value) -> Result<(), Violation> {
    match constraint {
        Constraint::Any => Ok(()),
        Constraint::Boolean if value.is_boolean() => Ok(()),
        Constraint::Boolean => Err(wrong_kind("true or false", value)),
        Constraint::Integer { minimum, maximum } => {
            let number = value.as_i64().ok_or_else(|| wrong_kind("an integer", value))?;
            check_bounds(number, *minimum, *maximum)
        }
        Constraint::Number { minimum, maximum } => {
            let number = value.as_f64().ok_or_else(|| wrong_kind("a number", value))?;
            check_bounds(number, *minimum, *maximum)
        }
        Constraint::Text { min, max, format } => {
            let text = value.as_str().ok_or_else(|| wrong_kind("a string", value))?;
            check_length(["character", "characters"], text.chars().count(), *min, *max)?;
            check_format(text, *format)
        }
        Constraint::IntegerCode { codes, names } => match value.as_i64() {
            Some(code) if codes.contains(&code) => Ok(()),
            _ => Err(undocumented(value, codes, names)),
        },
        Constraint::TextCode { codes, names } => match value.as_str() {
            Some(code) if documented(codes, code).is_some() => Ok(()),
            _ => Err(undocumented(value, codes, names)),
        },
        Constraint::List { .. } | Constraint::Object { .. } | Constraint::AllOf(_) | Constraint::AnyOf(_) => {
            first(violations(constraint, value))
        }
    }
}

fn first(found: Vec<Violation>) -> Result<(), Violation> {
    found.into_iter().next().map_or(Ok(()), Err)
}

/// All that is wrong with a value, each with its place in it.
pub(crate) fn violations(constraint: &Constraint, value: &Value) -> Vec<Violation> {
    match (constraint, value) {
        (Constraint::List { item, min, max }, Value::Array(entries)) => {
            let mut found = Vec::from_iter(check_length(["entry", "entries"], entries.len(), *min, *max).err());
            for (index, entry) in entries.iter().enumerate() {
                add_below(&mut found, &format!("[{index}]"), violations(item, entry));
            }
            found
        }
        (Constraint::List { .. }, value) => vec![wrong_kind("an array", value)],
        (Constraint::Object { members, open }, Value::Object(object)) => {
            let mut found = Vec::new();
            for member in *members {
                let mut wrong = match object.get(member.name) {
                    Some(value) => violations(member.constraint, value),
                    None if member.required => vec![Violation::missing(member.name)],
                    None => continue,
                };
                if object.contains_key(member.name) && is_code(member.constraint) {
                    wrong.iter_mut().for_each(|violation| violation.kind = Kind::Foreign);
                }
                add_below(&mut found, &format!(".{}", member.name), wrong);
            }
            for name in object.keys() {
                if !open && !members.iter().any(|member| member.name == name) {
                    found.push(Violation::new("is not a documented field").below(&format!(".{name}")));
                }
            }
            found
        }
        (Constraint::Object { .. }, value) => vec![wrong_kind("an object", value)],
        (Constraint::AllOf(constraints), value) => constraints
            .iter()
            .flat_map(|constraint| violations(constraint, value))
            .collect(),
        (Constraint::AnyOf(constraints), value) => {
            let alternatives = constraints.iter().map(|constraint| violations(constraint, value));
            nearest(alternatives.collect())
        }
        (constraint, value) => check(constraint, value).err().into_iter().collect(),
    }
}

/// Adds what is wrong with a part of a value, which stands there.
fn add_below(found: &mut Vec<Violation>, step: &str, wrong: Vec<Violation>) {
    found.extend(wrong.into_iter().map(|violation| violation.below(step)));
}

/// Fills in the members that an object needs and that can hold but one documented code.
pub(crate) fn fill_constants(constraint: &Constraint, object: &mut serde_json::Map<String, Value>) {
    let Constraint::Object { members, .. } = constraint else {
        return;
    };
    for member in members.iter().filter(|member| member.required) {
        if let Some(constant) = constant(member.constraint) {
            object.entry(member.name).or_insert(constant);
        }
    }
}

/// The only documented code that a value may be.
fn constant(constraint: &Constraint) -> Option<Value> {
    match constraint {
        Constraint::IntegerCode { codes: [code], .. } => Some(Value::from(*code)),
        Constraint::TextCode { codes: [code], .. } => Some(Value::from(*code)),
        // A component that is another by a name of its own.
        Constraint::AllOf([same]) => constant(same),
        _ => None,
    }
}

/// Whether a value is one of the codes of a list.
fn is_code(constraint: &Constraint) -> bool {
    match constraint {
        Constraint::IntegerCode { .. } | Constraint::TextCode { .. } => true,
        Constraint::AllOf([same]) => is_code(same),
        _ => false,
    }
}

/// The name of the setter for what has this name on the wire.
fn setter(name: &str) -> String {
    let mut setter = String::new();
    let mut before = None;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_alphanumeric() {
            let after = letters.peek().is_some_and(|next| next.is_lowercase());
            let begins = before.is_some_and(|before: char| !before.is_uppercase() || after);
            if letter.is_uppercase() && begins && before != Some('_') {
                setter.push('_');
            }
            setter.extend(letter.to_lowercase());
            before = Some(letter);
        } else {
            setter.push('_');
            before = Some('_');
        }
    }
    if setter == "type" {
        setter.push('_');
    }
    setter
}

/// The documented code that a text spells, in whatever letter case.
fn documented(codes: &[&'static str], text: &str) -> Option<&'static str> {
    let same = |known: &&&str| **known == text;
    let alike = |known: &&&str| known.eq_ignore_ascii_case(text);
    codes.iter().find(same).or_else(|| codes.iter().find(alike)).copied()
}

/// Spells what of a value that was checked may be spelled in several ways as it is documented: text codes, and times. Tells
/// whether any was spelled otherwise.
pub(crate) fn spell(constraint: &Constraint, value: &mut Value) -> bool {
    match (constraint, value) {
        (Constraint::TextCode { codes, .. }, Value::String(text)) => match documented(codes, text) {
            Some(code) if code != text => {
                *text = code.to_owned();
                true
            }
            _ => false,
        },
        (Constraint::Text { format, .. }, Value::String(text)) => {
            let time = match format {
                Format::DateTime => with_offset(text),
                Format::LocalTime => without_offset(text),
                _ => None,
            };
            match time {
                Some(Cow::Owned(time)) => {
                    *text = time;
                    true
                }
                _ => false,
            }
        }
        (Constraint::List { item, .. }, Value::Array(entries)) => entries
            .iter_mut()
            .fold(false, |spelled, entry| spell(item, entry) | spelled),
        (Constraint::Object { members, .. }, Value::Object(object)) => members.iter().fold(false, |spelled, member| {
            object
                .get_mut(member.name)
                .is_some_and(|value| spell(member.constraint, value))
                | spelled
        }),
        (Constraint::AnyOf(constraints), value) => match matching(constraints, value) {
            Some(fitting) => spell(constraints[fitting], value),
            None => false,
        },
        (Constraint::AllOf(constraints), value) => constraints
            .iter()
            .fold(false, |spelled, constraint| spell(constraint, value) | spelled),
        _ => false,
    }
}

/// The documented spelling of a text of the path or query, if it is another.
pub(crate) fn spelled(constraint: &Constraint, text: &str) -> Option<String> {
    let constraint = match constraint {
        Constraint::List { item, .. } => item,
        other => other,
    };
    let mut value = Value::from(text);
    match (spell(constraint, &mut value), value) {
        (true, Value::String(text)) => Some(text),
        _ => None,
    }
}

/// Which of several constraints a value meets, if any.
pub(crate) fn matching(constraints: &[&Constraint], value: &Value) -> Option<usize> {
    constraints
        .iter()
        .position(|constraint| check(constraint, value).is_ok())
}

/// What is wrong with a value that may be one of several, by what is wrong with it as each: what keeps it from those that it
/// is most like. What all of these say is said once.
fn nearest(alternatives: Vec<Vec<Violation>>) -> Vec<Violation> {
    let count = alternatives.len();
    let least = alternatives.iter().map(|found| distance(found)).min();
    let mut nearest = alternatives;
    nearest.retain(|found| Some(distance(found)) == least);
    let is_shared = |violation: &Violation| nearest.iter().all(|found| found.contains(violation));
    let mut reasons: Vec<String> = Vec::new();
    for violation in nearest.iter().flatten().filter(|violation| !is_shared(violation)) {
        let reason = violation.clone().alone();
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let mut shared: Vec<_> = nearest
        .iter()
        .take(1)
        .flatten()
        .filter(|violation| is_shared(violation))
        .cloned()
        .collect();
    if !reasons.is_empty() {
        let reasons = reasons.join("; ");
        shared.push(Violation::new(format!(
            "matches none of the {count} documented variants ({reasons})"
        )));
    }
    shared
}

/// How far a value is from what it may be: first whether it is of another kind, then how many of its own constants, other
/// codes and parts are, then all that is wrong with it.
fn distance(found: &[Violation]) -> (bool, usize, usize) {
    let foreign = |depth| {
        let is_so_deep = move |violation: &&Violation| violation.place.matches(['.', '[']).count() == depth;
        let foreign = found.iter().filter(|violation| violation.kind == Kind::Foreign);
        foreign.filter(is_so_deep).count()
    };
    (foreign(0) > 0, foreign(1), found.len())
}

fn check_bounds<N: PartialOrd + std::fmt::Display>(
    number: N,
    minimum: Option<N>,
    maximum: Option<N>,
) -> Result<(), Violation> {
    match (minimum, maximum) {
        (Some(least), _) if number < least => Err(Violation::new(format!("is {number}, the minimum is {least}"))),
        (_, Some(greatest)) if number > greatest => {
            Err(Violation::new(format!("is {number}, the maximum is {greatest}")))
        }
        _ => Ok(()),
    }
}

pub(crate) fn check_length(
    [one, many]: [&str; 2],
    length: usize,
    min: usize,
    max: Option<usize>,
) -> Result<(), Violation> {
    let wrong = |limit| Err(Violation::new(format!("has {}, {limit}", counted(length, one, many))));
    match max {
        _ if length < min => wrong(format!("the minimum is {min}")),
        Some(max) if length > max => wrong(format!("the maximum is {max}")),
        _ => Ok(()),
    }
}

fn check_format(text: &str, format: Format) -> Result<(), Violation> {
    let (fits, wanted) = match format {
        Format::Plain | Format::Password => (true, ""),
        Format::Id => match InvalidId::check(text) {
            Ok(()) => (true, ""),
            Err(problem) => return Err(Violation::new(format!("is not an id: {problem}"))),
        },
        Format::DateTime => (with_offset(text).is_some(), "a time, such as 2026-01-31T12:00:00Z"),
        Format::Date => (is_date(text), "a date, such as 2026-01-31"),
        Format::LocalTime => (without_offset(text).is_some(), "a time, such as 2026-01-31T12:00:00"),
        Format::Email => (
            text.split_once('@')
                .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
                && !text.contains(char::is_whitespace),
            "an e-mail address",
        ),
        Format::Uri => (reqwest::Url::parse(text).is_ok(), "an absolute URL"),
        Format::Digits => (
            text.parse::<i64>().is_ok() && !text.starts_with('+'),
            "the digits of an integer",
        ),
    };
    if fits {
        Ok(())
    } else {
        Err(Violation::new(format!("is not {wanted}")))
    }
}

fn wrong_kind(wanted: &str, value: &Value) -> Violation {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    Violation {
        kind: Kind::Foreign,
        ..Violation::new(format!("is {kind} where {wanted} is expected"))
    }
}

/// A code as an error shows it; never longer than a line.
fn shown(value: &Value) -> String {
    let text = to_json(value);
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A value in the place of a documented code. The codes are listed with their names, as far as a line goes.
fn undocumented<T: std::fmt::Display>(value: &Value, codes: &[T], names: &[&str]) -> Violation {
    const LONGEST: usize = 320;
    let mut listed = String::new();
    for (index, code) in codes.iter().enumerate() {
        let code = match names.get(index) {
            Some(name) => format!("{code} ({name})"),
            None => code.to_string(),
        };
        if index > 0 && listed.len() + code.len() > LONGEST {
            listed.push_str(&format!(", {} more", codes.len() - index));
            break;
        }
        let comma = if index > 0 { ", " } else { "" };
        listed.push_str(&format!("{comma}{code}"));
    }
    Violation::new(format!("is {} where the documented codes are {listed}", shown(value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Member;
    use serde_json::json;

    const SIZE: Constraint = Constraint::Integer {
        minimum: Some(1),
        maximum: Some(100),
    };
    const NAME: Constraint = Constraint::Text {
        min: 1,
        max: Some(3),
        format: Format::Plain,
    };

    fn problem(constraint: &Constraint, value: Value) -> String {
        check(constraint, &value).expect_err("it must be refused").in_place("x")
    }

    #[test]
    fn numbers_keep_their_bounds() {
        assert_eq!(check(&SIZE, &json!(1)), Ok(()));
        assert_eq!(check(&SIZE, &json!(100)), Ok(()));
        assert_eq!(problem(&SIZE, json!(0)), "`x` is 0, the minimum is 1");
        assert_eq!(problem(&SIZE, json!(101)), "`x` is 101, the maximum is 100");
        assert_eq!(
            problem(&SIZE, json!("5")),
            "`x` is a string where an integer is expected"
        );
    }

    #[test]
    fn lengths_count_characters_not_bytes() {
        assert_eq!(check(&NAME, &json!("äöü")), Ok(()));
        assert_eq!(problem(&NAME, json!("äöüß")), "`x` has 4 characters, the maximum is 3");
        assert_eq!(problem(&NAME, json!("")), "`x` has 0 characters, the minimum is 1");
        let long = Constraint::text(2, None, Format::Plain);
        assert_eq!(problem(&long, json!("ä")), "`x` has 1 character, the minimum is 2");
    }

    #[test]
    fn a_violation_names_its_place() {
        static ITEM: Constraint = Constraint::Object {
            members: &[Member {
                name: "name",
                required: true,
                constraint: &NAME,
            }],
            open: false,
        };
        let list = Constraint::List {
            item: &ITEM,
            min: 1,
            max: Some(2),
        };
        assert_eq!(check(&list, &json!([{"name": "a"}])), Ok(()));
        assert_eq!(problem(&list, json!([{"name": "a"}, {}])), "`x[1].name` is missing");
        assert_eq!(
            problem(&list, json!([{"name": "a", "nmae": 1}])),
            "`x[0].nmae` is not a documented field"
        );
        assert_eq!(problem(&list, json!([])), "`x` has 0 entries, the minimum is 1");
        assert_eq!(
            problem(&list, json!([{"name": "a"}, {"name": "a"}, {"name": "a"}])),
            "`x` has 3 entries, the maximum is 2"
        );
    }

    #[test]
    fn all_violations_are_told_and_a_setter_is_named_as_it_is_called() {
        static OBJECT: Constraint = Constraint::Object {
            members: &[
                Member {
                    name: "userId",
                    required: true,
                    constraint: &NAME,
                },
                Member {
                    name: "size",
                    required: true,
                    constraint: &SIZE,
                },
                Member {
                    name: "kind",
                    required: true,
                    constraint: &Constraint::text_code(&["trial"], &[]),
                },
            ],
            open: false,
        };
        let told: Vec<_> = violations(&OBJECT, &json!({"size": 0, "odd": 1}))
            .into_iter()
            .map(|violation| violation.in_place("x"))
            .collect();
        let expected = [
            "`x.userId` is missing: give `user_id` a value",
            "`x.size` is 0, the minimum is 1",
            "`x.kind` is missing",
            "`x.odd` is not a documented field",
        ];
        assert_eq!(told, expected);
        let mut object = serde_json::Map::new();
        fill_constants(&OBJECT, &mut object);
        assert_eq!(Value::Object(object), json!({"kind": "trial"}));
        for (name, expected) in [
            ("siteURLs", "site_ur_ls"),
            ("HTMLPage", "html_page"),
            ("o365Id", "o365_id"),
        ] {
            assert_eq!(setter(name), expected);
        }
    }

    #[test]
    fn codes_are_the_documented_ones() {
        let codes = Constraint::integer_code(&[0, 7], &["None", "Google"]);
        assert_eq!(check(&codes, &json!(7)), Ok(()));
        assert_eq!(
            problem(&codes, json!(8)),
            "`x` is 8 where the documented codes are 0 (None), 7 (Google)"
        );
        let codes = Constraint::text_code(&["EU", "US"], &[]);
        assert_eq!(
            problem(&codes, json!("AU")),
            "`x` is \"AU\" where the documented codes are EU, US"
        );
        static EITHER: Constraint = Constraint::AnyOf(&[
            &Constraint::integer_code(&[0], &["None"]),
            &Constraint::text(0, None, Format::Digits),
        ]);
        assert_eq!(check(&EITHER, &json!("3")), Ok(()));
        assert!(problem(&EITHER, json!("red")).contains("matches none of the 2 documented variants"));
    }

    #[test]
    fn of_several_variants_those_are_told_of_that_a_value_is_most_like() {
        const fn member(name: &'static str, constraint: &'static Constraint) -> Member {
            Member {
                name,
                required: true,
                constraint,
            }
        }
        const TRIAL: Member = member("kind", &Constraint::text_code(&["trial"], &[]));
        // By another name.
        const POOL: Member = member("kind", &Constraint::AllOf(&[&Constraint::text_code(&["pool"], &[])]));
        static ANY: Constraint = Constraint::AnyOf(&[
            &Constraint::object(&[TRIAL, member("size", &SIZE), member("name", &NAME)], false),
            &Constraint::object(&[TRIAL, member("size", &SIZE), member("colour", &NAME)], false),
            &Constraint::object(&[POOL], false),
            &Constraint::list(&SIZE, 0, None),
        ]);
        let told = |value: Value| -> Vec<_> {
            let found = violations(&ANY, &value).into_iter();
            found.map(|violation| violation.in_place("x")).collect()
        };
        assert_eq!(told(json!({"kind": "pool"})), [""; 0]);
        // The constant counts before the number of violations.
        assert_eq!(
            told(json!({"kind": "pool", "name": "abcd", "size": 0})),
            [
                "`x.name` is not a documented field",
                "`x.size` is not a documented field"
            ]
        );
        // What all that are as near say is said once.
        assert_eq!(
            told(json!({"kind": "trial"})),
            [
                "`x.size` is missing",
                "`x` matches none of the 4 documented variants (`name` is missing; `colour` is missing)"
            ]
        );
        assert_eq!(
            told(json!({"kind": "trial", "size": 1, "name": ""})),
            ["`x.name` has 0 characters, the minimum is 1"]
        );
        // Another kind of value is farther than whatever else is wrong.
        assert_eq!(
            told(json!([0, "a"])),
            [
                "`x[0]` is 0, the minimum is 1",
                "`x[1]` is a string where an integer is expected"
            ]
        );
        assert_eq!(
            told(json!(1)),
            [
                "`x` matches none of the 4 documented variants (is a number where an object is expected; \
              is a number where an array is expected)"
            ]
        );
        let mut object = serde_json::Map::new();
        fill_constants(&Constraint::object(&[POOL], false), &mut object);
        assert_eq!(Value::Object(object), json!({"kind": "pool"}));
    }

    #[test]
    fn of_many_codes_as_many_are_listed_as_a_line_holds() {
        const CODES: [&str; 99] = ["0b635b49-4c56-4e52-800a-1fa79b2d5b08"; 99];
        let codes = Constraint::text_code(&CODES, &["EastUs"; 99]);
        let listed = problem(&codes, json!("East US"));
        assert!(
            listed.starts_with(
                "`x` is \"East US\" where the documented codes are 0b635b49-4c56-4e52-800a-1fa79b2d5b08 (EastUs), 0b"
            ),
            "{listed}"
        );
        assert!(listed.ends_with("(EastUs), 93 more") && listed.len() < 420, "{listed}");
    }

    #[test]
    fn text_codes_are_taken_in_any_letter_case_and_spelled_as_documented() {
        static SOURCE: Constraint = Constraint::text_code(&["Microsoft Teams", "OneDrive", "onedrive"], &[]);
        static OTHER: Constraint = Constraint::Object {
            members: &[Member {
                name: "id",
                required: true,
                constraint: &Constraint::text_code(&["createdBy"], &[]),
            }],
            open: false,
        };
        static CONSTRAINT: Constraint = Constraint::AllOf(&[&Constraint::Object {
            members: &[
                Member {
                    name: "sources",
                    required: false,
                    constraint: &Constraint::List {
                        item: &SOURCE,
                        min: 0,
                        max: None,
                    },
                },
                Member {
                    name: "either",
                    required: false,
                    constraint: &Constraint::AnyOf(&[&SOURCE, &OTHER]),
                },
                Member {
                    name: "note",
                    required: false,
                    constraint: &NAME,
                },
            ],
            open: true,
        }]);
        let spelled = |mut value: Value| {
            check(&CONSTRAINT, &value).unwrap_or_else(|violation| panic!("{value}: {violation:?}"));
            (spell(&CONSTRAINT, &mut value), value)
        };
        // What is a code as it stands stays; what is none is not touched.
        let same =
            json!({"sources": ["onedrive", "OneDrive"], "either": {"id": "createdBy"}, "note": "id", "x": "onedrivE"});
        assert_eq!(spelled(same.clone()), (false, same));
        assert_eq!(
            spelled(
                json!({"sources": ["OneDrive", "MICROSOFT teams", "ONEDRIVE"], "either": {"id": "CREATEDBY"}, "note": "ID"})
            ),
            (
                true,
                json!({"sources": ["OneDrive", "Microsoft Teams", "OneDrive"], "either": {"id": "createdBy"}, "note": "ID"})
            )
        );
        assert!(problem(&SOURCE, json!("teams")).contains("the documented codes are Microsoft Teams"));
    }

    #[test]
    fn a_time_is_sent_in_utc_where_it_has_no_offset() {
        static TIME: Constraint = Constraint::text(0, None, Format::DateTime);
        static LOCAL: Constraint = Constraint::text(0, None, Format::LocalTime);
        for (given, time, local) in [
            ("2026-01-31T12:00:00", Some("2026-01-31T12:00:00Z"), None),
            (
                "2026-01-31T12:00:00.25",
                Some("2026-01-31T12:00:00.25Z"),
                Some("2026-01-31T12:00:00"),
            ),
            ("2026-01-31", Some("2026-01-31T00:00:00Z"), Some("2026-01-31T00:00:00")),
            ("2026-01-31T23:30:05+02:00", None, Some("2026-01-31T21:30:05")),
            ("2026-01-31T23:30:05-02:45", None, Some("2026-02-01T02:15:05")),
            ("0099-12-31t12:00:00z", None, Some("0099-12-31T12:00:00")),
            ("2016-12-31T23:59:60Z", None, Some("2016-12-31T23:59:59")),
        ] {
            for (constraint, sent) in [(&TIME, time), (&LOCAL, local)] {
                assert!(check(constraint, &json!(given)).is_ok(), "{given}");
                assert_eq!(spelled(constraint, given).as_deref(), sent);
            }
        }
        for wrong in ["N/A", "2026-02-30", "2026-01-31T12:00:00ZZ", "12:00:00", ""] {
            for constraint in [&TIME, &LOCAL] {
                assert!(check(constraint, &json!(wrong)).is_err(), "{wrong}");
            }
        }
    }

    #[test]
    fn formats_are_held() {
        let check_it = |format, text: &str| check_format(text, format).is_ok();
        assert!(check_it(Format::DateTime, "2026-01-31T12:00:00Z"));
        assert!(!check_it(Format::DateTime, "2026-02-30T12:00:00Z"));
        assert!(check_it(Format::Date, "2026-01-31"));
        assert!(!check_it(Format::Date, "31.01.2026"));
        assert!(check_it(Format::Email, "ada@example.com"));
        assert!(!check_it(Format::Email, "ada at example.com"));
        assert!(check_it(Format::Uri, "https://contoso.example"));
        assert!(!check_it(Format::Uri, "contoso"));
        assert!(check_it(Format::LocalTime, "2026-01-31T12:00:00"));
        for wrong in [
            "2026-01-31T12:00:60",
            "2026-01-31 12:00:00",
            "2026-02-30T12:00:00",
            "20260131T120000.123",
        ] {
            assert!(!check_it(Format::LocalTime, wrong), "{wrong}");
        }
        assert!(check_it(Format::Digits, "-3"));
        assert!(!check_it(Format::Digits, "+3"));
        assert!(!check_it(Format::Id, " "));
        assert!(!check_it(Format::Id, ".."));
    }
}
