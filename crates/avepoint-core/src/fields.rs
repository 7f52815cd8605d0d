//! The members of an object of a request, as its builder collects them.

use std::fmt;

use serde_json::{Map, Value};

use crate::argument::Given;
use crate::generated;
use crate::operation::Constraint;
use crate::reader::{Spelling, read_whole, to_json};
use crate::validation::{Violation, fill_constants, violations};

/// The members of an object of a request. What every builder of one is made of.
#[derive(Clone)]
pub struct Fields {
    constraint: &'static Constraint,
    secrets: &'static [&'static str],
    members: Map<String, Value>,
    problems: Vec<(&'static str, Vec<Violation>)>,
}

impl Fields {
    /// No members yet, of an object that has to meet a constraint. Members of the names of secrets are not shown.
    pub fn new(constraint: &'static Constraint, secrets: &'static [&'static str]) -> Self {
        Fields {
            constraint,
            secrets,
            members: Map::new(),
            problems: Vec::new(),
        }
    }

    /// The same with the members of an object.
    #[must_use]
    pub fn of<T: serde::Serialize>(self, object: &T) -> Self {
        match serde_json::to_value(object) {
            Ok(Value::Object(members)) => self.with(members),
            // No object of a specification is written otherwise.
            _ => self,
        }
    }

    /// Sets a member, in the place of what was there. `None` leaves it out.
    pub fn set(&mut self, name: &'static str, given: Given) {
        self.problems.retain(|(other, _)| *other != name);
        let (value, problems) = given.finish();
        set_member(&mut self.members, name, value);
        if !problems.is_empty() {
            let problems = problems.into_iter().map(|problem| problem.below(&format!(".{name}")));
            self.problems.push((name, problems.collect()));
        }
    }

    /// The same with these members, of an object that was given whole.
    #[must_use]
    pub(crate) fn with(self, members: Map<String, Value>) -> Self {
        Fields { members, ..self }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// The object, with its constants filled in, and all that is wrong with it.
    pub(crate) fn finish(mut self) -> (Value, Vec<Violation>) {
        fill_constants(self.constraint, &mut self.members);
        let value = Value::Object(self.members);
        let mut found: Vec<_> = self.problems.into_iter().flat_map(|(_, problems)| problems).collect();
        // A member that was refused is not told of as missing too, nor as any of the others that a choice has.
        let mut others = violations(self.constraint, &value);
        others.retain(|other| !found.iter().any(|problem| problem.covers(other)));
        found.extend(others);
        (value, found.into_iter().map(Violation::owned).collect())
    }

    /// The object as one of its type, be its values allowed or not: that is told when it is sent.
    ///
    /// # Errors
    /// An error of kind [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) with all that is missing or does
    /// not convert.
    pub fn build<T: serde::de::DeserializeOwned>(self) -> Result<T, crate::Error> {
        let invalid = |problem: String| crate::Error::new(crate::ErrorKind::InvalidRequest, problem);
        let (value, mut problems) = self.finish();
        problems.retain(Violation::is_gap);
        if !problems.is_empty() {
            let problems: Vec<_> = problems.into_iter().map(Violation::alone).collect();
            return Err(invalid(problems.join("; ")));
        }
        // Through the text, by the reader of answers: that of a `Value` would be compiled for every type once more.
        read_whole(to_json(&value).as_bytes(), Spelling::Documented).map_err(|problem| invalid(problem.to_string()))
    }
}

/// Sets a member, in the place of what was there, or leaves it out. The methods of `Map` that insert and remove would be in
/// every program beside what an entry needs.
pub(crate) fn set_member(members: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => *members.entry(name).or_insert(Value::Null) = value,
        None if !members.contains_key(name) => {}
        None => {
            for (other, value) in std::mem::take(members) {
                if other != name {
                    members.entry(other).or_insert(value);
                }
            }
        }
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        generated::show_members(f, &self.members, self.secrets)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_member_is_replaced_by_another_value_and_left_out_by_none() {
        let mut members = Map::new();
        for (name, value) in [
            ("a", Some(1)),
            ("b", Some(2)),
            ("c", Some(3)),
            ("a", Some(4)),
            ("b", None),
            ("d", None),
        ] {
            set_member(&mut members, name, value.map(Value::from));
        }
        assert_eq!(Value::from(members), json!({ "a": 4, "c": 3 }));
    }
}
