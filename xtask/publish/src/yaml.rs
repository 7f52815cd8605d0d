//! A document as YAML. Texts are always in quotes, since readers of YAML 1.1 take some for dates, numbers or booleans.

use std::path::Path;

use anyhow::{Context, ensure};
use saphyr::{Scalar, ScalarStyle, Yaml, YamlEmitter};
use serde_json::Value;
use xtask_spec::document::Document;

/// Writes a document.
///
/// # Errors
/// If it does not read back as it was.
pub fn write(value: &Value) -> anyhow::Result<String> {
    let mut text = String::new();
    let mut emitter = YamlEmitter::new(&mut text);
    emitter.quoted_value(true);
    emitter
        .dump(&node(value))
        .context("a derived document cannot be written as YAML")?;
    text.push('\n');
    let read = Document::parse(Path::new("the derived YAML"), &text)?;
    ensure!(
        read.value == *value,
        "a derived document does not read back from YAML as it was; this is a fault of the tool"
    );
    Ok(text)
}

fn node(value: &Value) -> Yaml<'_> {
    match value {
        Value::Null => Yaml::Value(Scalar::Null),
        Value::Bool(value) => Yaml::Value(Scalar::Boolean(*value)),
        // As JSON writes it, whatever its size.
        Value::Number(number) => Yaml::Representation(number.to_string().into(), ScalarStyle::Plain, None),
        Value::String(text) => string(text),
        Value::Array(entries) => Yaml::Sequence(entries.iter().map(node).collect()),
        Value::Object(members) => {
            Yaml::Mapping(members.iter().map(|(key, value)| (string(key), node(value))).collect())
        }
    }
}

fn string(text: &str) -> Yaml<'_> {
    Yaml::Value(Scalar::String(text.into()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn readers_of_either_version_take_a_text_for_a_text() {
        let texts = [
            "2026-05-11",
            "12:30:45",
            "no",
            "1e3",
            "~",
            "0x1F",
            "",
            " a ",
            "a: b # c",
            "é\"\\\n\t\u{7f}",
            "- a",
            "ä",
        ];
        let document = json!({ "200": texts, "on": { "2026-05-11": null, "list": [[], {}, [1.5, u64::MAX, true]] } });
        let text = write(&document).unwrap_or_else(|error| panic!("{error:#}"));
        for word in [
            "\"2026-05-11\"",
            "\"12:30:45\"",
            "\"no\"",
            "\"1e3\"",
            "\"200\":",
            "\"on\":",
        ] {
            assert!(text.contains(word), "{word} is not quoted: {text}");
        }
    }
}
