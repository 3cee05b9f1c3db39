//! A whole number one steps up and down: pieces, mostly.

use leptos::prelude::*;

use super::Icon;
use super::field::Notes;

/// A number between `min` and `max`, typed or stepped. `less` and `more` name the two buttons.
#[component]
pub fn Stepper(
    #[prop(into)] label: Signal<String>,
    value: RwSignal<i64>,
    #[prop(into)] less: Signal<String>,
    #[prop(into)] more: Signal<String>,
    #[prop(default = 0)] min: i64,
    #[prop(default = Signal::stored(99), into)] max: Signal<i64>,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] error: Signal<String>,
    #[prop(optional, into)] on_step: Option<Callback<i64>>,
    #[prop(optional)] hide_label: bool,
    #[prop(optional)] id: Option<&'static str>,
) -> impl IntoView {
    let notes = Notes::new(id, "stepper", hint, error);
    let take = move |number: i64| {
        let number = number.min(max.get_untracked()).max(min);
        value.set(number);
        if let Some(on_step) = on_step {
            on_step.run(number);
        }
    };
    let least = move || value.get() <= min;
    let most = move || value.get() >= max.get();
    view! {
        <div class="field">
            <label class="field__label" class:sr=hide_label for=notes.id.clone()>{label}</label>
            <div class="stepper">
                <button
                    class="stepper__button"
                    type="button"
                    aria-label=less
                    disabled=least
                    on:click=move |_| take(value.get_untracked() - 1)
                >
                    {Icon::Minus.svg()}
                </button>
                <input
                    class="stepper__value"
                    id=notes.id.clone()
                    type="text"
                    inputmode="numeric"
                    autocomplete="off"
                    aria-invalid=notes.invalid()
                    aria-describedby=notes.described_by()
                    prop:value=move || value.get().to_string()
                    on:change=move |event| {
                        // What is no number falls back to what stood there; notifying redraws it.
                        let typed = event_target_value(&event).trim().parse();
                        take(typed.unwrap_or(value.get_untracked()));
                    }
                />
                <button
                    class="stepper__button"
                    type="button"
                    aria-label=more
                    disabled=most
                    on:click=move |_| take(value.get_untracked() + 1)
                >
                    {Icon::Add.svg()}
                </button>
            </div>
            {notes.view()}
        </div>
    }
}
