//! Calls of operations on a world, for tests: all but the socket.

use std::time::Duration;

use serde_json::{Value, json};

use super::handler;
use crate::call::{Answer, Call, Refusal};
use crate::spec::{self, Route, Sent, Spec};
use crate::world::{Size, World};

/// A world to call operations on.
pub(crate) struct Caller {
    world: World,
}

impl Caller {
    pub(crate) fn new() -> Self {
        Self::of_seed(7)
    }

    pub(crate) fn of_seed(seed: u64) -> Self {
        let mut world = World::new(seed, Size { customers: 30 });
        world.clock.stop();
        Self { world }
    }

    pub(crate) fn get(&mut self, address: &str) -> Value {
        self.answer("GET", address, None)
    }

    pub(crate) fn post(&mut self, address: &str, body: Value) -> Value {
        self.answer("POST", address, Some(body))
    }

    pub(crate) fn put(&mut self, address: &str, body: Value) -> Value {
        self.answer("PUT", address, Some(body))
    }

    /// What was asked for, which is as the spec promises it.
    pub(crate) fn answer(&mut self, method: &str, address: &str, body: Option<Value>) -> Value {
        self.call(method, address, body)
            .unwrap_or_else(|refusal| panic!("{method} {address}: {refusal:?}"))
    }

    /// The status of a refusal.
    pub(crate) fn refused(&mut self, method: &str, address: &str, body: Option<Value>) -> u16 {
        match self.call(method, address, body) {
            Ok(answer) => panic!("{method} {address} was answered with {answer}"),
            Err(refusal) => refusal.status,
        }
    }

    /// Puts the time of the world forward.
    pub(crate) fn advance(&mut self, seconds: u64) {
        self.world.clock.advance(Duration::from_secs(seconds));
    }

    /// Asks for a list page by page, by `pageIndex`, and gives the rows of all of them.
    pub(crate) fn whole(&mut self, method: &str, address: &str, items: &str, body: Option<Value>) -> Vec<Value> {
        let mark = if address.contains('?') { '&' } else { '?' };
        let mut rows = Vec::new();
        for page in 1.. {
            let address = format!("{address}{mark}pageSize=100&pageIndex={page}");
            let mut answer = self.answer(method, &address, body.clone());
            match answer[items].take() {
                Value::Array(more) if !more.is_empty() => rows.extend(more),
                _ => break,
            }
        }
        rows
    }

    /// The parts of paths that name the tenants, of all customers.
    pub(crate) fn tenants(&mut self) -> Vec<String> {
        let customers = self.whole(
            "POST",
            "/partner/external/v3/general/customers/batch",
            "data",
            Some(json!({})),
        );
        let paths = customers.iter().flat_map(|customer| {
            let tenants = customer["tenants"].as_array().into_iter().flatten();
            tenants.map(|tenant| format!("customers/{}/tenants/{}", text(&customer["id"]), text(&tenant["id"])))
        });
        paths.collect()
    }

    /// The part of a path that names the first tenant of the first customer.
    pub(crate) fn tenant(&mut self) -> String {
        self.tenants().swap_remove(0)
    }

    /// What a call is answered with, or why it is refused.
    pub(crate) fn call(&mut self, method: &str, address: &str, body: Option<Value>) -> Result<Value, Refusal> {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let Route::To(operation, path) = Spec::embedded().route(method, path) else {
            panic!("no operation is at {method} {path}");
        };
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let sent = Sent {
            path,
            query,
            media_type: (!body.is_empty()).then_some("application/json"),
            body: body.as_bytes(),
        };
        let input = spec::read_input(operation, &sent).map_err(Refusal::invalid)?;
        let answer = handler(operation)(&Call::new(operation, input, false), &mut self.world)?;
        let (media_type, value) = match answer {
            Answer::Json(value) => (Some("application/json"), Some(value)),
            Answer::Empty => (None, None),
            Answer::File(_) | Answer::Undocumented(_) => panic!("{} answers with something else", operation.id),
        };
        let problems = spec::problems(operation, operation.success, media_type, value.as_ref());
        assert!(problems.is_empty(), "{}: {problems:?}", operation.id);
        Ok(value.unwrap_or_default())
    }
}

/// A text that an answer holds.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// Whether a value has a member for each that another has, of the same type, however deep; lists are judged by their first
/// entries. Null stands for any type.
pub(crate) fn has_all(example: &Value, value: &Value) -> Result<(), String> {
    match (example, value) {
        (Value::Object(example), Value::Object(value)) => example.iter().try_for_each(|(name, expected)| {
            let found = value.get(name).ok_or_else(|| format!("{name} is missing"))?;
            has_all(expected, found).map_err(|reason| format!("{name}: {reason}"))
        }),
        (Value::Array(example), Value::Array(value)) => match (example.first(), value.first()) {
            (Some(expected), Some(found)) => has_all(expected, found),
            _ => Ok(()),
        },
        (Value::Null, _) | (_, Value::Null) => Ok(()),
        _ if std::mem::discriminant(example) == std::mem::discriminant(value) => Ok(()),
        _ => Err(format!("{value} is of another type than {example}")),
    }
}
