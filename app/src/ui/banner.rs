//! A line across the page: no network, a new version, sign in again.

use leptos::prelude::*;

use super::{Icon, IconButton, Tone};

/// Says something that lasts, with at most one thing to do about it.
#[component]
pub fn Banner(
    #[prop(into)] text: Signal<String>,
    #[prop(default = Tone::Info)] tone: Tone,
    #[prop(optional)] icon: Option<Icon>,
    #[prop(optional, into)] action: Signal<String>,
    #[prop(optional, into)] on_action: Option<Callback<()>>,
    #[prop(optional, into)] dismiss: Signal<String>,
    #[prop(optional, into)] on_dismiss: Option<Callback<()>>,
    #[prop(optional)] name: Option<&'static str>,
) -> impl IntoView {
    view! {
        <div class="banner" data-tone=tone.name() data-name=name role="status">
            {icon.map(Icon::svg)}
            <p class="banner__text">{text}</p>
            {on_action
                .map(|on_action| {
                    view! {
                        <button class="banner__action" type="button" on:click=move |_| on_action.run(())>
                            {action}
                        </button>
                    }
                })}
            {on_dismiss
                .map(|on_dismiss| {
                    view! {
                        <IconButton icon=Icon::Close label=dismiss on_press=move || on_dismiss.run(())/>
                    }
                })}
        </div>
    }
}
