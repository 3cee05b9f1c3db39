//! Numbers and addresses one can take along with a tap.

use js_sys::{Function, Promise, Reflect};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{Icon, Tone, toast};

/// A text with a small button that copies it and then says `done`.
#[component]
pub fn CopyText(
    #[prop(into)] text: Signal<String>,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] done: Signal<String>,
) -> impl IntoView {
    let copy = move |_| {
        to_clipboard(&text.get_untracked(), move || toast(Tone::Success, done.get_untracked()));
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

/// Puts `text` on the clipboard, then calls `done`. Pages served without TLS have none, and a person may have
/// forbidden it; then nothing is claimed.
pub fn to_clipboard(text: &str, done: impl Fn() + 'static) {
    let named = |of: &JsValue, name: &str| Reflect::get(of, &JsValue::from_str(name));
    let write = named(&window().navigator(), "clipboard").and_then(|clipboard| {
        let write = named(&clipboard, "writeText")?.dyn_into::<Function>()?;
        write.call1(&clipboard, &JsValue::from_str(text))
    });
    let Ok(written) = write else { return };
    spawn_local(async move {
        if JsFuture::from(Promise::resolve(&written)).await.is_ok() {
            done();
        }
    });
}
