//! Keeps the screen on while somebody reads, signs or scans, where the browser can.

use js_sys::{Function, Promise, Reflect};
use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Asks for the screen to stay on until the component is gone.
pub fn stay_awake() {
    let lock = StoredValue::new_local(None::<JsValue>);
    let ask = move || {
        spawn_local(async move {
            // A browser without wake locks, or low on power, lets the screen go dark: nothing is lost.
            let Some(asked) = request() else { return };
            let Ok(held) = JsFuture::from(asked).await else { return };
            if let Some(Some(late)) = lock.try_set_value(Some(held)) {
                release(&late);
            }
        });
    };
    ask();
    // The browser takes the lock away while the page is hidden.
    let shown = window_event_listener(ev::Custom::<web_sys::Event>::new("visibilitychange"), {
        move |_| {
            if document().visibility_state() == web_sys::VisibilityState::Visible {
                ask();
            }
        }
    });
    on_cleanup(move || {
        shown.remove();
        if let Some(held) = lock.try_get_value().flatten() {
            release(&held);
        }
    });
}

fn request() -> Option<Promise> {
    let wake_lock = Reflect::get(&window().navigator(), &"wakeLock".into()).ok()?;
    let request: Function = Reflect::get(&wake_lock, &"request".into()).ok()?.dyn_into().ok()?;
    request.call1(&wake_lock, &"screen".into()).ok()?.dyn_into().ok()
}

fn release(held: &JsValue) {
    let release = Reflect::get(held, &"release".into()).ok();
    if let Some(release) = release.and_then(|release| release.dyn_into::<Function>().ok()) {
        // Released twice is released.
        let _released = release.call0(held);
    }
}
