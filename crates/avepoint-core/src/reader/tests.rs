use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::outline::Outline;
use super::{DEPTH, Problem, Reading, Spelling, Unread, to_value};
use crate::{Code, Json, List, Number, NumberOrText, OneOrMany, TextOr, Time};

fn read<T: DeserializeOwned>(json: &[u8]) -> Result<(T, Unread), Problem> {
    super::read(json, Reading::default())
}

fn read_whole<T: DeserializeOwned>(json: &[u8]) -> Result<T, Problem> {
    super::read_whole(json, Spelling::Documented)
}

/// A type with a member of each kind, as the generated ones are.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Thing {
    #[serde(rename = "displayName", skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    open: Option<bool>,
    #[serde(default, skip_serializing_if = "List::is_null")]
    tags: List<String>,
    #[serde(default, skip_serializing_if = "List::is_null")]
    parts: List<Thing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<Box<Thing>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<OneOrMany<Code>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<NumberOrText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    names: Option<TextOr<List<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    free: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed: Option<Fixed>,
}

#[test]
fn there_is_an_outline_of_named_members_that_are_unicode_and_of_nothing_else() {
    fn is_outlined<T: DeserializeOwned>(json: &[u8]) -> bool {
        let (_, _, seen) = super::read_outlined::<T>(json, Reading::default()).expect("JSON");
        seen.outline.is_some()
    }
    assert!(is_outlined::<Thing>(br#"{"count":1,"\ud800":[]}"#));
    for json in [&b"null"[..], b"\"\"", b"{}", b"{\"count\":1,\"displayName\":\"\xff\"}"] {
        assert!(!is_outlined::<Thing>(json));
    }
    assert!(!is_outlined::<BTreeMap<String, i64>>(br#"{"count":1}"#));
    assert!(!is_outlined::<Vec<Thing>>(br#"[{"count":1}]"#));
}

#[test]
fn the_names_of_the_document_are_those_of_its_own_type_whatever_its_members_are() {
    for odd in ["\"\"", "\" \"", "null", "{}", "[]", "{\"id\":1}", "[{}]", "1"] {
        for member in NAMES {
            let json = format!("{{\"{member}\":{odd}}}");
            let (_, _, seen) = super::read_outlined::<Thing>(json.as_bytes(), Reading::default()).expect("an object");
            assert_eq!(seen.names, NAMES, "{json}");
        }
    }
}

#[test]
fn an_object_of_any_names_loses_no_more_than_an_entry() {
    let json = br#"{"labels":{"a":1,"secret":{"x":[]},"b":null,"c":"3"},"count":1}"#;
    let (object, unread) = read::<BTreeMap<String, BTreeMap<String, i64>>>(json).expect("an object");
    assert_eq!(
        object["labels"],
        BTreeMap::from([("a".to_owned(), 1), ("c".to_owned(), 3)])
    );
    // A name that no page documents comes from outside, and is not repeated.
    let places: Vec<_> = unread.members().iter().map(|member| member.path()).collect();
    assert_eq!(places, ["*.*", "*"]);
}

/// A type that does not do without one of its members.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Fixed {
    id: i64,
}

/// A value that knows by what it was read.
#[derive(Debug)]
struct Probe(&'static str);

impl<'de> Deserialize<'de> for Probe {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer)?;
        Ok(Probe(std::any::type_name::<D>()))
    }
}

#[test]
fn all_is_read_by_one_reader_of_one_type() {
    #[derive(Deserialize)]
    struct Probes {
        plain: Option<Probe>,
        list: List<Probe>,
        one: OneOrMany<Probe>,
        many: OneOrMany<List<Probe>>,
        either: TextOr<List<Probe>>,
        map: BTreeMap<String, Probe>,
    }
    let json = br#"{"plain":{},"list":[1,[]],"one":"a","many":[[1]],"either":[null,1],"map":{"a":1}}"#;
    let (probes, _) = read::<Probes>(json).expect("an object");
    let Probes {
        plain,
        list,
        one,
        many,
        either,
        map,
    } = probes;
    let many = many.into_vec().into_iter().flatten();
    let either = either.value().expect("a list").iter().map(|probe| Probe(probe.0));
    let all: Vec<_> = plain
        .into_iter()
        .chain(list)
        .chain(one.into_vec())
        .chain(many)
        .chain(either)
        .chain(map.into_values())
        .collect();
    assert_eq!(all.len(), 7);
    let whole = read_whole::<Probe>(b"1").expect("a number");
    assert!(all.iter().all(|probe| probe.0 == whole.0), "{all:?}");
    // What comes from elsewhere and may be of two kinds is read by no other either.
    let one: OneOrMany<Probe> = serde_json::from_str("1").expect("a number");
    assert_eq!(one.as_slice()[0].0, whole.0);
}

#[test]
fn unknown_members_are_kept_where_that_is_wanted() {
    let json = br#"{
        "new": 1.50, "id": "a", "ID": "b", "THINGS": [{}, {"n\u00e9w": [{"deep": null}]}],
        "named": {"x.y": {"new": "\ud800"}, "x\"z": {"id": "c", "\ud800": 12345678901234567890123, "new": true}},
        "lost": {"new": 1, "id": []}
    }"#;
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Outer {
        id: Option<String>,
        things: Vec<Inner>,
        named: BTreeMap<String, Inner>,
        lost: Option<Strict>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Inner {
        id: Option<String>,
    }
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "what is beside it counts")]
    struct Strict {
        id: String,
    }
    let (_, unread) = read::<Outer>(json).expect("an object");
    assert_eq!((unread.unknown(), unread.total()), (&[][..], 1));

    let reading = Reading {
        keeps_unknown: true,
        ..Reading::default()
    };
    let (_, unread) = super::read::<Outer>(json, reading).expect("an object");
    let unknown = unread.unknown().iter();
    let unknown: Vec<_> = unknown
        .map(|member| (member.path(), member.name(), member.json()))
        .collect();
    assert_eq!(
        unknown,
        [
            ("new", "new", "1.50"),
            ("ID", "ID", "\"b\""),
            ("things[1].n\u{e9}w", "n\u{e9}w", r#"[{"deep": null}]"#),
            ("named.x.y.new", "new", r#""\ud800""#),
            ("named.x\"z.\u{fffd}", "\u{fffd}", "12345678901234567890123"),
            ("named.x\"z.new", "new", "true"),
        ]
    );
    // What stands in it is told with the whole of it.
    assert_eq!(unread.members()[0].json(), r#"{"new": 1, "id": []}"#);
    let values: Vec<_> = unread.unknown().iter().map(|member| member.value()).collect();
    assert_eq!((&values[0], &values[2]), (&json!(1.5), &json!([{"deep": null}])));
    assert!(!format!("{unread:?}").contains("1.50"), "{unread:?}");
}

fn read_thing(json: &str) -> (Thing, Unread) {
    read(json.as_bytes()).unwrap_or_else(|problem| panic!("{json}: {problem}"))
}

/// Reads what is to be read without anything left.
fn whole(json: &str) -> Thing {
    let (thing, unread) = read_thing(json);
    assert!(unread.is_empty(), "{json}: {unread:?}");
    thing
}

fn problem(json: &str) -> String {
    read::<Thing>(json.as_bytes()).map(drop).expect_err(json).to_string()
}

#[test]
fn a_name_is_a_whole_name_however_it_is_written() {
    let json = br#"{"counter": 1, "coun": 2, "\u0063ount" : 3, "count": 4, "open\"": 5, "open"
        :true}"#;
    let (thing, _): (Thing, _) = read(json).expect("a thing");
    assert_eq!((thing.count, thing.open), (Some(3), Some(true)));
}

#[test]
fn members_are_found_in_any_letter_case_and_the_first_counts() {
    let thing = whole(r#"{"DisplayName":"a","DISPLAYNAME":"b","displayName":"c","Parts":[{"COUNT":1}],"o":{"a":[]}}"#);
    assert_eq!(thing.display_name.as_deref(), Some("a"));
    assert_eq!(thing.parts[0].count, Some(1));
    // Spelled with an escape, too.
    assert_eq!(whole(r#"{"c\u006funt":1,"\ud800":2}"#).count, Some(1));
}

#[test]
fn members_are_read_in_any_order_and_spacing_and_the_first_counts() {
    let members = [r#""displayName":"A","#, r#""count":1,"#, r#""open":true,"#];
    let expected = Thing {
        display_name: Some("A".to_owned()),
        count: Some(1),
        open: Some(true),
        ..Thing::default()
    };
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let written: String = order.map(|member| members[member]).concat();
        let again = r#""displayName":"B","count":2,"open":false"#;
        for (from, to) in [
            ("", ""),
            (",", " ,"),
            (",\"", ",\n\""),
            (":", " :"),
            (":", ": "),
            ("{", "{ "),
        ] {
            let part = format!("{{{written}{again}}}").replace(from, to);
            // Members of the document itself are read in another way than those of objects in it.
            assert_eq!(whole(&part), expected, "{part}");
            assert_eq!(
                whole(&format!(r#"{{"parts":[{part},{part}]}}"#)).parts.len(),
                2,
                "{part}"
            );
            assert_eq!(whole(&format!(r#"{{"parts":[{part}]}}"#)).parts[0], expected, "{part}");
        }
    }
}

#[test]
fn scalars_are_read_in_either_kind() {
    let thing = whole(r#"{"displayName":7.50,"count":" 12 ","share":"0.5","open":"True","state":[0,"1"],"since":""}"#);
    assert_eq!(thing.display_name.as_deref(), Some("7.50"));
    assert_eq!(
        (thing.count, thing.share, thing.open),
        (Some(12), Some(0.5), Some(true))
    );
    assert_eq!(
        thing.state.expect("a state").as_slice(),
        [Code::Integer(0), Code::from("1")]
    );
    for (json, count) in [
        ("3.0", 3),
        ("1e2", 100),
        ("-12.500E+1", -125),
        ("500e-2", 5),
        ("0e-999", 0),
        ("9007199254740993.0", 9_007_199_254_740_993),
        ("-0", 0),
        ("\"-3\"", -3),
        ("9223372036854775807", i64::MAX),
    ] {
        assert_eq!(whole(&format!("{{\"count\":{json}}}")).count, Some(count), "{json}");
    }
    assert_eq!(whole(r#"{"open":1}"#).open, Some(true));
    assert_eq!(whole(r#"{"displayName":true}"#).display_name.as_deref(), Some("true"));
}

#[test]
fn null_stands_for_anything() {
    let all = r#"{"displayName":null,"count":null,"share":null,"open":null,"tags":null,"parts":null,"owner":null,
        "state":null,"since":null,"version":null,"names":null,"free":null,"fixed":null}"#;
    assert_eq!(whole(all), Thing::default());
    assert_eq!(whole("null"), Thing::default());
    assert_eq!(whole(r#"{"tags":[null,"a"],"parts":[null,{}]}"#).tags.as_ref(), ["a"]);
    assert_eq!(whole(r#"{"owner":" "}"#).owner, Some(Box::default()));
}

#[test]
fn a_value_that_does_not_fit_costs_its_place_alone_and_is_told() {
    let wrong = "is a string where a 64-bit integer is expected";
    for (json, place, reason) in [
        (r#"{"count":"N/A"}"#, "count", wrong),
        (r#"{"count":""}"#, "count", wrong),
        (
            r#"{"count":12.5}"#,
            "count",
            "is a number where a 64-bit integer is expected",
        ),
        (
            r#"{"count":9223372036854775808}"#,
            "count",
            "is a number where a 64-bit integer is expected",
        ),
        (
            r#"{"count":{}}"#,
            "count",
            "is an object where a 64-bit integer is expected",
        ),
        (
            r#"{"share":1E400}"#,
            "share",
            "is a number where a number of double precision is expected",
        ),
        (
            r#"{"open":"maybe"}"#,
            "open",
            "is a string where true or false is expected",
        ),
        (r#"{"open":2}"#, "open", "is a number where true or false is expected"),
        (
            r#"{"displayName":["a"]}"#,
            "displayName",
            "is an array where a string is expected",
        ),
        (
            r#"{"displayName":"\ud800"}"#,
            "displayName",
            "is a string that is not valid Unicode",
        ),
        (r#"{"owner":[]}"#, "owner", "is an array where an object is expected"),
        (r#"{"owner":"x"}"#, "owner", "is a string where an object is expected"),
        (
            r#"{"parts":{"count":1}}"#,
            "parts",
            "is an object where an array is expected",
        ),
        (r#"{"tags":false}"#, "tags", "is a boolean where an array is expected"),
        (
            r#"{"state":{}}"#,
            "state",
            "is an object where a code (an integer or a string) is expected",
        ),
        (
            r#"{"version":[1]}"#,
            "version",
            "is an array where a number or a string is expected",
        ),
        (r#"{"names":{}}"#, "names", "is an object where an array is expected"),
        (
            r#"{"since":{"a":"b"}}"#,
            "since",
            "is an object where a string is expected",
        ),
        (
            r#"{"tags":["a",[{"b":1}],"c"]}"#,
            "tags[1]",
            "is an array where a string is expected",
        ),
        (
            r#"{"parts":[{},5,{}]}"#,
            "parts[1]",
            "is a number where an object is expected",
        ),
        (
            r#"{"state":[1,[],2]}"#,
            "state[1]",
            "is an array where a code (an integer or a string) is expected",
        ),
        (
            r#"{"parts":[null,{"owner":{"count":"x"}}]}"#,
            "parts[1].owner.count",
            wrong,
        ),
        // A type that needs a member is lost with it.
        (r#"{"fixed":{}}"#, "fixed", "has no member `id`"),
        (
            r#"{"fixed":{"id":[]}}"#,
            "fixed",
            "is an array where a 64-bit integer is expected",
        ),
    ] {
        // What stands around it is read.
        let json = format!(r#"{{"first":1,{},"FREE":[1]}}"#, &json[1..json.len() - 1]);
        let (thing, unread) = read_thing(&json);
        assert_eq!(thing.free.expect("a member").as_str(), "[1]", "{json}");
        let [member] = unread.members() else {
            panic!("{json}: {unread:?}");
        };
        assert_eq!((member.path(), member.problem()), (place, reason), "{json}");
        let strict = read_whole::<Thing>(json.as_bytes()).map(drop).expect_err(&json);
        assert!(strict.to_string().starts_with(&format!("`{place}")), "{strict}");
    }
    let (thing, unread) = read_thing(r#"{"tags":["a",{"b":[]},"c"],"parts":[{"count":1},7]}"#);
    assert_eq!(
        (thing.tags.as_ref(), thing.parts.len()),
        (["a", "c"].map(str::to_owned).as_slice(), 1)
    );
    let kept: Vec<_> = unread.members().iter().map(|member| member.json()).collect();
    assert_eq!(kept, [r#"{"b":[]}"#, "7"]);
}

#[test]
fn bytes_that_are_no_text_cost_the_text_that_they_are_in() {
    let json =
        b"{\"displayName\":\"a\xff\",\"\xff\":1,\"tags\":[\"\xc3\xa4\",\"\xc3\"],\"free\":[\"\xfe\"],\"count\":1}";
    let (thing, unread) = read::<Thing>(json).expect("JSON");
    assert_eq!(
        (thing.display_name, thing.tags.as_ref(), thing.free),
        (None, ["ä".to_owned()].as_slice(), None)
    );
    assert_eq!(thing.count, Some(1));
    let places: Vec<_> = unread.members().iter().map(|member| member.path()).collect();
    assert_eq!(places, ["displayName", "tags[1]", "free"]);
}

#[test]
fn many_that_do_not_fit_are_counted_but_not_all_kept() {
    let (thing, unread) = read_thing(&format!("{{\"tags\":[{}\"a\"]}}", "[],".repeat(10_000)));
    assert_eq!(
        (thing.tags.len(), unread.total(), unread.members().len()),
        (1, 10_000, 100)
    );
}

#[test]
fn what_stood_in_the_answer_is_shown_by_no_problem() {
    let (_, unread) = read_thing(r#"{"count":"hunter2","parts":[{"open":"hunter2"}]}"#);
    assert_eq!(unread.total(), 2);
    assert!(!format!("{unread:?} {}", unread.members()[0]).contains("hunter2"));
    for json in [
        r#""hunter2""#,
        r#"{"count":hunter2}"#,
        r#"{"hunter2" 1}"#,
        r#"{"displayName":"hunter2"#,
    ] {
        assert!(!problem(json).contains("hunter2"), "{}", problem(json));
    }
}

#[test]
fn a_document_that_is_no_json_says_where() {
    for (json, expected) in [
        ("[]", "it is an array where an object is expected"),
        ("true", "it is a boolean where an object is expected"),
        (
            "{} {}",
            "invalid JSON at byte 3, expected nothing but the end: what follows is trailing",
        ),
        (
            r#"{"count":1"#,
            "unexpected EOF at byte 10, expected a comma or the end of the object",
        ),
        (
            r#"{"parts":[{},{"tags":["a","#,
            "`parts[1].tags[1]`: unexpected EOF at byte 26, expected a value",
        ),
        (
            r#"{"count":007}"#,
            "invalid JSON at byte 10, expected a comma or the end of the object",
        ),
        (r#"{"count":1,}"#, "invalid JSON at byte 11, expected an object key"),
        (
            r#"{"tags":["a",]}"#,
            "`tags[1]`: invalid JSON at byte 13, expected a value",
        ),
        (
            r#"{"displayName":"\x"}"#,
            "`displayName`: invalid JSON at byte 18, expected a valid escape",
        ),
        (
            "{\"displayName\":\"a\nb\"}",
            "`displayName`: invalid JSON at byte 18, expected an escaped control character",
        ),
        (r#"{"count":+1}"#, "`count`: invalid JSON at byte 9, expected a value"),
        (r#"{"unknown":{"a":nul}}"#, "invalid JSON at byte 16, expected a value"),
        // Broken within a value that does not fit anyway.
        (
            r#"{"count":{"a":]}}"#,
            "`count`: invalid JSON at byte 14, expected a value",
        ),
    ] {
        assert_eq!(problem(json), expected, "{json}");
    }
}

#[test]
fn a_document_cut_anywhere_is_an_error() {
    let json = r#"{"displayName":"\u00e4ö\n","count":-1.5e3,"share":0.25,"open":true,"tags":["a",null],"parts":[{"free":{"a":[{}]}}],"state":[1,"2"],"names":"x","unknown":[{"a":false}]}"#;
    whole(json);
    for end in 0..json.len() {
        assert!(read::<Thing>(&json.as_bytes()[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn no_nesting_is_too_deep() {
    let deep = |open: &str, inner: &str, close: &str| open.repeat(100_000) + inner + &close.repeat(100_000);
    for nested in [deep("[", "", "]"), deep("{\"a\":", "1", "}")] {
        // Passed over, kept, and too much for a type.
        let json = format!(r#"{{"unknown":{nested},"free":{nested},"count":{nested},"displayName":"a"}}"#);
        let (thing, unread) = read_thing(&json);
        assert_eq!(thing.display_name.as_deref(), Some("a"));
        assert_eq!(unread.total(), 1);
        let free = thing.free.expect("a member");
        assert!(free.as_str() == nested && serde_json::to_string(&free).expect("JSON") == nested);
        assert!(read::<Thing>(&json.as_bytes()[..100_000]).is_err());
        free.to_value();
    }
    let (thing, unread) = read_thing(&deep("{\"owner\":", "{}", "}"));
    let depth = std::iter::successors(Some(&thing), |thing| thing.owner.as_deref()).count();
    assert_eq!((depth, unread.total()), (DEPTH, 1));
    assert!(unread.members()[0].problem().starts_with("is nested more than 128"));
}

/// Numbers as no type of serde holds them.
const ODD: [&str; 14] = [
    "1.0",
    "1e2",
    "-0",
    "-0.0",
    "0.10",
    "1E400",
    "-1E-400",
    "12345678901234567890",
    "-12345678901234567890123",
    "0.1234567890123456789",
    "1e+2",
    "100000000000000000000000.5",
    "2.50",
    "9007199254740993.0",
];

#[test]
fn numbers_are_kept_as_they_were_written_where_anything_may_stand() {
    for number in ODD {
        let json = format!(
            r#"{{"state":[{number},"{number}"],"version":{number},"names":{number},"free":{{"a": [{number}]}}}}"#
        );
        assert_eq!(serde_json::to_string(&whole(&json)).expect("JSON"), json);
        // Where serde_json reads by itself, as well.
        let code: Code = serde_json::from_str(number).expect("a code");
        let other: Number = serde_json::from_str(number).expect("a number");
        let many: OneOrMany<Code> = serde_json::from_str(number).expect("a code");
        for written in [
            serde_json::to_string(&code),
            serde_json::to_string(&other),
            serde_json::to_string(&many),
        ] {
            assert_eq!(written.expect("JSON"), number);
        }
        // A text keeps it, too.
        assert_eq!(
            whole(&format!(r#"{{"since":{number}}}"#))
                .since
                .expect("a text")
                .as_str(),
            number
        );
    }
}

#[test]
fn a_code_means_the_same_in_each_form() {
    for (json, integer) in [
        ("2", Some(2)),
        ("2.0", Some(2)),
        ("\"2\"", Some(2)),
        ("\" 2 \"", Some(2)),
        ("2.5", None),
        ("true", None),
    ] {
        let code: Code = serde_json::from_str(json).expect("a code");
        assert_eq!(code.as_integer(), integer, "{json}");
        assert_eq!(serde_json::to_string(&code).expect("JSON"), json);
    }
}

#[test]
fn a_value_has_what_it_cannot_hold_as_text() {
    let json: Json = serde_json::from_str(
        r#"{"a":-0,"b":18446744073709551615,"c":18446744073709551616,"d":1E400,"e":1.50,"f":"\ud800","a":1}"#,
    )
    .expect("JSON");
    let expected = json!({
        "a": -0.0, "b": u64::MAX, "c": "18446744073709551616", "d": "1E400", "e": 1.5, "f": "\"\\ud800\"",
    });
    assert_eq!(json.to_value(), expected);
    assert_eq!(Json::from(expected.clone()).to_value(), expected);
}

/// Any JSON value, with the names of members among those of its objects.
fn any_json() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec!["", "N/A", " 7 ", "true", "1e3", "null"]).prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((any_name(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

const NAMES: [&str; 13] = [
    "displayName",
    "count",
    "share",
    "open",
    "tags",
    "parts",
    "owner",
    "state",
    "since",
    "version",
    "names",
    "free",
    "fixed",
];

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![3 => prop::sample::select(NAMES.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

/// A document of the type, each member of which fits.
fn any_thing() -> impl Strategy<Value = Value> {
    let leaf = (
        any::<Option<String>>(),
        any::<Option<i64>>(),
        prop::option::of(prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO),
        any::<Option<bool>>(),
        any::<Option<Vec<String>>>(),
        any::<Option<i64>>(),
        prop::option::of(any_json().prop_filter("null is none", |value| !value.is_null())),
    )
        .prop_map(|(name, count, share, open, tags, state, free)| {
            let mut thing = json!({
                "displayName": name, "count": count, "share": share, "open": open, "tags": tags, "state": state,
                "free": free, "version": count, "names": name, "since": name, "fixed": count.map(|id| json!({ "id": id })),
            });
            thing.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
            thing
        });
    leaf.prop_recursive(3, 16, 3, |inner| {
        (
            inner.clone(),
            prop::collection::vec(inner.clone(), 0..3),
            prop::option::of(inner),
        )
            .prop_map(|(mut thing, parts, owner)| {
                thing["parts"] = parts.into();
                if let Some(owner) = owner {
                    thing["owner"] = owner;
                }
                thing
            })
    })
}

fn written(thing: &Thing) -> Value {
    to_value(&serde_json::to_string(thing).expect("JSON")).expect("JSON")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_is_the_same_when_it_is_written(value in any_thing()) {
        prop_assert_eq!(written(&whole(&value.to_string())), value);
    }

    #[test]
    fn any_value_in_any_member_costs_at_most_that_member(value in any_thing(), name in prop::sample::select(NAMES.to_vec()), odd in any_json()) {
        let mut json = value.clone();
        json[name] = odd.clone();
        let (thing, unread) = read_thing(&json.to_string());
        let mut output = written(&thing);
        // What is in it beneath may be reported, but nothing else.
        prop_assert!(unread.members().iter().all(|member| member.path().starts_with(name)), "{:?}", unread);
        for member in [&mut output, &mut json] {
            member.as_object_mut().expect("an object").remove(name);
        }
        prop_assert_eq!(output, json);
    }

    #[test]
    fn the_outline_on_the_way_is_that_of_a_look_at_the_document_alone(value in any_json(), open in "[ \n]{0,2}", pretty: bool, name in any_name()) {
        let value = json!({ name: value, "count": 1, "Count": "2" });
        let json = if pretty { format!("{value:#}") } else { value.to_string() };
        let json = format!("{open}{json}{open}");
        let (_, _, seen) = super::read_outlined::<Thing>(json.as_bytes(), Reading::default()).expect("an object");
        prop_assert_eq!(seen.names, NAMES);
        let (outline, alone) = (seen.outline.expect("an outline"), Outline::of(&json).expect("an object"));
        prop_assert_eq!(outline.members(), alone.members());
    }

    #[test]
    fn any_json_is_read_or_refused(value in any_json()) {
        let read = read::<Thing>(value.to_string().as_bytes());
        // An object, null and an empty text are things, whatever is in them.
        let is_thing = match &value {
            Value::String(text) => text.trim().is_empty(),
            other => other.is_object() || other.is_null(),
        };
        prop_assert_eq!(read.is_ok(), is_thing);
    }

    #[test]
    fn what_is_json_is_as_another_reader_has_it(
        json in prop_oneof![
            "[{}\\[\\],:\" \\\\]{0,12}",
            "[-0-9.eE+]{1,6}",
            "\"(\\\\[\"\\\\/bfnrtux]|[a-f0-9]{4}|\u{e9}|\n)*\"?",
            any_json().prop_map(|value| value.to_string()),
        ],
        cut in any::<prop::sample::Index>(),
    ) {
        for bytes in [json.as_bytes(), &json.as_bytes()[..cut.index(json.len() + 1)]] {
            let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
            prop_assert_eq!(read::<serde::de::IgnoredAny>(bytes).is_ok(), is_json, "{}", json);
            if let Ok(text) = std::str::from_utf8(bytes) {
                prop_assert_eq!(to_value(text).is_ok(), is_json, "{}", json);
            }
        }
    }

    #[test]
    fn doubles_are_the_same_to_the_bit(bits in any::<u64>()) {
        let number = f64::from_bits(bits);
        prop_assume!(number.is_finite());
        for written in [format!("{number:?}"), format!("{number:.16e}"), format!("\"{number:.17e}\"")] {
            let read = whole(&format!("{{\"share\":{written}}}")).share.expect("a number");
            prop_assert_eq!(read.to_bits(), bits, "{}", written);
            let again = serde_json::to_string(&read).expect("JSON");
            prop_assert_eq!(again.parse::<f64>().expect("a number").to_bits(), bits, "{}", again);
            // What serde_json reads by itself: requests, and JSON for a person to look into.
            prop_assert_eq!(serde_json::from_str::<f64>(&again).expect("a number").to_bits(), bits);
        }
    }

    #[test]
    fn any_number_is_the_same_when_it_is_written(number in "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,4})?") {
        let json = format!(r#"{{"state":{number},"version":{number},"names":{number},"free":{number}}}"#);
        prop_assert_eq!(serde_json::to_string(&whole(&json)).expect("JSON"), json);
    }
}
