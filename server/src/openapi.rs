//! The interface described for machines: OpenAPI 3.1, written by hand in `openapi.json`.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

/// The whole interface as an OpenAPI document.
pub const DOCUMENT: &str = include_str!("openapi.json");

/// `GET /api/openapi.json`
pub(crate) async fn show() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT).into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::DOCUMENT;

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let document: Value = serde_json::from_str(DOCUMENT).unwrap();
        let described: BTreeSet<(String, String)> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, methods)| {
                let methods = methods.as_object().unwrap().keys();
                methods.map(move |method| (method.to_uppercase(), path.clone()))
            })
            .collect();
        let served: BTreeSet<(String, String)> =
            crate::routes().into_iter().map(|(method, path)| (method, path.to_owned())).collect();
        assert_eq!(served, described);
    }

    #[test]
    fn every_schema_that_is_named_exists() {
        let document: Value = serde_json::from_str(DOCUMENT).unwrap();
        let mut open = vec![&document];
        while let Some(value) = open.pop() {
            match value {
                Value::Object(fields) => {
                    if let Some(Value::String(name)) = fields.get("$ref") {
                        let pointer = name.strip_prefix('#').unwrap();
                        assert!(document.pointer(pointer).is_some(), "{name}");
                    }
                    open.extend(fields.values());
                }
                Value::Array(values) => open.extend(values),
                _ => {}
            }
        }
    }
}
