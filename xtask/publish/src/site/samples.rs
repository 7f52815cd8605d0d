//! One call as a program, in each language: whole, with the example of the document in it.
//!
//! Where the service is and the token stand in the environment, as the sandbox prints them. The programs are templates,
//! `xtask/publish/site/samples`; that in Rust is the example of the crate's own documentation, which gives what is required.
//! What a text cannot be in a language is escaped as that language has it; path and query stand in the program as they are
//! sent.

use anyhow::Context;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Error, ErrorKind};
use serde_json::{Value, json};
use xtask_spec::api::Api;
use xtask_spec::{Operation, Spec};

use crate::call::Call;

/// A program.
pub struct Sample {
    pub language: &'static str,
    /// As the highlighter calls it.
    pub grammar: &'static str,
    pub text: String,
}

/// The languages in their order, with that of the highlighter and the template; Rust has none.
const LANGUAGES: [(&str, &str, &str); 8] = [
    ("curl", "bash", include_str!("../../site/samples/curl")),
    ("Rust", "rust", ""),
    ("Python", "python", include_str!("../../site/samples/python")),
    (
        "TypeScript",
        "typescript",
        include_str!("../../site/samples/typescript"),
    ),
    ("C#", "csharp", include_str!("../../site/samples/csharp")),
    ("Java", "java", include_str!("../../site/samples/java")),
    ("Go", "go", include_str!("../../site/samples/go")),
    (
        "PowerShell",
        "powershell",
        include_str!("../../site/samples/powershell"),
    ),
];

/// Where the call in a language is on the page of an operation, if it is there.
pub fn anchor(language: &str) -> Option<String> {
    let (_, grammar, _) = LANGUAGES.iter().find(|(known, ..)| *known == language)?;
    Some(format!("call-{grammar}"))
}

/// The call in every language.
///
/// # Errors
/// If a program cannot be written.
pub fn all(api: &Api, spec: &Spec, operation: &Operation, call: &Call) -> anyhow::Result<Vec<Sample>> {
    let headers = call.parameters_in("header");
    let headers: Vec<_> = headers.map(|header| (header.name, header.values().join(","))).collect();
    let sent = call.sent();
    let media_type = sent
        .as_ref()
        .map(|(media_type, _)| ("Content-Type", (*media_type).to_owned()));
    let values = json!({
        "method": call.method,
        "target": call.target(),
        "sent_headers": headers.iter().cloned().chain(media_type).collect::<Vec<_>>(),
        "headers": headers,
        "media_type": sent.as_ref().map(|(media_type, _)| media_type),
        "body": sent.as_ref().map(|(_, text)| text),
        "answer": match (spec.answer(operation), spec.is_file(operation)) {
            (Some(_), _) => "json",
            (None, true) => "file",
            (None, false) => "nothing",
        },
    });
    let environment = environment()?;
    let samples = LANGUAGES.map(|(language, grammar, template)| {
        let text = match language {
            "Rust" => xtask_codegen::program(api, spec, operation)?,
            _ => environment
                .render_str(template, Serde(&values))
                .with_context(|| format!("the template for {language} is wrong"))?,
        };
        Ok(Sample {
            language,
            grammar,
            text,
        })
    });
    samples.into_iter().collect()
}

/// The templates' own words: how each language spells a text.
fn environment() -> anyhow::Result<Environment<'static>> {
    let mut environment = Environment::new();
    let mut syntax = SyntaxConfig::builder();
    // A line with a tag alone leaves nothing.
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build()?);
    environment.add_filter("quoted", quoted);
    environment.add_filter("shell", |text: &str| format!("'{}'", text.replace('\'', r"'\''")));
    environment.add_filter("single", single);
    environment.add_filter("python", |text: &str| {
        let value = serde_json::from_str(text).map(|value| python(&value, 1));
        value.map_err(|error| Error::new(ErrorKind::BadSerialization, "the body is not JSON").with_source(error))
    });
    // A raw text of C# ends at as many quotation marks as it begins with.
    environment.add_filter("marks", |text: &str| "\"".repeat(longest_run(text, '"').max(2) + 1));
    // In a text block of Java a backslash escapes, and three quotation marks end it.
    environment.add_filter("text_block", |text: &str| {
        text.replace('\\', "\\\\").replace("\"\"\"", "\\\"\"\"")
    });
    // A raw text of Go has no escapes.
    environment.add_filter("raw", |text: &str| match text.contains('`') {
        true => quoted(text),
        false => format!("`{text}`"),
    });
    Ok(environment)
}

/// A text as JSON has it, which means the same in Python, TypeScript, C#, Java and Go.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A text in PowerShell in which nothing is replaced.
fn single(text: &str) -> String {
    // It takes the typographic marks for the plain one.
    let doubled = text.chars().flat_map(|letter| {
        let is_mark = "'\u{2018}\u{2019}\u{201a}\u{201b}".contains(letter);
        std::iter::repeat_n(letter, if is_mark { 2 } else { 1 })
    });
    format!("'{}'", doubled.collect::<String>())
}

/// How often a letter follows itself at most.
fn longest_run(text: &str, letter: char) -> usize {
    text.split(|other| other != letter)
        .map(str::len)
        .max()
        .unwrap_or_default()
}

/// A value as Python writes it.
fn python(value: &Value, depth: usize) -> String {
    let (inner, outer) = ("    ".repeat(depth + 1), "    ".repeat(depth));
    let lines = |parts: Vec<String>, [open, close]: [char; 2]| match parts.is_empty() {
        true => format!("{open}{close}"),
        false => format!("{open}\n{}{outer}{close}", parts.concat()),
    };
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Array(entries) => {
            let parts = entries
                .iter()
                .map(|entry| format!("{inner}{},\n", python(entry, depth + 1)));
            lines(parts.collect(), ['[', ']'])
        }
        Value::Object(members) => {
            let parts = members.iter();
            let parts = parts.map(|(name, value)| format!("{inner}{}: {},\n", quoted(name), python(value, depth + 1)));
            lines(parts.collect(), ['{', '}'])
        }
        plain => plain.to_string(),
    }
}
