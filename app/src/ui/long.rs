//! A text that may be pages long: its beginning, and the rest at a press.
//!
//! Controls, by `data-name`: `more-text`.

use leptos::prelude::*;

use super::{Button, ButtonKind};

/// From here on only the beginning is shown: about eight lines of a phone.
const CHARS_MAX: usize = 240;

/// The text as a paragraph, with line breaks as they were typed. `words` say how to see all of it, and less.
pub fn long(text: String, words: (&'static str, &'static str)) -> AnyView {
    if text.chars().count() <= CHARS_MAX {
        return view! { <p class="long">{text}</p> }.into_any();
    }
    let whole = RwSignal::new(false);
    view! {
        <p class="long" data-folded=move || !whole.get()>{text}</p>
        <Button
            text=move || if whole.get() { words.1 } else { words.0 }
            kind=ButtonKind::Quiet
            name="more-text"
            on_press=move || whole.update(|whole| *whole = !*whole)
        />
    }
    .into_any()
}
