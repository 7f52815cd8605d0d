//! Names that survive in every language that someone may generate a client for.

use std::collections::HashMap;

use similar::get_close_matches;

use super::place::Place;

/// What a name keeps whatever convention a generator forces on it: its letters and digits, in lower case. Two
/// names that are equal here become one in `snake_case`, `kebab-case`, `SCREAMING_SNAKE` or `PascalCase` of some
/// language, or one file on a disk that ignores letter case.
pub fn folded(name: &str) -> String {
    name.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// A name that means the same as an earlier one.
pub struct Clash<'n, 'd> {
    /// The earlier name.
    pub first: &'n str,
    /// Where that one stands.
    pub there: Place<'d>,
    /// This name.
    pub name: &'n str,
    /// Where this one stands.
    pub place: Place<'d>,
}

/// The names that mean the same as an earlier one in the eyes of `key`, each with that earlier one.
pub fn clashes<'n, 'd>(
    names: impl IntoIterator<Item = (&'n str, Place<'d>)>,
    key: impl Fn(&str) -> String,
) -> Vec<Clash<'n, 'd>> {
    let mut seen = HashMap::new();
    let clashes = names.into_iter().filter_map(|(name, place)| {
        let (first, there) = seen.entry(key(name)).or_insert_with(|| (name, place.clone())).clone();
        (there.pointer != place.pointer).then_some(Clash {
            first,
            there,
            name,
            place,
        })
    });
    clashes.collect()
}

/// The known name that is nearest to one that is not known, whatever the case of their letters.
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    nearest_above(0.6, name, known)
}

/// The [`nearest`] name, if that share of the letters is the same.
pub fn nearest_above<'n>(share: f32, name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let known: Vec<_> = known.into_iter().map(|known| (known.to_lowercase(), known)).collect();
    let lower: Vec<_> = known.iter().map(|(lower, _)| lower.as_str()).collect();
    let near = *get_close_matches(name.to_lowercase().as_str(), &lower, 1, share).first()?;
    known.iter().find(|(lower, _)| lower == near).map(|(_, known)| *known)
}

/// What to do about a name that is not known: to write the nearest one, or what helps otherwise.
pub fn write_nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>, otherwise: &str) -> String {
    match nearest(name, known) {
        Some(near) => format!("write `{near}`, or {otherwise}"),
        None => otherwise.to_owned(),
    }
}

/// What to do about a name that is not one of a few: to write the nearest one, or any of them.
pub fn write_one_of(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("write `{near}`"),
        None => format!("write one of {}", known.join(", ")),
    }
}

/// Whether a name is `camelCase`: letters and digits, a small letter first.
pub fn is_camel(name: &str) -> bool {
    is_plain(name) && name.starts_with(|first: char| first.is_ascii_lowercase())
}

/// Whether a name is `PascalCase`: letters and digits, a capital first.
pub fn is_pascal(name: &str) -> bool {
    is_plain(name) && name.starts_with(|first: char| first.is_ascii_uppercase())
}

fn is_plain(name: &str) -> bool {
    name.chars().all(|character| character.is_ascii_alphanumeric())
}

/// The first word of a `camelCase` name.
pub fn first_word(name: &str) -> &str {
    let end = name.find(|character: char| !character.is_ascii_lowercase());
    &name[..end.unwrap_or(name.len())]
}

/// The verbs that an `operationId` may begin with. Add one if an API does something new.
const VERBS: &str = "\
    accept activate add apply approve assign cancel check close connect copy count create deactivate delete disable download enable \
    export find generate get import invite list move onboard reject remove reset restore resume retry run scan \
    search send set start stop suspend sync update upload validate";

/// Whether an `operationId` may begin with this word.
pub fn is_verb(word: &str) -> bool {
    verbs().any(|verb| verb == word)
}

/// The verbs that an `operationId` may begin with.
pub fn verbs() -> impl Iterator<Item = &'static str> {
    VERBS.split(' ')
}

/// Names that our open enums need for themselves: `Unknown` holds a code that the list does not have.
const OURS: &[&str] = &["unknown", "other"];

/// The keywords of Python, Java, C#, TypeScript, Rust and Go, in lower case: some generator writes a code's name
/// in each of these cases, and then it does not compile. `type`, `object` and `string` are left out: the generators
/// escape them, and too many honest labels are called so.
const KEYWORDS: &str = "\
    abstract and any as assert async await base become bool boolean box break byte case catch chan char checked \
    class const continue crate debugger decimal def default defer del delegate delete do double dyn elif else enum \
    event except explicit export extends extern fallthrough false final finally fixed float fn for foreach from func \
    function gen global go goto if impl implements implicit import in instanceof int interface internal is lambda \
    let lock long loop macro map match mod move mut namespace native new none nonlocal not null operator or out \
    override package params pass priv private protected pub public raise range ref return sbyte sealed select self \
    short sizeof stackalloc static strictfp struct super switch synchronized this throw throws trait transient true \
    try typeof uint ulong unchecked undefined unsafe unsized use ushort using var virtual void volatile where while \
    with yield";

/// Why a code must not have this name.
pub fn reservation(name: &str) -> Option<&'static str> {
    let word = name.to_lowercase();
    if OURS.contains(&word.as_str()) {
        Some("is the name that clients use for undocumented codes")
    } else if KEYWORDS.split(' ').any(|keyword| keyword == word) {
        Some("is a keyword in one of the languages that clients are generated for")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conventions() {
        assert!(is_camel("listUsers2") && !is_camel("ListUsers") && !is_camel("list_users") && !is_camel(""));
        assert!(is_pascal("UserPage") && !is_pascal("userPage") && !is_pascal("User-Page") && !is_pascal(""));
        assert_eq!(first_word("listUsers"), "list");
        assert_eq!(first_word("run"), "run");
        assert_eq!(folded("Sign-In_Id"), folded("signInID"));
    }

    #[test]
    fn a_name_that_is_not_known_has_a_nearest_one() {
        let known = ["roses", "Tulips", "asters"];
        for (name, near) in [
            ("rose", Some("roses")),
            ("TULIP", Some("Tulips")),
            ("oak", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), near, "{name}");
        }
        assert_eq!(
            write_nearest("rosse", known, "delete it"),
            "write `roses`, or delete it"
        );
        assert_eq!(write_nearest("oak", known, "delete it"), "delete it");
        assert_eq!(write_one_of("rosse", &known), "write `roses`");
        assert_eq!(write_one_of("oak", &known), "write one of roses, Tulips, asters");
    }

    #[test]
    fn reserved_names() {
        for name in ["None", "True", "Self", "Default", "Public", "Unknown", "Other"] {
            assert!(reservation(name).is_some(), "{name}");
        }
        for name in ["Type", "Object", "String", "NoStatus", "DefaultEnvironment"] {
            assert!(reservation(name).is_none(), "{name}");
        }
    }
}
