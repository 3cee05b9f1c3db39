//! What happened, newest first, like the tracking of a parcel.

use leptos::prelude::*;

use super::{Icon, Tone};

/// The line the moments hang on.
#[component]
pub fn Timeline(children: Children) -> impl IntoView {
    view! { <ol class="timeline">{children()}</ol> }
}

/// One thing that happened. `pending` names, in words, that the server has not heard of it yet.
#[component]
pub fn Moment(
    #[prop(into)] time: Signal<String>,
    #[prop(into)] title: Signal<String>,
    #[prop(optional, into)] who: Signal<String>,
    #[prop(optional, into)] tone: Signal<Tone>,
    #[prop(optional)] icon: Option<Icon>,
    #[prop(optional, into)] pending: Signal<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let meta = move || match (time.get(), who.get()) {
        (time, who) if who.is_empty() => time,
        (time, who) => format!("{time} · {who}"),
    };
    view! {
        <li class="moment" data-tone=move || tone.get().name()>
            <span class="moment__dot">{icon.map(Icon::svg)}</span>
            <div class="moment__head">
                <span class="moment__title">{title}</span>
                {move || {
                    let pending = pending.get();
                    (!pending.is_empty())
                        .then(|| {
                            view! {
                                <span class="moment__pending" role="img" aria-label=pending.clone() title=pending>
                                    {Icon::CloudUp.svg()}
                                </span>
                            }
                        })
                }}
            </div>
            <div class="moment__body">
                <p class="moment__meta">{meta}</p>
                {children.map(|children| children())}
            </div>
        </li>
    }
}
