//! Everything that the exact document accepts, the portable edition accepts: values made by the exact schemas, and the
//! examples. The vendor's samples are held against both by the tests that cross crates.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use xtask_publish::{Judge, to_portable};
use xtask_spec::api::APIS;
use xtask_spec::document::child;
use xtask_spec::model::Kind;
use xtask_spec::place::Place;
use xtask_spec::{Spec, is_json};

/// What stands at one place of the calls: a body or a parameter.
struct Subject<'d> {
    place: Place<'d>,
    exact: jsonschema::Validator,
    portable: jsonschema::Validator,
    examples: Vec<&'d Value>,
}

fn subjects<'d>(spec: &Spec<'d>) -> Vec<Subject<'d>> {
    let portable = to_portable(spec.document).expect("portable");
    let [exact, portable] = [&spec.document.value, &portable].map(|document| Judge::new(document).expect("schemas"));
    let mut subjects = Vec::new();
    for kind in [Kind::MediaType, Kind::Parameter] {
        for holder in spec.all(kind) {
            let is_file = kind == Kind::MediaType && !is_json(&holder.name());
            let Some(place) = holder.get("schema").filter(|_| !is_file) else {
                continue;
            };
            let named = holder.members_of("examples").into_iter();
            let named = named.filter_map(|(_, example)| example.value.get("value"));
            subjects.push(Subject {
                exact: exact.validator(&place.pointer).expect("a schema"),
                portable: portable.validator(&place.pointer).expect("a schema"),
                examples: holder.value.get("example").into_iter().chain(named).collect(),
                place,
            });
        }
    }
    subjects
}

#[test]
fn examples_are_accepted() {
    for api in APIS {
        let document = api.document().expect("a spec");
        let spec = Spec::new(&document);
        for subject in subjects(&spec) {
            assert!(!subject.examples.is_empty() || subject.place.pointer.starts_with("/components/responses"));
            for example in &subject.examples {
                let problem = subject.portable.validate(example).err().map(|error| error.to_string());
                assert_eq!(problem, None, "{} {}", api.name, subject.place.pointer);
            }
        }
    }
}

/// What no page promises arrives all the same, and a reader that refuses it loses the whole answer.
#[test]
fn answers_may_have_null_and_unknown_codes_anywhere() {
    for api in APIS {
        let document = api.document().expect("a spec");
        let spec = Spec::new(&document);
        for subject in subjects(&spec) {
            if !subject.place.pointer.contains("/responses/") {
                continue;
            }
            for example in &subject.examples {
                for place in places(example, "") {
                    for other in others(example.pointer(&place).expect("a value")) {
                        let mut changed = (*example).clone();
                        *changed.pointer_mut(&place).expect("a value") = other;
                        let problem = subject.portable.validate(&changed).err().map(|error| error.to_string());
                        assert_eq!(problem, None, "{} {} {place}", api.name, subject.place.pointer);
                    }
                }
            }
        }
    }
}

/// The JSON pointers of everything within a value.
fn places(value: &Value, pointer: &str) -> Vec<String> {
    let below = |key: &str, value: &Value| {
        let pointer = child(pointer, key);
        [vec![pointer.clone()], places(value, &pointer)].concat()
    };
    match value {
        Value::Object(members) => members.iter().flat_map(|(name, value)| below(name, value)).collect(),
        Value::Array(entries) => entries
            .iter()
            .enumerate()
            .flat_map(|(index, value)| below(&index.to_string(), value))
            .collect(),
        _ => Vec::new(),
    }
}

/// What may stand in the place of a value.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::String(_) => vec![Value::Null, json!(""), json!("not documented")],
        Value::Number(number) if number.is_i64() => vec![Value::Null, json!(-987_654)],
        _ => vec![Value::Null],
    }
}

#[test]
fn whatever_is_exact_is_accepted() {
    for api in APIS {
        let document = api.document().expect("a spec");
        let spec = Spec::new(&document);
        let subjects = subjects(&spec);
        let mut runner = TestRunner::new(Config {
            cases: 48,
            failure_persistence: None,
            ..Config::default()
        });
        let mut counts: BTreeMap<String, usize> = subjects.iter().map(|it| (it.place.pointer.clone(), 0)).collect();
        let counts_now = std::cell::RefCell::new(&mut counts);
        let result = runner.run(&prop::collection::vec(any::<u8>(), 0..600), |entropy| {
            for subject in &subjects {
                let value = Maker {
                    spec: &spec,
                    entropy: entropy.iter(),
                }
                .value(&subject.place, 0);
                if subject.exact.is_valid(&value) {
                    *counts_now
                        .borrow_mut()
                        .entry(subject.place.pointer.clone())
                        .or_default() += 1;
                    let problem = subject.portable.validate(&value).err().map(|error| error.to_string());
                    prop_assert!(
                        problem.is_none(),
                        "{} {}: {problem:?}\n{value:#}",
                        api.name,
                        subject.place.pointer
                    );
                }
            }
            Ok(())
        });
        result.unwrap_or_else(|error| panic!("{error}"));
        let never: Vec<_> = counts.iter().filter(|(_, count)| **count == 0).collect();
        assert_eq!(never, [], "no value for these was exact: the test says nothing of them");
    }
}

/// Makes values by a schema; what there is to choose, the entropy chooses. Nearly all are valid.
struct Maker<'m, 'd> {
    spec: &'m Spec<'d>,
    entropy: std::slice::Iter<'m, u8>,
}

impl<'d> Maker<'_, 'd> {
    fn choose(&mut self, choices: usize) -> usize {
        usize::from(self.entropy.next().copied().unwrap_or_default()) % choices.max(1)
    }

    fn value(&mut self, schema: &Place<'d>, depth: usize) -> Value {
        let schema = self.spec.schema(schema).expect("a schema");
        if schema.says("nullable") && self.choose(4) == 1 {
            return Value::Null;
        }
        for key in ["anyOf", "oneOf"] {
            let choices = schema.entries_of(key);
            if let Some(choice) = choices.get(self.choose(choices.len()))
                && choice.members().iter().any(|(key, _)| *key != "required")
            {
                return self.value(choice, depth);
            }
        }
        if let Some(codes) = schema.value.get("enum").and_then(Value::as_array) {
            return codes[self.choose(codes.len())].clone();
        }
        let limit = |key: &str| schema.value.get(key).and_then(Value::as_i64);
        match schema.text("type") {
            Some("string") => self.text(&schema),
            Some("integer") => {
                let least = limit("minimum").unwrap_or(-3);
                let most = limit("maximum").unwrap_or(least + 300);
                json!((least + i64::try_from(self.choose(256)).unwrap_or_default()).min(most))
            }
            Some("number") => json!(f64::from(u8::try_from(self.choose(256)).unwrap_or_default()) / 8.0),
            Some("boolean") => json!(self.choose(2) == 1),
            Some("array") => {
                let least = limit("minItems").unwrap_or_default();
                let count = usize::try_from(least)
                    .unwrap_or_default()
                    .max(if depth > 6 { 0 } else { self.choose(3) });
                let items = schema.get("items").expect("items");
                (0..count).map(|_| self.value(&items, depth + 1)).collect()
            }
            Some("object") => self.object(&schema, depth).into(),
            _ => [json!(null), json!("text"), json!(7), json!([1]), json!({ "a": true })][self.choose(5)].clone(),
        }
    }

    fn object(&mut self, schema: &Place<'d>, depth: usize) -> Map<String, Value> {
        let required = schema.texts("required");
        let mut object = Map::new();
        for (name, property) in self.spec.properties(schema) {
            if required.contains(&name) || depth < 6 && self.choose(3) > 0 {
                object.insert(name.to_owned(), self.value(&property, depth + 1));
            }
        }
        if self.choose(8) == 1 {
            let other = schema
                .get("additionalProperties")
                .filter(|other| other.value.is_object());
            let other = other.map_or(json!(["unknown"]), |other| self.value(&other, depth + 1));
            object.insert("notInTheSpec".to_owned(), other);
        }
        object
    }

    fn text(&mut self, schema: &Place<'d>) -> Value {
        if schema.value.get("pattern").is_some() {
            // The patterns there are: digits, and times.
            let texts = [
                self.choose(256).to_string(),
                "2026-05-11T02:46:58".to_owned(),
                "2026-05-11".to_owned(),
            ];
            return json!(texts[self.choose(3)]);
        }
        let text = match schema.text("format") {
            Some("date-time") => "2026-05-11T02:46:58Z".to_owned(),
            Some("date") => "2026-05-11".to_owned(),
            Some("uri") => "https://contoso.example/a".to_owned(),
            Some("email") => "ada@contoso.example".to_owned(),
            _ => ["", "N/A", "0", "text", "ä漢"][self.choose(5)].to_owned(),
        };
        let limit = |key: &str| {
            schema
                .value
                .get(key)
                .and_then(Value::as_u64)
                .and_then(|limit| usize::try_from(limit).ok())
        };
        let missing = limit("minLength")
            .unwrap_or_default()
            .saturating_sub(text.chars().count());
        let text = text + &"x".repeat(missing);
        json!(
            text.chars()
                .take(limit("maxLength").unwrap_or(usize::MAX))
                .collect::<String>()
        )
    }
}
