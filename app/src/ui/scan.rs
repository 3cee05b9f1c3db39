//! Reads a bar code or a QR code with the camera. Whoever has no camera, or a worn label, types.
//!
//! By name: `scan-typed` the field's button, `torch`; the state is `data-state` on `.scan`.

use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Object, Promise, Reflect};
use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    HtmlVideoElement, MediaStream, MediaStreamConstraints, MediaStreamTrack, SubmitEvent,
};

use super::{Button, ButtonKind, Dialog, Field, FieldKind, Icon, awake::stay_awake};
use crate::scanner::{Reader, call};

/// What the part says. One text for all places where something is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanWords {
    pub title: &'static str,
    pub close: &'static str,
    pub starting: &'static str,
    pub looking: &'static str,
    pub denied: &'static str,
    pub no_camera: &'static str,
    pub no_reader: &'static str,
    pub torch: &'static str,
    pub typed: &'static str,
    pub take: &'static str,
}

/// How far the camera is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Starting,
    Looking,
    /// The person, or the organisation, does not allow the camera.
    Denied,
    NoCamera,
    /// This browser cannot read codes, and our own reader did not come.
    NoReader,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            State::Starting => "starting",
            State::Looking => "looking",
            State::Denied => "denied",
            State::NoCamera => "no-camera",
            State::NoReader => "no-reader",
        }
    }

    fn said(self, words: ScanWords) -> &'static str {
        match self {
            State::Starting => words.starting,
            State::Looking => words.looking,
            State::Denied => words.denied,
            State::NoCamera => words.no_camera,
            State::NoReader => words.no_reader,
        }
    }
}

/// The dialog with the camera's picture and the field below it.
#[component]
pub fn Scan(
    open: RwSignal<bool>,
    #[prop(into)] words: Signal<ScanWords>,
    #[prop(into)] on_code: Callback<String>,
    /// The longest code that can be typed or pasted.
    #[prop(default = 200)]
    longest: usize,
) -> impl IntoView {
    view! {
        <Dialog open title=move || words.get().title close=move || words.get().close>
            {move || untrack(|| looking(open, words, on_code, longest))}
        </Dialog>
    }
}

/// What lives as long as the dialog is open.
fn looking(
    open: RwSignal<bool>,
    words: Signal<ScanWords>,
    on_code: Callback<String>,
    longest: usize,
) -> impl IntoView {
    let node = NodeRef::<html::Video>::new();
    let state = RwSignal::new(State::Starting);
    let camera = StoredValue::new_local(None::<MediaStream>);
    let torch = RwSignal::new(None::<bool>);
    let typed = RwSignal::new(String::new());
    let take = Callback::new(move |code: String| {
        let code = code.trim().to_owned();
        if !code.is_empty() {
            open.set(false);
            on_code.run(code);
        }
    });
    stay_awake();
    Effect::new(move |begun: Option<bool>| {
        let Some(video) = node.get().filter(|_| begun != Some(true)) else {
            return begun.unwrap_or_default();
        };
        spawn_local(watch(video, state, camera, torch, take));
        true
    });
    on_cleanup(move || {
        if let Some(Some(stream)) = camera.try_update_value(Option::take) {
            stop(&stream);
        }
    });
    let light = move || {
        let on = torch.get_untracked() != Some(true);
        torch.set(Some(on));
        camera.with_value(|stream| stream.as_ref().map(|stream| shine(stream, on)));
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        take.run(typed.get_untracked());
    };
    view! {
        <div class="scan" data-state=move || state.get().name()>
            <div class="scan__view">
                // Muted and inline, or iPhones open it as a film.
                <video node_ref=node muted=true playsinline=true aria-hidden="true"></video>
                <span class="scan__frame" aria-hidden="true"></span>
            </div>
            <p class="scan__said" role="status">{move || state.get().said(words.get())}</p>
            <Show when=move || torch.get().is_some()>
                <Button
                    text=move || words.get().torch
                    icon=Icon::Sun
                    name="torch"
                    on_press=light
                />
            </Show>
            <form class="scan__form" on:submit=submit>
                <Field
                    label=move || words.get().typed
                    value=typed
                    kind=FieldKind::Text
                    max_length=longest
                    id="scan-text"
                />
                <Button
                    text=move || words.get().take
                    kind=ButtonKind::Primary
                    name="scan-typed"
                    on_press=move || take.run(typed.get_untracked())
                />
            </form>
        </div>
    }
}

/// Between two looks: the eye does not notice, and the battery does.
const LOOK_MS: u32 = 160;

async fn watch(
    video: HtmlVideoElement,
    state: RwSignal<State>,
    camera: StoredValue<Option<MediaStream>, LocalStorage>,
    torch: RwSignal<Option<bool>>,
    take: Callback<String>,
) {
    let stream = match stream().await {
        Ok(stream) => stream,
        Err(why) => {
            let _closed = state.try_set(why);
            return;
        }
    };
    // The dialog may have been closed while the person was asked.
    if let Some(Some(late)) = camera.try_set_value(Some(stream.clone())) {
        stop(&late);
        return;
    }
    video.set_src_object(Some(&stream));
    if let Ok(playing) = video.play() {
        // A browser that wants a tap first still shows the first frame.
        let _playing = JsFuture::from(playing).await;
    }
    let Some(reader) = Reader::ready().await else {
        let _closed = state.try_set(State::NoReader);
        return;
    };
    let _closed = torch.try_set(has_torch(&stream).then_some(false));
    let _closed = state.try_set(State::Looking);
    while state.try_get_untracked() == Some(State::Looking) {
        if let Some(code) = reader.read(&video).await {
            if state.try_get_untracked() == Some(State::Looking) {
                let _felt = window().navigator().vibrate_with_duration(10);
                take.run(code);
            }
            return;
        }
        TimeoutFuture::new(LOOK_MS).await;
    }
}

/// The camera at the back, if there is one to choose.
async fn stream() -> Result<MediaStream, State> {
    let wanted = MediaStreamConstraints::new();
    let video = object(&[
        ("facingMode", object(&[("ideal", "environment".into())])),
        ("width", object(&[("ideal", 1280.into())])),
    ]);
    wanted.set_video(&video);
    // Pages without TLS have no cameras.
    let devices = window().navigator().media_devices().map_err(|_| State::NoCamera)?;
    let asked = devices.get_user_media_with_constraints(&wanted).map_err(|_| State::NoCamera)?;
    let given = JsFuture::from(asked).await.map_err(|why| {
        let name = Reflect::get(&why, &"name".into()).ok().and_then(|name| name.as_string());
        match name.as_deref() {
            Some("NotAllowedError" | "SecurityError") => State::Denied,
            _ => State::NoCamera,
        }
    })?;
    given.dyn_into().map_err(|_| State::NoCamera)
}

fn tracks(stream: &MediaStream) -> impl Iterator<Item = MediaStreamTrack> {
    stream
        .get_video_tracks()
        .iter()
        .filter_map(|track| track.dyn_into().ok())
        .collect::<Vec<_>>()
        .into_iter()
}

fn stop(stream: &MediaStream) {
    tracks(stream).for_each(|track| track.stop());
}

fn has_torch(stream: &MediaStream) -> bool {
    let offers = |track: MediaStreamTrack| {
        let able = call(&track, "getCapabilities", &[])?;
        Reflect::get(&able, &"torch".into()).ok()?.as_bool()
    };
    tracks(stream).any(|track| offers(track) == Some(true))
}

fn shine(stream: &MediaStream, on: bool) {
    let wanted = object(&[("advanced", Array::of1(&object(&[("torch", on.into())])).into())]);
    for track in tracks(stream) {
        if let Some(asked) = call(&track, "applyConstraints", std::slice::from_ref(&wanted)) {
            spawn_local(async move {
                // A light that stays dark is seen by whoever pressed the button.
                let _lit = JsFuture::from(Promise::resolve(&asked)).await;
            });
        }
    }
}

pub(super) fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // A plain object takes any field.
        let _set = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}
