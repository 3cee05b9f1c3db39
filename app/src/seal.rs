//! The server's public key, kept for when there is no network, and checking countersignatures with it.

use domain::{
    copy::{Checked, PublicKey, Statement, from_base64},
    json,
};
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::{api, storage};

const KEYS: &str = "doorstep.seal";

/// Asks for the keys and keeps them; without a network those from before stay.
pub(crate) async fn learn() {
    let Ok(keys) = api::seal_keys().await else { return };
    if let Ok(json) = serde_json::to_string(&keys) {
        storage::remember(KEYS, &json);
    }
}

/// How well the countersignature of a statement can be checked on this device, without asking anybody.
pub async fn check(statement: &Statement) -> Checked {
    let (Some(seal), Some(text)) = (&statement.seal, statement.sealed_text()) else {
        return Checked::Nothing;
    };
    let known = || {
        let keys: Vec<PublicKey> = json::read(&storage::recall(KEYS)?).ok()?;
        Some(keys)
    };
    let mut keys = known().unwrap_or_default();
    if !keys.iter().any(|key| key.id == seal.key) {
        learn().await;
        keys = known().unwrap_or_default();
    }
    let Some(key) = keys.iter().find(|key| key.id == seal.key) else {
        return if keys.is_empty() { Checked::Nothing } else { Checked::UnknownKey };
    };
    let (Some(point), Some(signature)) = (from_base64(&key.point), from_base64(&seal.signature))
    else {
        return Checked::Wrong;
    };
    match verify(&point, &signature, text.as_bytes()).await {
        Some(true) => Checked::Right,
        Some(false) => Checked::Wrong,
        None => Checked::Nothing,
    }
}

/// Whether `signature` stands under `text`; nothing where this browser cannot tell.
async fn verify(point: &[u8], signature: &[u8], text: &[u8]) -> Option<bool> {
    // Pages that were not sent through TLS have no such thing.
    let crypto = Reflect::get(&window(), &"crypto".into()).ok()?;
    let subtle = Reflect::get(&crypto, &"subtle".into()).ok()?;
    let call = |name: &str, values: &[&JsValue]| {
        let function: Function = Reflect::get(&subtle, &name.into()).ok()?.dyn_into().ok()?;
        let values: Array = values.iter().copied().collect();
        let asked: Promise = function.apply(&subtle, &values).ok()?.dyn_into().ok()?;
        Some(JsFuture::from(asked))
    };
    let curve = named(&[("name", "ECDSA"), ("namedCurve", "P-256")]);
    let (point, uses) = (Uint8Array::from(point), Array::of1(&"verify".into()));
    let values: [&JsValue; 5] = [&"raw".into(), &point, &curve, &JsValue::FALSE, &uses];
    let key = call("importKey", &values)?.await.ok()?;
    let how = named(&[("name", "ECDSA"), ("hash", "SHA-256")]);
    let (signature, text) = (Uint8Array::from(signature), Uint8Array::from(text));
    call("verify", &[&how, &key, &signature, &text])?.await.ok()?.as_bool()
}

fn named(pairs: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (name, value) in pairs {
        // A fresh object takes any property.
        let _set = Reflect::set(&object, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    object
}
