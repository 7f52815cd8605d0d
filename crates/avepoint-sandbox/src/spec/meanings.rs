//! What the codes of the documents mean.

use serde_json::Value;

use super::Api;
use super::document::Part;

/// What a code of a schema stands for, as the spec describes it; none if the schema does not list it.
pub(crate) fn meaning(api: Api, schema: &str, code: &Value) -> Option<&'static str> {
    let schema = Part::root(api).get("components")?.get("schemas")?.get(schema)?.value;
    let list = |name: &str| schema.get(name).and_then(Value::as_array);
    let at = list("enum")?.iter().position(|listed| listed == code)?;
    list("x-enum-descriptions")?.get(at)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_code_has_the_meaning_of_its_own_list() {
        for (schema, code, expected) in [
            ("CountryCode", json!("FR"), Some("France")),
            ("CountryCode", json!("XX"), None),
            ("ScanMode", json!(0), Some("Express mode")),
            ("NoSuchSchema", json!(0), None),
        ] {
            assert_eq!(meaning(Api::ElementsV3, schema, &code), expected, "{schema} {code}");
        }
    }
}
