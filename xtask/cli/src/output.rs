//! What a command prints, for people and for programs.
//!
//! Much of it comes from outside: names of files, texts of pages, messages of the system. Everything goes through
//! [`printable`], so that none of it ends a line, moves a cursor, turns the direction of a text, or is a command to the
//! runner of a GitHub workflow, which reads all that is printed.

use std::io::{ErrorKind, Write};

use anyhow::Context;

/// A text as one line that shows whatever is in it: what is [hidden](is_hidden) stands as its escape, and what would be a
/// workflow command is broken.
///
/// ```
/// let name = "plant\n::error::boom ##[error]\u{202e}dm.md";
/// assert_eq!(xtask_cli::printable(name), r"plant\n::error::boom #\u{23}[error]\u{202e}dm.md");
/// assert_eq!(xtask_cli::printable(" ::error::boom"), r" :\u{3a}error::boom");
/// ```
#[must_use]
pub fn printable(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_hidden(letter) {
            line.extend(letter.escape_default());
        } else {
            line.push(letter);
        }
    }
    // The older form of a command counts anywhere in a line, the newer one at its beginning, behind blanks too.
    let mut line = line.replace("##[", r"#\u{23}[");
    let blanks = line.len() - line.trim_start().len();
    if line[blanks..].starts_with("::") {
        line.replace_range(blanks + 1..blanks + 2, r"\u{3a}");
    }
    line
}

/// Whether a character cannot be seen where it stands: it ends a line, controls a terminal, turns the direction of a
/// text, has no width, joins another one, or is a blank other than the usual.
#[must_use]
pub fn is_hidden(letter: char) -> bool {
    // The escapes of quotes and backslashes are two characters long, and those are seen.
    letter.is_control() || letter.escape_debug().len() > 2
}

/// A text as one word of a command, which the shell reads as this text: [`printable`], and without what would end a code
/// span of markdown.
///
/// ```
/// assert_eq!(xtask_cli::shell_word("docs/plants.md"), "docs/plants.md");
/// assert_eq!(xtask_cli::shell_word("my 'plants'"), r"'my '\''plants'\'''");
/// assert_eq!(xtask_cli::shell_word("a\n`1"), r"$'a\012\1401'");
/// ```
#[must_use]
pub fn shell_word(text: &str) -> String {
    let is_odd = |letter: char| is_hidden(letter) || letter == '`';
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-+@,".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    if !text.contains(is_odd) && !text.contains("##[") {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let word = text.chars().map(|letter| match letter {
        '\'' | '\\' => format!("\\{letter}"),
        // Three digits for each byte, so that none that follows is taken for one more.
        odd if is_odd(odd) => odd.to_string().bytes().map(|byte| format!("\\{byte:03o}")).collect(),
        letter => letter.to_string(),
    });
    format!("$'{}'", word.collect::<String>().replace("##[", r"#\043["))
}

/// `1 page`, `2 pages`.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// Prints a text on stdout, each line [`printable`]. A reader that has seen enough, such as `head`, is no error.
///
/// # Errors
/// If it cannot be written.
pub fn print(text: &str) -> anyhow::Result<()> {
    print_commands(&lines(text))
}

/// Prints lines that are meant as workflow commands. Whoever makes them has cleaned what is in them.
///
/// # Errors
/// As [`print()`].
pub fn print_commands(lines: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(lines.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot print the result; check whether the disk is full")
        }
        _ => Ok(()),
    }
}

/// Reports something on stderr, on one [`printable`] line.
pub fn report(message: &str) {
    // If the terminal is gone, nobody reads of it.
    let _ = writeln!(std::io::stderr(), "{}", printable(message));
}

/// A text of several lines, each of them printable.
pub(crate) fn lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_stays_and_what_is_not_is_shown() {
        for text in ["", "✗ a/b.md:3: `é` → 漢; \"don't\" \\n", "a::b: ## [c] #[d]", ": :a"] {
            assert_eq!(printable(text), text);
        }
        for hidden in [
            '\0',
            '\t',
            '\n',
            '\r',
            '\u{1b}',
            '\u{85}',
            '\u{9b}',
            '\u{a0}',
            '\u{ad}',
            '\u{301}',
            '\u{61c}',
            '\u{180e}',
            '\u{200b}',
            '\u{200f}',
            '\u{2028}',
            '\u{2029}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{feff}',
            '\u{fff9}',
            '\u{e0041}',
        ] {
            let line = printable(&format!("a{hidden}b"));
            assert_eq!(line, format!("a{}b", hidden.escape_default()));
        }
    }

    #[test]
    fn nothing_is_a_command_however_it_is_put_together() {
        for text in [
            "::",
            "::error::a",
            "\u{3000}\n::error::a",
            " \t ::error::a",
            ":::error::a",
            "##[error]",
            "a ###[error]##[error]",
            "\u{feff}::error::a",
        ] {
            let once = printable(text);
            assert!(!once.trim_start().starts_with("::") && !once.contains("##["), "{once}");
            assert_eq!(printable(&once), once, "a line that was cleaned stays as it is");
        }
        assert_eq!(lines("a\n::b\r\n\n  ::c"), "a\n:\\u{3a}b\\r\n\n  :\\u{3a}c");
    }
}
