//! What calls need and only answers know: ids, addresses, and what belongs to which.
//!
//! An answer's entry gives its members under their own names (`tenantId`) and under the name of what it is one of (the
//! `id` among `customers` is a `customerId`), together with what stands around it, so that a tenant is only asked for
//! below its own customer.

use std::collections::{BTreeMap, HashMap};

use avepoint_core::{Constraint, Member, Operation, Paging, ParameterLocation};
use serde_json::{Map, Value, json};

/// The most values that are kept of one name.
const MOST: usize = 200;

/// The most choices that are looked at for one operation.
const CHOICES: usize = 10_000;

/// How many entries a page has where the operation must be told.
const PAGE_SIZE: u64 = 50;

/// Members that hold what an answer is about, whatever that is.
const WRAPPERS: [&str; 5] = ["data", "result", "results", "value", "values"];

/// What values belong together, by name.
pub type Bindings = BTreeMap<String, Value>;

/// A value of an answer.
struct Fact {
    value: Value,
    /// What it belongs to.
    context: Bindings,
    /// The path of the operation that gave it.
    from: &'static str,
}

/// One call that can be made.
pub struct Call {
    pub parameters: Value,
    pub bindings: Bindings,
}

/// What is needed for a call, in the place where it stands.
struct Need {
    name: &'static str,
    /// As which values may be known.
    keys: Vec<String>,
    constraint: &'static Constraint,
    in_body: bool,
}

/// All that answers have told.
#[derive(Default)]
pub struct Known {
    facts: HashMap<String, Vec<Fact>>,
    page_size: Option<u64>,
}

impl Known {
    /// With what somebody has given by name, and the size of pages.
    pub fn new(given: &[(String, String)], page_size: Option<u64>) -> Self {
        let mut known = Self {
            facts: HashMap::new(),
            page_size,
        };
        for (name, value) in given {
            known.add(folded(name), &json!(value), &Bindings::new(), "");
        }
        known
    }

    /// Takes what an answer tells.
    pub fn learn(&mut self, operation: &'static Operation, bindings: &Bindings, answer: &Value) {
        // Of a list that is read by POST, the last segment is none.
        let path = operation.path.trim_end_matches("/batch");
        let noun = noun(path.rsplit('/').next().unwrap_or_default());
        let items = operation.paging.as_ref().map(Paging::items);
        self.visit(answer, (operation.path, items), &noun, bindings);
    }

    fn visit(&mut self, value: &Value, from: (&'static str, Option<&str>), noun: &str, around: &Bindings) {
        match value {
            Value::Array(entries) => entries.iter().for_each(|entry| self.visit(entry, from, noun, around)),
            // An id by itself.
            value if is_plain(value) && is_id(noun) => self.add(noun.to_owned(), value, around, from.0),
            Value::Object(members) => {
                let mut own = Vec::new();
                let plain = members.iter().filter(|(_, member)| is_plain(member));
                let plain: Vec<_> = plain.map(|(name, member)| (folded(name), member)).collect();
                for (name, member) in &plain {
                    own.push((format!("{noun}{name}"), *member));
                    own.extend((name != "id").then_some((name.clone(), *member)));
                }
                if !members.keys().any(|name| name.eq_ignore_ascii_case("id")) {
                    own.extend(id_of(noun, &plain).map(|member| (format!("{noun}id"), member)));
                }
                let mut context = around.clone();
                let ids = own.iter().filter(|(name, _)| is_id(name));
                context.extend(ids.map(|(name, member)| (name.clone(), (*member).clone())));
                for (name, member) in own.into_iter().filter(|(name, _)| is_id(name)) {
                    self.add(name, member, &context, from.0);
                }
                for (name, member) in members.iter().filter(|(_, member)| !is_plain(member)) {
                    let is = |other: &str| name.eq_ignore_ascii_case(other);
                    if from.1.is_some_and(is) || WRAPPERS.into_iter().any(is) {
                        self.visit(member, from, noun, &context);
                    } else {
                        self.visit(member, from, &self::noun(name), &context);
                    }
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, name: String, value: &Value, context: &Bindings, from: &'static str) {
        let facts = self.facts.entry(name).or_default();
        let is_there = |fact: &Fact| fact.value == *value && fact.context == *context;
        if facts.len() < MOST && !facts.iter().any(is_there) {
            facts.push(Fact {
                value: value.clone(),
                context: context.clone(),
                from,
            });
        }
    }

    /// Up to `most` calls of an operation, all different; the example has what no answer tells.
    ///
    /// # Errors
    /// The name of what is needed and not known.
    pub fn calls(
        &self,
        operation: &'static Operation,
        example: &Value,
        most: usize,
    ) -> Result<Vec<Call>, &'static str> {
        let needs = needs(operation);
        let mut search = Search {
            known: self,
            operation,
            example,
            needs: &needs,
            found: Vec::new(),
            most,
            left: CHOICES,
            furthest: 0,
        };
        search.choose(0, &mut Vec::new(), &Bindings::new());
        match search.found {
            found if found.is_empty() => Err(needs.get(search.furthest).map_or("", |need| need.name)),
            found => Ok(found),
        }
    }

    /// The values of a need that go together with what was chosen.
    fn values(&self, need: &Need, operation: &Operation, example: &Value, chosen: &Bindings) -> Vec<Value> {
        if let Constraint::List { item, .. } = need.constraint {
            let entry = Need {
                name: need.name,
                keys: need.keys.clone(),
                constraint: item,
                in_body: need.in_body,
            };
            let example = example.get(0).unwrap_or(&Value::Null);
            let values = self.values(&entry, operation, example, chosen).into_iter();
            return values.map(|value| json!([value])).collect();
        }
        match need.constraint {
            Constraint::IntegerCode { codes, .. } => return codes.iter().map(|code| json!(code)).collect(),
            Constraint::TextCode { codes, .. } => return codes.iter().map(|code| json!(code)).collect(),
            _ => {}
        }
        if !need.keys.iter().any(|key| is_id(key)) {
            return Some(example.clone())
                .filter(|example| !example.is_null())
                .into_iter()
                .collect();
        }
        let facts = need.keys.iter().filter_map(|key| self.facts.get(key)).flatten();
        let fits = |fact: &&Fact| {
            let mut around = fact.context.iter();
            around.all(|(name, value)| chosen.get(name).is_none_or(|chosen| chosen == value))
        };
        let mut facts: Vec<_> = facts.filter(fits).collect();
        facts.sort_by_key(|fact| std::cmp::Reverse(shared(fact.from, operation.path)));
        let mut values: Vec<Value> = Vec::new();
        for fact in facts {
            if !values.contains(&fact.value) {
                values.push(fact.value.clone());
            }
        }
        values
    }
}

/// The search for calls: one need after the other, each with what goes together with those before.
struct Search<'k> {
    known: &'k Known,
    operation: &'static Operation,
    example: &'k Value,
    needs: &'k [Need],
    found: Vec<Call>,
    most: usize,
    left: usize,
    /// The need that no choice has got beyond.
    furthest: usize,
}

impl Search<'_> {
    fn choose(&mut self, at: usize, values: &mut Vec<Value>, bindings: &Bindings) {
        self.furthest = self.furthest.max(at);
        let Some(need) = self.needs.get(at) else {
            let parameters = self.parameters(values);
            self.found.push(Call {
                parameters,
                bindings: bindings.clone(),
            });
            return;
        };
        let example = match need.in_body {
            true => &self.example["body"][need.name],
            false => &self.example[need.name],
        };
        for value in self.known.values(need, self.operation, example, bindings) {
            if self.found.len() >= self.most || self.left == 0 {
                return;
            }
            self.left -= 1;
            let mut bindings = bindings.clone();
            let keys = need.keys.iter().filter(|key| is_id(key));
            bindings.extend(keys.map(|key| (key.clone(), value.clone())));
            values.push(value);
            self.choose(at + 1, values, &bindings);
            values.pop();
        }
    }

    fn parameters(&self, values: &[Value]) -> Value {
        let mut parameters = Map::new();
        if self.operation.body.as_ref().is_some_and(|body| body.required) {
            parameters.insert("body".to_owned(), json!({}));
        }
        let mut parameters = Value::Object(parameters);
        for (need, value) in self.needs.iter().zip(values) {
            match need.in_body {
                true => parameters["body"][need.name] = value.clone(),
                false => parameters[need.name] = value.clone(),
            }
        }
        if let Some((page, size)) = page_and_size(self.operation) {
            if let Some(page) = page.filter(|page| is_required(self.operation, page)) {
                set(&mut parameters, page, 1.into());
            }
            let needed = is_required(self.operation, size).then_some(PAGE_SIZE);
            if let Some(entries) = self.known.page_size.or(needed) {
                set(&mut parameters, size, entries.into());
            }
        }
        parameters
    }
}

/// What takes the number and the size of a page.
fn page_and_size(operation: &Operation) -> Option<(Option<&'static str>, &'static str)> {
    match operation.paging? {
        Paging::PageNumber { page, size, .. } => Some((Some(page), size)),
        Paging::Token { size, .. } => Some((None, size)),
        _ => None,
    }
}

/// Puts a value where a parameter or, behind `body.`, a member of the body stands.
pub fn set(parameters: &mut Value, place: &str, value: Value) {
    match place.strip_prefix("body.") {
        Some(member) => parameters["body"][member] = value,
        None => parameters[place] = value,
    }
}

/// The number of entries that a page was asked to have.
pub fn size_of(operation: &Operation, parameters: &Value) -> Option<u64> {
    let (_, size) = page_and_size(operation)?;
    match size.strip_prefix("body.") {
        Some(member) => parameters["body"][member].as_u64(),
        None => parameters[size].as_u64(),
    }
}

fn is_required(operation: &Operation, place: &str) -> bool {
    match place.strip_prefix("body.") {
        Some(member) => members(operation)
            .iter()
            .any(|known| known.name == member && known.required),
        None => operation
            .parameters
            .iter()
            .any(|known| known.name == place && known.required),
    }
}

/// The documented members of the body.
fn members(operation: &Operation) -> &'static [Member] {
    match operation.body.as_ref().map(|body| body.constraint) {
        Some(Constraint::Object { members, .. }) => members,
        _ => &[],
    }
}

/// What a call needs, beside what says which page it wants.
fn needs(operation: &'static Operation) -> Vec<Need> {
    let paging = page_and_size(operation);
    let is_paging = |place: &str| paging.is_some_and(|(page, size)| page == Some(place) || size == place);
    let parameters = operation
        .parameters
        .iter()
        .filter(|known| known.required && !is_paging(known.name));
    let mut needs: Vec<_> = parameters
        .map(|known| {
            let before = match known.location {
                ParameterLocation::Path => operation.path.split(&format!("/{{{}}}", known.name)).next(),
                _ => None,
            };
            Need {
                name: known.name,
                keys: keys(known.name, before),
                constraint: known.constraint,
                in_body: false,
            }
        })
        .collect();
    let members = members(operation).iter().filter(|known| known.required);
    needs.extend(
        members
            .filter(|known| !is_paging(&format!("body.{}", known.name)))
            .map(|known| Need {
                name: known.name,
                keys: keys(known.name, None),
                constraint: known.constraint,
                in_body: true,
            }),
    );
    needs
}

/// As what the value of a parameter may be known, which stands behind this part of the path.
fn keys(name: &str, before: Option<&str>) -> Vec<String> {
    let name = folded(name);
    let single = name.strip_suffix('s').unwrap_or(&name).to_owned();
    let collection = before.and_then(|before| before.rsplit('/').next()).map(noun);
    let below = collection.map(|noun| match single.ends_with("id") {
        true => format!("{noun}id"),
        false => format!("{noun}{single}"),
    });
    let mut keys: Vec<_> = below.into_iter().chain([single]).collect();
    keys.dedup();
    keys
}

/// Whether a name is that of a value which only answers know.
fn is_id(name: &str) -> bool {
    ["id", "email", "url", "path"].iter().any(|end| name.ends_with(end))
}

/// What tells the entries of a collection apart, if that is no `id`: the `profileId` of a `scanprofile`, or else the first.
fn id_of<'v>(noun: &str, members: &[(String, &'v Value)]) -> Option<&'v Value> {
    let ids = || {
        members
            .iter()
            .filter_map(|(name, value)| Some((name.strip_suffix("id")?, *value)))
    };
    let own = ids().find(|(stem, _)| noun.ends_with(stem));
    own.or_else(|| ids().next()).map(|(_, value)| value)
}

fn is_plain(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty()) || value.is_i64() || value.is_u64()
}

/// What a collection holds, by its name: `scan-profiles` are of a `scanprofile`.
fn noun(collection: &str) -> String {
    let name = folded(collection);
    match name.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => name.strip_suffix('s').unwrap_or(&name).to_owned(),
    }
}

fn folded(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// How many segments two paths begin with alike.
fn shared(one: &str, other: &str) -> usize {
    let pairs = one.split('/').zip(other.split('/'));
    pairs.take_while(|(one, other)| one == other).count()
}
