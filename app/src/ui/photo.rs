//! Pictures: a button that takes one, a tile that shows it small, and the whole screen for looking at it.

use leptos::{ev, html, prelude::*};
use web_sys::{File, HtmlInputElement};

use super::{Icon, IconButton, Tone, dialog, fresh_id};

/// A button that opens the camera, or the album where `capture` is off and several may be chosen.
#[component]
pub fn PhotoInput(
    #[prop(into)] text: Signal<String>,
    /// The text with what the picture is of, for those who hear it.
    #[prop(into)]
    label: Signal<String>,
    capture: bool,
    #[prop(into)] on_files: Callback<Vec<File>>,
    name: String,
) -> impl IntoView {
    let take = move |event: ev::Event| {
        let input: HtmlInputElement = event_target(&event);
        let files = (input.files().into_iter())
            .flat_map(|list| (0..list.length()).filter_map(move |at| list.get(at)))
            .collect::<Vec<_>>();
        // Emptied, so that choosing the same file again is heard again.
        input.set_value("");
        if !files.is_empty() {
            on_files.run(files);
        }
    };
    view! {
        <label class="button photo-input" data-kind=if capture { "normal" } else { "quiet" }>
            {if capture { Icon::Camera.svg() } else { Icon::Photo.svg() }}
            <span aria-hidden="true">{text}</span>
            <input
                class="photo-input__file"
                type="file"
                accept="image/*"
                aria-label=label
                capture=capture.then_some("environment")
                multiple=!capture
                data-name=name
                on:change=take
            />
        </label>
    }
}

/// A small picture that opens the large one, with what is to be known about it in a corner.
#[component]
pub fn PhotoTile(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] caption: Signal<String>,
    #[prop(into)] state: Signal<Option<(String, Tone)>>,
    #[prop(into)] on_press: Callback<()>,
    children: Children,
) -> impl IntoView {
    view! {
        <li class="photos__item">
            <button
                class="photos__tile"
                type="button"
                aria-label=label
                data-name="photo"
                on:click=move |_| on_press.run(())
            >
                {children()}
            </button>
            <span class="photos__caption">{caption}</span>
            {move || {
                state
                    .get()
                    .map(|(text, tone)| {
                        view! { <span class="photos__state" data-tone=tone.name()>{text}</span> }
                    })
            }}
        </li>
    }
}

/// The whole screen for one picture. The arrow keys turn the pages.
#[component]
pub fn PhotoViewer(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] position: Signal<String>,
    #[prop(into)] close: Signal<String>,
    #[prop(into)] previous: Signal<String>,
    #[prop(into)] next: Signal<String>,
    /// Whether there is more than one.
    #[prop(into)]
    several: Signal<bool>,
    /// Turns by so many pictures.
    on_turn: Callback<i32>,
    #[prop(into)] picture: ViewFn,
    #[prop(into)] bar: ViewFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let title_id = StoredValue::new(fresh_id("viewer"));
    dialog::follow(open, node);
    let keys = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "ArrowLeft" => on_turn.run(-1),
        "ArrowRight" => on_turn.run(1),
        _ => {}
    };
    let (picture, bar) = (StoredValue::new(picture), StoredValue::new(bar));
    view! {
        <dialog
            class="viewer"
            aria-labelledby=title_id.get_value()
            node_ref=node
            on:close=move |_| open.set(false)
            on:keydown=keys
        >
            <Show when=move || open.get()>
                <header class="viewer__head">
                    <h2 class="viewer__title" id=title_id.get_value()>{title}</h2>
                    <span class="viewer__position num" role="status">{position}</span>
                    <IconButton
                        icon=Icon::Close
                        label=close
                        name="close-viewer"
                        on_press=move || open.set(false)
                    />
                </header>
                <div class="viewer__picture">{picture.with_value(ViewFn::run)}</div>
                <footer class="viewer__bar">
                    <Show when=move || several.get()>
                        <IconButton
                            icon=Icon::Back
                            label=previous
                            name="previous-photo"
                            on_press=move || on_turn.run(-1)
                        />
                    </Show>
                    <span class="spacer"></span>
                    {bar.with_value(ViewFn::run)}
                    <span class="spacer"></span>
                    <Show when=move || several.get()>
                        <IconButton
                            icon=Icon::Chevron
                            label=next
                            name="next-photo"
                            on_press=move || on_turn.run(1)
                        />
                    </Show>
                </footer>
            </Show>
        </dialog>
    }
}
