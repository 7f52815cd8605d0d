//! The samples of a page: what a code block holds, as a shape without values.
//!
//! A block of a request holds a URL, one or more bodies with a line of words above each, or both. The JSON of the
//! pages has slips; each is recorded, and reading goes on behind it.

mod body;
mod lexer;
mod url;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::pattern::{Pattern, pattern};
use crate::facts::{Listed, Operation, Row, Sample, Section};
use crate::json_type::{JsonType, type_names};
use crate::markup::Code;

/// How many slips are borne. What has more is no JSON at all.
const MAX_SLIPS: usize = 500;

/// How many places are listed. The pages have up to about sixty; the limit keeps the long names of a hostile page,
/// each of which is part of all the places below it, from filling the memory.
const MAX_PLACES: usize = 2000;

/// How many query parameters are kept: few stand in a URL, but a hostile page may have many.
const MAX_QUERY: usize = 100;

/// A line that is a URL, perhaps with its method.
static URL: Pattern = pattern!(
    r"(?x) ^ (?: (?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) \s+ )?
          (?P<base> https?://[^/?\s]+ | \{\{?[\w.-]+\}?\} )? (?P<path> /[^?]*? )? (?: \?(?P<query>.*?) )?
          (?: \s+ HTTP/[0-9.]+ )? $",
);

/// A header or a status line of HTTP.
static HEADER: Pattern =
    pattern!(r"^(?:(?:Accept|Authorization|Host|[A-Z][a-z]+(?:-[A-Z][a-z]+)+): \S.*|HTTP/[0-9.]+ [0-9]{3}\b.*)$");

/// A line where the page goes on behind a block whose fence is not closed: a heading, the line below the header of a
/// table, or the next fence.
static PAGE: Pattern = pattern!(r"^(?: {0,3}(?:#{1,6}\s+\S|\|?[ :]*-{3,}[ :]*\|)|\s*(?:```|~~~))");

/// Adds the samples of an operation whose tables are known: the values at the places whose row lists codes, or refers
/// to a page that does, are kept.
pub fn add(operation: &mut Operation, requests: &[Code], responses: &[Code]) {
    let known = |of_response: bool| {
        let tables = operation.tables.iter();
        let tables = tables.filter(|table| (table.section == Section::Response) == of_response);
        let rows: Vec<&Row> = tables.flat_map(|table| &table.rows).collect();
        let names = |is: fn(&Row) -> bool| -> BTreeSet<String> {
            let rows = rows.iter().filter(|row| is(row));
            rows.map(|row| row.name.to_ascii_lowercase()).collect()
        };
        Known {
            coded: names(|row| !row.codes.is_empty() || row.codes_page.is_some()),
            maps: names(|row| row.kind.as_deref().is_some_and(|kind| kind.starts_with("map"))),
        }
    };
    let sample = |blocks: &[Code], of_response: bool| {
        let sample = (!blocks.is_empty()).then(|| read(blocks, known(of_response), of_response))?;
        let path = sample.path.map(|path| url::blank(&operation.endpoint, &path));
        Some(Sample { path, ..sample })
    };
    let (mut request, mut response) = (sample(requests, false), sample(responses, true));
    let keys = keys(operation, request.as_ref());
    for sample in [&mut request, &mut response].into_iter().flatten() {
        sample.shape = with_keys(std::mem::take(&mut sample.shape), &keys);
        sample.codes = with_keys(std::mem::take(&mut sample.codes), &keys);
    }
    (operation.request, operation.response) = (request, response);
}

/// The codes, as texts, by which no row is called: a member of such a name is the key of a map.
fn keys(operation: &Operation, request: Option<&Sample>) -> BTreeSet<String> {
    let rows = || operation.tables.iter().flat_map(|table| &table.rows);
    let listed = rows().flat_map(|row| &row.codes).map(|code| &code.code);
    let sent = request.into_iter().flat_map(|sample| sample.codes.values().flatten());
    let codes = listed.chain(sent).filter_map(Value::as_str).map(str::to_owned);
    let is_row = |code: &String| rows().any(|row| row.name.eq_ignore_ascii_case(code));
    codes.filter(|code| !is_row(code)).collect()
}

/// The places, in which such names are what they stand for.
fn with_keys<T>(places: BTreeMap<String, T>, keys: &BTreeSet<String>) -> BTreeMap<String, T> {
    static NAME: Pattern = pattern!(r"[^.\[\]]+");
    let key = |name: &regex::Captures<'_>| keys.get(&name[0]).map_or(&name[0], |_| "{}").to_owned();
    let place = |(place, at): (String, T)| (NAME.replace_all(&place, key).into_owned(), at);
    places.into_iter().map(place).collect()
}

/// The sample of a request or response, from its blocks: some pages show the URL in one and the body in another.
fn read(blocks: &[Code], known: Known, of_response: bool) -> Sample {
    let line = blocks.first().map_or(1, |block| block.line);
    let mut reader = Reader {
        known,
        ..Reader::default()
    };
    reader.sample.line = line;
    blocks.iter().for_each(|block| reader.read(block));
    let is_url = !of_response && reader.sample.path.is_some();
    if !reader.found_body && !is_url {
        let reason = match of_response {
            _ if blocks.iter().all(|block| block.text.trim().is_empty()) => "the block is empty",
            true => "no JSON begins here",
            false => "neither a URL nor JSON begins here",
        };
        reader.slip(line, &format!("not readable: {reason}"));
    }
    let (mut sample, mut places) = (reader.sample, reader.places);
    // One more than are listed was recorded.
    if places.len() > MAX_PLACES {
        places.pop_last();
        let value = "too many places to list them all".to_owned();
        sample.slips.push(Listed { value, line });
    }
    sample.slips.sort_by_key(|slip| slip.line);
    for (place, (types, mut codes)) in places {
        if !codes.is_empty() {
            // Truth values, then numbers by size, then texts by letter.
            codes.sort_by_cached_key(|code| (code.is_string(), code.as_i64(), code.to_string()));
            codes.dedup();
            sample.codes.insert(place.clone(), codes);
        }
        sample.shape.insert(place, type_names(&types));
    }
    sample
}

/// Where the page goes on, if the fence of a block is not closed: the index of the line in the block.
pub fn swallowed(text: &str) -> Option<usize> {
    text.lines().position(|line| PAGE.is_match(line))
}

/// What the tables say of the members of a sample, by their names in small letters.
#[derive(Default)]
struct Known {
    /// Those whose values are codes, and are kept.
    coded: BTreeSet<String>,
    /// Those that are maps: the names in them are keys.
    maps: BTreeSet<String>,
}

#[derive(Default)]
struct Reader {
    known: Known,
    sample: Sample,
    /// The types and the codes by place. Several bodies, and the entries of a list, share one.
    places: BTreeMap<String, (BTreeSet<JsonType>, Vec<Value>)>,
    /// How many slips there were, with those that a line has twice.
    slips: usize,
    found_body: bool,
}

impl Reader {
    /// Records a slip, once a line.
    fn slip(&mut self, line: usize, slip: &str) {
        self.slips += 1;
        let value = match self.slips.cmp(&MAX_SLIPS) {
            Ordering::Less => slip,
            Ordering::Equal => "too many slips to read on",
            Ordering::Greater => return,
        };
        let slips = &mut self.sample.slips;
        if !slips.iter().any(|known| known.line == line && known.value == value) {
            let value = value.to_owned();
            slips.push(Listed { value, line });
        }
    }

    fn has_too_many_slips(&self) -> bool {
        self.slips >= MAX_SLIPS
    }

    /// Records what stands in a place.
    fn record(&mut self, place: Option<&str>, kind: JsonType, code: Option<Value>) {
        let Some(place) = place else { return };
        if self.places.len() > MAX_PLACES && !self.places.contains_key(place) {
            return;
        }
        let (types, codes) = self.places.entry(place.to_owned()).or_default();
        types.insert(kind);
        codes.extend(code);
    }

    /// Records a value that holds no others, and the value itself if it is a code.
    fn scalar(&mut self, (place, name): (Option<&str>, &str), value: Value) {
        let kind = match &value {
            Value::Null => JsonType::Null,
            Value::Bool(_) => JsonType::Boolean,
            Value::Number(number) if number.is_f64() => JsonType::Number,
            Value::Number(_) => JsonType::Integer,
            _ => JsonType::String,
        };
        // Null is the absence of a code, and a masked text hides the one that was there.
        let is_shown = !value.is_null() && !value.as_str().is_some_and(|text| text.contains('*'));
        let is_code = is_shown && self.known.coded.contains(&name.to_ascii_lowercase());
        self.record(place, kind, is_code.then_some(value));
    }

    /// Reads a block line by line; a body is read whole.
    fn read(&mut self, block: &Code) {
        let mut rest = block.text.strip_prefix('\u{feff}').unwrap_or(&block.text);
        if let Some(index) = swallowed(rest) {
            self.slip(block.line + index, "the fence is not closed");
            rest = &rest[..rest.split_inclusive('\n').take(index).map(str::len).sum()];
        }
        let (mut strays, mut line) = (Vec::new(), block.line);
        while !rest.is_empty() {
            let (used, behind) = rest.split_at(self.step(rest, line, &mut strays));
            line += used.matches('\n').count();
            rest = behind;
        }
        // That words are no JSON is only worth a slip if there is something else.
        let has_more = self.sample.path.is_some() || self.found_body;
        for line in strays.into_iter().filter(|_| has_more) {
            self.slip(line, "text that is not JSON");
        }
    }

    /// Reads a line or, where one begins, a body; says how long it is.
    fn step(&mut self, rest: &str, line: usize, strays: &mut Vec<usize>) -> usize {
        let end = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let blank = end - rest[..end].trim_start().len();
        let words = rest[blank..end].trim_end();
        if words.starts_with("/*") {
            return rest[blank..].find("*/").map_or(end, |close| blank + close + 2);
        }
        // A comment begins like a path.
        if words.starts_with("//") || self.url(words, line) {
            return end;
        }
        if words.starts_with(['{', '[', '"']) {
            self.found_body = true;
            return blank + body::read(&rest[blank..], line, self);
        }
        // Words above a body say nothing about it, nor does a header.
        let is_silent = words.is_empty() || words.ends_with(':') || (!self.found_body && HEADER.is_match(words));
        if !is_silent {
            let word = words.split("//").next().unwrap_or_default().trim_end();
            match serde_json::from_str(word) {
                // A body that is a single value.
                Ok(value) => {
                    self.scalar((Some(""), ""), value);
                    self.found_body = true;
                }
                Err(_) => strays.push(line),
            }
        }
        end
    }

    /// Takes a line as the URL, if it is one.
    fn url(&mut self, words: &str, line: usize) -> bool {
        let words = words.split(" //").next().unwrap_or_default().trim_end();
        let Some(url) = URL
            .captures(words)
            .filter(|url| url.name("base").or_else(|| url.name("path")).is_some())
        else {
            return false;
        };
        let path = url.name("path").map_or("/", |path| path.as_str());
        // A second example of the same call may have other parameters.
        if *self.sample.path.get_or_insert_with(|| path.to_owned()) != path {
            self.slip(line, "a second URL");
            return true;
        }
        let query = url.name("query").map_or("", |query| query.as_str());
        let names = &mut self.sample.query;
        for parameter in query.split('&') {
            let name = parameter.split_once('=').map_or(parameter, |(name, _)| name);
            if !name.is_empty() && names.len() < MAX_QUERY && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn block(text: &str) -> [Code; 1] {
        [code(text, 10)]
    }

    fn code(text: &str, line: usize) -> Code {
        Code {
            text: text.to_owned(),
            line,
        }
    }

    fn known(coded: &BTreeSet<String>) -> Known {
        Known {
            coded: coded.clone(),
            maps: BTreeSet::new(),
        }
    }

    fn request(blocks: &[Code], coded: &BTreeSet<String>) -> Sample {
        super::read(blocks, known(coded), false)
    }

    fn response(blocks: &[Code], coded: &BTreeSet<String>) -> Sample {
        super::read(blocks, known(coded), true)
    }

    fn read(text: &str) -> Sample {
        request(&block(text), &BTreeSet::new())
    }

    fn slips(sample: &Sample) -> Vec<(usize, &str)> {
        sample
            .slips
            .iter()
            .map(|slip| (slip.line, slip.value.as_str()))
            .collect()
    }

    fn shape(sample: &Sample) -> Vec<(&str, &str)> {
        let shape = sample.shape.iter();
        shape.map(|(place, kinds)| (place.as_str(), kinds.as_str())).collect()
    }

    #[test]
    fn the_shape_unites_the_entries_of_a_list_and_has_no_values() {
        let sample =
            read(r#"{"beds": [{"sand": 1}, {"sand": 1.5, "crops": []}, {"sand": null}, "pot"], "open": true}"#);
        let expected = [
            ("", "object"),
            ("beds", "array"),
            ("beds[]", "object | string"),
            ("beds[].crops", "array"),
            ("beds[].sand", "integer | null | number"),
            ("open", "boolean"),
        ];
        assert_eq!(shape(&sample), expected);
        assert_eq!(slips(&sample), []);
        assert_eq!((sample.path, sample.line), (None, 10));
    }

    #[test]
    fn a_url_gives_its_path_and_the_names_of_its_query() {
        let paths = [
            ("https://garden.example/v1/beds/a%2Fb", "/v1/beds/a%2Fb"),
            ("  GET https://garden.example/v1/beds/12 HTTP/1.1", "/v1/beds/12"),
            ("DELETE /v1/beds/12", "/v1/beds/12"),
            ("http://hostname:port/v1/beds?page=2", "/v1/beds"),
            ("{{baseUrl}}/v1/beds", "/v1/beds"),
            (
                "https://garden.example/v1/kind/Tall plant/of****x",
                "/v1/kind/Tall plant/of****x",
            ),
            ("https://garden.example/v1/beds // all of them", "/v1/beds"),
            ("https://garden.example", "/"),
        ];
        for (text, path) in paths {
            let sample = read(text);
            assert_eq!(sample.path.as_deref(), Some(path), "{text}");
            assert_eq!((slips(&sample), shape(&sample)), (vec![], vec![]), "{text}");
        }
        let sample = read("https://garden.example/v1/beds?kind=a&page=2&kind=b&empty");
        assert_eq!(sample.query, ["kind", "page", "empty"]);
    }

    #[test]
    fn a_url_may_stand_above_bodies_with_words_between_them() {
        let sample = read(concat!(
            "https://garden.example/v1/beds\n\nSow a bed:\n{\"name\": \"Ada\"}\n\n",
            "Sow a pot:\n{\"name\": \"Bob\", \"seeds\": 4,}\n",
        ));
        assert_eq!(sample.path.as_deref(), Some("/v1/beds"));
        assert_eq!(
            shape(&sample),
            [("", "object"), ("name", "string"), ("seeds", "integer")]
        );
        assert_eq!(slips(&sample), [(16, "trailing comma")]);
    }

    #[test]
    fn the_url_may_stand_in_one_block_and_the_body_in_another() {
        let blocks = [
            code("POST https://garden.example/v1/beds", 4),
            code("{\"name\": \"Ada\",}", 9),
        ];
        let sample = request(&blocks, &BTreeSet::new());
        assert_eq!((sample.line, sample.path.as_deref()), (4, Some("/v1/beds")));
        assert_eq!(shape(&sample), [("", "object"), ("name", "string")]);
        assert_eq!(slips(&sample), [(9, "trailing comma")]);
    }

    #[test]
    fn comments_headers_and_masked_texts_are_no_slips() {
        let sample = read(concat!(
            "POST https://garden.example/v1/beds\nContent-Type: application/json\n\n/* two\nlines */\n",
            "// a bed\n{\n  \"id\": \"12**-****\", // masked\n  /* with */ \"n\": 1\n} // done\n",
        ));
        assert_eq!(slips(&sample), []);
        assert_eq!(shape(&sample), [("", "object"), ("id", "string"), ("n", "integer")]);
    }

    #[test]
    fn each_slip_is_named_with_its_line_and_reading_goes_on() {
        let members = [("", "object"), ("a", "integer"), ("b", "string")];
        let cases: [(&str, &[(usize, &str)]); 21] = [
            ("{\"a\": 1\n\"b\": \"x\"}", &[(10, "missing comma")]),
            ("{\"a\": 1 // one\n\"b\": \"x\"}", &[(10, "missing comma")]),
            ("{\"a\": 1,\n\"b\": \"x\",\n}", &[(11, "trailing comma")]),
            ("{\"a\": 1,,\n\"b\": \"x\"}", &[(10, "extra comma")]),
            ("{\"a\": 1, \"b\":\n\"x\ny\"}", &[(11, "line break in a text")]),
            ("{'a': 1,\n'b': 'x'}", &[(10, "single quotes"), (11, "single quotes")]),
            ("{\"a\": 1,\nb: \"x\"}", &[(11, "name without quotes")]),
            ("{\"a\": 1,\n\"b\": ****}", &[(11, "value without quotes")]),
            ("{\"a\": 1, \"b\": 2024-01-02}", &[(10, "value without quotes")]),
            (
                "{\"a\": 1, \"b\": {x}\n}",
                &[
                    (10, "missing colon"),
                    (10, "missing value"),
                    (10, "name without quotes"),
                ],
            ),
            ("{“a”: 1,\n“b”: “x”}", &[(10, "curly quotes"), (11, "curly quotes")]),
            ("{\"a\": 1,\n\"b\": \"x,\n\"b\": \"y\"}", &[(11, "missing quote")]),
            (
                "{\"a\": 1, \"b\": \"\\x\"}",
                &[(10, "an escape that JSON does not have")],
            ),
            ("{\"a\": 1,\n...\n\"b\": \"x\"}", &[(11, "dots for what is left out")]),
            ("[\"a\": 1,\n\"b\": \"x\"]", &[(10, "list brackets around members")]),
            ("\"a\": 1,\n\"b\": \"x\"", &[(10, "members without braces")]),
            ("{\"a\" 1,\n\"b\": \"x\"}", &[(10, "missing colon")]),
            ("{\"a\": 1,\n\"b\": \"x\"", &[(11, "the end is missing")]),
            ("{\"a\": 1,\n\"b\": \"x\"]", &[(11, "the wrong bracket")]),
            ("{\"a\": 1, \"b\": \"x\"}\nas you see", &[(11, "text that is not JSON")]),
            (
                "{\"a\": 1, \"b\": \"x\"}\n## Answer\n{\"c\": 1}",
                &[(11, "the fence is not closed")],
            ),
        ];
        for (text, expected) in cases {
            let sample = read(text);
            let mut found = slips(&sample);
            found.sort_unstable();
            assert_eq!(found, expected, "{text}");
            if !text.contains("{x}") {
                assert_eq!(shape(&sample), members, "{text}");
            }
        }
    }

    #[test]
    fn a_member_without_a_value_and_odd_numbers_are_slips() {
        let sample = read("{\"a\": ,\n\"b\": 0x1F,\n\"c\": +1}");
        let odd = "a number that JSON does not have";
        assert_eq!(slips(&sample), [(10, "missing value"), (11, odd), (12, odd)]);
        assert_eq!(shape(&sample), [("", "object"), ("b", "number"), ("c", "number")]);
    }

    #[test]
    fn single_values_and_lists_are_bodies_too() {
        for (text, kind) in [
            ("true", "boolean"),
            ("12 // beds", "integer"),
            ("\"Ada\"", "string"),
            ("null", "null"),
        ] {
            let sample = response(&block(text), &BTreeSet::new());
            assert_eq!((shape(&sample), slips(&sample)), (vec![("", kind)], vec![]), "{text}");
        }
        assert_eq!(shape(&read("[1, 2]")), [("", "array"), ("[]", "integer")]);
    }

    #[test]
    fn what_cannot_be_read_is_said_and_has_no_shape() {
        for (text, reason) in [("\n", "the block is empty"), ("sow the bed", "no JSON begins here")] {
            let sample = response(&block(text), &BTreeSet::new());
            assert_eq!(slips(&sample), [(10, format!("not readable: {reason}").as_str())]);
            assert!(sample.shape.is_empty());
        }
        assert_eq!(
            slips(&read("sow it")),
            [(10, "not readable: neither a URL nor JSON begins here")]
        );
        assert_eq!(
            slips(&response(&block("https://garden.example/v1"), &BTreeSet::new())),
            [(10, "not readable: no JSON begins here")]
        );
    }

    #[test]
    fn codes_are_the_values_of_coded_names_in_any_capitals() {
        let coded = ["kind".to_owned(), "flags".to_owned()].into();
        let text = r#"{"beds": [{"kind": 10, "FLAGS": ["b", "a"]}, {"kind": 9}, {"kind": 10}, {"kind": null}, {"kind": "*"}]}"#;
        let sample = response(&block(text), &coded);
        let expected = [
            ("beds[].FLAGS[]", vec![json!("a"), json!("b")]),
            ("beds[].kind", vec![json!(9), json!(10)]),
        ];
        assert_eq!(
            sample.codes,
            expected.map(|(place, codes)| (place.to_owned(), codes)).into()
        );
    }

    #[test]
    fn a_block_that_swallowed_the_page_says_where_the_page_goes_on() {
        assert_eq!(swallowed("{\n}\n\n## Answer\n"), Some(3));
        assert_eq!(swallowed("{\n}\n```json\n{}"), Some(2));
        assert_eq!(swallowed("{\n\"#\": 1 }\n"), None);
    }

    #[test]
    fn hostile_blocks_end() {
        let deep = "[".repeat(200_000);
        assert_eq!(slips(&read(&deep)), [(10, "nested too deeply")]);
        let wide = format!("[{}", "*,".repeat(200_000));
        assert_eq!(slips(&read(&wide)).last(), Some(&(10, "too many slips to read on")));
        let many: String = (0..100_000).map(|number| format!("\"n{number}\":[],")).collect();
        let many = read(&format!("{{{many}\"z\":1}}"));
        assert_eq!(many.shape.len(), 2000);
        assert_eq!(slips(&many), [(10, "too many places to list them all")]);
        // Each of these made a reader look to the end of the text again and again.
        for text in ["/*", "\"\\\"", "'\"\n", "{\"a\":\"", "“", "{*", "http://", "x:1 "] {
            read(&text.repeat(100_000));
        }
    }

    proptest! {
        #[test]
        fn mangled_samples_neither_panic_nor_hang(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "{", "}", "[", "]", ",", ":", "\"", "'", "\\", "//", "/*", "*/", "\n", "\r\n", " ", "\"a\"", "b",
                    "1", "-", ".5", "1e", "true", "null", "...", "…", "“", "”", "é", "\u{a0}", "\u{feff}",
                    "****",
                    "https://x.example/y?z=1", "POST ", "/a", "```", "# ", "a:",
                ]),
                0..60,
            ),
        ) {
            let text = pieces.concat();
            let coded = ["a".to_owned()].into();
            let sample = response(&block(&text), &coded);
            let last = 10 + text.matches('\n').count();
            prop_assert!(sample.slips.iter().all(|slip| (10..=last).contains(&slip.line)));
            prop_assert!(sample.shape.keys().all(|place| sample.shape[place].len() > 3));
        }

        #[test]
        fn json_has_no_slips(members in prop::collection::btree_map("[a-z]{1,8}", any::<(i64, String)>(), 1..8)) {
            let entries = members.iter().map(|(name, value)| json!({name.as_str(): [value.0, value.1]}));
            let value: Value = entries.collect();
            let text = serde_json::to_string_pretty(&value).unwrap();
            let sample = read(&text);
            prop_assert_eq!(slips(&sample), []);
            for name in members.keys() {
                let place = format!("[].{name}[]");
                prop_assert_eq!(sample.shape[place.as_str()].as_str(), "integer | string");
            }
        }
    }

    #[test]
    #[cfg_attr(
        not(shared_pages),
        ignore = "the vendor's pages are missing; name their folder with AVEPOINT_SHARED"
    )]
    fn every_sample_of_the_pages_is_readable() {
        let pages = std::path::Path::new(env!("VENDOR_PAGES")).join("docs");
        let (mut problems, mut requests, mut responses) = (Vec::new(), 0, 0);
        let mut folders = vec![pages];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                if path.extension().is_none_or(|extension| extension != "md") {
                    continue;
                }
                let page = std::fs::read_to_string(&path).unwrap();
                for (is_request, line, text) in blocks_of(&page) {
                    let block = [code(&text, line)];
                    let sample = if is_request {
                        requests += 1;
                        request(&block, &BTreeSet::new())
                    } else {
                        responses += 1;
                        response(&block, &BTreeSet::new())
                    };
                    let bad = [
                        "not readable",
                        "text that",
                        "too many",
                        "the end",
                        "missing v",
                        "missing q",
                        "value w",
                    ];
                    for slip in sample.slips {
                        if bad.iter().any(|bad| slip.value.starts_with(bad)) {
                            problems.push(format!("{}:{}: {}", path.display(), slip.line, slip.value));
                        }
                    }
                }
            }
        }
        assert!(problems.is_empty(), "{}", problems.join("\n"));
        assert!(
            requests >= 85 && responses >= 67,
            "{requests} requests, {responses} responses"
        );
    }

    /// The blocks below the headings of samples, with whether they are requests, and their first lines.
    fn blocks_of(page: &str) -> Vec<(bool, usize, String)> {
        let (mut blocks, mut heading, mut open) = (Vec::new(), String::new(), false);
        for (index, line) in page.lines().enumerate() {
            if line.trim_start().starts_with("```") {
                open = !open;
                if open && heading.contains("Sample") {
                    blocks.push((heading.contains("Request"), index + 2, String::new()));
                }
            } else if open && heading.contains("Sample") {
                if let Some((_, _, text)) = blocks.last_mut() {
                    text.push_str(line);
                    text.push('\n');
                }
            } else if line.starts_with('#') {
                heading = line.to_owned();
            }
        }
        blocks
    }
}
