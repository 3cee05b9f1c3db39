//! The browser's storage: small notes that survive, how much room there is, and whether the app is installed.

use std::cell::RefCell;

use domain::wire::Room;
use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Event, StorageEstimate};

/// What the browser says about this device's storage. All tracked.
#[derive(Clone, Copy)]
pub struct StorageReport {
    /// Whether the browser promised not to clear the data by itself; `None` where it does not say.
    pub persisted: RwSignal<Option<bool>>,
    /// Bytes in use, as far as the browser tells.
    pub usage: RwSignal<Option<f64>>,
    /// Bytes there could be.
    pub quota: RwSignal<Option<f64>>,
    /// Whether the app runs from the home screen.
    pub installed: RwSignal<bool>,
    /// Whether [`StorageReport::install`] can ask.
    pub can_install: RwSignal<bool>,
}

const ASKED: &str = "doorstep.asked-to-persist";

thread_local! {
    /// The browser's offer to install, kept until the person wants it.
    static OFFER: RefCell<Option<Event>> = const { RefCell::new(None) };
}

/// Keeps a small note. Where storage is closed to us, the note lives as long as the page.
pub fn remember(key: &str, value: &str) {
    if let Some(storage) = notes() {
        // A full or closed storage only costs the convenience.
        let _kept = storage.set_item(key, value);
    }
}

/// A small note kept before.
pub fn recall(key: &str) -> Option<String> {
    notes()?.get_item(key).ok().flatten()
}

/// Forgets a small note.
pub fn forget(key: &str) {
    if let Some(storage) = notes() {
        let _gone = storage.remove_item(key);
    }
}

/// The names of the databases in this browser; `None` where it does not say.
pub(crate) async fn databases() -> Option<Vec<String>> {
    let factory = js_sys::Reflect::get(&window(), &"indexedDB".into()).ok()?;
    let list = js_sys::Reflect::get(&factory, &"databases".into()).ok()?;
    let asked = list.dyn_into::<js_sys::Function>().ok()?.call0(&factory).ok()?;
    let found = JsFuture::from(asked.dyn_into::<js_sys::Promise>().ok()?).await.ok()?;
    let name =
        |database: JsValue| js_sys::Reflect::get(&database, &"name".into()).ok()?.as_string();
    Some(js_sys::Array::from(&found).iter().filter_map(name).collect())
}

/// Whether this page was opened from the home screen.
pub fn is_installed() -> bool {
    ["(display-mode: standalone)", "(display-mode: window-controls-overlay)"]
        .iter()
        .any(|query| window().match_media(query).ok().flatten().is_some_and(|m| m.matches()))
}

fn notes() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

impl StorageReport {
    pub(crate) fn start() -> Self {
        let report = Self {
            persisted: RwSignal::new(None),
            usage: RwSignal::new(None),
            quota: RwSignal::new(None),
            installed: RwSignal::new(is_installed()),
            can_install: RwSignal::new(false),
        };
        let offered = ev::Custom::<Event>::new("beforeinstallprompt");
        let _offers = window_event_listener(offered, move |event| {
            event.prevent_default();
            OFFER.set(Some(event));
            report.can_install.set(true);
        });
        let _installs =
            window_event_listener(ev::Custom::<Event>::new("appinstalled"), move |_| {
                report.can_install.set(false);
                report.installed.set(true);
            });
        report.refresh();
        report
    }

    /// Asks the browser again.
    pub fn refresh(self) {
        spawn_local(async move {
            let Some(manager) = manager() else { return };
            if let Ok(answer) = manager.persisted()
                && let Ok(answer) = JsFuture::from(answer).await
            {
                self.persisted.set(answer.as_bool());
            }
            if let Ok(answer) = manager.estimate()
                && let Ok(answer) = JsFuture::from(answer).await
            {
                let estimate: StorageEstimate = answer.unchecked_into();
                self.usage.set(estimate.get_usage());
                self.quota.set(estimate.get_quota());
            }
        });
    }

    /// How safely this device keeps what it holds, as the office hears it.
    pub(crate) fn room(self) -> Room {
        let share = self.usage.get_untracked().zip(self.quota.get_untracked());
        let share = share.filter(|(_, quota)| *quota > 0.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 100"
        )]
        let full_percent =
            share.map(|(usage, quota)| (usage / quota * 100.0).clamp(0.0, 100.0) as u8);
        Room { full_percent, lasting: self.persisted.get_untracked() }
    }

    /// Asks the browser never to clear the data by itself.
    pub fn request_persist(self, answered: impl FnOnce() + 'static) {
        spawn_local(async move {
            let Some(asked) = manager().and_then(|manager| manager.persist().ok()) else { return };
            if let Ok(answer) = JsFuture::from(asked).await {
                self.persisted.set(answer.as_bool());
                answered();
            }
        });
    }

    /// Asks once by itself, where the answer is not yes already.
    pub(crate) fn protect(self) {
        if self.persisted.get_untracked() != Some(true) && recall(ASKED).is_none() {
            remember(ASKED, "1");
            self.request_persist(|| {});
        }
    }

    /// Shows the browser's own question whether to install the app.
    pub fn install(self) {
        let Some(offer) = OFFER.take() else { return };
        self.can_install.set(false);
        let prompt = js_sys::Reflect::get(&offer, &JsValue::from_str("prompt"));
        if let Some(prompt) = prompt.ok().and_then(|it| it.dyn_into::<js_sys::Function>().ok()) {
            // The person's answer arrives as `appinstalled`.
            let _asked = prompt.call0(&offer);
        }
    }
}

/// The browser's storage manager; absent on plain HTTP.
fn manager() -> Option<web_sys::StorageManager> {
    let navigator = window().navigator();
    let manager = js_sys::Reflect::get(&navigator, &JsValue::from_str("storage")).ok()?;
    manager.dyn_into().ok()
}
