//! Rows in white blocks: label left, value right, an arrow if the row opens.

use leptos::prelude::*;

use super::{Icon, Tone};

/// A block of rows.
#[component]
pub fn CellGroup(
    #[prop(optional, into)] title: Signal<String>,
    #[prop(optional, into)] note: Signal<String>,
    children: Children,
) -> impl IntoView {
    let said = |text: Signal<String>| move || Some(text.get()).filter(|text| !text.is_empty());
    let (title, note) = (said(title), said(note));
    view! {
        <section class="cells">
            {move || title().map(|title| view! { <h2 class="cells__title">{title}</h2> })}
            <div class="cells__list">{children()}</div>
            {move || note().map(|note| view! { <p class="cells__note">{note}</p> })}
        </section>
    }
}

/// One row: a link with `href`, a button with `on_press`, else only something to read. Children
/// stand where the value would.
#[component]
pub fn Cell(
    #[prop(into)] label: Signal<String>,
    #[prop(optional, into)] value: Signal<String>,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional)] icon: Option<Icon>,
    #[prop(optional, into)] href: Option<Signal<String>>,
    #[prop(optional, into)] on_press: Option<Callback<()>>,
    #[prop(optional)] tone: Tone,
    #[prop(optional)] name: Option<&'static str>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let opens = href.is_some() || on_press.is_some();
    let end = match children {
        Some(children) => children(),
        None => view! { <span class="cell__value">{value}</span> }.into_any(),
    };
    let inside = view! {
        {icon.map(Icon::svg)}
        <span class="cell__text">
            <span class="cell__label">{label}</span>
            {move || {
                let hint = hint.get();
                (!hint.is_empty()).then(|| view! { <span class="cell__hint">{hint}</span> })
            }}
        </span>
        {end}
        {opens.then(|| view! { <span class="cell__open">{Icon::Chevron.svg()}</span> })}
    };
    let tone = tone.name();
    match (href, on_press) {
        (Some(href), _) => {
            view! { <a class="cell" href=href data-tone=tone data-name=name>{inside}</a> }
                .into_any()
        }
        (None, Some(on_press)) => view! {
            <button
                class="cell"
                type="button"
                data-tone=tone
                data-name=name
                on:click=move |_| on_press.run(())
            >
                {inside}
            </button>
        }
        .into_any(),
        (None, None) => {
            view! { <div class="cell" data-tone=tone data-name=name>{inside}</div> }.into_any()
        }
    }
}
