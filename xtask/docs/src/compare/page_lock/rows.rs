//! The facts of a row.

use serde_json::Value;

use super::place::Places;
use super::tables::{Spot, Told, key, part};
use super::{Changes, pairs};
use crate::facts::{Code, Required, Row, Section};
use crate::finding::{Class, Kind};

/// Whether a section is of the request.
pub fn is_request(section: Section) -> bool {
    section != Section::Response
}

/// Whether two rows say the same but for their names.
pub fn same_facts(was: &Row, is: &Row) -> bool {
    let nameless = |row: &Row| Row {
        name: String::new(),
        line: None,
        ..row.clone()
    };
    nameless(was) == nameless(is)
}

/// A new row concerns callers if they must send it.
pub fn class_of_new(spot: Spot<'_>) -> Class {
    let must = is_request(spot.table.section) && spot.row.required == Some(Required::Yes);
    if must { Class::Breaking } else { Class::Additive }
}

/// A row in one line: `integer, required, default 20, maximum 100`.
pub fn text(row: &Row) -> String {
    let limits = limits(row)
        .into_iter()
        .filter_map(|limit| limit.value.map(|value| format!("{} {value}", limit.name)));
    let required = row.required.map(|required| required_text(required).to_owned());
    let mut parts: Vec<_> = row.kind.clone().into_iter().chain(required).collect();
    parts.extend(
        row.default
            .as_ref()
            .map(|default| format!("default {}", value_text(default))),
    );
    parts.extend(limits);
    parts.extend(row.format.as_ref().map(|format| format!("format {format}")));
    if !row.codes.is_empty() {
        let codes: Vec<_> = row.codes.iter().map(|code| value_text(&code.code)).collect();
        parts.push(format!("codes {}", codes.join(" ")));
    }
    parts.extend(row.codes_page.as_ref().map(|page| format!("codes of {page}")));
    if parts.is_empty() {
        format!("`{}`", row.name)
    } else {
        parts.join(", ")
    }
}

/// A code in one line: `7 (Running)`.
pub fn code_text(code: &Code) -> String {
    let value = value_text(&code.code);
    code.label
        .as_ref()
        .map_or_else(|| value.clone(), |label| format!("{value} ({label})"))
}

/// A value; a text without its quotes, unless it would look like a number or another word of JSON.
fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) if serde_json::from_str::<Value>(text).is_err() => text.clone(),
        other => other.to_string(),
    }
}

fn required_text(required: Required) -> &'static str {
    match required {
        Required::Yes => "required",
        Required::No => "optional",
        Required::Sometimes => "required in some cases",
    }
}

/// A limit of a row.
struct Limit {
    name: &'static str,
    value: Option<i128>,
    /// Whether it bounds from above.
    upper: bool,
}

fn limits(row: &Row) -> [Limit; 4] {
    let limit = |name, value, upper| Limit { name, value, upper };
    [
        limit("minimum", row.minimum.map(i128::from), false),
        limit("maximum", row.maximum.map(i128::from), true),
        limit("maxLength", row.max_length.map(i128::from), true),
        limit("maxItems", row.max_items.map(i128::from), true),
    ]
}

/// Compares two states of one row.
pub fn compare(places: &Places, was: Spot<'_>, is: Spot<'_>, told: &mut Told, changes: &mut Changes<'_>) {
    let at = places.place(was.row);
    let request = is_request(was.table.section);
    let line = is.line();
    let (old, new) = (was.row, is.row);
    if old.name != new.name {
        told.gone.insert(key(was));
        told.new.insert(key(is));
        // What a path parameter is called does not reach the wire, and the endpoint may have told it already.
        let is_path = was.table.section == Section::Path;
        let class = if is_path { Class::Documentation } else { Class::Breaking };
        let names = (old.name.to_lowercase(), new.name.to_lowercase());
        if !(is_path && told.renamed.contains(&names)) {
            changes.add(Kind::MemberRenamed, class, at, &old.name, &new.name, line);
        }
    }
    if old.parent != new.parent {
        let both = old.parent.is_some() && new.parent.is_some();
        let class = if both { Class::Breaking } else { Class::Documentation };
        let text = |row: &Row| {
            row.parent
                .as_ref()
                .map_or_else(String::new, |parent| format!("in {parent}"))
        };
        changes.add(Kind::Placement, class, at, &text(old), &text(new), line);
    }
    if old.kind != new.kind {
        told.changed.insert(key(was));
        let class = type_class(old.kind.as_deref(), new.kind.as_deref());
        changes.add(
            Kind::Type,
            class,
            at,
            &shown(old.kind.as_ref()),
            &shown(new.kind.as_ref()),
            line,
        );
    }
    if old.required != new.required {
        let text = |row: &Row| row.required.map_or("", required_text);
        let class = required_class(old.required, new.required, request);
        changes.add(Kind::Required, class, at, text(old), text(new), line);
    }
    if old.default != new.default {
        let text = |row: &Row| row.default.as_ref().map_or_else(String::new, value_text);
        // A caller who sends nothing gets another value.
        let breaks = request && old.default.is_some() && new.default.is_some();
        let class = if breaks { Class::Breaking } else { Class::Documentation };
        changes.add(Kind::Default, class, at, &text(old), &text(new), line);
    }
    compare_limits((old, new), at, request, line, changes);
    compare_formats((old, new), at, request, line, changes);
    if old.codes_page != new.codes_page {
        let (old, new) = (shown(old.codes_page.as_ref()), shown(new.codes_page.as_ref()));
        changes.add(Kind::CodesPage, Class::Documentation, at, &old, &new, line);
    }
    // A list that has moved as a whole between the row and another page is told by the link.
    let moved = |here: &Row, there: &Row| {
        here.codes_page.is_none() && there.codes_page.is_some() && there.codes.is_empty() && !here.codes.is_empty()
    };
    if !moved(old, new) && !moved(new, old) {
        compare_codes(&old.codes, &new.codes, at, line, changes);
    }
}

fn compare_limits((old, new): (&Row, &Row), at: &str, request: bool, line: usize, changes: &mut Changes<'_>) {
    for (old, new) in limits(old).iter().zip(&limits(new)) {
        if old.value != new.value {
            let text = |limit: &Limit| {
                limit
                    .value
                    .map_or_else(String::new, |value| format!("{} {value}", limit.name))
            };
            changes.add(
                Kind::Limit,
                limit_class(old, new, request),
                at,
                &text(old),
                &text(new),
                line,
            );
        }
    }
}

fn compare_formats((old, new): (&Row, &Row), at: &str, request: bool, line: usize, changes: &mut Changes<'_>) {
    if old.format != new.format {
        // The sender must keep to a format, the receiver relies on it.
        let additive = if request {
            new.format.is_none()
        } else {
            old.format.is_none()
        };
        let class = if additive { Class::Additive } else { Class::Breaking };
        changes.add(
            Kind::Format,
            class,
            at,
            &shown(old.format.as_ref()),
            &shown(new.format.as_ref()),
            line,
        );
    }
}

fn shown(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}

/// Tells of a row that stands in another table.
pub fn compare_tables(places: &Places, was: Spot<'_>, is: Spot<'_>, changes: &mut Changes<'_>) {
    let text = |spot: Spot<'_>| match &spot.table.title {
        Some(title) => format!("{}: {title}", part(spot.table.section)),
        None => part(spot.table.section).to_owned(),
    };
    // A table that does not say where in the request its rows go contradicts none that does.
    let (old, new) = (was.table.section, is.table.section);
    let vague = old != new && (old == Section::Request || new == Section::Request);
    let class = if vague { Class::Documentation } else { Class::Breaking };
    let at = places.place(was.row);
    changes.add(Kind::Placement, class, at, &text(was), &text(is), is.line());
}

/// A type that the page only begins or ceases to tell, or tells in more or less detail, changes nothing on the wire.
fn type_class(was: Option<&str>, is: Option<&str>) -> Class {
    let details = |more: &str, less: &str| more.strip_prefix(less).is_some_and(|rest| rest.starts_with(" of "));
    match (was, is) {
        (Some(was), Some(is)) if !details(was, is) && !details(is, was) => Class::Breaking,
        _ => Class::Documentation,
    }
}

fn required_class(was: Option<Required>, is: Option<Required>, request: bool) -> Class {
    let strictness = |required| match required {
        None | Some(Required::No) => 0,
        Some(Required::Sometimes) => 1,
        Some(Required::Yes) => 2,
    };
    match strictness(is) - strictness(was) {
        _ if !request => Class::Documentation,
        0 => Class::Documentation,
        1.. => Class::Breaking,
        _ => Class::Additive,
    }
}

fn limit_class(was: &Limit, is: &Limit, request: bool) -> Class {
    let tighter = match (was.value, is.value) {
        (Some(was_value), Some(is_value)) if was.upper => is_value < was_value,
        (Some(was_value), Some(is_value)) => is_value > was_value,
        (_, now) => now.is_some(),
    };
    match (request, tighter) {
        (false, _) => Class::Documentation,
        (true, true) => Class::Breaking,
        (true, false) => Class::Additive,
    }
}

/// A code without what the type of its row makes of it: `True` is a text in one and a truth value in another.
fn wire(code: &Code) -> String {
    let text = value_text(&code.code);
    match text.to_lowercase().as_str() {
        "true" => "true".to_owned(),
        "false" => "false".to_owned(),
        _ => code.code.to_string(),
    }
}

/// Compares two lists of codes by their values.
pub fn compare_codes(was: &[Code], is: &[Code], at: &str, line: usize, changes: &mut Changes<'_>) {
    let (mut gone, mut new): (Vec<_>, Vec<_>) = (was.iter().collect(), is.iter().collect());
    // The same code twice in a list is the vendor's slip; those with the same label belong together.
    pairs::by_key(&mut gone, &mut new, |code| (wire(code), code.label.as_ref()));
    for (was, is) in pairs::by_key(&mut gone, &mut new, wire) {
        changes.add(
            Kind::CodeLabel,
            Class::Documentation,
            at,
            &code_text(was),
            &code_text(is),
            line,
        );
    }
    for code in gone {
        changes.add(Kind::CodeRemoved, Class::Breaking, at, &code_text(code), "", line);
    }
    for code in new {
        changes.add(Kind::CodeAdded, Class::Additive, at, "", &code_text(code), line);
    }
}
