//! JSON schemas, as far as Suricata's schema of EVE goes; for tests.

use serde_json::{Map, Value};

/// What in `value` is not as the schema has it, a line each; `root` is the whole schema.
///
/// # Panics
/// When the schema has something that is not known here: what is not checked must not pass for valid.
pub(crate) fn violations(root: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(root, root, value, "", &mut found);
    found
}

fn check(root: &Value, schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    let schema = schema.as_object().expect("a schema is an object");
    for (keyword, wanted) in schema {
        let holds = match keyword.as_str() {
            "type" => is_of_type(wanted, value),
            "enum" => wanted.as_array().is_some_and(|list| list.contains(value)),
            "const" => wanted == value,
            "minimum" => value
                .as_f64()
                .is_none_or(|n| wanted.as_f64().is_some_and(|least| n >= least)),
            "minItems" => value
                .as_array()
                .is_none_or(|list| wanted.as_u64().is_some_and(|least| list.len() as u64 >= least)),
            "minProperties" => value
                .as_object()
                .is_none_or(|map| wanted.as_u64().is_some_and(|least| map.len() as u64 >= least)),
            "pattern" => value.as_str().is_none_or(|text| matches(wanted, text)),
            "required" => names(wanted).all(|name| value.get(name).is_some()),
            "oneOf" => wanted
                .as_array()
                .is_some_and(|list| list.iter().filter(|s| fits(root, s, value)).count() == 1),
            "$ref" => {
                let at = wanted.as_str().and_then(|r| root.pointer(r.trim_start_matches('#')));
                check(root, at.expect("what is referred to is there"), value, path, found);
                true
            }
            "properties" => {
                properties(root, schema, value, path, found);
                true
            }
            "items" => {
                for (nth, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(root, wanted, item, &format!("{path}/{nth}"), found);
                }
                true
            }
            "additionalProperties" | "$defs" => true,
            // Notes for people; one of them is misspelt.
            "$schema" | "$comment" | "title" | "description" | "desription" | "suricata" => true,
            other => panic!("the schema has `{other}`, which is not checked"),
        };
        if !holds {
            found.push(format!("{path}: {value} is not as `{keyword}` has it: {wanted}"));
        }
    }
}

fn properties(root: &Value, schema: &Map<String, Value>, value: &Value, path: &str, found: &mut Vec<String>) {
    let open = schema.get("additionalProperties") != Some(&Value::Bool(false));
    for (name, value) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(name) {
            Some(schema) => check(root, schema, value, &format!("{path}/{name}"), found),
            None if open => {}
            None => found.push(format!("{path}/{name}: there is no such key")),
        }
    }
}

fn fits(root: &Value, schema: &Value, value: &Value) -> bool {
    let mut found = Vec::new();
    check(root, schema, value, "", &mut found);
    found.is_empty()
}

fn names(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn matches(pattern: &Value, text: &str) -> bool {
    let pattern = pattern.as_str().expect("a pattern is text");
    regex::Regex::new(pattern).expect("it is a pattern").is_match(text)
}

fn is_of_type(wanted: &Value, value: &Value) -> bool {
    let one = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the schema has the type `{other}`"),
    };
    wanted.as_str().map_or_else(|| names(wanted).any(one), one)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn violations_are_found() {
        let schema = json!({
            "type": "object", "required": ["a"], "additionalProperties": false,
            "properties": {
                "a": {"type": ["integer", "null"], "minimum": 2},
                "b": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/word"}},
                "c": {"oneOf": [{"const": 1}, {"type": "string"}]}
            },
            "$defs": {"word": {"type": "string", "enum": ["x", "y"], "pattern": "^.$"}}
        });
        let count = |value| violations(&schema, &value).len();
        assert_eq!(count(json!({"a": 2, "b": ["x"], "c": 1})), 0);
        assert_eq!(count(json!({"a": null, "c": "s"})), 0);
        for wrong in [
            json!({}),
            json!({"a": 1}),
            json!({"a": "2"}),
            json!({"a": 2, "d": 1}),
            json!({"a": 2, "b": []}),
            json!({"a": 2, "b": ["z"]}),
            json!({"a": 2, "c": 2}),
        ] {
            assert_eq!(count(wrong.clone()), 1, "{wrong}");
        }
    }
}
