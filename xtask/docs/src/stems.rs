//! The words of a name or a title, so that `Subscription items` and `licenseItems` can be seen to speak of one thing.

use std::collections::BTreeSet;

use heck::ToSnakeCase;

/// Words that say nothing about what is named.
pub const STOP_WORDS: [&str; 20] = [
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "in", "is", "it", "its", "of", "on", "or",
    "the", "to",
];

/// The words of a text: in small letters, without endings, without those that say nothing.
pub fn stems(text: &str) -> BTreeSet<String> {
    // heck splits `licenseItems` and `MFADisabled`; what is neither letter nor digit parts words too.
    text.to_snake_case()
        .split('_')
        .filter(|word| !word.is_empty() && !STOP_WORDS.contains(word))
        .map(stem)
        .collect()
}

/// A word without the endings of plurals and verbs. It need not be a word: only equal things must become equal.
fn stem(word: &str) -> String {
    const ENDINGS: [(&str, &str); 8] = [
        ("ies", "y"),
        ("sses", "ss"),
        ("ations", "at"),
        ("ation", "at"),
        ("ing", ""),
        ("ed", ""),
        ("es", ""),
        ("s", ""),
    ];
    // An ending is cut only where a word is left: `is`, `bed` and `ring` are whole.
    let cut = ENDINGS.iter().find_map(|(ending, instead)| {
        let rest = word.strip_suffix(ending)?;
        (rest.len() >= 3 && !(*ending == "s" && rest.ends_with('s'))).then(|| format!("{rest}{instead}"))
    });
    let cut = cut.unwrap_or_else(|| word.to_owned());
    // `enable`, `enabled` and `enabling` must meet.
    cut.strip_suffix('e')
        .filter(|rest| rest.len() >= 3)
        .map_or(cut.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_word_are_equal() {
        for (one, other) in [
            ("Subscription items:", "SubscriptionItem"),
            ("policies", "Policy"),
            ("Enabled", "enable"),
            ("Blocking the box", "box blocks"),
            ("MFA disabled", "MfaDisabled"),
            ("Addresses", "address"),
        ] {
            assert_eq!(stems(one), stems(other), "{one} {other}");
        }
    }

    #[test]
    fn different_words_stay_different() {
        for (one, other) in [
            ("Low", "High"),
            ("user", "use case"),
            ("Trial", "Pool"),
            ("code 8", "code 16"),
        ] {
            assert!(stems(one) != stems(other), "{one} {other}");
        }
        assert!(stems("of the - ").is_empty());
    }
}
