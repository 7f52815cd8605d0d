//! What the vendor's pages say, without their prose: the facts that a lock holds and that a spec is measured by.
//!
//! A fact stands as the page has it, slips included: resolving a slip is the comparison's work, and a deviation's.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::field_path::Part;

/// The facts of one page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Page {
    /// The path in the vendor's repository, or the name of a page that stands elsewhere.
    pub page: String,
    /// The SHA-256 of the page's bytes, in hexadecimal digits.
    pub sha256: String,
    /// True for a page that the checkout does not have: the web page of an API, or an older state of a page that the
    /// vendor has replaced. It is read only when it is handed over, and stays as it was locked until then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub elsewhere: bool,
    /// The operations that the page describes, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<Operation>,
    /// The codes of a page that is a list of codes, to which rows of other pages refer.
    pub codes: Option<CodeList>,
    /// The hosts that the page lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<Listed>,
    /// The HTTP status codes that the page lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<Listed>,
    /// The endpoints that the page only lists, as a table of contents does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<Listed>,
}

impl Page {
    /// Whether it has facts beside its operations.
    #[must_use]
    pub fn lists_something(&self) -> bool {
        let listed = [&self.hosts, &self.statuses, &self.endpoints];
        self.codes.is_some() || listed.iter().any(|values| !values.is_empty())
    }
}

/// A value of a table that lists nothing else, and its line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// The value, as the page has it.
    pub value: String,
    /// The line of the page, from 1.
    pub line: usize,
}

/// A page's own list of codes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeList {
    /// The line of the page where the list begins, from 1.
    pub line: usize,
    /// The codes, in the page's order.
    pub codes: Vec<Code>,
}

/// What a page says about one operation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Operation {
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path, as the page has it: perhaps without its first slash.
    pub endpoint: String,
    /// The line of the page that names the endpoint, from 1.
    pub line: usize,
    /// The scopes of which the operation needs one, in the page's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// The line of the scopes.
    pub scopes_line: Option<usize>,
    /// The endpoint of the permission table, where it is not that of the operation.
    pub scopes_endpoint: Option<String>,
    /// The status of a success.
    pub success: Option<u16>,
    /// The tables of parameters and members, in the page's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// The sample of the request.
    pub request: Option<Sample>,
    /// The sample of the response.
    pub response: Option<Sample>,
}

/// Which part of a call a table describes, by its heading.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, IntoStaticStr,
)]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "lowercase")]
pub enum Section {
    /// Parameters in the path.
    Path,
    /// Parameters in the query.
    Query,
    /// Members of the request's body.
    Body,
    /// What a request takes, without a word on where it goes.
    Request,
    /// Members of the response's body.
    Response,
}

impl Section {
    /// The part of the call, if the heading names one.
    pub fn part(self) -> Option<Part> {
        Part::of(self.into())
    }
}

/// A table of parameters or members.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// What it describes.
    pub section: Section,
    /// The title above it, if it has one, cut as the name of a code is.
    pub title: Option<String>,
    /// The line of its first row, from 1; the others follow line by line, except where a row has its own line.
    pub line: usize,
    /// The rows.
    pub rows: Vec<Row>,
}

impl Table {
    /// The line of a row, by its index.
    pub fn line_of(&self, index: usize) -> usize {
        let own = self.rows.get(index).and_then(|row| row.line);
        own.unwrap_or(self.line.saturating_add(index))
    }
}

/// A row of a table: one parameter or member.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Row {
    /// The name, as the page has it.
    pub name: String,
    /// The member that holds this one, where the table has a column for it.
    pub parent: Option<String>,
    /// The type: `integer`, `number`, `boolean`, `string`, `date-time`, `object`, `map`, `enum`, `array`, or `array of ` or
    /// `map of ` and another of them; as the page has it if it is none of these.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The name that the page has for the objects.
    #[serde(skip)]
    pub model: TypeName,
    /// Whether it must be sent.
    pub required: Option<Required>,
    /// The value that counts if none is sent.
    pub default: Option<serde_json::Value>,
    /// The least value.
    pub minimum: Option<i64>,
    /// The greatest value.
    pub maximum: Option<i64>,
    /// The greatest number of characters.
    pub max_length: Option<u64>,
    /// The greatest number of entries.
    pub max_items: Option<u64>,
    /// `date-time` where the page speaks of ISO 8601.
    pub format: Option<String>,
    /// The codes that the row lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<Code>,
    /// The page that lists the codes: the link of the row, as a path in the vendor's repository.
    pub codes_page: Option<String>,
    /// What stands in the row beyond the last column of its table, cut as the name of a code is.
    pub beyond: Option<String>,
    /// The line of the page, from 1, where it does not follow from that of the table: in the flattened text of a web
    /// page a row may take several lines.
    pub line: Option<usize>,
}

/// A page's name for the objects of a type: `PlantLabel` of `List<PlantLabel>`. It may be any, so no lock holds it, and two
/// rows are the same whatever they call their objects.
#[derive(Clone, Debug, Default)]
pub struct TypeName(pub Option<String>);

impl PartialEq for TypeName {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Whether a parameter must be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Required {
    /// Always.
    Yes,
    /// Never.
    No,
    /// In some cases: the page says `Yes (No)` or the like.
    Sometimes,
}

/// A code and what it stands for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// A whole number, a truth value or a text.
    pub code: serde_json::Value,
    /// The name of the code; a sentence is cut to its first [`Code::WORDS`] words and a fingerprint, since a lock holds
    /// no prose.
    pub label: Option<String>,
}

impl Code {
    /// The words of a label that are kept.
    pub const WORDS: usize = 7;
}

/// The sample of a request or response, without its values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sample {
    /// The line of the page where it begins, from 1.
    pub line: usize,
    /// The path of its URL. In place of the values of the sample it has the names of the endpoint's parameters, or `{}`
    /// where it does not fit the endpoint.
    pub path: Option<String>,
    /// The query parameters of its URL.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<String>,
    /// What keeps it from being JSON, comments apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slips: Vec<Listed>,
    /// What stands in each place of its body: `array`, `boolean`, `integer`, `null`, `number`, `object`, `string`, or
    /// several with ` | ` between them, in this order. The body itself has the empty place, a member `a.b`, the
    /// entries of a list `a[]`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shape: BTreeMap<String, String>,
    /// The values at the places whose row lists codes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub codes: BTreeMap<String, Vec<serde_json::Value>>,
}
