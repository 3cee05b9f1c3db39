//! A new version of the app: it waits until no form is open.

use leptos::prelude::*;

use super::Device;

/// While this lives, a form is being filled in: no update reloads the page.
pub struct FormOpen(RwSignal<u32>);

impl Device {
    /// Whether a new version waits (tracked).
    pub fn update_ready(self) -> bool {
        self.update_ready.get()
    }

    /// Whether a form is being filled in somewhere on this page (tracked).
    pub fn form_is_open(self) -> bool {
        self.open_forms.get() > 0
    }

    /// Marks that a form is being filled in, for as long as the answer lives.
    pub fn keep_form_open(self) -> FormOpen {
        self.open_forms.update(|open| *open += 1);
        FormOpen(self.open_forms)
    }

    /// Lets the new version take over; the page reloads. Does nothing while a form is open.
    pub fn apply_update(self) {
        if self.open_forms.get_untracked() > 0 {
            return;
        }
        self.flush_drafts();
        if self.taken_over.get_untracked() {
            // The browser reloads or closes the page; there is nothing to do about a no.
            let _asked = window().location().reload();
            return;
        }
        let update = js_sys::Reflect::get(&window(), &"doorstepUpdate".into()).ok();
        if let Some(update) = update.and_then(|it| wasm_bindgen::JsCast::dyn_into(it).ok()) {
            let update: js_sys::Function = update;
            // The page reloads when the new version has taken over.
            let _asked = update.call0(&window());
        }
    }

    pub(super) fn watch_updates(self) {
        let root = document().document_element();
        let already = root.and_then(|root| root.get_attribute("data-update"));
        self.update_ready.set(already.as_deref() == Some("ready"));
        let ready = leptos::ev::Custom::<web_sys::Event>::new("doorstep:update");
        let _watch = window_event_listener(ready, move |_| self.update_ready.set(true));
        let reload = leptos::ev::Custom::<web_sys::Event>::new("doorstep:reload");
        let _watch = window_event_listener(reload, move |event| {
            // Another tab asked for the update; this one reloads when its form is done.
            if self.open_forms.get_untracked() > 0 || self.handed.get_untracked().is_some() {
                event.prevent_default();
                self.taken_over.set(true);
                self.update_ready.set(true);
            }
        });
    }
}

impl Drop for FormOpen {
    fn drop(&mut self) {
        // The page may be gone with its signals already.
        let _closed = self.0.try_update(|open| *open = open.saturating_sub(1));
    }
}
