//! Filters: chips to switch on and off, tabs to choose one list.

use leptos::prelude::*;

use super::Tone;

/// A filter that is on or off.
#[component]
pub fn Chip(
    #[prop(into)] text: Signal<String>,
    #[prop(into)] pressed: Signal<bool>,
    #[prop(into)] on_press: Callback<()>,
    #[prop(optional, into)] count: Signal<Option<u32>>,
    #[prop(optional)] tone: Tone,
) -> impl IntoView {
    view! {
        <button
            class="chip"
            type="button"
            aria-pressed=move || pressed.get().to_string()
            on:click=move |_| on_press.run(())
        >
            <span>{text}</span>
            {move || {
                // Nothing to do is no alarm.
                let tone = move |count: u32| if count == 0 { Tone::Neutral } else { tone };
                count
                    .get()
                    .map(|count| view! { <span class="count" data-tone=tone(count).name()>{count}</span> })
            }}
        </button>
    }
}

/// One list to choose, with how many it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TabItem {
    pub value: String,
    pub label: String,
    pub count: Option<u32>,
    pub tone: Tone,
}

impl TabItem {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> TabItem {
        TabItem { value: value.into(), label: label.into(), count: None, tone: Tone::Neutral }
    }

    /// How many there are.
    pub fn count(self, count: u32) -> TabItem {
        TabItem { count: Some(count), ..self }
    }

    /// The tone of the number.
    pub fn tone(self, tone: Tone) -> TabItem {
        TabItem { tone, ..self }
    }
}

/// Lists side by side, one shown.
#[component]
pub fn Tabs(
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(into)] items: Signal<Vec<TabItem>>,
    #[prop(optional, into)] on_pick: Option<Callback<String>>,
) -> impl IntoView {
    let tabs = move || {
        items
            .get()
            .into_iter()
            .map(|TabItem { value: item, label, count, tone }| {
                let own = item.clone();
                view! {
                    <button
                        class="tab"
                        type="button"
                        data-value=item.clone()
                        aria-pressed=move || value.with(|value| *value == own).to_string()
                        on:click=move |_| {
                            value.set(item.clone());
                            if let Some(on_pick) = on_pick {
                                on_pick.run(item.clone());
                            }
                        }
                    >
                        <span>{label}</span>
                        {count
                            .filter(|count| *count > 0)
                            .map(|count| view! { <span class="count" data-tone=tone.name()>{count}</span> })}
                    </button>
                }
            })
            .collect_view()
    };
    view! { <nav class="tabs" aria-label=label>{tabs}</nav> }
}
