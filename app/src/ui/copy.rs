//! Numbers and addresses one can take along with a tap.

use js_sys::{Function, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use super::{Icon, Tone, toast};

/// A text with a small button that copies it and then says `done`.
#[component]
pub fn CopyText(
    #[prop(into)] text: Signal<String>,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] done: Signal<String>,
) -> impl IntoView {
    let copy = move |_| {
        if copied(&text.get_untracked()) {
            toast(Tone::Success, done.get_untracked());
        }
    };
    view! {
        <span class="copy">
            <span>{text}</span>
            <button class="copy__button" type="button" aria-label=label title=label on:click=copy>
                {Icon::Copy.svg()}
            </button>
        </span>
    }
}

/// Puts `text` on the clipboard. Pages served without TLS have none; then nothing is claimed.
pub fn copied(text: &str) -> bool {
    let named = |of: &JsValue, name: &str| Reflect::get(of, &JsValue::from_str(name));
    let write = named(&window().navigator(), "clipboard").and_then(|clipboard| {
        let write = named(&clipboard, "writeText")?.dyn_into::<Function>()?;
        write.call1(&clipboard, &JsValue::from_str(text))
    });
    write.is_ok()
}
