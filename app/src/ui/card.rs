//! A white block with a title: one subject of a page.

use leptos::prelude::*;

use super::Tone;

/// A section. A tone other than neutral colours its left edge.
#[component]
pub fn Card(
    #[prop(optional, into)] title: Signal<String>,
    #[prop(optional, into)] tone: Signal<Tone>,
    #[prop(optional, into)] extra: Option<ViewFn>,
    #[prop(optional)] id: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let extra = StoredValue::new(extra);
    let headed =
        Memo::new(move |_| !title.with(String::is_empty) || extra.with_value(Option::is_some));
    view! {
        <section
            class="card"
            id=id
            data-tone=move || tone.get().name()
            data-edge=move || tone.get() != Tone::Neutral
        >
            {move || {
                headed
                    .get()
                    .then(|| {
                        view! {
                            <header class="card__head">
                                <h2 class="card__title">{title}</h2>
                                {extra.with_value(|extra| extra.as_ref().map(ViewFn::run))}
                            </header>
                        }
                    })
            }}
            {children()}
        </section>
    }
}
