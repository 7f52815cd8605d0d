//! Documentation as attributes: wrapped, and with what a schema says beside its description.

use proc_macro2::TokenStream;
use quote::quote;
use xtask_spec::Spec;
use xtask_spec::place::Place;

/// How long a line gets, in characters, without what stands before it.
const WIDTH: usize = 100;

/// The attributes of a text.
pub fn attributes(text: &str) -> TokenStream {
    let lines = lines(text).into_iter().map(|line| match line.as_str() {
        "" => String::new(),
        line => format!(" {line}"),
    });
    quote! { #(#[doc = #lines])* }
}

/// A text in lines that are not too long; what is code or a table stays as it is.
fn lines(text: &str) -> Vec<String> {
    let (mut lines, mut is_code) = (Vec::new(), false);
    for line in text.trim().lines().map(str::trim_end) {
        is_code ^= line.trim_start().starts_with("```");
        if is_code || line.starts_with(['|', '`', '#']) {
            lines.push(line.to_owned());
            continue;
        }
        let indent = match line.trim_start().starts_with(['-', '*']) {
            true => line.len() - line.trim_start().len() + 2,
            false => 0,
        };
        let mut current = line[..line.len() - line.trim_start().len()].to_owned();
        let mut is_begun = false;
        for word in line.split_whitespace() {
            if is_begun && current.chars().count() + 1 + word.chars().count() > WIDTH {
                lines.push(std::mem::replace(&mut current, " ".repeat(indent)));
                is_begun = false;
            }
            if is_begun {
                current.push(' ');
            }
            current.push_str(word);
            is_begun = true;
        }
        lines.push(current);
    }
    lines
}

/// What is said of a parameter or a member: its description, and the rules of its schema. `name` is that on the wire.
pub fn value(spec: &Spec, name: &str, described: &Place, schema: &Place, is_required: bool) -> String {
    let target = spec.schema(schema).unwrap_or_else(|| schema.clone());
    let mut description = described.description();
    if description.is_empty() {
        description = schema.description();
    }
    if description.is_empty() {
        description = target.description();
    }
    if description.is_empty() {
        description = format!("`{name}` of the API.");
    }
    let mut rules: Vec<String> = vec![if is_required { "Required." } else { "Optional." }.to_owned()];
    let shown = |key: &str| {
        let found = schema.get(key).or_else(|| target.get(key))?;
        Some(match found.value.as_str() {
            Some(text) => text.to_owned(),
            None => found.value.to_string(),
        })
    };
    rules.extend(shown("default").map(|default| format!("Default: `{default}`.")));
    let entries = target.get("items").and_then(|items| spec.schema(&items));
    for (place, whose) in [(Some(&target), ""), (entries.as_ref(), " of each entry")] {
        let Some(place) = place else { continue };
        let shown = |key: &str| place.get(key).map(|found| found.value.to_string());
        for (least, most, what) in [
            ("minimum", "maximum", "Value"),
            ("minLength", "maxLength", "Length in characters"),
            ("minItems", "maxItems", "Number of entries"),
        ] {
            let limits = match (shown(least), shown(most)) {
                (Some(least), Some(most)) => format!("{least} to {most}"),
                (Some(least), None) => format!("at least {least}"),
                (None, Some(most)) => format!("at most {most}"),
                (None, None) => continue,
            };
            rules.push(format!("{what}{whose}: {limits}."));
        }
    }
    format!("{description}\n\n{}", rules.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_wrapped_and_code_is_not() {
        let long = "word ".repeat(30);
        let text = format!("{long}\n\n- {long}\n\n```text\n{long}\n```");
        let found = lines(&text);
        assert_eq!(found.iter().filter(|line| line.chars().count() > WIDTH).count(), 1);
        assert!(found.iter().any(|line| line.starts_with("- word")));
        assert!(found.iter().any(|line| line.starts_with("  word")));
        assert_eq!(
            found
                .join(" ")
                .split_whitespace()
                .filter(|word| *word == "word")
                .count(),
            90
        );
    }
}
