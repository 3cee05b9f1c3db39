//! The interface described for machines.

use axum::Json;
use serde_json::{Value, json};

/// `GET /api/openapi.json`
pub async fn show() -> Json<Value> {
    Json(document())
}

/// The whole interface as an OpenAPI 3.1 document.
pub fn document() -> Value {
    json!({ "openapi": "3.1.0" })
}
