//! Picking: from a list, among a few, yes or no.

use leptos::prelude::*;

use super::field::Notes;
use super::{Icon, fresh_id};

/// One thing to pick.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub hint: String,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Choice {
        Choice { value: value.into(), label: label.into(), hint: String::new() }
    }

    /// A second, quieter line.
    pub fn hint(self, hint: impl Into<String>) -> Choice {
        Choice { hint: hint.into(), ..self }
    }
}

/// Takes over what was picked and tells whoever asked to know.
#[derive(Clone, Copy)]
struct Picking {
    value: RwSignal<String>,
    on_pick: Option<Callback<String>>,
}

impl Picking {
    fn take(self, picked: String) {
        self.value.set(picked.clone());
        if let Some(on_pick) = self.on_pick {
            on_pick.run(picked);
        }
    }
}

/// One of many, in the browser's own list.
#[component]
pub fn Select(
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(into)] options: Signal<Vec<Choice>>,
    #[prop(optional, into)] empty: Signal<String>,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] error: Signal<String>,
    #[prop(optional)] required: bool,
    #[prop(optional, into)] on_pick: Option<Callback<String>>,
    #[prop(optional)] id: Option<&'static str>,
) -> impl IntoView {
    let notes = Notes::new(id, "select", hint, error);
    let picking = Picking { value, on_pick };
    let list = move || {
        let first =
            Some(empty.get()).filter(|text| !text.is_empty()).map(|text| Choice::new("", text));
        first
            .into_iter()
            .chain(options.get())
            .map(|Choice { value: choice, label, .. }| {
                let own = choice.clone();
                view! {
                    <option value=choice prop:selected=move || value.with(|value| *value == own)>
                        {label}
                    </option>
                }
            })
            .collect_view()
    };
    view! {
        <div class="field">
            <label class="field__label" for=notes.id.clone() data-must=required>{label}</label>
            <span class="field__frame">
                <select
                    class="field__control"
                    id=notes.id.clone()
                    aria-required=required.then_some("true")
                    aria-invalid=notes.invalid()
                    aria-describedby=notes.described_by()
                    on:change=move |event| picking.take(event_target_value(&event))
                >
                    {list}
                </select>
                {Icon::ChevronDown.svg()}
            </span>
            {notes.view()}
        </div>
    }
}

/// One of two to four short words, side by side.
#[component]
pub fn Segmented(
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(into)] options: Signal<Vec<Choice>>,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] error: Signal<String>,
    #[prop(optional, into)] on_pick: Option<Callback<String>>,
    #[prop(optional)] hide_label: bool,
    #[prop(optional)] id: Option<&'static str>,
) -> impl IntoView {
    let notes = Notes::new(id, "segmented", hint, error);
    let group = StoredValue::new(format!("{}-choice", notes.id));
    let label_id = format!("{}-label", notes.id);
    let picking = Picking { value, on_pick };
    let list = move || {
        options
            .get()
            .into_iter()
            .map(|Choice { value: choice, label, .. }| {
                let (own, picked) = (choice.clone(), choice.clone());
                view! {
                    <label class="segmented__choice">
                        <input
                            type="radio"
                            name=group.get_value()
                            value=choice
                            prop:checked=move || value.with(|value| *value == own)
                            on:change=move |_| picking.take(picked.clone())
                        />
                        <span>{label}</span>
                    </label>
                }
            })
            .collect_view()
    };
    view! {
        <div class="field">
            <span class="field__label" class:sr=hide_label id=label_id.clone()>{label}</span>
            <div
                class="segmented"
                role="radiogroup"
                id=notes.id.clone()
                aria-labelledby=label_id
                aria-invalid=notes.invalid()
                aria-describedby=notes.described_by()
            >
                {list}
            </div>
            {notes.view()}
        </div>
    }
}

/// One of several, one per row, for words that need room.
#[component]
pub fn RadioRows(
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(into)] options: Signal<Vec<Choice>>,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] error: Signal<String>,
    #[prop(optional, into)] on_pick: Option<Callback<String>>,
    #[prop(optional)] large: bool,
    #[prop(optional)] id: Option<&'static str>,
) -> impl IntoView {
    let notes = Notes::new(id, "rows", hint, error);
    let group = StoredValue::new(format!("{}-choice", notes.id));
    let label_id = format!("{}-label", notes.id);
    let picking = Picking { value, on_pick };
    let list = move || {
        options
            .get()
            .into_iter()
            .map(|Choice { value: choice, label, hint }| {
                let (own, picked) = (choice.clone(), choice.clone());
                view! {
                    <label class="choice" data-kind="radio" data-large=large>
                        <input
                            type="radio"
                            name=group.get_value()
                            value=choice
                            prop:checked=move || value.with(|value| *value == own)
                            on:change=move |_| picking.take(picked.clone())
                        />
                        <span class="choice__mark" aria-hidden="true">{Icon::Check.svg()}</span>
                        <span>{label}</span>
                        {(!hint.is_empty()).then(|| view! { <span class="choice__hint">{hint}</span> })}
                    </label>
                }
            })
            .collect_view()
    };
    view! {
        <div class="field">
            <span class="field__label" id=label_id.clone()>{label}</span>
            <div
                class="choices"
                role="radiogroup"
                id=notes.id.clone()
                aria-labelledby=label_id
                aria-invalid=notes.invalid()
                aria-describedby=notes.described_by()
            >
                {list}
            </div>
            {notes.view()}
        </div>
    }
}

/// Yes or no, on a row one can hit with a glove.
#[component]
pub fn CheckRow(
    #[prop(into)] label: Signal<String>,
    checked: RwSignal<bool>,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] error: Signal<String>,
    #[prop(optional, into)] on_toggle: Option<Callback<bool>>,
    #[prop(optional)] large: bool,
    #[prop(optional)] id: Option<&'static str>,
) -> impl IntoView {
    let id = id.map_or_else(|| fresh_id("check"), str::to_owned);
    let error_id = StoredValue::new(format!("{id}-error"));
    let wrong = move || !error.with(String::is_empty);
    view! {
        <div class="check">
            <label class="choice" data-kind="check" data-large=large>
                <input
                    type="checkbox"
                    id=id
                    aria-invalid=move || wrong().then_some("true")
                    aria-describedby=move || wrong().then(|| error_id.get_value())
                    prop:checked=checked
                    on:change=move |event| {
                        let now = event_target_checked(&event);
                        checked.set(now);
                        if let Some(on_toggle) = on_toggle {
                            on_toggle.run(now);
                        }
                    }
                />
                <span class="choice__mark" aria-hidden="true">{Icon::Check.svg()}</span>
                <span>{label}</span>
                {move || {
                    let hint = hint.get();
                    (!hint.is_empty()).then(|| view! { <span class="choice__hint">{hint}</span> })
                }}
            </label>
            {move || {
                wrong()
                    .then(|| {
                        view! {
                            <p class="field__error" id=error_id.get_value() role="alert">
                                {Icon::Alert.svg()}
                                <span>{error}</span>
                            </p>
                        }
                    })
            }}
        </div>
    }
}
