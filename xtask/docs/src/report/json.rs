//! The report for programs: one object, as the contract of the commands has it.

use super::content::Report;

/// The report as JSON.
pub fn render(report: &Report) -> String {
    // It does not fail: all keys are texts.
    let json = serde_json::to_string_pretty(report).unwrap_or_default();
    escaped(&json) + "\n"
}

/// JSON with escapes of its own in place of those that printing would put there. What they stand for occurs in texts alone.
fn escaped(json: &str) -> String {
    let shown = |letter: char| match letter {
        '\n' => letter.to_string(),
        hidden if xtask_cli::is_hidden(hidden) => {
            let units = hidden.encode_utf16(&mut [0; 2]).to_vec().into_iter();
            units.map(|unit| format!("\\u{unit:04x}")).collect()
        }
        letter => letter.to_string(),
    };
    json.chars().map(shown).collect::<String>().replace("##[", "#\\u0023[")
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_printing_would_change_is_escaped_and_means_the_same() {
        let text = "a\u{a0}\u{202e}\u{e0041}é\n::error:: ###[error]\\";
        let json = serde_json::json!({ "place": text });
        let shown = escaped(&serde_json::to_string_pretty(&json).expect("JSON"));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).expect("JSON"), json);
        for line in shown.lines() {
            assert_eq!(xtask_cli::printable(line), line);
        }
    }
}
