//! What the setters of builders take.
//!
//! A setter for a `T` takes whatever converts into one, an `Option` of that, owned or borrowed, and a builder of one. Which of
//! these it is the compiler finds out by the second parameter of the traits, which nobody writes down.

use std::any::type_name;
use std::collections::BTreeMap;
use std::fmt::Display;

use serde::Serialize;
use serde_json::Value;

use crate::fields::Fields;
use crate::validation::Violation;
use crate::value::list::OneOrMany;
use crate::{CodeOrText, Json, List, LocalTime, NumberOrText, OpenEnum, SecretText, TextOr, Time};

/// A value for a setter, as JSON: what converts into a `T`, an `Option` of that, or the builder of one.
///
/// ```
/// use avepoint_core::Argument;
///
/// // What a setter for a number looks like.
/// fn takes<M>(_: impl Argument<i64, M>) {}
///
/// takes(50);
/// takes(50_u64); // One that is too large is told when the call is sent.
/// takes(Some(50));
/// takes(&Some(50));
/// ```
///
/// A setter for a [`OneOrMany`] takes a list of builders, too.
///
/// These crates alone implement it: a minor version may add to it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not accepted by this setter, which takes a `{T}`",
    label = "does not convert into `{T}`",
    note = "it takes what implements `TryInto<{T}>`, an `Option` of that, and a builder of a `{T}`"
)]
pub trait Argument<T, M> {
    /// The value. For use by generated code.
    #[doc(hidden)]
    fn given(self) -> Given;
}

/// Entries for a setter that takes a list: anything that can be iterated over, whose entries are an [`Argument`] each; an
/// `Option` of that; a tuple, whose entries may be of several types.
///
/// ```
/// use avepoint_core::Arguments;
///
/// // What a setter for a list of texts looks like.
/// fn takes<M>(_: impl Arguments<String, M>) {}
///
/// takes(["Ada", "Grace"]);
/// takes(vec![String::from("Ada")]);
/// takes((1..=3).map(|number| format!("site-{number}")));
/// takes(("Ada", String::from("Grace"), Some("Edsger")));
/// ```
///
/// These crates alone implement it: a minor version may add to it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not accepted by this setter, which takes a list of `{T}`",
    label = "is not a list of what converts into `{T}`",
    note = "it takes what can be iterated over, such as an array, a `Vec` or an iterator"
)]
pub trait Arguments<T, M> {
    /// The list. For use by generated code.
    #[doc(hidden)]
    fn given(self) -> Given;
}

/// What was given to a setter.
#[doc(hidden)]
#[derive(Clone)]
pub enum Given {
    /// `None`.
    Nothing,
    /// A value.
    Value(Value),
    /// The members of an object, from its builder.
    Fields(Fields),
    /// What does not convert, or a list of which parts do not or are forbidden: as far as it has a value.
    Refused(Option<Value>, Vec<Violation>),
}

/// An argument that converts.
#[doc(hidden)]
pub struct Direct;

/// An argument that may be `None`.
#[doc(hidden)]
pub struct Optional<M>(M);

/// An argument that may be `None`, and is borrowed.
#[doc(hidden)]
pub struct Borrowed<M>(M);

/// An argument that is a builder.
#[doc(hidden)]
pub struct Built;

/// Arguments that are iterated over.
#[doc(hidden)]
pub struct Each<M>(M);

// So that the compiler shows the message of the trait, and not what `From` is implemented for.
#[diagnostic::do_not_recommend]
impl<T: IntoGiven, V: TryInto<T>> Argument<T, Direct> for V
where
    V::Error: Display,
{
    fn given(self) -> Given {
        match self.try_into() {
            Ok(value) => value.into_given(),
            Err(error) => Given::unsendable(T::unfit(&error)),
        }
    }
}

/// What a value of a type is given as.
///
/// An object is given as its builder is: it is held against its own rules, also where it is one of several that a request may
/// hold, and what can be one code only is filled in. In its JSON nobody would see which of them it is meant to be.
#[doc(hidden)]
pub trait IntoGiven: Serialize + Sized {
    /// It as JSON, unless it is an object.
    fn into_given(self) -> Given {
        Given::json(serde_json::to_value(self))
    }

    /// What is wrong with something that does not convert into it.
    fn unfit(error: &dyn Display) -> String {
        let name = type_name::<Self>();
        let name = name.rsplit("::").next().unwrap_or(name);
        format!("is not a valid {name}: {error}")
    }
}

impl IntoGiven for i64 {
    // Only a larger number fails to be one, and std says that in words for programmers.
    fn unfit(_: &dyn Display) -> String {
        "is a number out of range".to_owned()
    }
}

macro_rules! values {
    ($($value:ty),+) => { $( impl IntoGiven for $value {} )+ };
}

values!(bool, f64, String, Json, LocalTime, NumberOrText, SecretText, Time);
impl<T: OpenEnum> IntoGiven for CodeOrText<T> {}
impl<T: Serialize> IntoGiven for List<T> {}
impl<T: Serialize> IntoGiven for TextOr<T> {}
impl<T: Serialize> IntoGiven for BTreeMap<String, T> {}

impl<T: IntoGiven> IntoGiven for OneOrMany<T> {
    fn into_given(self) -> Given {
        match self {
            OneOrMany::One(value) => value.into_given(),
            OneOrMany::Many(values) => Given::list(&mut values.into_iter().map(T::into_given)),
        }
    }
}

// What is no builder converts into one or many by itself.
impl<T, V: Argument<T, Built>> Argument<OneOrMany<T>, Built> for V {
    fn given(self) -> Given {
        V::given(self)
    }
}

impl<T, I: IntoIterator> Argument<OneOrMany<T>, Each<Built>> for I
where
    I::Item: Argument<T, Built>,
{
    fn given(self) -> Given {
        Given::list(&mut self.into_iter().map(Argument::given))
    }
}

impl<T, V: Argument<T, M>, M> Argument<T, Optional<M>> for Option<V> {
    fn given(self) -> Given {
        self.map_or(Given::Nothing, V::given)
    }
}

impl<T, V: Argument<T, M> + Clone, M> Argument<T, Borrowed<M>> for &Option<V> {
    fn given(self) -> Given {
        Argument::<T, Optional<M>>::given(self.clone())
    }
}

impl<T, I: IntoIterator, M> Arguments<T, Each<M>> for I
where
    I::Item: Argument<T, M>,
{
    fn given(self) -> Given {
        Given::list(&mut self.into_iter().map(Argument::given))
    }
}

impl<T, I: IntoIterator, M> Arguments<T, Optional<Each<M>>> for Option<I>
where
    I::Item: Argument<T, M>,
{
    fn given(self) -> Given {
        self.map_or(Given::Nothing, Arguments::given)
    }
}

impl<T, I: IntoIterator<Item: Argument<T, M>> + Clone, M> Arguments<T, Borrowed<Each<M>>> for &Option<I> {
    fn given(self) -> Given {
        Arguments::<T, Optional<Each<M>>>::given(self.clone())
    }
}

/// Entries of several types: `(one, another)`.
macro_rules! tuples {
    ($($entry:ident $marker:ident,)+) => {
        impl<T, $($entry: Argument<T, $marker>, $marker),+> Arguments<T, ($($marker,)+)> for ($($entry,)+) {
            #[allow(non_snake_case, reason = "the values have the names of their types")]
            fn given(self) -> Given {
                let ($($entry,)+) = self;
                Given::list(&mut [$($entry.given()),+].into_iter())
            }
        }
    };
}

tuples!(A MA,);
tuples!(A MA, B MB,);
tuples!(A MA, B MB, C MC,);
tuples!(A MA, B MB, C MC, D MD,);
tuples!(A MA, B MB, C MC, D MD, E ME,);
tuples!(A MA, B MB, C MC, D MD, E ME, F MF,);
tuples!(A MA, B MB, C MC, D MD, E ME, F MF, G MG,);
tuples!(A MA, B MB, C MC, D MD, E ME, F MF, G MG, H MH,);
tuples!(A MA, B MB, C MC, D MD, E ME, F MF, G MG, H MH, I MI,);
tuples!(A MA, B MB, C MC, D MD, E ME, F MF, G MG, H MH, I MI, J MJ,);

impl Given {
    fn json(value: Result<Value, serde_json::Error>) -> Self {
        match value {
            Ok(value) => Given::Value(value),
            Err(error) => Given::unsendable(format!("cannot be written as JSON: {error}")),
        }
    }

    fn unsendable(problem: String) -> Self {
        Given::Refused(None, vec![Violation::unfit(problem)])
    }

    fn list(entries: &mut dyn Iterator<Item = Given>) -> Self {
        let (mut values, mut problems) = (Vec::new(), Vec::new());
        for (index, entry) in entries.enumerate() {
            let (value, found) = entry.finish();
            // A `None` among the entries is no entry.
            values.extend(value);
            problems.extend(found.into_iter().map(|problem| problem.below(&format!("[{index}]"))));
        }
        Given::checked(Value::Array(values), problems)
    }

    /// A value of which these parts do not convert or are forbidden.
    pub(crate) fn checked(value: Value, problems: Vec<Violation>) -> Self {
        match problems.is_empty() {
            true => Given::Value(value),
            false => Given::Refused(Some(value), problems),
        }
    }

    /// The value, and what is wrong with it as far as only its origin tells.
    pub(crate) fn finish(self) -> (Option<Value>, Vec<Violation>) {
        match self {
            Given::Nothing => (None, Vec::new()),
            Given::Value(value) => (Some(value), Vec::new()),
            Given::Fields(fields) => {
                let (value, problems) = fields.finish();
                (Some(value), problems)
            }
            Given::Refused(value, problems) => (value, problems),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Code, CodeOrText, LocalTime, SecretText, Time};

    crate::id! {
        /// Identifies a plant.
        struct PlantId;
    }

    crate::open_enum! {
        /// How a plant grows.
        enum Growth: integer {
            /// Slowly.
            Slow = 1,
        }
    }

    fn one<M>(value: impl Argument<PlantId, M>) -> Result<Option<Value>, String> {
        told(value.given())
    }

    fn many<M>(values: impl Arguments<PlantId, M>) -> Result<Option<Value>, String> {
        told(values.given())
    }

    fn told(given: Given) -> Result<Option<Value>, String> {
        let (value, problems) = given.finish();
        let problems: Vec<_> = problems.into_iter().map(|problem| problem.in_place("x")).collect();
        match problems.as_slice() {
            [] => Ok(value),
            problems => Err(problems.join("; ")),
        }
    }

    #[test]
    fn whatever_converts_is_taken_owned_borrowed_or_as_an_option() {
        let id = PlantId::try_from("p").expect("an id");
        assert_eq!(id.as_str(), "p");
        let p = || Ok(Some(json!("p")));
        assert_eq!(one("p"), p());
        assert_eq!(one(String::from("p")), p());
        let text = String::from("p");
        assert_eq!((one(&text), text.as_str()), (p(), "p"));
        assert_eq!(one(&id), p());
        assert_eq!(one(Some(&id)), p());
        assert_eq!(one(id.clone()), p());
        assert_eq!(one(None::<PlantId>), Ok(None));
        // As the members of an answer are.
        assert_eq!(one(&Some(id)), p());
        assert_eq!(one(&Some(text)), p());
        assert_eq!(one(&None::<PlantId>), Ok(None));
        assert_eq!(
            one("."),
            Err("`x` is not a valid PlantId: an id must not be `.` or `..`".into())
        );
        let list = || Ok(Some(json!(["p", "q"])));
        assert_eq!(many(["p", "q"]), list());
        assert_eq!(many(vec![Some("p"), None, Some("q")]), list());
        assert_eq!(many(Some(["p", "q"].map(String::from))), list());
        assert_eq!(many(&Some(["p", "q"].map(String::from))), list());
        assert_eq!(many([Some("p"), None, Some("q")].iter()), list());
        assert_eq!(
            many(("p", PlantId::try_from("q").expect("an id"), None::<&str>)),
            list()
        );
        assert_eq!(many(None::<Vec<String>>), Ok(None));
        assert_eq!(
            many(["", "p", ".."]),
            Err("`x[0]` is not a valid PlantId: an id must not be empty; \
                 `x[2]` is not a valid PlantId: an id must not be `.` or `..`"
                .into())
        );
    }

    #[test]
    fn a_number_that_is_too_large_is_refused_in_plain_words() {
        fn number<M>(value: impl Argument<i64, M>) -> Result<Option<Value>, String> {
            told(value.given())
        }
        assert_eq!(number(7_u8), Ok(Some(json!(7))));
        assert_eq!(number(u64::MAX), Err("`x` is a number out of range".into()));
    }

    #[test]
    fn a_code_is_given_by_its_value_its_code_or_its_name_owned_or_borrowed() {
        fn growth<M>(value: impl Argument<Growth, M>) -> Result<Option<Value>, String> {
            told(value.given())
        }
        fn either<M>(value: impl Argument<CodeOrText<Growth>, M>) -> Result<Option<Value>, String> {
            told(value.given())
        }
        let (code, name) = (Code::Integer(1), String::from("slow"));
        let (row, arrived) = (Some(name.clone()), CodeOrText::from(Growth::Slow));
        let given = [
            growth(Growth::Slow),
            growth(1),
            growth(&code),
            growth(code.clone()),
            growth("1"),
            growth(&name),
            growth(name.clone()),
            growth(&row),
            either(&arrived),
            either(&Growth::Slow),
            either(1),
            either(&code),
            either(code),
            either("Slow"),
            either(&name),
            either(name),
            either(&row),
            either(arrived),
        ];
        for (index, given) in given.into_iter().enumerate() {
            assert_eq!(given, Ok(Some(json!(1))), "{index}");
        }
        assert_eq!(growth(Code::Integer(7)), Ok(Some(json!(7))));
    }

    #[test]
    fn what_a_program_keeps_is_taken_borrowed() {
        fn same<T>(value: &T, json: Value)
        where
            for<'a> &'a T: TryInto<T, Error: Display>,
            T: IntoGiven,
        {
            assert_eq!(told(Argument::<T, Direct>::given(value)), Ok(Some(json)));
        }
        assert!(Growth::Slow.is_known());
        same(&Growth::Slow, json!(1));
        same(&Time::try_from("2026-11-02").expect("a day"), json!("2026-11-02"));
        same(
            &LocalTime::try_from("2026-11-02").expect("a day"),
            json!("2026-11-02T00:00:00"),
        );
        same(&SecretText::from("plum"), json!("plum"));
    }
}
