//! Shortcuts of the desk. They keep still while somebody types, composes, or answers a dialog.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::route::{self, Route};

/// `N` opens the intake, `/` the search, `Escape` runs `leave`.
pub(super) fn shortcuts(leave: impl Fn() + Send + Sync + 'static) {
    let listener = window_event_listener(ev::keydown, move |event| {
        if busy(&event) {
            return;
        }
        match event.key().as_str() {
            "n" | "N" => {
                event.prevent_default();
                route::go(Route::Register);
            }
            "/" => {
                event.prevent_default();
                focus(".desk__top .search__input");
            }
            "Escape" => leave(),
            _ => {}
        }
    });
    on_cleanup(move || listener.remove());
}

/// Moves the focus to the first element that fits, if there is one.
pub(super) fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // A field that cannot take the focus now is no reason to do anything else.
        let _focused = element.focus();
    }
}

/// Whether the key belongs to somebody else: a field, an input method, the browser, a dialog.
fn busy(event: &web_sys::KeyboardEvent) -> bool {
    // 229 is what browsers say for a key that an input method keeps to itself.
    if event.is_composing() || event.key_code() == 229 {
        return true;
    }
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return true;
    }
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let typing = target.is_some_and(|target| {
        matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
            || target.has_attribute("contenteditable")
    });
    let asked = document().query_selector("dialog[open]").ok().flatten().is_some();
    typing || asked
}
