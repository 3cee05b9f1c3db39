//! The search bar: grey, under the title, with a way to empty it.

use leptos::prelude::*;

use super::{Icon, IconButton};

/// Looks for what is typed, once an input method has finished composing it.
#[component]
pub fn SearchBar(
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(into)] clear: Signal<String>,
    #[prop(optional, into)] placeholder: Signal<String>,
    #[prop(optional, into)] on_input: Option<Callback<String>>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let composing = StoredValue::new(false);
    let take = move |typed: String| {
        if composing.get_value() || value.with_untracked(|value| *value == typed) {
            return;
        }
        value.set(typed.clone());
        if let Some(on_input) = on_input {
            on_input.run(typed);
        }
    };
    view! {
        <div class="search" role="search">
            {Icon::Search.svg()}
            <input
                class="search__input"
                type="search"
                enterkeyhint="search"
                autocomplete="off"
                aria-label=label
                placeholder=placeholder
                prop:value=value
                on:compositionstart=move |_| composing.set_value(true)
                on:compositionend=move |event| {
                    composing.set_value(false);
                    take(event_target_value(&event));
                }
                on:input=move |event| take(event_target_value(&event))
            />
            <Show when=move || !value.with(String::is_empty)>
                <IconButton icon=Icon::Close label=clear on_press=move || take(String::new())/>
            </Show>
            {children.map(|children| children())}
        </div>
    }
}
