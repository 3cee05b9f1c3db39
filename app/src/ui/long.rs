//! A text that may be pages long: its beginning, and the rest at a press.
//!
//! Controls, by `data-name`: `more-text`.

use leptos::{html, prelude::*};

use super::{ButtonKind, fresh_id, into_sight};

/// From here on only the beginning is shown: about eight lines of a phone.
const CHARS_MAX: usize = 240;

/// The text as a paragraph, with line breaks as they were typed. `words` say how to see all of it, and less; `what` it
/// is, for whoever hears the button without seeing what stands above it. Whether it is shown `whole` is kept by whoever
/// shows the text: it stays unfolded while something beside it is drawn anew.
pub fn long(
    what: &str,
    text: String,
    words: (&'static str, &'static str),
    whole: RwSignal<bool>,
) -> AnyView {
    if text.chars().count() <= CHARS_MAX {
        return view! { <p class="long">{text}</p> }.into_any();
    }
    let id = fresh_id("text");
    let button = NodeRef::<html::Button>::new();
    let word = move || if whole.get() { words.1 } else { words.0 };
    let what = what.to_owned();
    let press = move |_| {
        whole.update(|whole| *whole = !*whole);
        // Folding takes what was read away from above the finger; the button stays in sight.
        if !whole.get_untracked()
            && let Some(button) = button.get_untracked()
        {
            request_animation_frame(move || into_sight(&button));
        }
    };
    view! {
        <p class="long" id=id.clone() data-folded=move || !whole.get()>{text}</p>
        <div class="press">
            <button
                class="button"
                type="button"
                data-kind=ButtonKind::Quiet.name()
                data-name="more-text"
                aria-expanded=move || whole.get().to_string()
                aria-controls=id
                aria-label=move || format!("{} · {what}", word())
                on:click=press
                node_ref=button
            >
                <span>{word}</span>
            </button>
        </div>
    }
    .into_any()
}
