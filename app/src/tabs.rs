//! Other tabs of the same browser: tell them what happened, and let one at a time do the talking.

use std::cell::OnceCell;

use futures::channel::oneshot;
use js_sys::{Function, Object, Promise, Reflect};
use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{future_to_promise, spawn_local};
use web_sys::{BroadcastChannel, Event, MessageEvent};

use crate::{device::Device, pin, session};

type Listener = Closure<dyn FnMut(MessageEvent)>;

const CHANNEL: &str = "doorstep";
const CHANGED: &str = "changed";

thread_local! {
    /// The channel, and what listens to it.
    static TABS: OnceCell<(BroadcastChannel, Listener)> = const { OnceCell::new() };
}

/// Starts to listen to the other tabs.
pub(crate) fn listen(device: Device) {
    // Who works here and who holds the device are small notes. Their own event tells of them: a message
    // can be faster than the note it speaks of.
    let _notes = window_event_listener(ev::storage, move |event| match event.key().as_deref() {
        Some(pin::MARK) => device.follow_handover(),
        // Another person's screen must not show this person's data.
        Some(session::LAST) if device.is_somebody_else() => {
            // The browser reloads or closes the page; there is nothing to do about a no.
            let _asked = window().location().reload();
        }
        _ => {}
    });
    // A page that the back button brings back as it was left holds what was in it then.
    let _back = window_event_listener(ev::Custom::<Event>::new("pageshow"), move |event| {
        let kept = Reflect::get(&event, &"persisted".into()).is_ok_and(|kept| kept.is_truthy());
        if kept && (device.handed_out || pin::Handed::marked().is_some()) {
            let _asked = window().location().reload();
        }
    });
    let Ok(channel) = BroadcastChannel::new(CHANNEL) else { return };
    let listener = Listener::new(move |event: MessageEvent| {
        if event.data().as_string().as_deref() == Some(CHANGED) {
            spawn_local(async move {
                device.catch_up().await;
                device.catch_up_photos().await;
            });
        }
    });
    channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    TABS.with(|tabs| {
        // Listening twice would be our mistake; the first channel stays.
        let _first = tabs.set((channel, listener));
    });
}

/// Tells the other tabs that the stored data changed.
pub(crate) fn tell_changed() {
    TABS.with(|tabs| {
        if let Some((channel, _)) = tabs.get() {
            // A tab that does not hear it notices when it writes.
            let _told = channel.post_message(&JsValue::from_str(CHANGED));
        }
    });
}

/// A lock among the tabs, given back when dropped.
pub(crate) struct Held {
    _release: Option<oneshot::Sender<()>>,
}

/// Takes the lock `name` if no other tab holds it. Browsers without locks always give it: they only save work.
pub(crate) async fn hold(name: &str) -> Option<Held> {
    let navigator = window().navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).unwrap_or(JsValue::UNDEFINED);
    let request = Reflect::get(&locks, &"request".into()).ok();
    let Some(request) = request.and_then(|request| request.dyn_into::<Function>().ok()) else {
        return Some(Held { _release: None });
    };
    let (tell, told) = oneshot::channel::<bool>();
    let (release, released) = oneshot::channel::<()>();
    let given = Closure::once_into_js(move |lock: JsValue| -> Promise {
        let got = !lock.is_null();
        // Nobody waits any more: the lock is given back at once, as `release` is gone.
        let _told = tell.send(got);
        future_to_promise(async move {
            if got {
                let _over = released.await;
            }
            Ok(JsValue::UNDEFINED)
        })
    });
    let options = Object::new();
    let _set = Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE);
    if request.call3(&locks, &name.into(), &options, &given).is_err() {
        return Some(Held { _release: None });
    }
    told.await.unwrap_or(true).then_some(Held { _release: Some(release) })
}
