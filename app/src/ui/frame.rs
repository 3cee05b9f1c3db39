//! The frame around a page: bars above and below, the rail at the desk.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{Badge, Icon, Tone};

/// The bar on top: back on the left, the title, at most three things on the right.
#[component]
pub fn NavBar(
    #[prop(into)] title: Signal<String>,
    #[prop(optional, into)] back: Option<Signal<String>>,
    #[prop(optional, into)] back_label: Signal<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="nav-bar">
            <div class="nav-bar__start">
                {back
                    .map(|back| {
                        view! {
                            <a class="icon-button" href=back aria-label=back_label title=back_label data-name="back">
                                {Icon::Back.svg()}
                            </a>
                        }
                    })}
            </div>
            <h1 class="nav-bar__title" tabindex="-1">{title}</h1>
            <div class="nav-bar__end">{children.map(|children| children())}</div>
        </header>
    }
}

/// The bar at the bottom of a detail page. Secondary first, primary last.
#[component]
pub fn ActionBar(children: Children) -> impl IntoView {
    view! { <footer class="action-bar">{children()}</footer> }
}

/// The bar at the bottom of a main page: three to five places to go.
#[component]
pub fn TabBar(#[prop(into)] label: Signal<String>, children: Children) -> impl IntoView {
    view! { <nav class="tab-bar" aria-label=label>{children()}</nav> }
}

/// One place to go from the tab bar.
#[component]
pub fn TabLink(
    #[prop(into)] href: Signal<String>,
    icon: Icon,
    #[prop(into)] text: Signal<String>,
    #[prop(into)] current: Signal<bool>,
    #[prop(optional, into)] count: Signal<u32>,
) -> impl IntoView {
    view! {
        <a class="tab-link" href=href aria-current=move || current.get().then_some("page")>
            {icon.svg()}
            <span>{text}</span>
            <Badge count tone=Tone::Danger/>
        </a>
    }
}

/// The rail at the left of the desk: brand, places to go, what belongs to oneself at the foot.
#[component]
pub fn SideRail(
    #[prop(into)] brand: Signal<String>,
    #[prop(into)] label: Signal<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <nav class="side-rail" aria-label=label>
            <p class="side-rail__brand">{Icon::Door.svg()}<span>{brand}</span></p>
            {children()}
        </nav>
    }
}

/// One place to go from the rail.
#[component]
pub fn RailLink(
    #[prop(into)] href: Signal<String>,
    icon: Icon,
    #[prop(into)] text: Signal<String>,
    #[prop(into)] current: Signal<bool>,
    #[prop(optional, into)] count: Signal<u32>,
) -> impl IntoView {
    view! {
        <a
            class="rail-link"
            href=href
            title=text
            aria-current=move || current.get().then_some("page")
        >
            {icon.svg()}
            <span class="rail-link__text">{text}</span>
            <Badge count tone=Tone::Danger/>
        </a>
    }
}

/// Moves the focus to the page's title, so that a screen reader says where one is now.
pub fn focus_title() {
    // The frame of one page becomes that of the next; how far it was scrolled was the other page's.
    if let Some(main) = document().query_selector(".desk__main").ok().flatten() {
        main.set_scroll_top(0.0);
    }
    let title = document().query_selector("h1[tabindex='-1']").ok().flatten();
    if let Some(title) = title.and_then(|title| title.dyn_into::<HtmlElement>().ok()) {
        // Focus is a courtesy; a page without it still works.
        let _focused = title.focus();
    }
}
